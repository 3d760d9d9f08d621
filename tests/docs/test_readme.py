"""README.md and README.zh.md: their spec validates, their plugin works, their file tree and errors are true."""

from __future__ import annotations

import re
import shlex
import sys
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner

from toolkit import api, cli, spec
from toolkit.errors import SpecError
from toolkit.registry import Plugin, Registry
from toolkit.resolver import resolve

ROOT = Path(__file__).parents[2]
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]


def blocks(page: Path, language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [text for name, text in found if name == language]


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_a_table_becomes_a_help_desk(page, tmp_path, monkeypatch):
    """The commands of the page, on the table of the page, print what the page shows."""
    monkeypatch.chdir(tmp_path)
    (table,) = blocks(page, "csv")
    Path("faq.csv").write_text(table, encoding="utf-8")
    shown = next(block for block in blocks(page, "console") if "new help-desk" in block)
    commands = re.findall(r"^\$ (.*)\n((?:[^$].*\n)*)", shown, re.MULTILINE)
    assert [shlex.split(command)[1] for command, _ in commands] == ["new", "build", "predict", "predict", "serve"]
    for command, lines in commands[:-1]:
        result = CliRunner().invoke(cli.group, shlex.split(command)[1:])
        assert result.exit_code == 0, result.output
        said = [re.sub(r"0\.\d\d$", "0.xx", line) for line in result.output.splitlines()]
        assert {re.sub(r"0\.\d\d$", "0.xx", line) for line in lines.splitlines()} <= set(said), result.output


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_spec_builds_and_the_python_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (desk,) = blocks(page, "yaml")
    Path("desk.yaml").write_text(desk, encoding="utf-8")
    Path("entries.csv").write_text(
        "id,问题,答案\npay,How do I pay?,By card.\nopen,When are you open?,At nine.\n", encoding="utf-8"
    )
    Path("asked-spring.jsonl").write_text('{"query": "open today?", "gold_ids": ["open"]}\n', encoding="utf-8")
    Path("asked-summer.jsonl").write_text('{"query": "how to pay", "gold_ids": ["pay"]}\n', encoding="utf-8")
    python = next(block for block in blocks(page, "python") if "toolkit.build" in block)
    names: dict[str, object] = {}
    exec(compile(python, page.name, "exec"), names)  # the block a reader would paste
    assert names["system"].predict({"question": "how do I pay?"})["answer"] == "By card."


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_plugin_works(page, tmp_path, monkeypatch):
    plugin = next(block for block in blocks(page, "python") if "toolkit_components" in block)
    (tmp_path / "majority.py").write_text(plugin, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "majority", raising=False)
    import majority

    registry = Registry.discover()
    registry._add(Plugin("majority", "majority"), majority, list(majority.toolkit_components()))
    made = {
        "data": {"use": "scikit-learn", "name": "wine"},
        "tokenizer": "columns",
        "architecture": "majority",
        "optimizer": "direct",
        "metrics": ["accuracy"],
    }
    system = api.build(made, tmp_path / "run", registry=registry)
    assert 0.2 < system.report["metrics"]["accuracy"]["value"] < 0.6
    row = dict.fromkeys(system.takes, 1.0)
    assert api.open(tmp_path / "run", registry).predict(row)["label"] == system.predict(row)["label"]


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_file_tree_is_true(page):
    tree = next(block for block in blocks(page, "") if "pyproject.toml" in block)
    folder, named = "", set()
    for line in filter(str.strip, tree.splitlines()):
        first = line.split()[0]
        if not line.startswith(" "):
            folder = first if first.endswith("/") else ""
            named.add(first)
            assert (ROOT / first).exists(), first
            continue
        named |= {folder + name for name in re.findall(r"(?:^|\s)([a-z_]+\.py|toolkit_[a-z]+)(?=\s)", line)}
    for path in named:
        assert (ROOT / path).exists(), path
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "toolkit").glob("*.py")}
    hidden = {"toolkit/__init__.py", "toolkit/__main__.py", "toolkit/examples.py"}
    assert modules - hidden <= named
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "plugins").glob("toolkit_*")} <= named


def test_the_errors_shown_are_those_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("wrong.yaml").write_text(
        textwrap.dedent("""\
        data:
          use: faq
          entrys: entries.csv
          entries: wrong.yaml
        tokenizer: words
        architecture: bm52
        """)
    )
    with pytest.raises(SpecError) as caught:
        resolve(spec.read("wrong.yaml"), Registry.discover())
    shown = [block for block in blocks(ROOT / "README.md", "console") if "wrong.yaml" in block]
    for line in str(caught.value).splitlines():
        assert line.strip() in shown[0], line


@pytest.mark.parametrize(
    "page", [*READMES, *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md"], ids=lambda p: p.name
)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target
