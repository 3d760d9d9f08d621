"""The hooks that a plugin may implement. `docs/hooks.md` describes each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import click

    from toolkit.component import Component
    from toolkit.registry import Registry

NAME = "toolkit"
#: The entry-point group in which a distribution names its plugin modules.
GROUP = "toolkit.plugins"

hookspec = pluggy.HookspecMarker(NAME)
hookimpl = pluggy.HookimplMarker(NAME)


@hookspec
def toolkit_components() -> Iterable[Component]:  # type: ignore[empty-body]
    """Yield the components that this plugin offers."""


@hookspec
def toolkit_templates() -> Path | None:
    """Return a folder of Jinja2 templates that are looked up before the toolkit's own."""


@hookspec(firstresult=True)
def toolkit_profile(
    splits: Mapping[str, Sequence[Any]], tables: Mapping[str, Sequence[Any]]
) -> Mapping[str, Any] | None:
    """Return what is worth knowing of the data, as plain JSON for the report; the first answer counts."""


@hookspec
def toolkit_render(document: Mapping[str, Any], templates: Sequence[Path]) -> Mapping[str, str]:  # type: ignore[empty-body]
    """Return files by name (report.html, README.md, ...) made of report.json's content."""


@hookspec
def toolkit_commands(group: click.Group, registry: Registry) -> None:
    """Add commands to the command line; declare them lightly, import inside them."""


@hookspec(firstresult=True)
def toolkit_progress(live: bool) -> Any:
    """Return a context manager to call with each event of a build that the command line runs; the first answer counts.

    Args:
        live: whether stderr is a terminal that may be redrawn.
    """


@hookspec
def toolkit_event(event: Mapping[str, Any]) -> None:
    """Hear what happens in a build: `kind` is started, stage, step, finished, failed or a component's own."""
