"""Encoder-decoder of recurrent networks that writes an answer to a question.

Notable features:
- encoder and decoder of one kind of cell (rnn, lstm, gru); the decoder starts from the encoder's last state
- the encoder runs over packed sequences, so that padding never reaches a state
- Luong attention without input feeding: with teacher forcing one call of the decoder covers the whole target
- scheduled sampling (Bengio et al., 2015) where `teacher_forcing` is below 1
- greedy and beam decoding, with a state per step rather than the whole prefix again
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from toolkit.contracts import Example, Prediction, Size
from toolkit_qa import weights
from toolkit_qa.attention import LuongAttention
from toolkit_qa.configs_seq2seq import Seq2Seq as Config
from toolkit_qa.decoding import Answer, State, beam_search, greedy

CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
FILE = "model.safetensors"
#: Examples that are answered or scored at a time, put together by length.
BATCH = 64


class Memory(NamedTuple):
    """What the encoder leaves to the decoder."""

    states: Tensor  # (B, S, H)
    padding: Tensor  # (B, S), True where the source has ended


class EncoderDecoder(nn.Module):
    """The network: from source ids to the decoder's states, and from those to logits over the target vocabulary."""

    def __init__(
        self,
        source_count: int,  # distinct ids in the source
        target_count: int,  # distinct ids in the target
        width: int = 256,  # size of embeddings and states
        layers: int = 1,
        cell: str = "lstm",
        bidirectional: bool = True,  # the encoder reads both ways, half the width each
        attention: bool = True,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        options = {"num_layers": layers, "batch_first": True, "dropout": dropout if layers > 1 else 0.0}
        half = width // 2 if bidirectional else width
        self.bidirectional = bidirectional
        self.read = nn.Embedding(source_count, width)
        self.encoder = CELLS[cell](width, half, bidirectional=bidirectional, **options)
        self.recall = nn.Embedding(target_count, width)
        self.decoder = CELLS[cell](width, width, **options)
        self.attention = LuongAttention(width) if attention else None
        self.write = nn.Linear(width, target_count)
        self.dropout = nn.Dropout(dropout)

    def encode(self, source: Tensor, lengths: Tensor) -> tuple[Memory, State]:
        """Return what was read, and the state in which the decoder starts.

        Args:
            source: ids (B, S), padded.
            lengths: ids that count in each row (B,), on the CPU, all at least 1.
        """
        x = self.dropout(self.read(source))  # (B, S, H)
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        states, last = self.encoder(packed)
        states, _ = pad_packed_sequence(states, batch_first=True)  # (B, S, H)
        padding = torch.arange(source.shape[1])[None, :] >= lengths[:, None]  # (B, S)
        last = last if isinstance(last, tuple) else (last,)  # only an LSTM has two: (layers * directions, B, half)
        if self.bidirectional:
            last = tuple(torch.cat([state[0::2], state[1::2]], dim=-1) for state in last)
        return Memory(states, padding.to(source.device)), last  # last: (layers, B, H)

    def decode(self, tokens: Tensor, state: State, memory: Memory) -> tuple[Tensor, State]:
        """Return the states from which the tokens after `tokens` (B, T) are predicted (B, T, H), and the last state."""
        x = self.dropout(self.recall(tokens))  # (B, T, H)
        h, last = self.decoder(x, state if len(state) == 2 else state[0])
        if self.attention is not None:
            h = self.attention(h, memory.states, memory.padding)
        return self.dropout(h), last if isinstance(last, tuple) else (last,)


class Seq2Seq(nn.Module):
    """Learns to write `target` from `source`, both ports of ids; marks are added here.

    Args:
        network: on the device already.
        source_marks, marks: ids of pad, bos, eos and unk; of them only eos is ever written.
    """

    def __init__(
        self,
        network: EncoderDecoder,
        device: Any,
        source: str,
        target: str,
        source_marks: dict[str, int],
        marks: dict[str, int],
        word_dropout: float = 0.0,
        teacher_forcing: float = 1.0,
        max_length: int = 200,
        beam: int = 1,
        length_penalty: float = 1.0,
    ) -> None:
        super().__init__()
        self.network, self.device = network, device
        self.source, self.target = source, target
        self.source_marks, self.marks = source_marks, marks
        self.never = sorted(id_ for name, id_ in marks.items() if name != "eos")
        self.word_dropout, self.teacher_forcing, self.max_length = word_dropout, teacher_forcing, max_length
        self.beam, self.length_penalty = beam, length_penalty

    # What the optimizer calls

    def loss(self, batch: Sequence[Example]) -> Tensor:
        """Return the mean cross entropy of a target token, the end mark counted, in nats."""
        return self._losses(batch).mean()

    def weight(self, batch: Sequence[Example]) -> int:
        """Return how many target tokens a batch has; an example without an answer has none."""
        return sum(len(example[self.target]) + 1 for example in batch if self.target in example)

    def length(self, example: Example) -> int:
        """Return the length by which examples share a batch: most of the work is in the target."""
        return len(example[self.target])

    def _losses(self, batch: Sequence[Example]) -> Tensor:
        """Return the cross entropy of each target token, row after row (N,)."""
        rows = [example[self.target] for example in batch]
        lengths = torch.tensor([len(row) + 1 for row in rows])
        inputs = self._padded([[self.marks["bos"], *row] for row in rows], self.marks["pad"])  # (B, T)
        labels = torch.tensor([token for row in rows for token in (*row, self.marks["eos"])])  # (N,)
        memory, state = self._encode(batch)
        if self.training and self.teacher_forcing < 1:
            h = self._scheduled(inputs, state, memory)
        else:
            h, _ = self.network.decode(inputs, state, memory)  # (B, T, H)
        real = (torch.arange(inputs.shape[1])[None, :] < lengths[:, None]).flatten().nonzero()[:, 0]  # (N,)
        logits = self.network.write(h.flatten(0, 1).index_select(0, real.to(h.device)))  # (N, V), padding left out
        return functional.cross_entropy(logits.float(), labels.to(h.device), reduction="none")

    def _scheduled(self, inputs: Tensor, state: State, memory: Memory) -> Tensor:
        """Return the decoder's states (B, T, H), fed by chance with its own most probable token for the true one."""
        true = torch.rand(inputs.shape).to(inputs.device) < self.teacher_forcing  # (B, T); drawn on the CPU
        token, states = inputs[:, :1], []
        for t in range(inputs.shape[1]):
            h, state = self.network.decode(token, state, memory)  # (B, 1, H)
            states.append(h)
            if t + 1 < inputs.shape[1]:
                own = self.network.write(h).argmax(dim=-1)  # (B, 1)
                token = torch.where(true[:, t + 1 : t + 2], inputs[:, t + 1 : t + 2], own)
        return torch.cat(states, dim=1)

    def _encode(self, batch: Sequence[Example]) -> tuple[Memory, State]:
        # The end mark makes an empty question one token long: nothing can be packed that has no length.
        rows = [[*example[self.source], self.source_marks["eos"]] for example in batch]
        source = self._padded(rows, self.source_marks["pad"])  # (B, S)
        if self.training and self.word_dropout:
            # So the mark of unknown words is learnt, which stand in every question of users and in no training text.
            lost = (torch.rand(source.shape) < self.word_dropout).to(source.device)  # drawn on the CPU
            source = source.masked_fill(lost, self.source_marks["unk"])
        return self.network.encode(source, torch.tensor([len(row) for row in rows]))

    def _padded(self, rows: Sequence[Sequence[int]], pad: int) -> Tensor:
        longest = max(map(len, rows))
        return torch.tensor([[*row, *[pad] * (longest - len(row))] for row in rows]).to(self.device.torch)

    # What the system calls

    def predict(self, examples: Iterable[Example]) -> Iterator[Prediction]:
        """Yield the ids of an answer under the target port, and `score`: its mean log-probability a token."""
        rows = list(examples)
        answers: list[Answer | None] = [None] * len(rows)
        for places in _by_length([len(row[self.source]) for row in rows]):
            for place, answer in zip(places, self._answer([rows[place] for place in places]), strict=True):
                answers[place] = answer
        for answer in answers:
            if answer is not None:
                yield {self.target: answer.tokens, "score": round(answer.score, 6)}

    @torch.inference_mode()
    def _answer(self, batch: Sequence[Example]) -> list[Answer]:
        self.eval()
        with self.device.autocast():
            memory, state = self._encode(batch)
            wide = Memory(*(tensor.repeat_interleave(self.beam, dim=0) for tensor in memory))

            def step(last: Tensor, state: State) -> tuple[Tensor, State]:
                h, state = self.network.decode(last, state, wide)
                log_probs = self.network.write(h[:, 0]).float().log_softmax(dim=-1)  # (B, V)
                log_probs[:, self.never] = -torch.inf
                return log_probs, state

            task = (step, state, len(batch), self.marks["bos"], self.marks["eos"], self.max_length)
            return greedy(*task) if self.beam == 1 else beam_search(*task, self.beam, self.length_penalty)

    def score(self, examples: Iterable[Example]) -> Iterator[dict[str, Any]]:
        """Yield the negative log-likelihood of each answer and its tokens; both are 0 where there is no answer."""
        rows = list(examples)
        scores = [{"loss": 0.0, "count": 0} for _ in rows]
        known = [place for place, row in enumerate(rows) if self.target in row]
        for chosen in _by_length([len(rows[place][self.target]) for place in known]):
            places = [known[place] for place in chosen]
            for place, score in zip(places, self._scores([rows[place] for place in places]), strict=True):
                scores[place] = score
        yield from scores

    @torch.inference_mode()
    def _scores(self, batch: Sequence[Example]) -> list[dict[str, Any]]:
        self.eval()
        counts = [self.weight([example]) for example in batch]
        with self.device.autocast():
            losses = self._losses(batch).split(counts)
        return [{"loss": loss.sum().item(), "count": count} for loss, count in zip(losses, counts, strict=True)]

    def save(self, folder: Path) -> None:
        """Write the weights."""
        weights.save(self.network, folder / FILE)

    def load(self, folder: Path) -> None:
        """Read back what `save` wrote."""
        weights.load(self.network, folder / FILE)


def _by_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield positions in batches of like length."""
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    for start in range(0, len(order), BATCH):
        yield order[start : start + BATCH]


def make(config: Config, *, signature: dict[str, Size], device: Any, seed: int) -> Seq2Seq:
    """Make the architecture `seq2seq`: the config flattened, the weights drawn from `seed`."""
    source, target = f"tokens:{config.source}", f"tokens:{config.target}"
    sizes = signature[source], signature[target]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = EncoderDecoder(
            *(size.count for size in sizes),
            width=config.width,
            layers=config.layers,
            cell=config.cell,
            bidirectional=config.bidirectional,
            attention=config.attention == "luong",
            dropout=config.dropout,
        )
    return Seq2Seq(
        network.to(device.torch),
        device,
        source,
        target,
        *(dict(size.marks) for size in sizes),
        word_dropout=config.word_dropout,
        teacher_forcing=config.teacher_forcing,
        max_length=config.max_length,
        beam=config.beam,
        length_penalty=config.length_penalty,
    )
