"""The encoder `ngram-bag`: the mean of the vectors of a text's words and character n-grams.

Notable features, after fastText (Bojanowski et al., "Enriching Word Vectors with Subword Information", 2017):
- a word is marked `<word>` before it is cut, so that `<re` is another n-gram than the `re` in `more`
- n-grams are hashed to a fixed number of vectors, so that there is no vocabulary to fit and no unknown word
- the whole word counts as one more n-gram

What is read differs: case and width of characters do not count (NFKC, case folding), punctuation is a word of its
own, and a run of Chinese is one word, whose n-grams are its characters and their neighbours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any
from zlib import crc32

import torch
from torch import Tensor, nn

from toolkit.contracts import Example
from toolkit_encoders.configs_learnt import NgramBag as Config
from toolkit_encoders.learnt import Learnt, Rows, seeded
from toolkit_encoders.texts import text_of

_WORD = re.compile(r"\w+|[^\w\s]")


def ngrams(text: str, sizes: Sequence[int], words: bool) -> Iterator[str]:
    """Yield the marked words of `text`, each followed by the n-grams in it that are no mark alone."""
    for word in _WORD.findall(text):
        marked = f"<{word}>"
        if words:
            yield marked
        for size in sizes:
            alone = size == 1  # then the marks themselves are left out
            for start in range(alone, len(marked) - size + 1 - alone):
                if size < len(marked) or not words:
                    yield marked[start : start + size]


class Reader:
    """Reads the text of an example as the buckets of its n-grams."""

    def __init__(self, sizes: Sequence[int], words: bool, buckets: int, max_characters: int) -> None:
        self.sizes, self.words, self.buckets, self.longest = list(sizes), words, buckets, max_characters

    def __call__(self, example: Example, field: str) -> list[int]:
        """Return the bucket of each n-gram of the text in `field`."""
        text = unicodedata.normalize("NFKC", text_of(example, field, self.longest)).casefold()[: self.longest]
        return [crc32(ngram.encode()) % self.buckets for ngram in ngrams(text, self.sizes, self.words)]


class Bag(nn.Module):
    """Mean of embeddings, layer normalisation and linear layer; the last two where they are asked for."""

    def __init__(
        self, buckets: int, width: int, layer_norm: bool = False, projection: int | None = None, dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.embed = nn.EmbeddingBag(buckets, width, mode="mean")
        nn.init.normal_(self.embed.weight, std=width**-0.5)  # a mean is of length 1 or less, and learns in few steps
        self.norm = nn.LayerNorm(width) if layer_norm else nn.Identity()
        self.project = nn.Linear(width, projection) if projection else nn.Identity()
        self.dropout = dropout

    def forward(self, rows: Rows) -> Tensor:
        """Return one vector a row of buckets (N, width or projection); none of the rows is empty."""
        lengths = torch.tensor([len(row) for row in rows])  # (N,)
        ids = torch.tensor([id_ for row in rows for id_ in row])  # (sum of lengths,)
        if self.training and self.dropout:
            ids, lengths = self._dropped(ids, lengths)
        ids, starts = ids.to(self.embed.weight.device), (lengths.cumsum(0) - lengths).to(self.embed.weight.device)
        return self.project(self.norm(self.embed(ids, starts)))  # (N, width or projection)

    def _dropped(self, ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Leave out n-grams by chance, drawn on the CPU; the first of a row stays, so that none is empty."""
        kept = torch.rand(len(ids)) >= self.dropout
        kept[lengths.cumsum(0) - lengths] = True
        row = torch.arange(len(lengths)).repeat_interleave(lengths)
        return ids[kept], row[kept].bincount(minlength=len(lengths))


def make(config: Config, *, device: Any, seed: int) -> Learnt:
    """Make the encoder `ngram-bag`: the config flattened, the weights drawn from `seed`."""
    with seeded(seed):
        network = Bag(config.buckets, config.width, config.layer_norm, config.projection, config.dropout)
    reader = Reader(config.sizes, config.words, config.buckets, config.max_characters)
    return Learnt(network, reader, config.projection or config.width, device)
