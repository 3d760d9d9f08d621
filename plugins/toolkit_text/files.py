"""Rows that people wrote, as JSON lines, CSV or XLSX, with the place of each. Every error begins with FILE:LINE."""

from __future__ import annotations

import csv
import difflib
import io
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from toolkit.errors import DataError
from toolkit_text.encodings import read_text
from toolkit_text.spreadsheet import SUFFIXES, read_sheet

_JSON_LINES = {".jsonl", ".json-lines", ".jsonlines", ".ndjson"}
_TABLES = {".csv", ".tsv"}
_DELIMITERS = ",\t;"

#: What was written, column by column.
Cells = list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: the values by column, and the line on which it begins, from 1."""

    file: Path
    line: int
    values: Mapping[str, Any]

    def refuse(self, message: str, hint: str = "") -> NoReturn:
        """Raise DataError for this row."""
        raise DataError(f"{self.file}:{self.line}: {message}", hint)

    def text(self, column: str) -> str:
        """Return the text of a column, or raise DataError where there is none."""
        if column not in self.values:
            there = f"there are {', '.join(map(repr, self.values))}"
            self.refuse(f"the column {column} is missing", closest(column, self.values) or there)
        value = self.values[column]
        if not isinstance(value, str):
            self.refuse(f"the column {column} should be text, and is {shown(value)}")
        if not value.strip():
            self.refuse(f"the column {column} is empty")
        return value


def read_rows(file: Path, names: Mapping[str, str], lists: Collection[str] = ()) -> list[Row]:
    """Return the rows of a file, or raise DataError: where there are none, too.

    Args:
        names: what known columns are called, by how they may be written (in lower case; case and blanks beside
            them make no difference). Other columns keep their names.
        lists: columns of which a cell of a table may hold several values, a line each; those come as a list.
    """
    as_json, written = _written(file)
    rows = []
    for line, cells in written:
        values = _named(file, line, cells, names)
        if not as_json:
            values |= {name: _by_line(values[name]) for name in lists if name in values}
        rows.append(_checked(Row(file, line, values)))
    if not rows:
        raise DataError(f"{file}: there is no row in it")
    return rows


def _written(file: Path) -> tuple[bool, Iterator[tuple[int, Cells]]]:
    """Return whether a file holds JSON lines, and what was written, row by row."""
    if file.suffix.lower() in SUFFIXES:
        return False, _sheet(file)
    text = read_text(file)
    as_json = is_json_lines(file, text)
    return as_json, _json_lines(file, text) if as_json else _table(file, text)


def is_json_lines(file: Path, text: str) -> bool:
    """Return whether a file holds JSON lines: by its suffix, else by how it begins."""
    suffix = file.suffix.lower()
    return suffix in _JSON_LINES or (suffix not in _TABLES and text.lstrip()[:1] in ("{", "["))


def _json_lines(file: Path, text: str) -> Iterator[tuple[int, Cells]]:
    for number, line in enumerate(text.split("\n"), start=1):  # splitlines() would split inside strings too
        if line.strip():
            yield number, _json_object(file, number, line)


def _json_object(file: Path, number: int, line: str) -> Cells:
    try:
        value = json.loads(line, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        hint = 'each line should be one JSON object, as in {"question": "...", "answer": "..."}'
        raise DataError(f"{file}:{number}: this is no JSON: {error}", hint) from None
    if not isinstance(value, dict):
        raise DataError(f"{file}:{number}: this is no JSON object", "each line should be one, in braces")
    return list(value.items())


def _unique(cells: Cells) -> dict[str, Any]:
    found = dict(cells)
    if len(found) < len(cells):
        raise ValueError(f"one of {', '.join(found)} stands twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _table(file: Path, text: str) -> Iterator[tuple[int, Cells]]:
    header = text.lstrip("\r\n").partition("\n")[0]
    delimiter = "\t" if file.suffix.lower() == ".tsv" else max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    begins = 1
    try:
        for cells in reader:
            if not columns:
                columns = cells
            elif any(cell.strip() for cell in cells):
                yield begins, _under(columns, cells, f"{file}:{begins}")
            begins = reader.line_num + 1
    except csv.Error as error:
        hint = "is a quotation mark not closed, or not doubled inside a cell?"
        raise DataError(f"{file}:{begins}: this row cannot be read: {error}", hint) from error


def _sheet(file: Path) -> Iterator[tuple[int, Cells]]:
    columns: list[str] = []
    for number, cells in read_sheet(file):
        if columns:  # a column may stand empty between others
            yield number, [cell for cell in _under(columns, cells, f"{file}:{number}") if any(map(str.strip, cell))]
        columns = columns or cells


def _under(columns: list[str], cells: list[str], where: str) -> Cells:
    if len(cells) > len(columns):
        hint = "text that holds the delimiter goes in quotation marks"
        raise DataError(f"{where}: there are {len(cells)} cells under {len(columns)} columns", hint)
    return list(zip(columns, cells + [""] * (len(columns) - len(cells)), strict=True))


def _named(file: Path, line: int, cells: Cells, names: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for written, value in cells:
        name = names.get(written.strip().lower(), written.strip())
        if name in values:
            raise DataError(f"{file}:{line}: the column {name} stands twice")
        values[name] = value
    return values


def _by_line(cell: str) -> str | list[str]:
    lines = [line.strip() for line in cell.splitlines() if line.strip()]
    return lines if len(lines) > 1 else cell.strip()


def _checked(row: Row) -> Row:
    for column, value in row.values.items():
        if not is_text(column) or not all(map(is_text, _strings(value))):
            row.refuse(f"the column {column!a} holds NUL or half a surrogate pair, which is not text")
    return row


def _strings(value: Any) -> Iterator[str]:
    """Yield every string inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, child in value.items():
            yield name
            yield from _strings(child)
    elif isinstance(value, list):
        for child in value:
            yield from _strings(child)


def is_text(text: str) -> bool:
    """Return whether a string holds neither NUL nor half a surrogate pair, which UTF-8 cannot write."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text))


def shown(value: Any) -> str:
    """Return a value as JSON, cut short."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."


def closest(name: str, known: Iterable[str]) -> str:
    """Return a hint that names what was likely meant; empty where nothing is near."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else ""
