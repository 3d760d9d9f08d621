"""Splitting rows into training, validation and test so that what reads alike stays together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from toolkit.contracts import Example
from toolkit_text.data_options import Pairs, Text


def split(
    rows: Sequence[Example], key: Callable[[Example], Any], validation: float, test: float, seed: int
) -> dict[str, list[Example]]:
    """Return the rows of each split, in their order.

    Rows of the same key go to the same split, so `validation` and `test` are shares of the distinct keys. Which
    keys go where depends on the seed and on the keys themselves, not on the order of the rows.
    """
    keys = [str(key(row)) for row in rows]
    drawn = sorted(set(keys), key=lambda name: hashlib.sha256(f"{seed}/{name}".encode()).digest())
    tests, validations = round(test * len(drawn)), round(validation * len(drawn))
    where = dict.fromkeys(drawn[:tests], "test") | dict.fromkeys(drawn[tests : tests + validations], "validation")
    found: dict[str, list[Example]] = {"train": [], "validation": [], "test": []}
    for row, name in zip(rows, keys, strict=True):
        found[where.get(name, "train")].append(row)
    return found


class Splits:
    """Data of splits alone, without side tables."""

    def __init__(self, rows: dict[str, list[Example]]) -> None:
        self.rows = rows

    def split(self, name: str) -> Sequence[Example]:
        """Return the rows of a split."""
        return self.rows[name]

    def table(self, name: str) -> Sequence[Example]:
        """Return the rows of a side table: there is none."""
        raise KeyError(name)


def held_out(
    config: Pairs | Text, read: Callable[[Path], list[Example]], key: Callable[[Example], Any], seed: int
) -> Splits:
    """Return what `read` finds at `config.path`, parts of it held out or read from files of their own."""
    parts = {"validation": config.validation, "test": config.test}
    files = {name: part for name, part in parts.items() if isinstance(part, Path)}
    shares = {name: 0.0 if isinstance(part, Path) else part for name, part in parts.items()}
    rows = split(read(config.path), key, **shares, seed=seed)
    return Splits(rows | {name: read(file) for name, file in files.items()})
