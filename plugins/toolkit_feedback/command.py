"""The command `toolkit feedback RUN`."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from toolkit.errors import RunError
from toolkit_feedback import export as exporting
from toolkit_feedback import listing, reading
from toolkit_feedback.places import of_run
from toolkit_feedback.reading import Wanted

#: Rows listed where nothing else is said.
LISTED = 50


def feedback(
    run: Path,
    ids: Sequence[str],
    file: Path | None,
    refused: bool,
    helpful: bool | None,
    since: str | None,
    limit: int | None,
    export: str | None,
    force: bool,
    forget: bool,
    as_json: bool,
) -> None:
    """List, export or forget rows. Raises ToolkitError."""
    found = located(run, file)
    if forget:
        count = reading.forget(found, ids)
        click.echo(f"{count} row{'' if count == 1 else 's'} forgotten")
        return
    wanted = Wanted(since, helpful, refused)
    with reading.reading(found) as connection:
        if export:
            export_to(export, connection, wanted, limit, force)
        elif as_json:
            result = as_listed(connection, wanted, limit or LISTED)
            click.echo(exporting.dumps({"schema": 1, "file": str(found), **result}, indent=1))
        else:
            show(as_listed(connection, wanted, limit or LISTED), refused)


def located(run: Path, file: Path | None) -> Path:
    """Return the feedback file. Raises RunError where there is none, with the way to get one."""
    if file is not None:
        if not file.exists():
            raise RunError(f"there is no feedback file {file}", "without --file, the spec of RUN says where it is")
        return file
    found, is_on = of_run(run)
    if not found.exists():
        if is_on:
            raise RunError(f"there is no feedback file {found} yet", f"it is made by: toolkit serve {run}")
        hint = "turn it on in the spec, `serving: {use: http, feedback: sqlite}`, and serve it; or name one: --file"
        raise RunError(f"{run} has no feedback: there is no {found}", hint)
    return found


def as_listed(connection: sqlite3.Connection, wanted: Wanted, limit: int) -> dict[str, Any]:
    """Return the rows (or, of refused ones, the groups), how many there are in all, and the sums of the period."""
    summary = reading.sums(connection, Wanted(wanted.since))
    if wanted.refused:
        groups = reading.grouped(reading.rows(connection, wanted))
        return {"summary": summary, "matching": len(groups), "refused": groups[:limit]}
    matching = reading.sums(connection, wanted)["questions"]
    return {"summary": summary, "matching": matching, "rows": list(reading.rows(connection, wanted, limit))}


def show(result: dict[str, Any], refused: bool) -> None:
    """Print what was found: a table where there is room for one, else lines; then the sums."""
    shown = result["refused" if refused else "rows"]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    if shown and width >= listing.WIDE:
        (listing.group_table if refused else listing.table)(shown, sys.stdout, width)
    else:
        for text in (listing.group_lines if refused else listing.lines)(shown):
            click.echo(text)
    if result["matching"] > len(shown):
        click.echo(f"({len(shown):,} of {result['matching']:,}; more with --limit)")
    click.echo(listing.summary(result["summary"]))


def export_to(name: str, connection: sqlite3.Connection, wanted: Wanted, limit: int | None, force: bool) -> None:
    """Write rows as JSON lines to a file or, as `-`, to stdout."""
    rows = reading.rows(connection, wanted, limit)
    if name == "-":
        exporting.write_to(sys.stdout, rows)
        return
    count = exporting.write(Path(name), rows, force)
    click.echo(f"{name}: {count:,} row{'' if count == 1 else 's'}", err=True)
