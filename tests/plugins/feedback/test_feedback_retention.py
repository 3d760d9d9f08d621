"""What is removed by age and by number."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from toolkit_feedback import database
from toolkit_feedback.retention import Retention, trim

DAY = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def connection(tmp_path):
    with closing(database.create(tmp_path / "said.sqlite", 1.0)) as made:
        made.execute("PRAGMA synchronous = OFF")  # quicker; nothing here is about durability
        yield made


def insert(connection: sqlite3.Connection, ids: range, judged: bool = False, asked: datetime = DAY) -> None:
    values = [(str(i), asked.isoformat(timespec="seconds"), 1 if judged else None) for i in ids]
    connection.executemany(
        "INSERT INTO feedback (id, asked, language, question, answer, refused, sources, helpful)"
        " VALUES (?, ?, 'en', '', '', 0, '[]', ?)",
        values,
    )


def ids(connection: sqlite3.Connection) -> list[int]:
    return [int(id) for (id,) in connection.execute("SELECT id FROM feedback ORDER BY number")]


def test_the_oldest_that_nobody_judged_go_first(connection):
    insert(connection, range(5), judged=True)
    insert(connection, range(5, 20))
    trim(connection, most=12, safe=3)
    assert ids(connection) == [*range(5), *range(13, 20)]


def test_then_the_oldest_but_never_the_newest(connection):
    insert(connection, range(10), judged=True)
    insert(connection, range(10, 13))
    trim(connection, most=6, safe=3)
    assert ids(connection) == [*range(7, 13)]
    trim(connection, most=1, safe=3)
    assert ids(connection) == [10, 11, 12]


def test_the_bound_is_never_passed_and_mostly_used(connection):
    retention = Retention(None, 300, lambda: DAY)
    for turn in range(400):
        with database.transaction(connection):
            insert(connection, range(4 * turn, 4 * turn + 4))
            retention.apply(connection, 4)
        assert len(ids(connection)) <= 300
    assert len(ids(connection)) >= 290
    assert ids(connection)[-1] == 1599


def test_age_is_looked_at_once_a_day(connection):
    now = [DAY]
    retention = Retention(30, 100, lambda: now[0])
    insert(connection, range(1), asked=DAY - timedelta(days=30, seconds=1))
    insert(connection, range(1, 2), asked=DAY - timedelta(days=30))
    retention.apply(connection, 1)
    assert ids(connection) == [1]
    now[0] = DAY + timedelta(hours=11)
    retention.apply(connection, 1)
    assert ids(connection) == [1]
    now[0] = DAY + timedelta(days=1)
    retention.apply(connection, 1)
    assert ids(connection) == []


def test_what_was_rolled_back_is_done_again(connection):
    retention = Retention(30, 100, lambda: DAY)
    insert(connection, range(1), asked=DAY - timedelta(days=31))
    with pytest.raises(ZeroDivisionError), database.transaction(connection):
        retention.apply(connection, 1)
        raise ZeroDivisionError
    retention.apply(connection, 1)
    assert ids(connection) == [0]
    retention.again()
    retention.apply(connection, 1)
    assert ids(connection) == []


def test_without_days_nothing_is_too_old(connection):
    insert(connection, range(1), asked=DAY - timedelta(days=9999))
    Retention(None, 100, lambda: DAY).apply(connection, 1)
    assert ids(connection) == [0]
