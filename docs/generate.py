"""Writes docs/components.md from the installed plugins. A test fails when the page is stale: `make docs` renews it."""

from __future__ import annotations

from pathlib import Path

from toolkit.component import Component
from toolkit.registry import Registry
from toolkit_authoring.options import documented

PAGE = Path(__file__).parent / "components.md"
HEAD = """# Components

Every component of the first-party plugins with its options, written by `make docs` from the plugins themselves.
An option without a default is needed. `toolkit plugins describe NAME` prints the same for whatever is installed.
"""


def page(registry: Registry) -> str:
    """Return the page's text."""
    parts = [HEAD]
    for kind in dict.fromkeys(component.kind for component in registry.components()):
        parts.append(f"\n## {kind}\n")
        parts += [section(component, registry) for component in registry.components(kind)]
    return "\n".join(parts)


def section(component: Component, registry: Registry) -> str:
    """Return what the page says of one component."""
    lines = [f"\n### {component.name}\n", f"{component.summary}\n", f"Plugin `{registry.plugin(component).name}`."]
    if component.licence:
        lines[-1] += f" Licence {component.licence}."
    options = documented(component.config)
    if options:
        lines += ["\n| option | type | default | what it does |", "|---|---|---|---|"]
    for option in options:
        default = f"`{option.default.removeprefix(' = ')}`" if option.default else "needed"
        cells = [f"`{option.name}`", option.type, default, option.help]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(Registry.discover()), encoding="utf-8")
