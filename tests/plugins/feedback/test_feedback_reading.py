"""What the owner reads, against plain sqlite3; and that what is forgotten is gone to the last byte."""

from __future__ import annotations

import random
import sqlite3
import subprocess
from contextlib import closing

import pytest
from feedback_fakes import SAID, told

from toolkit.errors import ResourceError, SpecError
from toolkit_feedback import Sqlite, database, reading
from toolkit_feedback.reading import Wanted, forget, grouped, rows, sums
from toolkit_feedback.store import Store


@pytest.fixture
def file(tmp_path):
    return tmp_path / "said.sqlite"


def numbers(file, wanted, limit=None):
    """Return which of SAID are found."""
    with reading.reading(file) as connection:
        return [[said[0] for said in SAID].index(row["question"]) for row in rows(connection, wanted, limit)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), [5, 4, 3, 2, 1, 0]),
        (Wanted(refused=True), [4, 3, 1]),
        (Wanted(helpful=True), [0]),
        (Wanted(helpful=False), [3, 2]),
        (Wanted(since="2026-11-04"), [5, 4, 3]),
        (Wanted("2026-11-04", False, True), [3]),
        (Wanted(since="2027-01-01"), []),
    ],
)
def test_rows(file, wanted, found):
    told(file)
    assert numbers(file, wanted) == found
    assert numbers(file, wanted, 2) == found[:2]
    with reading.reading(file) as connection:
        assert sums(connection, wanted) == {
            "questions": len(found),
            "refused": sum(not SAID[n][1] for n in found),
            "judged": sum(SAID[n][2] is not None for n in found),
            "helpful": sum(SAID[n][2] is True for n in found),
        }


def test_a_row_is_what_plain_sqlite_reads(file):
    ids = told(file)
    with reading.reading(file) as connection:
        row = list(rows(connection, Wanted()))[-1]
    with closing(sqlite3.connect(file)) as plain:
        plain.row_factory = sqlite3.Row
        stored = dict(plain.execute("SELECT * FROM feedback WHERE number = 1").fetchone())
    assert stored.pop("number") == 1
    assert row == {**stored, "refused": False, "helpful": True, "sources": ["entry"]}
    assert row["id"] == ids[0]


def test_equal_questions_are_one_group_under_its_newest_words(file):
    told(file)
    with reading.reading(file) as connection:
        found = grouped(rows(connection, Wanted(refused=True)))
    assert [(group["question"], group["count"], group["last"][:10]) for group in found] == [
        (SAID[3][0], 2, "2026-11-04"),
        (SAID[4][0], 1, "2026-11-05"),
    ]


def test_it_reads_while_a_server_writes(file):
    store = Store(file, Sqlite())
    with reading.reading(file) as connection:
        for count in range(3):
            assert sums(connection, Wanted())["questions"] == count
            store.asked("q", {}, "en")
    store.close()


def remains(file, texts):
    """Return which texts stand in the file or its log.

    Another program reads them: a file closed in this one would take SQLite's locks with it.
    """
    parts = [path for path in file.parent.iterdir() if path.name.startswith(file.name)]
    content = subprocess.run(["cat", *parts], check=True, capture_output=True).stdout
    return [text for text in texts if text.encode() in content]


def asked_much(store, seed):
    """Ask, judge and comment so that SQLite's tree is balanced again and again; return the ids by their question."""
    chance, ids = random.Random(seed), {}
    store._connection.execute("PRAGMA synchronous = OFF")  # quicker; what is on the disk is not the question here
    for number in range(200):
        question = f"私密 private {seed}-{number:04}x " * chance.choice([1, 3, 30, 300])
        ids[question] = store.asked(question, {"answer": "a" * chance.choice([5, 100, 1000])}, "en")
        if chance.random() < 0.4:
            store.judged(chance.choice(list(ids.values())), True, "c" * chance.choice([0, 50, 900, 5000]))
    return ids


@pytest.mark.parametrize("seed", range(4))
def test_what_is_forgotten_is_gone_to_the_last_byte(file, seed):
    with_server = seed % 2 == 0
    store = Store(file, Sqlite())
    ids = asked_much(store, seed)
    if not with_server:
        store.close()
    gone = random.Random(seed).sample(sorted(ids), 30)
    marks = {question: question[: question.index("x ")] for question in ids}
    assert len(remains(file, marks.values())) == 200
    assert forget(file, [ids[question] for question in gone]) == 30
    assert remains(file, [marks[question] for question in gone]) == []
    assert remains(file, [ids[question] for question in gone]) == []
    assert len(remains(file, marks.values())) == 170
    if with_server:
        with pytest.raises(KeyError):
            store.judged(ids[gone[0]], True, "")
        store.asked("and on it goes", {}, "en")
        store.close()
    with closing(sqlite3.connect(file)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        left = {row[0] for row in plain.execute("SELECT question FROM feedback")}
    assert left == ids.keys() - set(gone) | ({"and on it goes"} if with_server else set())


def test_planted_fault_rows_that_are_only_deleted(file, monkeypatch):
    monkeypatch.setattr(database, "scrub", lambda connection: True)
    store = Store(file, Sqlite())
    ids = asked_much(store, 0)
    forget(file, list(ids.values()))
    assert remains(file, [question[:24] for question in ids])
    store.close()


def test_the_beginning_of_an_id_is_enough(file):
    ids = told(file)
    assert forget(file, [ids[1][:8], ids[1]]) == 1
    assert numbers(file, Wanted()) == [5, 4, 3, 2, 0]


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("0" * 32, "no row has an id"),
        ("%%%%%%%%", "no row has an id"),
        ("________", "no row has an id"),
        ("abc", "too short"),
        ("aaaaaaaa", "several rows"),
    ],
)
def test_an_id_in_doubt_deletes_nothing(file, id, said):
    ids = told(file)
    with closing(sqlite3.connect(file)) as plain:
        plain.execute("UPDATE feedback SET id = 'aaaaaaaa' || number WHERE number > 4")
        plain.commit()
    with pytest.raises(SpecError, match=said):
        forget(file, [ids[0], id])
    assert len(numbers(file, Wanted())) == 6


def test_a_reader_in_the_way_is_said_and_the_traces_go_later(file, monkeypatch):
    monkeypatch.setattr(reading, "PATIENCE", 0.1)
    ids = told(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM feedback").fetchone()
        with pytest.raises(ResourceError, match="traces are left") as caught:
            forget(file, [ids[2]])
    assert "--forget" in caught.value.hint
    assert forget(file, []) == 0
    assert remains(file, ["How do I build?", "How do I serve?"]) == ["How do I serve?"]
