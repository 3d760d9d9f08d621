"""Reading text that people made: whatever the encoding, JSON lines or CSV, and where each row stands.

Encoding: what a byte-order mark says; else UTF-8; else GB18030, of which GBK and GB2312 are parts.
Every error is a DataError that begins with FILE:LINE.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from toolkit.errors import DataError

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_JSON_LINES = {".jsonl", ".json-lines", ".jsonlines", ".ndjson"}
_TABLES = {".csv", ".tsv"}
_DELIMITERS = ",\t;"


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
        value = self.values.get(column)
        if column not in self.values:
            near = difflib.get_close_matches(column, self.values, n=1)
            hint = f"is it {near[0]!r}?" if near else f"it has {', '.join(map(repr, self.values)) or 'none'}"
            self.refuse(f"the column {column} is missing", hint)
        if not isinstance(value, str):
            self.refuse(f"the column {column} should be text, and is {shown(value)}")
        if not value.strip():
            self.refuse(f"the column {column} is empty")
        return value


def shown(value: Any) -> str:
    """Return a value as JSON, cut short."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."


def read_text(file: Path) -> str:
    """Return the text of a file, or raise DataError with the byte that cannot be read."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}") from error
    marked = next((name for mark, name in _MARKS.items() if raw.startswith(mark)), None)
    try:
        return raw.decode(marked or "utf-8")
    except UnicodeDecodeError as error:
        if marked or _is_damaged_utf8(raw):
            name = "UTF-16" if marked == "utf-16" else "UTF-8"
            _refuse_byte(file, raw, error.start, f"is not {name}, as the rest is")
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError as error:
        _refuse_byte(file, raw, error.start, "is neither UTF-8 nor GB18030")


def _is_damaged_utf8(raw: bytes) -> bool:
    """Return whether most of what is not ASCII is sound UTF-8. (Most of UTF-8 can be read as GB18030, as nonsense.)"""
    text = raw.decode("utf-8", "replace")
    unsound = text.count("\ufffd")
    return sum(character > "\x7f" for character in text) - unsound > unsound


def _refuse_byte(file: Path, raw: bytes, at: int, what: str) -> NoReturn:
    line = raw.count(b"\n", 0, at) + 1
    raise DataError(f"{file}:{line}: byte {at} ({raw[at]:#04x}) {what}", "save the file as UTF-8")


def read_rows(file: Path, synonyms: Mapping[str, str] | None = None) -> list[Row]:
    """Return the rows of a JSONL or CSV file, or raise DataError: where it is empty, too.

    Args:
        synonyms: other names of columns. Those written in capitals or beside blanks are known as well.
    """
    text = read_text(file)
    read = _json_lines if is_json_lines(file, text) else _table
    rows = [Row(file, line, _named(file, line, pairs, synonyms or {})) for line, pairs in read(file, text)]
    if not rows:
        raise DataError(f"{file}: there is no row in it")
    for row in rows:
        _check_text(row)
    return rows


def is_json_lines(file: Path, text: str) -> bool:
    """Return whether a file holds JSON lines: by its suffix, else by how it begins."""
    suffix = file.suffix.lower()
    return suffix in _JSON_LINES or (suffix not in _TABLES and text.lstrip()[:1] in ("{", "["))


Pairs = list[tuple[str, Any]]


def _json_lines(file: Path, text: str) -> Iterator[tuple[int, Pairs]]:
    for number, line in enumerate(text.split("\n"), start=1):  # splitlines() would also split inside strings
        if line.strip():
            yield number, _json_object(file, number, line)


def _json_object(file: Path, number: int, line: str) -> Pairs:
    try:
        value = json.loads(line, object_pairs_hook=_Object, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        hint = 'each line should be one JSON object, as in {"question": "...", "answer": "..."}'
        raise DataError(f"{file}:{number}: this is no JSON: {error}", hint) from None
    if not isinstance(value, _Object):
        raise DataError(f"{file}:{number}: this is no JSON object", "each line should be one, in braces")
    return value.pairs


class _Object(dict[str, Any]):
    """A JSON object that remembers what was written twice."""

    def __init__(self, pairs: Pairs) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _table(file: Path, text: str) -> Iterator[tuple[int, Pairs]]:
    header = text.lstrip("\r\n").partition("\n")[0]
    delimiter = "\t" if file.suffix.lower() == ".tsv" else max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] | None = None
    begins = 1
    try:
        for cells in reader:
            if columns is None and cells:
                columns = cells
            elif columns is not None and any(cell.strip() for cell in cells):
                yield begins, _cells(file, begins, columns, cells)
            begins = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{file}:{begins}: this row cannot be read: {error}", "is a quotation mark not closed?"
        ) from error


def _cells(file: Path, line: int, columns: list[str], cells: list[str]) -> Pairs:
    if len(cells) > len(columns):
        hint = "text that holds the delimiter goes in quotation marks"
        raise DataError(f"{file}:{line}: {len(cells)} cells under {len(columns)} columns", hint)
    return list(zip(columns, cells + [""] * (len(columns) - len(cells)), strict=True))


def _named(file: Path, line: int, pairs: Pairs, synonyms: Mapping[str, str]) -> dict[str, Any]:
    """Return values by the names that we know columns under."""
    values: dict[str, Any] = {}
    for written, value in pairs:
        name = written.strip()
        lower = name.lower()
        name = synonyms.get(lower, lower if lower in synonyms.values() else name)
        if name in values:
            raise DataError(f"{file}:{line}: the column {name} stands twice")
        values[name] = value
    return values


def _check_text(row: Row) -> None:
    for column, value in row.values.items():
        for text in value if isinstance(value, list) else (value,):
            if isinstance(text, str) and not is_text(text):
                row.refuse(f"the column {column} holds NUL or half a surrogate pair, which is not text")


def is_text(text: str) -> bool:
    """Return whether a string can be written as UTF-8 and holds no NUL."""
    return text.isascii() and "\0" not in text or not ("\0" in text or any("\ud800" <= c <= "\udfff" for c in text))


def closest(name: str, known: Iterable[str]) -> str:
    """Return a hint that names what was likely meant."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"is it {near[0]!r}?" if near else ""
