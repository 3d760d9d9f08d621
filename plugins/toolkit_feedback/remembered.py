"""Questions that nobody has judged yet, kept in memory where only judged ones are stored."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]


class Remembered:
    """The last `most` rows by id; the oldest is forgotten for the newest. Any thread may call."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._rows: OrderedDict[str, Row] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, row: Row) -> None:
        """Keep a row."""
        with self._lock:
            self._rows[row["id"]] = row
            if len(self._rows) > self._most:
                self._rows.popitem(last=False)

    def get(self, id: str) -> Row | None:
        """Return a row, None where there is none (any more)."""
        with self._lock:
            return self._rows.get(id)

    def drop(self, id: str) -> None:
        """Forget a row, where it is there."""
        with self._lock:
            self._rows.pop(id, None)
