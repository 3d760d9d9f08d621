"""What was acknowledged is kept: killed, with a full disk, and with two servers on one file (G24, a tenth of it)."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from toolkit_feedback import Sqlite
from toolkit_feedback.store import Store

WRITER = Path(__file__).with_name("feedback_writer.py")
KILLS = 10


def writer(file: Path, mode: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", str(WRITER), str(file), mode]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def killed(file: Path, mode: str, after: float) -> list[list[str]]:
    """Return what a writer acknowledged before it was killed `after` seconds after its first row."""
    with writer(file, mode) as process:
        first = process.stdout.readline()
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        said = first + process.stdout.read()
        assert process.wait() == -signal.SIGKILL, process.stderr.read()
    return [line.split() for line in said.splitlines()]


def stored(file: Path) -> dict[str, tuple]:
    """Read rows by plain sqlite3, without our own code."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {id: rest for id, *rest in connection.execute("SELECT id, question, confidence, helpful FROM feedback")}


def lost(said: list[list[str]], rows: dict[str, tuple]) -> list[list[str]]:
    """Return the acknowledgements that do not hold."""

    def holds(word: str, id: str, size: str = "0") -> bool:
        question, confidence, helpful = rows.get(id, ("", None, None))
        whole = question == "在 here? " * int(size) and confidence == int(size) / 1000
        return whole if word == "asked" else helpful == 1

    return [line for line in said if line[0] in ("asked", "judged") and not holds(*line)]


def test_every_acknowledged_row_survives_kill_9(tmp_path):
    file, moments, said = tmp_path / "said.sqlite", random.Random(24), []
    for _ in range(KILLS):
        said += killed(file, "honest", moments.uniform(0, 0.15))
        start = time.monotonic()
        Store(file, Sqlite()).close()
        assert time.monotonic() - start < 3
        assert lost(said, stored(file)) == []
    assert len(said) > KILLS * 8


def test_planted_fault_acknowledged_before_the_commit(tmp_path):
    said = killed(tmp_path / "said.sqlite", "early", 0.1)
    assert lost(said, stored(tmp_path / "said.sqlite"))


@pytest.mark.parametrize("rows", [{}, {"a": ("在 here? ", 0.001, None)}])
def test_planted_fault_a_judgement_that_is_gone(rows):
    said = [["judged", "a"]]
    assert lost(said, rows) == said


def test_servers_on_one_file(tmp_path):
    file = tmp_path / "said.sqlite"
    servers = [writer(file, "count") for _ in range(3)]  # all of them make the file at once, too
    said = []
    for server in servers:
        out, errors = server.communicate()
        assert server.returncode == 0, errors
        said += [line.split() for line in out.splitlines()]
    rows = stored(file)
    assert len(rows) == 3 * 8 * 25
    assert len(said) == 2 * len(rows)
    assert lost(said, rows) == []


def test_a_full_disk_is_said_and_survived(tmp_path):
    file = tmp_path / "said.sqlite"
    server = writer(file, "full")
    out, errors = server.communicate()
    assert server.returncode == 0, errors
    said = [line.split() for line in out.splitlines()]
    words = [line[0] for line in said]
    assert words.index("full") > 10
    assert words[-7:] == ["full", *["asked"] * 5, "after"]
    assert "make room on the disk" in out
    assert lost(said, stored(file)) == []
