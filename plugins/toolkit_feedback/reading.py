"""What the owner reads of a feedback file: rows, sums, what was refused; and rows that are forgotten."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.errors import ResourceError, SpecError
from toolkit_feedback import database
from toolkit_feedback.rows import COLUMNS, JUDGED, plain
from toolkit_feedback.text import normalised

#: Seconds that a command waits for a server that writes.
PATIENCE = 10.0
#: Shortest beginning of an id that stands for it.
SHORT = 8

_SUMS = "count(*), total(refused), count(helpful), total(helpful)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: judged so, refused, asked on or after a day (UTC, YYYY-MM-DD); None or False: all."""

    since: str | None = None
    helpful: bool | None = None
    refused: bool = False

    @property
    def where(self) -> str:
        """The condition in SQL; its values are `values`."""
        chosen = ("asked >= :since", "helpful = :helpful", "refused = 1")
        asked = (self.since is not None, self.helpful is not None, self.refused)
        return " AND ".join(["1", *(text for text, on in zip(chosen, asked, strict=True) if on)])

    @property
    def values(self) -> dict[str, Any]:
        """The values that `where` names."""
        return {"since": self.since, "helpful": self.helpful}


@contextmanager
def reading(file: Path, write: bool = False) -> Iterator[sqlite3.Connection]:
    """Give a connection to a feedback file; what fails within names the file."""
    with closing(database.existing(file, PATIENCE, write)) as connection, database.named(file):
        yield connection


def rows(connection: sqlite3.Connection, wanted: Wanted, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield rows, newest first."""
    found = connection.execute(
        f"SELECT {', '.join((*COLUMNS, *JUDGED))} FROM feedback WHERE {wanted.where} ORDER BY number DESC LIMIT :limit",
        {**wanted.values, "limit": -1 if limit is None else limit},
    )
    return map(plain, found)


def sums(connection: sqlite3.Connection, wanted: Wanted) -> dict[str, int]:
    """Return how many rows there are, and how many of them were refused, judged, and judged helpful."""
    counted = connection.execute(f"SELECT {_SUMS} FROM feedback WHERE {wanted.where}", wanted.values).fetchone()
    return dict(zip(("questions", "refused", "judged", "helpful"), map(int, counted), strict=True))


def grouped(found: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return equal questions together, the most frequent first. Rows come newest first; the newest wording stands."""
    groups: dict[str, dict[str, Any]] = {}
    for row in found:
        fresh = {"question": row["question"], "language": row["language"], "count": 0, "last": row["asked"]}
        groups.setdefault(normalised(row["question"]), fresh)["count"] += 1
    return sorted(groups.values(), key=lambda group: -group["count"])  # stable: the newest of equals first


def forget(file: Path, ids: Sequence[str]) -> int:
    """Delete rows by id, or by its first characters, so that no byte of them is left in the file or its log.

    Without ids, only the traces of what was deleted before are removed.
    Raises: SpecError where an id is unknown or stands for several rows (nothing is deleted then), ResourceError
    where another process is in the way.
    """
    with reading(file, write=True) as connection:
        with database.transaction(connection):
            numbers = {_number(connection, id) for id in ids}
            connection.executemany("DELETE FROM feedback WHERE number = ?", [(number,) for number in numbers])
        if not database.scrub(connection):
            hint = "once it is done, remove the traces: toolkit feedback RUN --forget"
            raise ResourceError(f"deleted; but another process reads {file}, so that traces are left in it", hint)
    return len(numbers)


def _number(connection: sqlite3.Connection, id: str) -> int:
    if len(id) < SHORT:
        raise SpecError(f"{id!r} is too short for an id", f"give {SHORT} characters of it, or all")
    found = connection.execute("SELECT number FROM feedback WHERE substr(id, 1, ?) = ? LIMIT 2", (len(id), id))
    numbers = [number for (number,) in found]
    if len(numbers) != 1:
        what = "several rows have an id" if numbers else "no row has an id"
        raise SpecError(f"{what} that begins with {id!r}; nothing was deleted", "`--json` shows whole ids")
    return int(numbers[0])
