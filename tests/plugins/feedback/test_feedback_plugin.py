"""The plugin module, held to the kit; its options."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

import toolkit_feedback
from toolkit.registry import Registry
from toolkit.testing import component_checks
from toolkit_feedback import Sqlite

test_component = component_checks(toolkit_feedback)


def test_it_is_found_by_its_name():
    component, _ = Registry.of({"feedback": toolkit_feedback}).find("feedback", "sqlite")
    assert component.config is Sqlite
    assert component.summary.startswith("Stores questions")


def test_defaults():
    assert Sqlite().model_dump() == {
        "file": None,
        "questions": True,
        "keep_days": None,
        "max_rows": 100_000,
        "busy_timeout": 5.0,
    }


@pytest.mark.parametrize(
    "options",
    [{"file": ""}, {"file": "a\x00b"}, {"keep_days": 0}, {"max_rows": 99}, {"busy_timeout": 0}, {"questions": "yes"}],
)
def test_what_is_refused(options):
    with pytest.raises(ValidationError):
        Sqlite(**options)


def test_declaring_the_command_imports_no_sqlite():
    code = "import sys, click, toolkit_feedback as f; f.toolkit_commands(click.Group(), None); print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlite3", "rich"} & set(modules)


def test_the_page_names_every_option():
    page = (Path(__file__).parents[3] / "docs" / "feedback.md").read_text("utf-8")
    rows = {line.split("`")[1] for line in page.split("## Options")[1].splitlines() if line.startswith("| `")}
    assert rows == set(Sqlite.model_fields)
    flags = {flag for parameter in toolkit_feedback.feedback.params for flag in parameter.opts if flag[0] == "-"}
    assert {flag for flag in flags if flag not in page} == set()
