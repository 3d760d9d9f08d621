"""Word vectors: learnt from a few texts, or read from a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from toolkit.errors import DataError

#: Words on each side that count as near.
WINDOW = 5
#: Numbers in a learnt vector, at most.
DIMENSIONS = 50
#: Words that get a vector, the most frequent ones.
VOCABULARY = 2000

Vectors = Mapping[str, np.ndarray]


def learn(texts: Sequence[Sequence[str]]) -> Vectors:
    """Return a vector for each frequent word: PPMI of near words, reduced by SVD (Levy, Goldberg & Dagan 2015).

    texts: lists of words. A word that stands alone in every text has no near words and gets no vector. The same
    texts give the same vectors, up to rounding.
    """
    times = Counter(word for text in texts for word in text)
    vocabulary = sorted(sorted(times), key=lambda word: -times[word])[:VOCABULARY]
    ppmi = positive_information(near_counts(texts, vocabulary))
    # ppmi is symmetric, so that its singular vectors are its eigenvectors: U |L|^(1/2)
    values, vectors = np.linalg.eigh(ppmi)  # (v,), (v, v)
    largest = np.argsort(-np.abs(values), kind="stable")[:DIMENSIONS]
    table = vectors[:, largest] * np.sqrt(np.abs(values[largest]))  # (v, dimensions)
    return {word: row for word, row, info in zip(vocabulary, table, ppmi, strict=True) if info.any()}


def near_counts(texts: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> np.ndarray:
    """Return (v, v): how often two words stand at most WINDOW places apart in a text; symmetric."""
    index = {word: position for position, word in enumerate(vocabulary)}
    counts = np.zeros((len(vocabulary), len(vocabulary)))
    for text in texts:
        places = np.array([index.get(word, -1) for word in text])
        for apart in range(1, min(WINDOW + 1, len(places))):
            left, right = places[:-apart], places[apart:]
            known = (left >= 0) & (right >= 0)
            np.add.at(counts, (left[known], right[known]), 1)
    return counts + counts.T


def positive_information(counts: np.ndarray) -> np.ndarray:
    """Return the positive pointwise mutual information max(0, log p(a, b) / (p(a) p(b))) of (v, v) counts, in nats."""
    totals = counts.sum(axis=1)
    expected = np.outer(totals, totals) / max(totals.sum(), 1)
    ratio = np.divide(counts, expected, out=np.ones_like(counts), where=counts > 0)
    information: np.ndarray = np.log(np.maximum(ratio, 1))
    return information


def read(path: Path, wanted: Collection[str]) -> Vectors:
    """Return the vectors of the wanted words that a word2vec or GloVe text file holds; DataError where it is broken."""
    found: dict[str, np.ndarray] = {}
    size = 0
    for line, fields in _lines(path):
        if line == 1 and len(fields) == 2 and all(map(str.isdecimal, fields)):
            continue  # word2vec opens with the number of words and of dimensions
        size = size or len(fields) - 1
        if len(fields) <= size or not size:
            raise DataError(f"{path}:{line}: has {len(fields) - 1} numbers, the first word has {size}")
        word = " ".join(fields[:-size])  # GloVe has words with blanks in them
        if word in wanted:
            found[word] = _numbers(fields[-size:], f"{path}:{line}: {word!r}")
    if not size:
        raise DataError(f"{path}: holds no word vectors")
    return found


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            for line, text in enumerate(file, 1):
                if text.strip():
                    yield line, text.rstrip().split(" ")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not UTF-8 text", "binary word2vec files must be turned into text") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error


def _numbers(fields: Sequence[str], where: str) -> np.ndarray:
    try:
        vector = np.array([float(field) for field in fields])
    except ValueError as error:
        raise DataError(f"{where}: {error}") from error
    if not np.isfinite(vector).all():
        raise DataError(f"{where}: a number is not finite")
    return vector
