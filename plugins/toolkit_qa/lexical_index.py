"""An inverted index of texts that were cut into words, scored by BM25 (Robertson & Zaragoza 2009).

score(query, text) = sum over the query's words of idf(word) * tf / (tf + k1 * (1 - b + b * length / mean length))
idf(word) = ln(1 + (n - df + 0.5) / (df + 0.5))         (the form of Lucene: never negative)

As the fraction stays below 1, a query's score stays below the sum of its words' idf: its `bound`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import bm25s
import numpy as np

#: How the scores of (text, word) stand in memory: by word, as in a compressed sparse column matrix.
ARRAYS = {"data": np.float32, "indices": np.int32, "indptr": np.int64}


class LexicalIndex:
    """Scores of every word in every text that holds it.

    Args:
        words: the distinct words, sorted.
        arrays: `data` (s,), the scores; `indices` (s,), the text of each; `indptr` (words + 1,), where
            each word begins.
        texts: how many texts there are.
    """

    def __init__(self, words: Sequence[str], arrays: Mapping[str, np.ndarray], texts: int) -> None:
        self.words, self.arrays, self.texts = list(words), dict(arrays), texts
        self._ids = {word: i for i, word in enumerate(self.words)}
        found = np.diff(self.arrays["indptr"])  # (words,) in how many texts a word stands
        self._idf = np.log1p((texts - found + 0.5) / (found + 0.5))
        self._idf_unseen = math.log1p((texts + 0.5) / 0.5)

    @classmethod
    def build(cls, texts: Sequence[Sequence[str]], k1: float, b: float) -> LexicalIndex:
        """Return the index of texts given as lists of words. Linear in the number of words."""
        words = sorted(set().union(*texts))  # sorted: the library would leave it to the order of a set
        if not words:
            return cls([], {name: np.zeros(int(name == "indptr"), kind) for name, kind in ARRAYS.items()}, len(texts))
        ids = {word: i for i, word in enumerate(words)}
        builder = bm25s.BM25(k1=k1, b=b, method="lucene", backend="numpy", csc_backend="numpy")
        in_ids = [[ids[word] for word in text] for text in texts]
        builder.index((in_ids, ids), create_empty_token=False, show_progress=False)
        return cls(words, {name: builder.scores[name].astype(kind) for name, kind in ARRAYS.items()}, len(texts))

    def __contains__(self, word: str) -> bool:
        return word in self._ids

    def scores(self, query: Iterable[str]) -> np.ndarray:
        """Return the score of each text, (texts,) float32; 0 where no word is shared."""
        data, indices, indptr = (self.arrays[name] for name in ARRAYS)
        total = np.zeros(self.texts, np.float32)
        for word, times in Counter(query).items():
            if (i := self._ids.get(word)) is not None:
                column = slice(indptr[i], indptr[i + 1])
                total[indices[column]] += times * data[column]  # a text stands once in a column
        return total

    def bound(self, query: Iterable[str]) -> float:
        """Return the score that no text can exceed; a word that no text holds counts most. 0 without any words."""
        if not self.words:
            return 0.0
        ids = (self._ids.get(word) for word in query)
        return float(sum(self._idf_unseen if i is None else self._idf[i] for i in ids))
