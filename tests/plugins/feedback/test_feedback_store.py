"""The store: rows read back by plain sqlite3, group commit, and every way in which it cannot write."""

from __future__ import annotations

import itertools
import json
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.errors import ResourceError, RunError, SpecError
from toolkit_feedback import Sqlite, database, store
from toolkit_feedback.store import Store, make
from toolkit_feedback.text import whole

START = datetime(2026, 11, 24, 3, 35, tzinfo=UTC)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "said.sqlite"


def ticking():
    """Return a clock that goes on by a second whenever somebody looks."""
    seconds = itertools.count()
    return lambda: START + timedelta(seconds=next(seconds))


@pytest.fixture
def opened(file):
    made = Store(file, Sqlite(busy_timeout=0.2), ticking())
    yield made
    made.close()


def rows(file):
    """Read rows by plain sqlite3."""
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM feedback ORDER BY number")]


def test_a_question_and_its_judgement(file, opened):
    id = opened.asked("怎么安装？", {"answer": "运行它。", "confidence": 0.93, "sources": [{"id": "install"}]}, "zh")
    row = {
        "number": 1,
        "id": id,
        "asked": "2026-11-24T03:35:01+00:00",
        "language": "zh",
        "question": "怎么安装？",
        "answer": "运行它。",
        "refused": 0,
        "confidence": 0.93,
        "source": "install",
        "sources": '["install"]',
        "helpful": None,
        "comment": "",
        "judged": None,
    }
    assert rows(file) == [row]
    opened.judged(id, True, "谢谢")
    opened.judged(id, False, "wait, no")
    judged = {**row, "helpful": 0, "comment": "wait, no", "judged": "2026-11-24T03:35:05+00:00"}
    assert rows(file) == [judged]


def test_an_id_that_nobody_was_given(file, opened):
    opened.asked("q", {}, "en")
    for id in ("", "0" * 32, "half \ud800", "' OR 1=1 --"):
        with pytest.raises(KeyError):
            opened.judged(id, True, "")
    assert rows(file)[0]["helpful"] is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(*[st.text(st.characters(codec=None))] * 4)
def test_any_text_comes_back(tmp_path, question, answer, source, comment):
    file = tmp_path / "any.sqlite"
    made = Store(file, Sqlite())
    made.judged(made.asked(question, {"answer": answer, "sources": [{"id": source}]}, "en"), True, comment)
    row = rows(file)[-1]
    made.close()
    found = [row[name] for name in ("question", "answer", "source", "comment")]
    assert found == list(map(whole, (question, answer, source, comment)))
    assert json.loads(row["sources"]) == [row["source"]]


def waiting(made, count, work):
    """Return threads that wait for the store, `count` of them, and what they said."""
    said = []

    def call(number):
        try:
            said.append(work(number))
        except ResourceError as error:
            said.append(error)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    while len(made._waiting) < count:
        time.sleep(0.001)
    return threads, said


def test_those_who_wait_are_committed_together(file, opened):
    statements = []
    opened._connection.set_trace_callback(statements.append)
    with opened._lock:
        threads, said = waiting(opened, 8, lambda i: opened.asked(f"question {i}", {}, "en"))
        assert statements == []
    for thread in threads:
        thread.join()
    assert statements.count("COMMIT") == 1
    assert {row["id"] for row in rows(file)} == set(said)
    assert len(said) == 8


def test_those_who_wait_fail_together(file, opened):
    before = opened.asked("before", {}, "en")
    pages = opened._connection.execute("PRAGMA page_count").fetchone()[0]
    opened._connection.execute(f"PRAGMA max_page_count = {pages}")
    with opened._lock:
        threads, said = waiting(opened, 4, lambda i: opened.asked("long " * 5000, {}, "en"))
    for thread in threads:
        thread.join()
    assert [type(error) for error in said] == [ResourceError] * 4
    assert len({id(error) for error in said}) == 4  # an error of their own each: a traceback belongs to one thread
    assert [row["id"] for row in rows(file)] == [before]


def test_a_full_disk_and_room_again(file, opened):
    opened._connection.execute("PRAGMA max_page_count = 30")
    kept = []
    with pytest.raises(ResourceError, match="full") as caught:
        while True:
            kept.append(opened.asked("long " * 500, {}, "en"))
    assert "make room on the disk" in caught.value.hint
    assert str(file) in caught.value.message
    assert len(kept) > 5
    opened._connection.execute("PRAGMA max_page_count = 1000000")
    kept += [opened.asked("long " * 500, {}, "en") for _ in range(20)]
    opened.judged(kept[0], True, "")
    assert [row["id"] for row in rows(file)] == kept


def test_a_file_that_another_process_holds(file, opened):
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        start = time.monotonic()
        with pytest.raises(ResourceError, match="held by another process"):
            opened.asked("q", {}, "en")
        assert 0.15 < time.monotonic() - start < 2
        other.execute("ROLLBACK")
    opened.asked("q", {}, "en")
    assert len(rows(file)) == 1


def test_after_close_nothing_is_stored(file, opened):
    opened.close()
    opened.close()
    with pytest.raises(ResourceError, match="closed"):
        opened.asked("q", {}, "en")
    assert rows(file) == []


@pytest.mark.parametrize("with_its_log", [True, False])
def test_a_file_that_the_owner_took_away_is_made_anew(file, opened, with_its_log):
    old = opened.asked("old", {}, "en")
    for path in list(file.parent.iterdir()) if with_its_log else [file]:
        path.unlink()
    new = opened.asked("new", {}, "en")
    assert [row["id"] for row in rows(file)] == [new]
    assert file.with_name(file.name + "-wal").stat().st_size > 0
    with pytest.raises(KeyError):
        opened.judged(old, True, "")
    file.parent.rename(file.parent.with_name("gone"))
    with pytest.raises(ResourceError, match="cannot make"):
        opened.asked("nowhere", {}, "en")
    file.parent.with_name("gone").rename(file.parent)
    opened.judged(new, True, "")
    assert rows(file)[0]["helpful"] == 1


def test_another_file_in_its_place_is_said_and_left_alone(file, opened):
    for path in list(file.parent.iterdir()):
        path.unlink()
    file.write_text("something else " * 500)
    with pytest.raises(ResourceError, match="is no database"):  # as for whatever cannot be written
        opened.asked("q", {}, "en")
    assert file.read_text() == "something else " * 500


def test_an_error_that_nobody_expects_reaches_everybody_who_waits(opened, monkeypatch):
    def broken(connection, writes):
        raise ZeroDivisionError("a fault")

    with opened._lock:
        threads, said = waiting(opened, 1, lambda i: opened.asked("q", {}, "en"))
        monkeypatch.setattr(opened._retention, "apply", broken)
        with pytest.raises(ZeroDivisionError):
            opened._commit()
    threads[0].join()
    assert "a fault" in str(said[0])


def test_only_what_was_judged_is_stored(file):
    made = Store(file, Sqlite(questions=False))
    one, other = made.asked("one", {"answer": "a"}, "en"), made.asked("other", {}, "en")
    assert rows(file) == []
    made.judged(one, False, "no")
    made.judged(one, True, "yes after all")
    assert [(row["id"], row["helpful"], row["comment"]) for row in rows(file)] == [(one, 1, "yes after all")]
    made.close()
    again = Store(file, Sqlite(questions=False))
    again.judged(one, False, "")
    with pytest.raises(KeyError):  # it was in memory only
        again.judged(other, True, "")
    again.close()


def test_what_is_in_memory_is_bounded_and_outlives_a_full_disk(file, monkeypatch):
    monkeypatch.setattr(store, "REMEMBERED", 3)
    made = Store(file, Sqlite(questions=False))
    ids = [made.asked("long " * 2000, {}, "en") for _ in range(4)]
    with pytest.raises(KeyError):
        made.judged(ids[0], True, "")
    made._connection.execute(f"PRAGMA max_page_count = {made._connection.execute('PRAGMA page_count').fetchone()[0]}")
    with pytest.raises(ResourceError):
        made.judged(ids[1], True, "")
    made._connection.execute("PRAGMA max_page_count = 1000000")
    made.judged(ids[1], True, "")
    assert [row["id"] for row in rows(file)] == [ids[1]]
    made.close()


def test_bounds_hold_in_the_store(file):
    made = Store(file, Sqlite(max_rows=100))
    ids = [made.asked(str(n), {}, "en") for n in range(250)]
    made.close()
    left = [row["id"] for row in rows(file)]
    assert 99 <= len(left) <= 100
    assert left == ids[-len(left) :]


def test_old_rows_go_when_the_file_is_opened(file):
    Store(file, Sqlite(), lambda: datetime(2026, 1, 1, tzinfo=UTC)).asked("old secret", {}, "en")
    made = Store(file, Sqlite(keep_days=30), lambda: datetime(2026, 2, 1, tzinfo=UTC))
    assert rows(file) == []
    made.close()
    assert b"old secret" not in file.read_bytes()


def test_the_place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = tmp_path / "runs" / "helpdesk"
    run.mkdir(parents=True)
    made = make(Sqlite()).open(run)
    assert made.file == tmp_path / "runs" / "helpdesk.feedback.sqlite"
    made.close()
    for where in (run, None):
        named = make(Sqlite(file="mine.sqlite")).open(where)
        named.close()
        assert (tmp_path / "mine.sqlite").is_file()
    with pytest.raises(SpecError, match="needs the option `file`"):
        make(Sqlite()).open(None)


def test_what_is_no_feedback_file_is_refused(file):
    file.write_text("notes " * 1000)
    with pytest.raises(RunError, match="is no database"):
        Store(file, Sqlite())


def test_the_log_left_by_a_crash_is_taken_up(file, opened):
    id = opened.asked("q", {}, "en")
    copied = file.with_name("copied.sqlite")
    for end in ("", "-wal"):
        copied.with_name(copied.name + end).write_bytes(file.with_name(file.name + end).read_bytes())
    Store(copied, Sqlite()).close()
    assert [row["id"] for row in rows(copied)] == [id]
    assert database.VERSION == 1
