"""Commands that write a spec for somebody's own data: `toolkit new help-desk`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from toolkit.hookspecs import hookimpl


@click.group(invoke_without_command=True)
@click.pass_context
def new(context: click.Context) -> None:
    """Begin a system from your own data."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def _column(name: str, what: str) -> Callable[[Any], Any]:
    return click.option(f"--{name}", metavar="COLUMN", help=f"The column with {what}.  [default: by its name]")


@new.command("help-desk")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--entries",
    "file",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path),
    help="Your questions and answers: CSV, XLSX or JSON lines, with a header row.",
)
@_column("question", "the questions")
@_column("answer", "the answers")
@_column("wordings", "further wordings of a question, split at line ends, | and ；")
@_column("title", "what an entry is called where its answer is shown")
@_column("id", "the ids")
@click.option("--lang", type=click.Choice(["en", "zh"]), help="Language of what is written.  [default: the data's]")
@click.option("--force", is_flag=True, help="Put aside what DIR holds, and begin anew.")
def _help_desk(folder: Path, file: Path, lang: str | None, force: bool, **columns: str | None) -> None:
    """Make a help desk in DIR from questions and answers: a spec that builds, and a report on the data."""
    begun = importlib.import_module("toolkit_new.help_desk").begin
    click.echo(begun(folder, file, columns, lang, force))


@hookimpl
def toolkit_commands(group: click.Group) -> None:
    """Add the group `new`."""
    group.add_command(new)
