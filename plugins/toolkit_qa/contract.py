"""What a part of a retriever keeps: something that scores every entry for a question, by one or several signals.

It stands behind the port `searches:passages`. `bm25` and `dual-encoder` are architectures with one such part;
`hybrid` puts the parts of two of them into one ranking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from toolkit.contracts import Example
from toolkit_qa.passages import Passages


class Searcher(Protocol):
    """Scores entries. A question is first read, many at a time, and then scored by what `read` made of it."""

    signals: Mapping[str, float]
    """The name of each signal, in the order of the scores, and its weight where no validation says better."""
    views: Mapping[str, Mapping[str, float]]
    """Rankings to compare in the report: a name, and the weights of the signals that it stands on."""

    def index(self, table: Sequence[Example], passages: Passages) -> None:
        """Take in the encoded table `passages`, a row a wording."""

    def read(self, examples: Sequence[Example]) -> Sequence[Any]:
        """Return what each question is searched by."""

    def scores(self, query: Any) -> np.ndarray:
        """Return how well each entry answers, (signals, entries) float32."""

    def evidence(self, query: Any, scores: np.ndarray, place: int) -> tuple[float, ...]:
        """Return numbers that tell how sure it is of the entry at `place`; the first is from 0 to 1."""

    def facts(self) -> Mapping[str, Any]:
        """Return what is worth knowing of the index, for the report."""

    def save(self, folder: Path) -> None:
        """Write the index into an empty folder."""

    def load(self, folder: Path, passages: Passages) -> None:
        """Read back what `save` wrote, strictly."""
