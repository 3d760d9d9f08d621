"""Commands for those who choose components and those who write them: `toolkit plugins describe`."""

from __future__ import annotations

import importlib
from typing import Any

import click

from toolkit.hookspecs import hookimpl


@hookimpl
def toolkit_commands(group: click.Group, registry: Any) -> None:
    """Add `describe` to the group `plugins`."""

    @click.command()
    @click.argument("name")
    def describe(name: str) -> None:
        """Describe the components called NAME: options, defaults, licence."""
        click.echo(importlib.import_module("toolkit_authoring.describe").described(name, registry))

    plugins = group.commands["plugins"]
    if isinstance(plugins, click.Group):
        plugins.add_command(describe)
