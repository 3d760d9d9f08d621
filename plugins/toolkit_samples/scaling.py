"""Numbers read from rows, and brought to mean 0 and standard deviation 1."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from toolkit.contracts import Example
from toolkit.errors import DataError, InputError, RunError


def numbers(row: Example, names: Sequence[str]) -> np.ndarray:
    """Return the fields of a row as float64 (n,); raise InputError for one that is missing or no number."""
    return np.array([number(row.get(name), name) for name in names], dtype=np.float64)


def number(value: Any, name: str) -> float:
    """Return a value as a float, or raise InputError that names its field."""
    if value is None:
        raise InputError(f"{name} is missing; it should be a number")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"{name} should be a number, and is {value!r}")
    return float(value)


def matrix(rows: Iterable[Example], names: Sequence[str]) -> np.ndarray:
    """Return the fields of all training rows as float64 (rows, n), or raise DataError with the row."""
    values = []
    for place, row in enumerate(rows, start=1):
        try:
            values.append(numbers(row, names))
        except InputError as error:
            raise DataError(f"training row {place}: {error.message}") from error
    return np.array(values, dtype=np.float64).reshape(len(values), len(names))


class Scaling:
    """Named numbers, each with the mean and the scale that standardise it; (0, 1) leaves a number as it is."""

    def __init__(self, names: Sequence[str], learns: bool) -> None:
        self.names = list(names)
        self.learns = learns
        self.mean = np.zeros(len(names))
        self.scale = np.ones(len(names))

    def fit(self, values: np.ndarray) -> None:
        """Learn from values (rows, n); a column that never changes keeps scale 1."""
        if not self.learns:
            return
        deviation = values.std(0)
        self.mean, self.scale = values.mean(0), np.where(deviation > 0, deviation, 1.0)

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Return (..., n) standardised."""
        return (values - self.mean) / self.scale

    def undo(self, values: np.ndarray) -> np.ndarray:
        """Return (..., n) in its own unit again."""
        return values * self.scale + self.mean

    def state(self) -> dict[str, list[float]]:
        """Return mean and scale by name."""
        pairs = zip(self.names, self.mean.tolist(), self.scale.tolist(), strict=True)
        return {name: [mean, scale] for name, mean, scale in pairs}

    def restore(self, state: Any, where: str) -> None:
        """Take what `state` returned, or raise RunError."""
        if not isinstance(state, dict) or sorted(state) != sorted(self.names):
            raise RunError(f"{where} should hold the numbers {sorted(self.names)}")
        pairs = [state[name] for name in self.names]
        if not all(_is_pair(pair) for pair in pairs):
            raise RunError(f"{where} should hold a mean and a positive scale for each number")
        both = np.array(pairs, dtype=np.float64).reshape(len(pairs), 2)
        self.mean, self.scale = both[:, 0], both[:, 1]


def _is_pair(pair: Any) -> bool:
    numeric = isinstance(pair, list) and len(pair) == 2 and all(type(x) in (int, float) for x in pair)
    return numeric and all(math.isfinite(x) for x in pair) and pair[1] > 0
