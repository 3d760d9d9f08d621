"""A dataset that is held in memory, and how its rows are shared out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from toolkit.contracts import Example


class Rows:
    """Rows, and which of them each split has."""

    def __init__(self, rows: Sequence[Example], positions: Mapping[str, Sequence[int]]) -> None:
        self.rows = rows
        self.positions = positions

    def split(self, name: str) -> Sequence[Example]:
        """Return the rows of a split; empty where there is none of that name."""
        return [self.rows[position] for position in self.positions.get(name, ())]

    def table(self, name: str) -> Sequence[Example]:
        """Return no rows: there are no side tables."""
        return []


def split(
    count: int, validation: float, test: float, seed: int, classes: Sequence[str] | None = None
) -> dict[str, list[int]]:
    """Share out the positions 0 to count - 1; with `classes`, each gets its share to within two rows.

    Rows are shuffled, brought together by class, and held out at even distances along that order
    (systematic sampling), which stratifies and gets the totals right at once.
    """
    order = np.random.default_rng(seed).permutation(count)
    if classes is not None:
        order = order[np.argsort(np.asarray(classes)[order], kind="stable")]
    share = validation + test
    held = order[_evenly(count, share)]
    tested = held[_evenly(len(held), test / share if share else 0.0)]
    parts = {"train": np.setdiff1d(order, held), "validation": np.setdiff1d(held, tested), "test": np.sort(tested)}
    return {name: part.tolist() for name, part in parts.items()}


def _evenly(count: int, share: float) -> np.ndarray:
    """Return a mask of `count` places of which `share` are true, at even distances."""
    steps = np.floor(np.arange(count + 1) * share + 0.5)
    return steps[1:] > steps[:-1]
