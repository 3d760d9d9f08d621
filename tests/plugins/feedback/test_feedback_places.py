"""Where a run's feedback is."""

from __future__ import annotations

from pathlib import Path

import pytest

from toolkit.errors import RunError
from toolkit.spec import written
from toolkit_feedback.places import beside, of_run


@pytest.fixture
def run(tmp_path):
    made = tmp_path / "runs" / "helpdesk"
    made.mkdir(parents=True)
    return made


def serve(run, serving):
    """Write a resolved spec as the core does."""
    (run / "spec.resolved.yaml").write_text(written({"name": "x", "serving": serving}), encoding="utf-8")


def test_beside_however_the_folder_is_named(run, monkeypatch):
    expected = run.parent / "helpdesk.feedback.sqlite"
    link = run.parent / "current"
    link.symlink_to(run)
    monkeypatch.chdir(run)
    assert {beside(path) for path in (run, Path(), Path("../helpdesk/"), link)} == {expected}


@pytest.mark.parametrize(
    ("serving", "name", "is_on"),
    [
        ({"use": "http", "feedback": {"use": "sqlite", "file": "said.sqlite"}}, "said.sqlite", True),
        ({"use": "http", "feedback": {"use": "sqlite", "file": "null"}}, "null", True),
        ({"use": "http", "feedback": {"use": "sqlite", "file": "no"}}, "no", True),
        ({"use": "http", "feedback": {"use": "sqlite", "file": "文件: [1]"}}, "文件: [1]", True),
        ({"use": "http", "feedback": {"use": "sqlite", "file": None}}, None, True),
        ({"use": "http", "feedback": None}, None, False),
        ({"use": "http"}, None, False),
        ("terminal", None, False),
        (None, None, False),
    ],
)
def test_as_the_spec_says(run, serving, name, is_on):
    serve(run, serving)
    assert of_run(run) == (Path(name) if name else beside(run), is_on)


def test_without_a_spec_it_is_the_default_place(run):
    assert of_run(run) == (beside(run), False)
    assert of_run(run.parent / "gone") == (run.parent / "gone.feedback.sqlite", False)


@pytest.mark.parametrize("text", [b"serving: [", b"\xff\xfe", b"[" * 2_000, b"a: &x b\nc: *y"])
def test_a_damaged_spec(run, text):
    (run / "spec.resolved.yaml").write_bytes(text)
    with pytest.raises(RunError, match=r"spec.resolved.yaml cannot be read") as caught:
        of_run(run)
    assert "--file" in caught.value.hint


def test_a_spec_that_is_no_mapping(run):
    (run / "spec.resolved.yaml").write_text("- serving\n")
    assert of_run(run) == (beside(run), False)
