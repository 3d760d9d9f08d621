"""A file as somebody's program wrote it: its columns and rows. No row stops the reading; what is odd is noted."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from toolkit.errors import DataError, SpecError
from toolkit_new import spreadsheet
from toolkit_new.characters import CONTROL, clean, decoded, plain

_JSON = {".jsonl", ".json-lines", ".jsonlines", ".ndjson", ".json"}
_TABLES = {".csv", ".tsv"}
_DELIMITERS = ",\t;"
#: Characters of one cell at most.
_LARGEST_CELL = 2**27

#: Cells with the number of their row, from 1, as a spreadsheet counts.
Numbered = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its number in the file (a table's header is row 1), and its values by column."""

    number: int
    values: Mapping[str, Any]


@dataclass
class Source:
    """What stands in a file."""

    name: str
    form: str = ""
    """How it was read: `CSV, UTF-8`."""
    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    notes: dict[str, list[int]] = field(default_factory=dict)
    """Row numbers by what was odd: unreadable, too_many_cells, open_quote, control."""

    def note(self, what: str, number: int) -> None:
        """Note that something is odd in a row."""
        if number not in self.notes.setdefault(what, []):
            self.notes[what].append(number)

    def add(self, number: int, values: Mapping[str, Any]) -> None:
        """Add a row; characters that no text file should hold are taken out of it."""
        written = plain(dict(values))
        cleaned = clean(written)
        if cleaned != written:
            self.note(CONTROL, number)
        self.rows.append(Row(number, cleaned))


def read(file: Path) -> Source:
    """Return what stands in a file, or raise DataError where it cannot be read, or holds no row."""
    if file.suffix.lower() in spreadsheet.SUFFIXES:
        source = Source(file.name, "XLSX")
        _table(source, iter(spreadsheet.read_sheet(file)))
    else:
        text, encoding = decoded(_bytes(file))
        as_json = is_json(file, text)
        source = Source(file.name, f"{'JSON' if as_json else 'CSV'}, {encoding}")
        _json(source, text) if as_json else _csv(source, text, file.suffix.lower() == ".tsv")
    if not source.rows:
        raise DataError(f"{file}: there is no row in it", "a table needs a header row and a row for each question")
    return source


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise SpecError(f"there is no file {file}", "name a CSV, XLSX or JSONL file: --entries FILE") from None
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}") from error


def is_json(file: Path, text: str) -> bool:
    """Return whether a file holds JSON: by its ending, else by how it begins."""
    ending = file.suffix.lower()
    return ending in _JSON or (ending not in _TABLES and text.lstrip()[:1] in ("{", "["))


# -- JSON --------------------------------------------------------------------------------------------------------------


def _json(source: Source, text: str) -> None:
    columns: dict[str, None] = {}
    for number, value in _json_values(text):
        if not isinstance(value, dict):
            source.note("unreadable", number)
            continue
        try:
            source.add(number, {str(name).strip(): child for name, child in value.items()})
        except RecursionError:
            source.note("unreadable", number)
            continue
        columns |= dict.fromkeys(source.rows[-1].values)
    source.columns = list(columns)


def _json_values(text: str) -> Iterator[tuple[int, Any]]:
    """Yield the values of JSON lines, or of one list over several lines; None for what is no JSON."""
    whole = _json_value(text) if text.lstrip().startswith("[") else None
    if isinstance(whole, list):
        yield from enumerate(whole, start=1)
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, _json_value(line)


def _json_value(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return None


# -- tables ------------------------------------------------------------------------------------------------------------


def _csv(source: Source, text: str, by_tabs: bool) -> None:
    lines = io.StringIO(text, newline="").readlines()
    header = next((line for line in lines if line.strip()), "")
    with _large_cells(source):
        delimiter = "\t" if by_tabs else max(_DELIMITERS, key=lambda sign: len(_cells(header, sign)))
        _table(source, _records(source, lines, delimiter), delimiter)


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _records(source: Source, lines: Sequence[str], delimiter: str) -> Numbered:
    reader = csv.reader(lines, delimiter=delimiter)
    begins = number = 0
    for number, cells in enumerate(reader, start=1):
        yield number, cells
        if reader.line_num < len(lines):
            begins = reader.line_num
    try:
        list(csv.reader(lines[begins:], delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "end of data" in str(error):
            source.note("open_quote", number)


@contextlib.contextmanager
def _large_cells(source: Source) -> Iterator[None]:
    """Let cells be as large as they are; the module's own limit is 128 KiB, for all who use it."""
    limit = csv.field_size_limit(_LARGEST_CELL)
    try:
        yield
    except csv.Error as error:
        raise DataError(f"{source.name} cannot be read as a table: {error}", "is it a CSV file?") from error
    finally:
        csv.field_size_limit(limit)


def _table(source: Source, records: Numbered, delimiter: str = "") -> None:
    for number, cells in records:
        if not any(map(str.strip, cells)):
            if source.columns and cells:
                source.note("blank", number)
        elif source.columns:
            _add(source, number, cells, delimiter)
        else:
            source.columns = _names(cells)


def _names(cells: Sequence[str]) -> list[str]:
    """Return the names of a header: none of them empty, none twice."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = " ".join(clean(cell).split()) or f"column {place}"
        names.append(name if name not in names else f"{name} ({place})")
    return names


def _add(source: Source, number: int, cells: list[str], delimiter: str) -> None:
    """Add a row of a table. Too many cells are the last one's, cut at delimiters that should be in quotation marks."""
    places = len(source.columns)
    if any(map(str.strip, cells[places:])):
        source.note("too_many_cells", number)
        cells = [*cells[: places - 1], delimiter.join(cells[places - 1 :])]
    source.add(number, dict(zip(source.columns, cells, strict=False)))
