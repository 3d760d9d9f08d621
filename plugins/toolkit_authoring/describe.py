"""A component on one page of the terminal."""

from __future__ import annotations

from typing import Any

from toolkit.component import Component
from toolkit.errors import SpecError
from toolkit_authoring.options import documented


def described(name: str, registry: Any) -> str:
    """Return what there is to know of the components called `name`, or `kind.name`.

    Raises: SpecError where there is none.
    """
    found = [c for c in registry.components() if name in (c.name, f"{c.kind}.{c.name}")]
    if not found:
        raise SpecError(f"no component is called {name!r}", "toolkit plugins list shows all of them")
    return "\n".join(page(component, str(registry.plugin(component))) for component in found)


def page(component: Component, plugin: str) -> str:
    """Return the lines of one component: what it is, its options, where it comes from."""
    lines = [f"{component.kind} {component.name}  ({plugin})", f"  {component.summary}", ""]
    for option in documented(component.config):
        lines += [f"  {option.name}: {option.type}{option.default}", *([f"      {option.help}"] if option.help else [])]
    facts = {"extra": component.extra, "licence": component.licence, "homepage": component.homepage}
    lines += [f"  {name}: {fact}" for name, fact in facts.items() if fact]
    return "\n".join(lines) + "\n"
