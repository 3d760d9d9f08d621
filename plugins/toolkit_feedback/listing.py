"""How rows are shown: a table on a wide terminal, lines elsewhere, always one line of text a field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from toolkit_feedback.reading import SHORT
from toolkit_feedback.text import line

#: Columns from which on a terminal shows a table.
WIDE = 80
#: Characters of a text that a table shows.
MOST = 200

_HELPFUL = {True: "yes", False: "no", None: ""}


def answered(row: Mapping[str, Any]) -> str:
    """Return what was answered, `refused` where nothing was."""
    return "refused" if row["refused"] else line(row["answer"])


def lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a row's fields, one a line."""
    for row in rows:
        yield f"{moment(row['asked'])}  {line(row['language'])}  {row['id'][:SHORT]}"
        yield f"  question: {line(row['question'])}"
        yield "  refused" if row["refused"] else f"  answer: {answered(row)}"
        if row["helpful"] is not None:
            yield f"  helpful: {_HELPFUL[row['helpful']]}"
        if row["comment"]:
            yield f"  comment: {line(row['comment'])}"


def group_lines(groups: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line a question: how often it was refused, and its words."""
    for group in groups:
        yield f"{group['count']:5}  {line(group['question'])}"


def table(rows: Iterable[Mapping[str, Any]], out: TextIO, width: int) -> None:
    """Write rows as a table of `width` columns."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, ratio in {"asked (UTC)": 0, "id": 0, "question": 4, "answered": 4, "helpful": 0, "comment": 2}.items():
        made.add_column(name, ratio=ratio or None, no_wrap=not ratio)
    for row in rows:
        texts = (line(row["question"], MOST), line(answered(row), MOST))
        cells = (moment(row["asked"]), row["id"][:SHORT], *texts, _HELPFUL[row["helpful"]], line(row["comment"], MOST))
        made.add_row(*map(Text, cells))  # Text, not str: rich would read brackets as its markup
    Console(file=out, width=width).print(made)


def group_table(groups: Iterable[Mapping[str, Any]], out: TextIO, width: int) -> None:
    """Write groups of refused questions as a table of `width` columns."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    made.add_column("times", justify="right", no_wrap=True)
    made.add_column("last (UTC)", no_wrap=True)
    made.add_column("refused question")
    for group in groups:
        cells = (str(group["count"]), moment(group["last"]), line(group["question"], MOST))
        made.add_row(*map(Text, cells))
    Console(file=out, width=width).print(made)


def moment(time: str) -> str:
    """Return a time of the store to the minute, as in 2026-11-24 03:35."""
    return line(time)[:16].replace("T", " ")


def summary(sums: Mapping[str, int]) -> str:
    """Return the sums in a sentence."""
    parts = [f"{sums['questions']:,} question{'' if sums['questions'] == 1 else 's'}"]
    if sums["questions"]:
        parts.append(f"{share(sums['refused'], sums['questions'])} refused ({sums['refused']:,})")
    if sums["judged"]:
        parts.append(
            f"{share(sums['helpful'], sums['judged'])} helpful ({sums['helpful']:,} of {sums['judged']:,} judged)"
        )
    return ", ".join(parts)


def share(part: int, whole: int) -> str:
    """Return a share in per cent."""
    return f"{100 * part / whole:.0f} %"
