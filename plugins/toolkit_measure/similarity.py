"""Similarity of answers by word vectors: the cosine of mean vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from toolkit.contracts import Example, Prediction
from toolkit_measure.columns import Answered, Columns, mean
from toolkit_measure.configs import VectorSimilarity as Config
from toolkit_measure.vectors import Vectors, learn, read
from toolkit_measure.words import words


def mean_vector(text: Sequence[str], vectors: Vectors) -> np.ndarray | None:
    """Return the mean vector (dimensions,) of the words that have one; None where none has."""
    known = [vectors[word] for word in text if word in vectors]
    return np.mean(known, axis=0) if known else None


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Return the cosine of two vectors, from -1 to 1; 0 where one is all zeros."""
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.clip(a @ b / lengths, -1, 1)) if lengths else 0.0


class VectorSimilarity:
    """Mean cosine of answer and reference.

    Words without a vector are passed over. An answer without any known word scores 0; an example whose reference has
    none cannot be judged and is not counted. Without a `path`, the vectors are learnt from the references measured.
    """

    def __init__(self, columns: Columns, path: Path | None = None) -> None:
        self.columns = columns
        self.path = path

    def rows(self, predictions: Iterable[Prediction], examples: Iterable[Example]) -> Iterator[float | None]:
        """Yield the cosine of each answer with its reference."""
        pairs = [(words(given), words(wanted)) for given, wanted in self.columns.pairs(predictions, examples)]
        if self.path is None:
            vectors = learn([wanted for _, wanted in pairs])
        else:
            vectors = read(self.path, {word for pair in pairs for text in pair for word in text})
        return (self.score(given, wanted, vectors) for given, wanted in pairs)

    def score(self, given: Sequence[str], wanted: Sequence[str], vectors: Vectors) -> float | None:
        """Return the cosine of the mean vectors of two lists of words."""
        answer, reference = mean_vector(given, vectors), mean_vector(wanted, vectors)
        if reference is None:
            return None
        return 0.0 if answer is None else cosine(answer, reference)

    def total(self, rows: Sequence[float]) -> float:
        """Return the mean cosine."""
        return mean(rows)


def similarity(config: Config) -> Answered:
    """Make the metric `vector-similarity`."""
    return Answered(
        VectorSimilarity(Columns("vector-similarity", config.field, config.field), config.vectors), config.field
    )
