"""The hooks: what each is called with, and that what a listener raises is laid at its door."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pluggy
import pytest
from variants import toy_with

from toolkit import hookspecs
from toolkit.errors import PluginError
from toolkit.registry import Registry

HOOKS = {
    "toolkit_components": [],
    "toolkit_templates": [],
    "toolkit_profile": ["splits", "tables"],
    "toolkit_render": ["document", "templates"],
    "toolkit_commands": ["group", "registry"],
    "toolkit_progress": ["live"],
    "toolkit_event": ["event"],
}


def test_the_hooks_and_their_parameters_are_those_that_plugins_rely_on():
    found = {
        name: list(inspect.signature(hook).parameters)
        for name, hook in vars(hookspecs).items()
        if name[:8] == "toolkit_"
    }
    assert found == HOOKS
    manager = pluggy.PluginManager(hookspecs.NAME)
    manager.add_hookspecs(hookspecs)
    assert set(HOOKS) == {name for name in dir(manager.hook) if name.startswith("toolkit_")}


def test_every_hook_says_what_it_is_for():
    assert all(getattr(hookspecs, name).__doc__ for name in HOOKS)


def test_the_entry_point_group_is_the_one_in_everybody_s_pyproject():
    assert hookspecs.GROUP == "toolkit.plugins"


def test_declaring_hooks_loads_neither_click_nor_pydantic():
    code = "import sys, toolkit.hookspecs; assert not {'click', 'pydantic', 'yaml'} & set(sys.modules)"
    environment = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_the_first_profile_counts():
    registry = Registry.of({})
    for n in (1, 2):
        plugin = type(f"P{n}", (), {"toolkit_profile": hookspecs.hookimpl(lambda splits, tables, n=n: {"n": n})})
        registry.hooks.register(plugin, f"p{n}")
    assert registry.hooks.hook.toolkit_profile(splits={}, tables={})["n"] in (1, 2)


@pytest.mark.parametrize("kind", ["started", "stage", "step", "finished"])
def test_a_listener_that_fails_is_named_and_the_run_is_not_left_as_running(build, tmp_path, kind):
    def toolkit_event(event):
        if event["kind"] == kind:
            raise RuntimeError("no network")

    with pytest.raises(PluginError, match="toolkit_event") as caught:
        build(registry=toy_with(toolkit_event=toolkit_event))
    assert "no network" in str(caught.value)
    assert '"status": "failed"' in (tmp_path / "run" / "run.json").read_text()


@pytest.mark.parametrize("hook", ["toolkit_profile", "toolkit_render", "toolkit_templates"])
def test_a_hook_that_fails_is_named(build, hook):
    parameters = ", ".join(HOOKS[hook])
    broken = eval(f"lambda {parameters}: 1 / 0")
    with pytest.raises(PluginError, match=hook):
        build(registry=toy_with(**{hook: broken}))
