"""What people asked, what they were answered, and whether it helped: kept in SQLite, read with `toolkit feedback`."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import click
from pydantic import Field, StringConstraints

from toolkit.component import Component, Config
from toolkit.hookspecs import hookimpl

FileName = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\x00]+$")]


class Sqlite(Config):
    """Stores questions, their answers and what people said of them, in a SQLite file on this machine.

    A row that was acknowledged is on disk. The file is made with mode 0600.
    """

    file: FileName | None = None
    """The file, relative to the working directory of `toolkit serve`; by default RUN.feedback.sqlite beside the run."""
    questions: bool = True
    """Store every question; if false only those that somebody judged, the last 4,096 others being kept in memory."""
    keep_days: int | None = Field(None, ge=1, le=36_500)
    """Days after which a row is removed, at start and then once a day with the first write; none keeps it."""
    max_rows: int = Field(100_000, ge=100, le=100_000_000)
    """Most rows kept; beyond it the oldest that nobody judged go first, then the oldest."""
    busy_timeout: float = Field(5.0, gt=0, le=3600)
    """Seconds to wait for another process that writes to the file."""


@hookimpl
def toolkit_components() -> Iterator[Component]:
    """Yield the store."""
    yield Component("feedback", "sqlite", Sqlite, "toolkit_feedback.store:make", example={"keep_days": 90})


@click.command("feedback")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("ids", nargs=-1)
@click.option("--file", type=click.Path(path_type=Path), help="The feedback file.  [default: as RUN's spec says]")
@click.option("--refused", is_flag=True, help="What was refused, equal questions together, the most frequent first.")
@click.option("--helpful", type=click.Choice(["yes", "no"]), help="Only what was judged so.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="Only from this day on (UTC).")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.  [default: 50; --export: all]")
@click.option("--export", metavar="FILE", help="Write the rows to FILE as JSON lines; - is stdout.")
@click.option("--force", is_flag=True, help="Let --export write over FILE.")
@click.option("--forget", is_flag=True, help="Delete the rows with these IDS for good.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def feedback(run: Path, since: datetime | None, helpful: str | None, **options: Any) -> None:
    """List what people asked RUN, what it answered, and whether that helped; newest first.

    IDS, for --forget: as listed, in full or their first eight characters.
    """
    if options["ids"] and not options["forget"]:
        raise click.UsageError("IDS go with --forget, as in `toolkit feedback RUN --forget 1f0c9a52`.")
    if options["force"] and not options["export"]:
        raise click.UsageError("--force goes with --export.")
    chosen = {"since": since and f"{since:%Y-%m-%d}", "helpful": helpful and helpful == "yes"}
    importlib.import_module("toolkit_feedback.command").feedback(run, **chosen, **options)


@hookimpl
def toolkit_commands(group: click.Group, registry: Any) -> None:
    """Add `feedback`."""
    group.add_command(feedback)
