"""Registries of the toy plugin with some of its components exchanged, and ways in which components go wrong."""

from __future__ import annotations

import dataclasses
import sys
from types import ModuleType

from hypothesis import settings

import toy
from toolkit.hookspecs import hookimpl
from toolkit.registry import Registry


def toy_component(kind):
    """The toy's component of a kind."""
    return next(component for component in toy.toolkit_components() if component.kind == kind)


def toy_with(*components, **hooks):
    """A registry of the toy with these components in the place of, or beside, its own."""
    offered = {(c.kind, c.name): c for c in (*toy.toolkit_components(), *components)}
    module = ModuleType("toy_variant")
    module.toolkit_components = hookimpl(lambda: list(offered.values()))
    for name, hook in hooks.items():
        setattr(module, name, hookimpl(hook))
    return Registry.of({"toy": module})


def toy_made_by(kind, factory, name="made"):
    """A registry of the toy whose component of `kind` is made by `factory`, a function of the test's own."""
    module = sys.modules.setdefault("toy_factories", ModuleType("toy_factories"))
    setattr(module, f"{name}_{kind}", factory)
    return toy_with(dataclasses.replace(toy_component(kind), factory=f"toy_factories:{name}_{kind}"))


#: Settings for hypothesis: the same cases on every run and on every machine.
STEADY = settings(deadline=None, database=None, derandomize=True)
