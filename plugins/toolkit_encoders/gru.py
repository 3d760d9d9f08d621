"""The encoder `gru`: embeddings of tokens, recurrent layers over them, their states pooled to one vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from toolkit.contracts import Example, Size
from toolkit.errors import SpecError
from toolkit_encoders.configs_learnt import Gru as Config
from toolkit_encoders.configs_pretrained import FIELDS
from toolkit_encoders.learnt import Learnt, Rows, seeded


class Reader:
    """Reads the tokens of an example, which the tokenizer put beside the text."""

    def __init__(self, max_tokens: int) -> None:
        self.longest = max_tokens

    def __call__(self, example: Example, field: str) -> Sequence[int]:
        """Return the ids of the text in `field`; none where it is absent."""
        return example.get(f"tokens:{field}", ())[: self.longest]


class Recurrent(nn.Module):
    """From ids to one vector a row; rows are packed, so that padding never reaches a state."""

    def __init__(
        self,
        count: int,  # distinct ids
        pad: int,  # the id that stands for none
        width: int = 256,  # size of embeddings, and of the states of both directions together
        layers: int = 1,
        bidirectional: bool = True,
        pooling: str = "max",
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.pad, self.pooling = pad, pooling
        self.embed = nn.Embedding(count, width, padding_idx=pad)
        self.gru = nn.GRU(
            width,
            width // 2 if bidirectional else width,
            layers,
            batch_first=True,
            bidirectional=bidirectional,
            dropout=dropout if layers > 1 else 0.0,
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, rows: Rows) -> Tensor:
        """Return the pooled states (N, width) of rows of ids, none of them empty."""
        lengths = torch.tensor([len(row) for row in rows])  # (N,)
        longest = int(lengths.max())
        ids = torch.tensor([[*row, *[self.pad] * (longest - len(row))] for row in rows])  # (N, T)
        x = self.dropout(self.embed(ids.to(self.embed.weight.device)))  # (N, T, width)
        states, _ = self.gru(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))
        h, _ = pad_packed_sequence(states, batch_first=True)  # (N, T, width), 0 where a row has ended
        if self.pooling == "mean":
            return h.sum(1) / lengths.to(h.device)[:, None]
        ended = torch.arange(longest)[None, :] >= lengths[:, None]  # (N, T)
        return h.masked_fill(ended.to(h.device)[..., None], -torch.inf).amax(1)  # (N, width)


def make(config: Config, *, signature: Mapping[str, Size], device: Any, seed: int) -> Learnt:
    """Make the encoder `gru`: the config flattened, the weights drawn from `seed`."""
    sizes = [signature[f"tokens:{field}"] for field in FIELDS]
    if len({(size.count, size.digest) for size in sizes}) > 1:
        hint = "take one tokenizer for `question` and `answer`"
        raise SpecError("the encoder gru reads questions and answers with one vocabulary, and here are several", hint)
    with seeded(seed):
        network = Recurrent(
            sizes[0].count,
            sizes[0].marks["pad"],
            width=config.width,
            layers=config.layers,
            bidirectional=config.bidirectional,
            pooling=config.pooling,
            dropout=config.dropout,
        )
    return Learnt(network, Reader(config.max_tokens), config.width, device)
