"""Names as numbers and back: the classes of a label, the values of a category, the users and items of ratings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from toolkit.contracts import Example
from toolkit.errors import DataError, RunError


class Vocabulary:
    """Distinct names in a fixed order: whole numbers first, each kind sorted."""

    def __init__(self, names: Iterable[str | int] = ()) -> None:
        self.names: list[str | int] = sorted(set(names), key=lambda name: (isinstance(name, str), name))
        self._index = {name: index for index, name in enumerate(self.names)}

    def __len__(self) -> int:
        return len(self.names)

    def find(self, name: str | int) -> int | None:
        """Return the position of a name; None for one that is not here."""
        return self._index.get(name)

    @property
    def digest(self) -> str:
        """A SHA-256 that is the same for the same names."""
        return hashlib.sha256(json.dumps(self.names).encode()).hexdigest()

    @classmethod
    def of_rows(cls, rows: Iterable[Example], field: str, whole_numbers: bool = False) -> Vocabulary:
        """Return what stands in a field of the training rows, or raise DataError with the row."""
        return cls(_checked(row.get(field), field, place, whole_numbers) for place, row in enumerate(rows, start=1))

    @classmethod
    def of_state(cls, names: Sequence[str | int], where: str) -> Vocabulary:
        """Return the vocabulary that was saved as this list, or raise RunError."""
        if not isinstance(names, list) or not all(is_name(name) for name in names):
            raise RunError(f"{where} should be a list of names")
        made = cls(names)
        if made.names != names:
            raise RunError(f"{where} is not sorted, or names something twice")
        return made


def is_name(value: Any, whole_numbers: bool = True) -> bool:
    """Return whether a value is a string or, where they may be, a whole number."""
    return isinstance(value, str) or (whole_numbers and isinstance(value, int) and not isinstance(value, bool))


def _checked(value: Any, field: str, place: int, whole_numbers: bool) -> str | int:
    if not is_name(value, whole_numbers):
        wanted = "a string or a whole number" if whole_numbers else "a string"
        raise DataError(f"training row {place}: {field} should be {wanted}, and is {value!r}")
    return value
