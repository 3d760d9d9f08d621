"""How the file is opened, made and refused."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing

import pytest

from toolkit.errors import ResourceError, RunError
from toolkit_feedback import database


@pytest.fixture
def file(tmp_path):
    return tmp_path / "odd name?#%.sqlite"


def setting(connection, name):
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def altered(file, *statements):
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_settings(file):
    with closing(database.create(file, 5.0)) as connection:
        names = ("journal_mode", "synchronous", "secure_delete", "user_version", "busy_timeout")
        assert [setting(connection, name) for name in names] == ["wal", 2, 1, database.VERSION, 5000]


def test_only_the_owner_may_read_the_file_and_its_log(file):
    before = os.umask(0)
    try:
        with closing(database.create(file, 1.0)) as connection:
            connection.execute("DELETE FROM feedback")
            modes = {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {0o600}


def test_a_file_is_opened_again_and_an_empty_one_is_made_ours(file):
    file.touch()
    database.create(file, 1.0).close()
    altered(file, "PRAGMA journal_mode = DELETE")
    with closing(database.create(file, 1.0)) as connection:
        assert setting(connection, "journal_mode") == "wal"
    with closing(database.existing(file, 1.0)) as connection, pytest.raises(sqlite3.OperationalError):
        connection.execute("DELETE FROM feedback")
    assert list(file.parent.iterdir()) == [file]  # no log is left behind


@pytest.mark.parametrize("opened", [database.create, database.existing])
@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["PRAGMA user_version = 7"], "is of version 7, and this toolkit reads version 1"),
        (["PRAGMA application_id = 0"], "is no feedback file of the toolkit"),
    ],
)
def test_a_later_version_and_a_strangers_file_are_refused(file, opened, statements, said):
    database.create(file, 1.0).close()
    altered(file, *statements)
    before = file.read_bytes()
    with pytest.raises(RunError, match=said) as caught:
        opened(file, 1.0)
    assert str(file) in caught.value.message
    assert "name another with the option `file`" in caught.value.hint
    assert file.read_bytes() == before


def test_a_database_of_something_else_is_not_touched(file):
    altered(file, "CREATE TABLE theirs (x)")
    before = file.read_bytes()
    with pytest.raises(RunError, match="is no feedback file"):
        database.create(file, 1.0)
    assert file.read_bytes() == before


def test_no_database_at_all(file):
    file.write_text("id,question,answer\n" * 100)
    with pytest.raises(RunError, match="is no database") as caught:
        database.create(file, 1.0)
    assert "move it away" in caught.value.hint


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(ResourceError, match=r"cannot make .*No such file") as caught:
        database.create(tmp_path / "nowhere" / "said.sqlite", 1.0)
    assert "make its folder" in caught.value.hint
    with pytest.raises(ResourceError, match="unable to open"):
        database.create(tmp_path, 1.0)


def test_a_transaction_is_all_or_nothing(file):
    columns = "id, asked, language, question, answer, refused, sources"
    insert = f"INSERT INTO feedback ({columns}) VALUES (?, '', '', '', '', 0, '')"
    with closing(database.create(file, 1.0)) as connection:
        with pytest.raises(ZeroDivisionError), database.transaction(connection):
            connection.execute(insert, ("a",))
            raise ZeroDivisionError
        with database.transaction(connection):
            connection.execute(insert, ("b",))
        assert connection.execute("SELECT id FROM feedback").fetchall() == [("b",)]


def test_place_tells_a_new_file_from_the_old(file):
    assert database.place(file) is None
    file.touch()
    before = database.place(file)
    assert before == database.place(file)
    os.link(file, file.with_suffix(".kept"))  # keeps the inode from being given out again
    file.unlink()
    file.touch()
    assert database.place(file) != before
