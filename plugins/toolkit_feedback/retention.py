"""What is removed without anybody asking: rows that are too old, and rows beyond the most that are kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

# The newest rows are safe, so that none is gone before its answer has been read and judged.
_OLDEST = """DELETE FROM feedback WHERE number IN (SELECT number FROM feedback
    WHERE {which} number <= (SELECT max(number) FROM feedback) - :safe ORDER BY number LIMIT :over)"""
_UNJUDGED, _ANY = _OLDEST.format(which="helpful IS NULL AND"), _OLDEST.format(which="")


class Retention:
    """Keeps a store within its bounds: by age once a day, by number after every hundredth of `max_rows` writes."""

    def __init__(self, keep_days: int | None, max_rows: int, clock: Callable[[], datetime]) -> None:
        self._keep_days, self._max_rows, self._clock = keep_days, max_rows, clock
        self._slack = max_rows // 100
        self.again()

    def again(self) -> None:
        """Do everything with the next write: what was done last may have been rolled back."""
        self._swept_on, self._until_trim = 0, 0

    def apply(self, connection: sqlite3.Connection, writes: int) -> None:
        """Remove what is due, within the transaction of `writes` writes."""
        today = self._clock()
        if self._keep_days is not None and today.toordinal() != self._swept_on:
            self._swept_on = today.toordinal()
            oldest = today - timedelta(days=self._keep_days)
            connection.execute("DELETE FROM feedback WHERE asked < ?", (oldest.isoformat(timespec="seconds"),))
        self._until_trim -= writes
        if self._until_trim <= 0:
            self._until_trim = self._slack
            trim(connection, self._max_rows - self._slack, self._max_rows // 10)


def trim(connection: sqlite3.Connection, most: int, safe: int) -> None:
    """Remove rows until `most` are left: the oldest that nobody judged, then the oldest; never the `safe` newest."""
    for statement in (_UNJUDGED, _ANY):
        over = connection.execute("SELECT count(*) FROM feedback").fetchone()[0] - most
        if over > 0:
            connection.execute(statement, {"over": over, "safe": safe})
