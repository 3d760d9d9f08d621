"""The file: how it is opened and made, what it is refused for, and what SQLite's errors mean to people."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from toolkit.errors import ResourceError, RunError, ToolkitError

#: Stands in the file's header, so that a database of something else is never written to ("tkfb").
APPLICATION = 0x746B6662
#: Version of the tables, in `PRAGMA user_version`.
VERSION = 1

_TABLES = (
    """CREATE TABLE feedback (
        number INTEGER PRIMARY KEY,       -- in the order of asking
        id TEXT NOT NULL UNIQUE,          -- unguessable; what the person's browser knows the answer by
        asked TEXT NOT NULL,              -- UTC, ISO 8601
        language TEXT NOT NULL,
        question TEXT NOT NULL,
        answer TEXT NOT NULL,             -- empty where refused
        refused INTEGER NOT NULL,         -- 0 or 1
        confidence REAL,
        source TEXT,                      -- id of the first source
        sources TEXT NOT NULL,            -- ids of all sources, a JSON list
        helpful INTEGER,                  -- 0 or 1; null where nobody judged
        comment TEXT NOT NULL DEFAULT '',
        judged TEXT                       -- UTC, ISO 8601; of the last judgement
    )""",
    "CREATE INDEX feedback_unjudged ON feedback (number) WHERE helpful IS NULL",
)
_NO_DATABASE = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_ELSEWHERE = "move it away, or name another with the option `file`"


def create(file: Path, patience: float) -> sqlite3.Connection:
    """Open a file to write to, making it where there is none. `patience`: seconds to wait for other writers.

    Raises: RunError where the file is none of ours, ResourceError where it cannot be opened.
    """
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        hint = "make its folder, or name another place with the option `file`"
        raise ResourceError(f"cannot make {file}: {error.strerror}", hint) from error
    with named(file):
        connection = _checked(file, _connected(file, patience), make=True)
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            connection.close()
            raise ResourceError(f"{file} cannot be written durably here: its journal mode is {mode}", _ELSEWHERE)
        return connection


def existing(file: Path, patience: float, write: bool = False) -> sqlite3.Connection:
    """Open a file that is there, to read or to `write`. Raises as `create` does."""
    with named(file):
        connection = _checked(file, _connected(file, patience))
        if not write:  # not SQLite's mode=ro, which would leave an empty log behind
            connection.execute("PRAGMA query_only = ON")
        return connection


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Commit what is done within, or nothing of it; no other process writes meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # a full disk may have ended the transaction already
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def named(file: Path) -> Iterator[None]:
    """Turn SQLite's errors into those of the toolkit, which name the file."""
    try:
        yield
    except sqlite3.Error as error:
        if _code(error) in _NO_DATABASE:
            raise RunError(f"{file} is no database, or a damaged one: {error}", _ELSEWHERE) from error
        raise refused(file, error) from error


def refused(file: Path, error: BaseException) -> ResourceError:
    """Return the error for what could not be read or written."""
    if isinstance(error, ToolkitError):
        return ResourceError(error.message, error.hint)
    if _code(error) in _BUSY:
        return ResourceError(f"{file} is held by another process ({error})", "try again; `busy_timeout` says how long")
    hint = "make room on the disk" if _code(error) in _FULL else "what was stored before stays whole"
    return ResourceError(f"{file} cannot be read or written: {error}", hint)


def _code(error: BaseException) -> int:
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF  # the low byte of an extended code


def _connected(file: Path, patience: float) -> sqlite3.Connection:
    place = f"{file.absolute().as_uri()}?mode=rw"  # of a file that is there
    return sqlite3.connect(place, uri=True, timeout=patience, isolation_level=None, check_same_thread=False)


def _checked(file: Path, connection: sqlite3.Connection, make: bool = False) -> sqlite3.Connection:
    """Return the connection to a file that is ours, closed otherwise; `make`: an empty one becomes ours."""
    try:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA synchronous = FULL")  # in WAL mode: on disk with each commit
        if make and _is_empty(connection):
            with transaction(connection):
                if _is_empty(connection):  # still: another server may have been faster
                    _make(connection)
        _refuse_strangers(file, connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_empty(connection: sqlite3.Connection) -> bool:
    return not any(connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("schema_version", "user_version"))


def _make(connection: sqlite3.Connection) -> None:
    for statement in (*_TABLES, f"PRAGMA application_id = {APPLICATION}", f"PRAGMA user_version = {VERSION}"):
        connection.execute(statement)


def _refuse_strangers(file: Path, connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        raise RunError(f"{file} is no feedback file of the toolkit", _ELSEWHERE)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != VERSION:
        hint = f"update the toolkit, or {_ELSEWHERE}"
        raise RunError(f"{file} is of version {version}, and this toolkit reads version {VERSION}", hint)


def place(file: Path) -> tuple[int, int] | None:
    """Return what tells a file from another of its name: device and inode; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def checkpoint(connection: sqlite3.Connection) -> bool:
    """Move what the log holds into the file and cut the log to nothing; return whether nobody stood in the way."""
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def scrub(connection: sqlite3.Connection) -> bool:
    """Leave no trace of deleted rows in the file or its log; return whether nobody stood in the way.

    PRAGMA secure_delete alone leaves copies behind where SQLite rebalanced its tree: hence VACUUM.
    """
    try:
        connection.execute("VACUUM")
    except sqlite3.OperationalError as error:
        if _code(error) in _BUSY:
            return False
        raise
    return checkpoint(connection)
