"""Plugins as they are installed: found by entry points, set aside when broken, refused when two offer the same."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

import pytest
from variants import toy_with

import toy
from toolkit import hookspecs
from toolkit.component import Component
from toolkit.errors import Mark, PluginError, SpecError
from toolkit.registry import DISABLE, Plugin, Registry
from toolkit.resolver import resolve
from toolkit.spec import parse

WHERE = Mark("s.yaml", 1, 1)

WORKS = """
from toolkit.component import Component, Config
from toolkit.hookspecs import hookimpl

class Options(Config):
    '''Nothing to choose.'''

@hookimpl
def toolkit_components():
    yield Component("{kind}", "{name}", Options, "nowhere:make")
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install distributions for this test alone: a folder on the path with code and metadata, as pip leaves it."""
    present = {point.name for point in entry_points(group=hookspecs.GROUP)}
    loaded = set(sys.modules)
    monkeypatch.delenv(DISABLE, raising=False)
    monkeypatch.syspath_prepend(tmp_path)

    def put(distribution, points, version="1.0", **modules):
        info = tmp_path / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        lines = "".join(f"{name} = {module}\n" for name, module in points.items())
        (info / "entry_points.txt").write_text(f"[{hookspecs.GROUP}]\n{lines}")
        for name, code in modules.items():
            (tmp_path / f"{name}.py").write_text(code)

    put.discover = lambda: Registry.discover(block=present)
    yield put
    for name in set(sys.modules) - loaded:
        del sys.modules[name]


def test_plugins_come_by_entry_points_with_their_distribution(install):
    install("toolkit-fish", {"fish": "fish_plugin"}, "2.5", fish_plugin=WORKS.format(kind="data", name="sea"))
    registry = install.discover()
    assert registry.plugins == {"fish": Plugin("fish", "fish_plugin", "toolkit-fish", "2.5")}
    assert str(registry.plugins["fish"]) == "toolkit-fish 2.5"
    (component,) = registry.components()
    assert (component.kind, component.name, registry.plugin(component).name) == ("data", "sea", "fish")
    assert registry.hooks.has_plugin("fish")
    assert registry.broken == []


BROKEN = {
    "raises": "raise RuntimeError('no driver here')",
    "lacks": "import a_module_that_is_not_there",
    "syntax": "def (",
    "rubbish": "def toolkit_components(): return [1, 2]",
    "nothing": "def toolkit_components(): return None",
    "late": "def toolkit_components():\n    yield from ()\n    raise ValueError('late')",
    "arguments": "def toolkit_components(colour): return []",
    "number": "toolkit_components = 3",
    "hook": (
        "from toolkit.hookspecs import hookimpl\n"
        "@hookimpl\n"
        "def toolkit_event(event, colour): pass\n" + WORKS.format(kind="data", name="leftover")
    ),
    "leaves": "import sys\nsys.exit(3)",
    "refuses": "from toolkit.errors import PluginError\nraise PluginError('needs a newer toolkit')",
}


@pytest.mark.parametrize("way", BROKEN)
def test_a_broken_plugin_is_set_aside_and_hurts_only_itself(install, way):
    install("toolkit-bad", {"bad": f"bad_{way}"}, "0.1", **{f"bad_{way}": BROKEN[way]})
    install("toolkit-good", {"good": "good_one"}, good_one=WORKS.format(kind="data", name="sea"))
    registry = install.discover()
    (broken,) = registry.broken
    assert (broken.name, broken.distribution, broken.version) == ("bad", "toolkit-bad", "0.1")
    assert broken.error
    assert [component.name for component in registry.components()] == ["sea"], "what is set aside offers nothing"
    problem = registry.unknown("data", "lake", WHERE, "data")
    assert "plugin bad was set aside" in problem.hint
    assert broken.error in problem.hint


def test_why_a_plugin_was_set_aside_is_said(install):
    install("toolkit-bad", {"bad": "bad_raises"}, bad_raises=BROKEN["raises"])
    assert install.discover().broken[0].error == "RuntimeError: no driver here"


def test_a_misspelt_hook_is_noticed(install):
    """Otherwise the plugin is installed, listed as working, and never called."""
    code = "from toolkit.hookspecs import hookimpl\n@hookimpl\ndef toolkit_evnt(event): pass\n"
    install("toolkit-bad", {"bad": "bad_spelt"}, bad_spelt=code)
    assert [plugin.name for plugin in install.discover().broken] == ["bad"]


def test_a_plugin_that_prints_does_not_speak_into_the_data(install, capsys):
    install("toolkit-loud", {"loud": "loud_one"}, loud_one="print('hello')\n" + WORKS.format(kind="data", name="sea"))
    assert [component.name for component in install.discover().components()] == ["sea"]
    assert capsys.readouterr().out == ""


def test_two_that_offer_one_component_are_refused_and_both_named(install):
    install("toolkit-one", {"one": "plugin_one"}, "1.1", plugin_one=WORKS.format(kind="data", name="sea"))
    install("toolkit-two", {"two": "plugin_two"}, "2.2", plugin_two=WORKS.format(kind="data", name="sea"))
    with pytest.raises(PluginError) as caught:
        install.discover()
    message = str(caught.value)
    assert "toolkit-one 1.1" in message and "toolkit-two 2.2" in message
    assert "data 'sea'" in message
    assert "uninstall one" in message
    assert caught.value.exit_code == 6


def test_one_name_under_two_kinds_is_no_clash(install):
    install("toolkit-one", {"one": "plugin_one"}, plugin_one=WORKS.format(kind="data", name="sea"))
    install("toolkit-two", {"two": "plugin_two"}, plugin_two=WORKS.format(kind="metric", name="sea"))
    assert [(c.kind, c.name) for c in install.discover().components()] == [("data", "sea"), ("metric", "sea")]


def test_one_plugin_that_offers_a_component_twice_is_refused():
    part = Component("data", "twice", toy.Rows, "toy:data")
    module = ModuleType("doubled")
    module.toolkit_components = lambda: [part, part]
    with pytest.raises(PluginError, match="data 'twice'"):
        Registry.of({"doubled": module})


def test_two_plugins_of_one_name_are_refused_and_both_named(install):
    install("toolkit-one", {"same": "plugin_one"}, "1.1", plugin_one=WORKS.format(kind="data", name="sea"))
    install("toolkit-two", {"same": "plugin_two"}, "2.2", plugin_two=WORKS.format(kind="data", name="lake"))
    with pytest.raises(PluginError) as caught:
        install.discover()
    message = str(caught.value)
    assert "'same'" in message and "toolkit-one 1.1" in message and "toolkit-two 2.2" in message


def test_two_broken_plugins_of_one_name_are_both_shown(install):
    install("toolkit-one", {"same": "bad_one"}, bad_one="raise RuntimeError('one')")
    install("toolkit-two", {"same": "bad_two"}, bad_two="raise RuntimeError('two')")
    assert sorted(plugin.error for plugin in install.discover().broken) == ["RuntimeError: one", "RuntimeError: two"]


@pytest.mark.parametrize(
    ("value", "left"),
    [("", ["one", "two"]), ("1", []), ("one", ["two"]), ("one,two", []), ("two, one", []), ("none", ["one", "two"])],
)
def test_plugins_can_be_switched_off(install, monkeypatch, value, left):
    install("toolkit-one", {"one": "plugin_one"}, plugin_one=WORKS.format(kind="data", name="sea"))
    install("toolkit-two", {"two": "plugin_two"}, plugin_two=WORKS.format(kind="data", name="lake"))
    monkeypatch.setenv(DISABLE, value)
    assert list(install.discover().plugins) == left


def test_what_is_switched_off_is_not_even_imported(install, monkeypatch):
    install("toolkit-bad", {"bad": "bad_exit"}, bad_exit="import os\nos._exit(9)\n")
    monkeypatch.setenv(DISABLE, "1")
    assert install.discover().plugins == {}


def test_switched_off_is_not_the_same_as_not_installed(install, monkeypatch):
    monkeypatch.setenv(DISABLE, "1")
    hint = install.discover().unknown("data", "x", WHERE, "data").hint
    assert DISABLE in hint, "`pip install -e .` would not help"


def test_without_any_plugin_the_way_out_is_to_install(monkeypatch):
    monkeypatch.delenv(DISABLE, raising=False)
    monkeypatch.setattr("toolkit.registry.entry_points", lambda group: [])
    registry = Registry.discover()
    assert registry.components() == []
    hint = registry.unknown("data", "x", WHERE, "data").hint
    assert "pip install -e ." in hint
    with pytest.raises(SpecError, match=r"pip install -e \."):
        resolve(parse("data: x\narchitecture: y\n", "s.yaml", Path.cwd()), registry)


def test_components_are_sorted_and_chosen_by_kind():
    registry = Registry.of({"toy": toy})
    listed = [(component.kind, component.name) for component in registry.components()]
    assert listed == sorted(listed)
    assert len(listed) == 7
    assert [component.name for component in registry.components("schedule")] == ["constant"]
    assert registry.components("nothing") == []
    assert registry.find("data", "rows")[1] == {}
    assert registry.find("data", "words") is None


def test_what_is_unknown_comes_with_the_likely_word_and_all_there_are():
    registry = toy_with(Component("data", "columns", toy.Rows, "toy:data"))
    problem = registry.unknown("data", "colums", WHERE, "data.use")
    assert problem.message == "no data is called 'colums'"
    assert problem.where == WHERE and problem.path == "data.use"
    assert problem.hint == "did you mean `columns`?; there are: columns, rows"
    assert "`right` is a component of kind metric" in registry.unknown("data", "right", WHERE, "").hint
    assert "no installed plugin offers any engine" in registry.unknown("engine", "x", WHERE, "").hint


def test_registries_are_values_that_share_nothing():
    one, two = Registry.of({"toy": toy}), Registry.of({})
    assert one.components() and not two.components()
    assert one.hooks is not two.hooks
