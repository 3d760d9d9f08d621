"""The store that a server writes to: many threads, one connection, and a commit that takes along whoever waits.

A call returns once its row is on disk. Threads that come while a commit is under way form the next one
together, so that eight of them wait for one flush of the disk, not for eight (group commit).
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from toolkit.errors import ResourceError, SpecError, ToolkitError
from toolkit_feedback import Sqlite as Config
from toolkit_feedback import database
from toolkit_feedback.places import beside
from toolkit_feedback.remembered import Remembered
from toolkit_feedback.retention import Retention
from toolkit_feedback.rows import COLUMNS, row_of
from toolkit_feedback.text import whole

#: Questions kept in memory where only judged ones are stored.
REMEMBERED = 4096
_INSERT = f"INSERT OR IGNORE INTO feedback ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{c}' for c in COLUMNS)})"
_JUDGE = "UPDATE feedback SET helpful = :helpful, comment = :comment, judged = :judged WHERE id = :id"

Work = Callable[[sqlite3.Connection], Any]


@dataclass(eq=False, slots=True)
class Job:
    """Something to do within a commit, and what came of it."""

    work: Work
    done: bool = False
    result: Any = None
    error: ResourceError | None = None


class Store:
    """A feedback file, open. Any thread may call."""

    def __init__(self, file: Path, options: Config, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Open `file`, making it where there is none.

        Raises: RunError where it is no feedback file of this version, ResourceError where it cannot be opened.
        """
        self.file, self._patience, self._clock = file, options.busy_timeout, clock
        self._unjudged = None if options.questions else Remembered(REMEMBERED)
        self._retention = Retention(options.keep_days, options.max_rows, clock)
        self._waiting: deque[Job] = deque()
        self._lock = threading.Lock()
        self._connect()

    def asked(self, question: str, prediction: Mapping[str, Any], language: str) -> str:
        """Store a question with what was answered; return an id that nobody can guess.

        Raises: ResourceError where it cannot be written; nothing of it is stored then.
        """
        row = row_of(question, prediction, language, self._now())
        if self._unjudged is None:
            self._write(lambda connection: connection.execute(_INSERT, row))
        else:
            self._unjudged.add(row)
        return str(row["id"])

    def judged(self, id: str, helpful: bool, comment: str) -> None:
        """Store what somebody said of an answer, in the place of what was said before.

        Raises: KeyError where there is no such id, ResourceError where it cannot be written.
        """
        said = {"id": whole(id), "helpful": int(helpful), "comment": whole(comment), "judged": self._now()}
        row = self._unjudged.get(id) if self._unjudged else None

        def judge(connection: sqlite3.Connection) -> bool:
            if row:
                connection.execute(_INSERT, row)
            return connection.execute(_JUDGE, said).rowcount == 1

        if not self._write(judge):
            raise KeyError(id)
        if self._unjudged:
            self._unjudged.drop(id)

    def close(self) -> None:
        """Write what waits, and close the file; nothing is written afterwards."""
        with self._lock:
            self._commit()
            self._connection.close()

    def _now(self) -> str:
        return self._clock().isoformat(timespec="seconds")

    def _connect(self) -> None:
        self._connection = database.create(self.file, self._patience)
        self._place = database.place(self.file)
        with database.named(self.file):
            with database.transaction(self._connection) as connection:
                self._retention.apply(connection, writes=0)
            with suppress(sqlite3.OperationalError):  # another server writes: it will do this
                database.checkpoint(self._connection)

    def _write(self, work: Work) -> Any:
        """Return what `work` returned, once it is on disk."""
        job = Job(work)
        self._waiting.append(job)
        with self._lock:
            if not job.done:  # no other thread's commit took it along
                self._commit()
        if job.error:
            raise job.error
        return job.result

    def _commit(self) -> None:
        """Do what waits in one transaction: all of it, or nothing."""
        jobs = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if not jobs:
            return
        try:
            if database.place(self.file) != self._place:  # the owner took the file away
                old = self._connection
                self._connect()
                old.close()  # SQLite sees that its file was moved, and leaves the new one's log alone
            with database.transaction(self._connection) as connection:
                for job in jobs:
                    job.result = job.work(connection)
                self._retention.apply(connection, len(jobs))
        except BaseException as error:
            self._retention.again()
            for job in jobs:
                job.error = database.refused(self.file, error)
            if not isinstance(error, sqlite3.Error | ToolkitError):
                raise
        finally:
            for job in jobs:
                job.done = True


class Feedback:
    """Where feedback goes, once it is known which run it is about."""

    def __init__(self, options: Config) -> None:
        self._options = options

    def open(self, run: Path | None) -> Store:
        """Open the store of a run folder, or the file that the spec names.

        Raises: as Store does, and SpecError where neither is known.
        """
        if self._options.file is not None:
            return Store(Path(self._options.file), self._options)
        if run is not None:
            return Store(beside(run), self._options)
        raise SpecError("feedback: a system without a run folder needs the option `file`", "as in file: said.sqlite")


def make(config: Config) -> Feedback:
    """Return the component."""
    return Feedback(config)
