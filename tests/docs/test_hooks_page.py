"""docs/hooks.md against toolkit/hookspecs.py, and a test for each hook by its name."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner

import toy
from toolkit import api, cli, hookspecs
from toolkit.component import Component
from toolkit.hookspecs import hookimpl
from toolkit.registry import Registry

PAGE = (Path(__file__).parents[2] / "docs" / "hooks.md").read_text(encoding="utf-8")
HOOKS = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("toolkit_")}
SPEC = {"data": "rows", "architecture": "counting"}


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_documented(name):
    arguments = ", ".join(inspect.signature(HOOKS[name]).parameters)
    assert f"## {name}({arguments})" in PAGE


def test_the_page_names_no_other_hook():
    assert set(re.findall(r"^## (toolkit_\w+)", PAGE, re.MULTILINE)) == set(HOOKS)


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_has_a_test(name):
    assert f"test_hook_{name}" in globals()


def registry_with(**hooks):
    plugin = SimpleNamespace(__name__="listener", **{name: hookimpl(function) for name, function in hooks.items()})
    return Registry.of({"toy": toy, "listener": plugin})


def test_hook_toolkit_components():
    def toolkit_components():
        yield Component("metric", "wrong", toy.Right, "toy:metric")

    assert registry_with(toolkit_components=toolkit_components).find("metric", "wrong") is not None


def test_hook_toolkit_event(tmp_path):
    heard = []

    def toolkit_event(event):
        heard.append(event["kind"])

    api.build(SPEC, tmp_path / "run", registry=registry_with(toolkit_event=toolkit_event))
    assert heard[0] == "started" and heard[-1] == "finished" and {"stage", "data", "step"} <= set(heard)
    in_code = {"started", "stage", "data", "step", "resumed", "damaged", "finished", "failed"}
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == in_code


def test_hook_toolkit_progress(tmp_path, monkeypatch):
    heard = []

    class Shown:
        def __call__(self, event):
            heard.append(event["kind"])

        def __enter__(self):
            heard.append("enter")
            return self

        def __exit__(self, *error):
            heard.append("exit")

    def toolkit_progress(live):
        assert live is False
        return Shown()

    registry = registry_with(toolkit_progress=toolkit_progress)
    monkeypatch.setattr(Registry, "discover", classmethod(lambda cls, block=(): registry))
    (tmp_path / "s.yaml").write_text("data: rows\narchitecture: counting\n")
    build = ["build", str(tmp_path / "s.yaml"), "--out"]
    assert CliRunner().invoke(cli.group, [*build, str(tmp_path / "one")]).exit_code == 0
    assert heard[:2] == ["enter", "started"] and heard[-1] == "exit"
    heard.clear()
    CliRunner().invoke(cli.group, [*build, str(tmp_path / "two"), "--quiet"])
    assert not heard


def test_hook_toolkit_profile(tmp_path):
    def toolkit_profile(splits, tables):
        return {"seen": [len(splits["train"]), len(tables["facts"])]}

    system = api.build(SPEC, tmp_path / "run", registry=registry_with(toolkit_profile=toolkit_profile))
    assert system.report["data"]["seen"] == [10, 1]


def test_hook_toolkit_templates_and_toolkit_render(tmp_path):
    def toolkit_templates():
        return tmp_path

    def toolkit_render(document, templates):
        return {"short.txt": f"{document['name']} {templates[0] == tmp_path}"}

    registry = registry_with(toolkit_templates=toolkit_templates, toolkit_render=toolkit_render)
    api.build({**SPEC, "name": "mine"}, tmp_path / "run", registry=registry)
    assert (tmp_path / "run" / "short.txt").read_text() == "mine True"


test_hook_toolkit_templates = test_hook_toolkit_render = test_hook_toolkit_templates_and_toolkit_render


def test_hook_toolkit_commands(monkeypatch):
    def toolkit_commands(group):
        group.add_command(click.Command("wave", callback=lambda: click.echo("hello")))

    registry = registry_with(toolkit_commands=toolkit_commands)
    monkeypatch.setattr(Registry, "discover", classmethod(lambda cls, block=(): registry))
    monkeypatch.setattr(cli.group, "commands", dict(cli.group.commands))
    assert CliRunner().invoke(cli.group, ["wave"]).output == "hello\n"
