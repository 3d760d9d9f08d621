"""`toolkit feedback RUN`, as people and programs call it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner
from feedback_fakes import SAID, told

import toolkit_feedback
from toolkit.errors import RunError, SpecError


@pytest.fixture
def run(tmp_path):
    (tmp_path / "helpdesk").mkdir()
    return tmp_path / "helpdesk"


@pytest.fixture
def ids(run):
    return told(run.with_name("helpdesk.feedback.sqlite"))


def call(run, *options):
    """Call the command through the hook; what it raises is raised."""
    group = click.Group("toolkit")
    toolkit_feedback.toolkit_commands(group=group, registry=None)
    return CliRunner().invoke(group, ["feedback", str(run), *options], catch_exceptions=True)


def said(run, *options):
    done = call(run, *options)
    if done.exit_code:
        raise done.exception
    return done.stdout


SUMMARY = "6 questions, 50 % refused (3), 33 % helpful (1 of 3 judged)"


def test_in_a_pipe(run, ids):
    lines = said(run).splitlines()
    assert lines[0] == f"2026-11-06 09:30  en  {ids[5][:8]}"
    assert lines[-1] == SUMMARY
    assert sum(line.startswith("  question: ") for line in lines) == 6


def test_options(run, ids):
    assert said(run, "--refused").splitlines() == ["    2  what is the WEATHER", "    1  who are you", SUMMARY]
    assert said(run, "--helpful", "yes").splitlines()[1] == "  question: 怎么安装？"
    assert "  comment: too short" in said(run, "--helpful", "no")
    assert said(run, "--limit", "2").splitlines()[-2:] == ["(2 of 6; more with --limit)", SUMMARY]
    assert said(run, "--refused", "--limit", "1").splitlines()[1] == "(1 of 2; more with --limit)"
    late = said(run, "--since", "2026-11-05").splitlines()
    assert late[-1] == "2 questions, 50 % refused (1)"
    assert said(run, "--since", "2027-01-01") == "0 questions\n"


def test_json(run, ids):
    found = json.loads(said(run, "--json", "--limit", "1"))
    assert found["file"] == str(run.with_name("helpdesk.feedback.sqlite"))
    assert found["summary"] == {"questions": 6, "refused": 3, "judged": 3, "helpful": 1}
    assert found["matching"] == 6
    assert [row["id"] for row in found["rows"]] == [ids[5]]
    groups = json.loads(said(run, "--json", "--refused"))
    assert [(group["question"], group["count"]) for group in groups["refused"]] == [(SAID[3][0], 2), (SAID[4][0], 1)]
    assert "\u202e" not in said(run, "--json")


def test_export(run, ids, tmp_path):
    file = tmp_path / "rows.jsonl"
    done = call(run, "--export", str(file), "--helpful", "no")
    assert (done.stdout, done.stderr) == ("", f"{file}: 2 rows\n")
    assert [json.loads(line)["id"] for line in file.read_text("utf-8").splitlines()] == [ids[3], ids[2]]
    with pytest.raises(SpecError, match="is there already"):
        said(run, "--export", str(file))
    assert call(run, "--export", str(file), "--force", "--limit", "1").stderr.endswith(": 1 row\n")
    rows = [json.loads(line) for line in said(run, "--export", "-").splitlines()]
    assert [row["question"] for row in rows] == [said[0] for said in reversed(SAID)]
    names = "id asked language question answer refused confidence source sources helpful comment judged"
    assert list(rows[0]) == names.split()


def test_forget(run, ids):
    assert said(run, "--forget", ids[0], ids[1][:8]) == "2 rows forgotten\n"
    assert said(run).splitlines()[-1].startswith("4 questions")
    with pytest.raises(SpecError, match="no row has an id"):
        said(run, "--forget", ids[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["1f0c9a52"], "IDS go with --forget"),
        (["--force"], "--force goes with --export"),
        (["--limit", "0"], "x>=1"),
        (["--since", "yesterday"], "does not match the format"),
        (["--helpful", "maybe"], "'yes', 'no'"),
    ],
)
def test_what_makes_no_sense_is_refused(run, ids, options, message):
    done = call(run, *options)
    assert done.exit_code == 2
    assert message in done.stderr


def test_the_file_that_the_spec_names(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told(tmp_path / "mine.sqlite")
    text = "serving:\n  use: http\n  feedback:\n    use: sqlite\n    file: mine.sqlite\n"
    (run / "spec.resolved.yaml").write_text(text)
    assert said(run).splitlines()[-1] == SUMMARY
    assert said(run, "--file", "mine.sqlite").splitlines()[-1] == SUMMARY


def test_no_store_and_the_way_to_one(run, tmp_path):
    for missing in (run, tmp_path / "gone"):
        with pytest.raises(RunError, match="has no feedback") as caught:
            said(missing)
        assert "`serving: {use: http, feedback: sqlite}`" in caught.value.hint
    (run / "spec.resolved.yaml").write_text("serving: {use: http, feedback: {use: sqlite, file: null}}\n")
    with pytest.raises(RunError, match=r"helpdesk\.feedback\.sqlite yet") as caught:
        said(run)
    assert caught.value.hint == f"it is made by: toolkit serve {run}"
    assert caught.value.exit_code == 4
    with pytest.raises(RunError, match="no feedback file nope"):
        said(run, "--file", "nope")
    assert list(tmp_path.iterdir()) == [run]  # asking makes nothing


def on_a_terminal(run, columns):
    """Return what is shown on a terminal of so many columns."""
    code = "import toolkit_feedback as f, sys; f.feedback.main(sys.argv[1:])"
    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm", "PYTHONIOENCODING": "utf-8"}
    subprocess.run([sys.executable, "-c", code, str(run)], stdout=follower, env=environment, check=True)
    os.close(follower)
    shown = b""
    while True:
        try:
            shown += os.read(leader, 65536)
        except OSError:  # Linux: nobody writes any more
            break
    os.close(leader)
    return shown.decode()


def test_on_a_terminal(run, ids):
    wide = on_a_terminal(run, 120)
    assert "answered" in wide
    assert "────" in wide
    assert SUMMARY in wide
    assert "\x1b[31m" not in wide
    narrow = on_a_terminal(run, 40)
    assert "  question: How do I serve?" in narrow
    assert "────" not in narrow
