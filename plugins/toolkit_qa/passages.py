"""The entries that can be answered with, and the wordings that lead to each.

passages.jsonl        {"id", "title", "answer"} a line, in the order of the table
wordings.safetensors  entry_of (wordings,): the entry of each wording
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from toolkit.contracts import Example
from toolkit.errors import RunError
from toolkit_qa import arrays
from toolkit_qa.languages import is_chinese

PASSAGES, WORDINGS = "passages.jsonl", "wordings.safetensors"


class Entry(NamedTuple):
    """What a question may be answered with."""

    id: str | int
    title: str
    answer: str


@dataclass(frozen=True, eq=False)
class Passages:
    """Entries, and of each wording the place of its entry (wordings,); entries come in the order of their first one."""

    entries: Sequence[Entry] = ()
    entry_of: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))

    @classmethod
    def of(cls, table: Sequence[Example]) -> Passages:
        """Return the entries of a table with a row a wording; rows of one id are wordings of one entry."""
        places: dict[Any, int] = {}
        entries: list[Entry] = []
        entry_of = np.empty(len(table), np.int32)
        for number, row in enumerate(table):
            entry_of[number] = place = places.setdefault(row["id"], len(places))
            if place == len(entries):
                entries.append(Entry(row["id"], row.get("title", ""), row["answer"]))
        return cls(entries, entry_of)

    def __len__(self) -> int:
        return len(self.entries)

    @cached_property
    def place_of(self) -> Mapping[Any, int]:
        """The place of each id."""
        return {entry.id: place for place, entry in enumerate(self.entries)}

    @cached_property
    def first(self) -> np.ndarray:
        """The first wording of each entry (entries,)."""
        return np.unique(self.entry_of, return_index=True)[1]

    @cached_property
    def chinese(self) -> np.ndarray:
        """Whether each entry is in Chinese (entries,)."""
        return np.array([is_chinese(f"{entry.title} {entry.answer}") for entry in self.entries], bool)

    def golds(self, row: Mapping[str, Any]) -> list[int]:
        """Return the places of the entries that answer a query."""
        return [self.place_of[id_] for id_ in right_ids(row) if id_ in self.place_of]

    def best_wording(self, scores: np.ndarray) -> np.ndarray:
        """Return of scores by wording (..., wordings) the highest of each entry (..., entries)."""
        if len(self.entries) == len(self.entry_of):
            return scores  # a wording each, in the same order
        order, starts = self.by_entry
        return np.maximum.reduceat(scores if self._together else scores[..., order], starts, axis=-1)

    @cached_property
    def by_entry(self) -> tuple[np.ndarray, np.ndarray]:
        """The wordings (wordings,) put together by entry, and where those of each entry begin (entries,)."""
        order = np.argsort(self.entry_of, kind="stable")
        return order, np.searchsorted(self.entry_of[order], np.arange(len(self.entries)))

    @cached_property
    def _together(self) -> bool:
        return bool((np.diff(self.entry_of) >= 0).all())  # as they mostly are: then nothing has to be moved

    def save(self, folder: Path) -> None:
        """Write them."""
        lines = (json.dumps(entry._asdict(), ensure_ascii=False, sort_keys=True) + "\n" for entry in self.entries)
        (folder / PASSAGES).write_text("".join(lines), encoding="utf-8")
        arrays.save({"entry_of": self.entry_of}, folder / WORDINGS)

    @classmethod
    def load(cls, folder: Path) -> Passages:
        """Read what `save` wrote; RunError names the file that is not whole."""
        entries = list(_entries(folder / PASSAGES))
        entry_of = arrays.load(folder / WORDINGS, {"entry_of": (np.int32, (None,))})["entry_of"]
        if list(dict.fromkeys(entry_of.tolist())) != list(range(len(entries))):
            raise RunError(f"{folder / WORDINGS} does not fit {PASSAGES}: it names other entries than stand there")
        if len({entry.id for entry in entries}) != len(entries):
            raise RunError(f"{folder / PASSAGES} holds an id twice")
        return cls(entries, entry_of)


def right_ids(row: Mapping[str, Any]) -> Sequence[Any]:
    """Return the ids of the entries that answer a query, or whose own question it is."""
    return row.get("gold_ids") or row.get("own_ids") or ()


def _entries(file: Path) -> Iterable[Entry]:
    try:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n")[:-1]]
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{file} cannot be read: {error}") from error
    for row in rows:
        if not isinstance(row, dict) or set(row) != set(Entry._fields):
            raise RunError(f"{file} should hold {', '.join(Entry._fields)} in each line")
        if not all(isinstance(row[name], str) for name in ("title", "answer")):
            raise RunError(f"{file} holds an entry whose title or answer is not text")
        if not isinstance(row["id"], str | int):
            raise RunError(f"{file} holds an entry whose id is neither text nor a number")
        yield Entry(**row)
