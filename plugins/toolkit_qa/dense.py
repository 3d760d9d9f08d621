"""Search by meaning: exact inner products of the question's vector with those of the wordings and the answers.

With an adapter W a vector x becomes (x + W x) / |x + W x|. What is kept of an entry is the encoder's own vector and
the length of the adapted one: as (q + W q) . (x + W x) = ((I + W^T) (q + W q)) . x, one pass over the encoder's vectors
gives the scores with the adapter and those without, which the report compares.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from toolkit.contracts import Example
from toolkit_qa import arrays
from toolkit_qa.passages import Passages

INDEX, ADAPTER, ENCODER = "vectors.safetensors", "adapter.safetensors", "encoder"
#: Texts that are encoded, and vectors that are multiplied, at a time: the latter then stay in the processor's cache.
CHUNK = 1024


class Query(NamedTuple):
    """The vectors of a question, each (width,): the encoder's own, and behind the adapter."""

    plain: np.ndarray
    adapted: np.ndarray


class Vectors(NamedTuple):
    """The encoder's vectors of some texts (n, width), and the length of each behind the adapter (n,)."""

    plain: np.ndarray
    length: np.ndarray


class Dense:
    """Scores entries by how near their vectors are to the question's.

    Args:
        encoder: see `toolkit_encoders.contract`.
        answer_weight: how much the answers' vectors count, the wordings' counting 1; 0: answers are not encoded.
        adapted: whether there is an adapter.
    """

    def __init__(self, encoder: Any, answer_weight: float, adapted: bool = False) -> None:
        self.encoder = encoder
        self.fields = ("question", "answer") if answer_weight else ("question",)
        weights = {"question": 1.0} | ({"answer": answer_weight} if answer_weight else {})
        behind = {f"{name} meaning": 10 * weight for name, weight in weights.items()}
        alone = {f"{name} meaning, no adapter": 10 * weight for name, weight in weights.items()} if adapted else {}
        self.signals = behind | dict.fromkeys(alone, 0.0)
        self.views = {"dense": behind} | ({"encoder alone": alone} if adapted else {})
        self.adapter: np.ndarray | None = None  # (width, width), W: applied as x + x @ W
        self.adapted = adapted
        self.kept: dict[str, Vectors] = {}
        self.passages = Passages()

    def index(self, table: Sequence[Example], passages: Passages) -> None:
        """Encode the wordings and the answers."""
        self.passages = passages
        rows = {"question": table, "answer": [table[row] for row in passages.first]}
        self.kept = {field: self._kept(self.encode(rows[field], field)) for field in self.fields}

    def encode(self, examples: Sequence[Example], field: str) -> np.ndarray:
        """Return the encoder's vectors (n, width) of the texts in `field`."""
        starts = range(0, len(examples) or 1, CHUNK)
        parts = [self.encoder.encode(examples[at : at + CHUNK], field) for at in starts]
        return np.concatenate(parts, dtype=np.float32)

    def adapt(self, vectors: np.ndarray) -> np.ndarray:
        """Return vectors (n, width) behind the adapter, each of length 1 or 0."""
        if self.adapter is None:
            return vectors
        moved = vectors + vectors @ self.adapter
        return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9), np.float32)

    def set_adapter(self, adapter: np.ndarray) -> None:
        """Take another adapter (width, width); the index needs no encoding for it."""
        self.adapter = np.asarray(adapter, np.float32)
        self.kept = {field: self._kept(vectors.plain) for field, vectors in self.kept.items()}

    def _kept(self, plain: np.ndarray) -> Vectors:
        if self.adapter is None:
            return Vectors(plain, np.ones(len(plain), np.float32))
        parts = np.split(plain, range(CHUNK, len(plain), CHUNK))
        return Vectors(plain, np.concatenate([np.linalg.norm(x + x @ self.adapter, axis=1) for x in parts]))

    def read(self, examples: Sequence[Example]) -> list[Query]:
        """Return the vectors of each question."""
        plain = self.encode(examples, "question")
        return [Query(*pair) for pair in zip(plain, self.adapt(plain), strict=True)]

    def scores(self, query: Query) -> np.ndarray:
        """Return (signals, entries): cosines, -1 to 1, with the adapter first, then without."""
        asked = [query.adapted if self.adapter is None else query.adapted + self.adapter @ query.adapted, query.plain]
        asked = asked if self.adapted else asked[:1]
        found = []
        for field in self.fields:
            plain, length = self.kept[field]
            cosines = products(asked, plain)  # (1 or 2, n)
            cosines[0] /= np.maximum(length, 1e-9)
            found.append(self.passages.best_wording(cosines) if field == "question" else cosines)
        return np.stack(found, axis=1).reshape(len(self.signals), -1)  # from (1 or 2, fields, entries)

    def evidence(self, query: Query, scores: np.ndarray, place: int) -> tuple[float, ...]:
        """Return a confidence, the entry's cosines, and how far the best question stands above the tenth best."""
        own = [float(score) for score in scores[: len(self.fields), place]]
        best = np.partition(scores[0], -10)[-10] if scores.shape[1] > 10 else scores[0].min()
        confidence = 1 / (1 + np.exp(-12 * (max(own) - 0.5)))
        return float(confidence), *own, float(scores[0, place] - best)

    def facts(self) -> dict[str, Any]:
        """Return how large the index is."""
        width = next(iter(self.kept.values())).plain.shape[1] if self.kept else 0
        megabytes = sum(vectors.plain.nbytes for vectors in self.kept.values()) / 1e6
        return {"numbers in a vector": width, "vectors, MB": round(megabytes, 1)}

    def save(self, folder: Path) -> None:
        """Write encoder, vectors and adapter."""
        (folder / ENCODER).mkdir()
        self.encoder.save(folder / ENCODER)
        arrays.save({field: vectors.plain for field, vectors in self.kept.items()}, folder / INDEX)
        if self.adapter is not None:
            arrays.save({"adapter": self.adapter}, folder / ADAPTER)

    def load(self, folder: Path, passages: Passages) -> None:
        """Read what `save` wrote."""
        self.encoder.load(folder / ENCODER)
        sizes = {"question": len(passages.entry_of), "answer": len(passages)}
        width = self.encoder.width  # of a pretrained one known now that it is loaded
        found = arrays.load(folder / INDEX, {name: (np.float32, (sizes[name], width)) for name in self.fields})
        if self.adapted:
            kind = {"adapter": (np.float32, (width, width))}
            self.adapter = arrays.load(folder / ADAPTER, kind)["adapter"]
        self.passages = passages
        self.kept = {field: self._kept(found[field]) for field in self.fields}


def products(asked: Sequence[np.ndarray], vectors: np.ndarray) -> np.ndarray:
    """Return the inner products (questions, n) of a few vectors, each (width,), with many (n, width).

    100,000 vectors of 512 numbers take 22 ms on one core for two questions, and 54 ms as one product of matrices.
    """
    found = np.empty((len(asked), len(vectors)), np.float32)
    for at in range(0, len(vectors), CHUNK):
        for row, vector in zip(found, asked, strict=True):
            np.dot(vectors[at : at + CHUNK], vector, out=row[at : at + CHUNK])
    return found
