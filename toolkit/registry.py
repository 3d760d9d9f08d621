"""The registry: which components the installed plugins offer. A value that is passed, never a global."""

from __future__ import annotations

import contextlib
import difflib
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

import pluggy

from toolkit import hookspecs
from toolkit.component import Component
from toolkit.errors import Mark, PluginError, Problem, ToolkitError

#: Set to 1 to start with no plugin at all, or to names separated by commas to leave those out.
DISABLE = "TOOLKIT_DISABLE_PLUGINS"


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin module, with the distribution that brought it."""

    name: str
    module: str
    distribution: str = ""
    version: str = ""
    error: str = ""
    """Why it was set aside; empty for one that works."""

    def __str__(self) -> str:
        return f"{self.distribution or self.module} {self.version}".strip()


@dataclass
class Registry:
    """Components by kind and name, the plugins they come from, and the hooks of those plugins."""

    hooks: pluggy.PluginManager
    plugins: dict[str, Plugin] = field(default_factory=dict)
    _components: dict[tuple[str, str], tuple[Component, Plugin]] = field(default_factory=dict)

    @classmethod
    def of(cls, modules: Mapping[str, ModuleType]) -> Registry:
        """Return a registry of these plugin modules."""
        made = cls(_manager())
        for name, module in modules.items():
            made._add(Plugin(name, module.__name__), module, _offered(module))
        return made

    @classmethod
    def discover(cls, block: Iterable[str] = ()) -> Registry:
        """Return a registry of every installed plugin; one that cannot be imported is set aside."""
        made = cls(_manager())
        blocked = {*block, *(name.strip() for name in os.environ.get(DISABLE, "").split(","))}
        points = [] if "1" in blocked else entry_points(group=hookspecs.GROUP)
        with contextlib.redirect_stdout(sys.stderr):  # what a plugin prints is not a result
            for point in sorted(points, key=lambda p: (p.name, p.value)):
                if point.name not in blocked:
                    made._load(point)
        return made

    def _load(self, point: EntryPoint) -> None:
        distribution = point.dist
        name, version = (distribution.name, distribution.version) if distribution else ("", "")
        plugin = Plugin(point.name, point.value, name, version)
        try:
            module = point.load()
            offered = _offered(module)
        except (Exception, SystemExit) as error:  # whatever a stranger's module does must not stop the others
            self._set_aside(plugin, error)
        else:
            self._add(plugin, module, offered)

    def _set_aside(self, plugin: Plugin, error: BaseException) -> None:
        reason = f"{type(error).__name__}: {error}"
        broken = Plugin(plugin.name, plugin.module, plugin.distribution, plugin.version, reason)
        self.plugins[f"{plugin.name} ({plugin.module})" if plugin.name in self.plugins else plugin.name] = broken

    def _add(self, plugin: Plugin, module: Any, offered: Iterable[Component]) -> None:
        if plugin.name in self.plugins:
            both = f"{self.plugins[plugin.name]} and {plugin}"
            raise PluginError(f"two plugins are named {plugin.name!r}: {both}", "uninstall one of the two")
        for component in offered:
            key = (component.kind, component.name)
            if key in self._components:
                both = f"{self._components[key][1]} and {plugin}"
                raise PluginError(f"two plugins offer {key[0]} {key[1]!r}: {both}", "uninstall one of the two")
            self._components[key] = (component, plugin)
        self.hooks.register(module, plugin.name)
        self.plugins[plugin.name] = plugin

    def call(self, hook: str, **arguments: Any) -> Any:
        """Call a hook of every plugin; what one raises becomes a PluginError that names the hook."""
        try:
            return getattr(self.hooks.hook, hook)(**arguments)
        except ToolkitError:
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise PluginError(f"a plugin failed in {hook}: {reason}", f"leave it out: {DISABLE}=NAME") from error

    @property
    def broken(self) -> list[Plugin]:
        """The plugins that could not be imported."""
        return [plugin for plugin in self.plugins.values() if plugin.error]

    def components(self, kind: str | None = None) -> list[Component]:
        """Return every component (of a kind), by kind and name."""
        return [self._components[key][0] for key in sorted(self._components) if kind in (None, key[0])]

    def plugin(self, component: Component) -> Plugin:
        """Return the plugin that offers a component."""
        return self._components[component.kind, component.name][1]

    def find(self, kind: str, name: str) -> tuple[Component, dict[str, int]] | None:
        """Return the component called `name`, and the option that `hit@5` sets of a component `hit@k`."""
        if (kind, name) in self._components:
            return self._components[kind, name][0], {}
        stem, sign, number = name.rpartition("@")
        if sign and number.isdecimal() and len(number) < 7 and (kind, f"{stem}@k") in self._components:
            return self._components[kind, f"{stem}@k"][0], {"k": int(number)}
        return None

    def unknown(self, kind: str, name: str, where: Mark, path: str) -> Problem:
        """Return the problem of a name that nothing is called by, with the way out."""
        names = [component.name for component in self.components(kind)]
        others = [component.kind for component in self.components() if component.name == name]
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        hints = [f"did you mean `{near[0]}`?"] if near else []
        hints += [f"`{name}` is a component of kind {other}" for other in others]
        hints += [f"there are: {', '.join(names)}"] if names else [f"no installed plugin offers any {kind}"]
        if not self.plugins:
            way = f"{DISABLE} switches all of them off" if os.environ.get(DISABLE) else "run `pip install -e .`"
            hints = [f"no plugin is there: {way}"]
        hints += [f"plugin {plugin.name} was set aside ({plugin.error})" for plugin in self.broken]
        return Problem(where, path, f"no {kind} is called {name!r}", "; ".join(hints))


def _offered(module: Any) -> list[Component]:
    """Return what a plugin module offers; raise where it is no plugin, or implements a hook that there is not."""
    trial = _manager()
    trial.register(module)
    trial.check_pending()
    offered = list(module.toolkit_components()) if hasattr(module, "toolkit_components") else []
    if not all(isinstance(component, Component) for component in offered):
        raise TypeError("toolkit_components() should yield Components")
    return offered


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(hookspecs.NAME)
    manager.add_hookspecs(hookspecs)
    return manager
