"""Rows of a workbook (.xlsx): those of its first sheet, every cell as text."""

from __future__ import annotations

import datetime
import itertools
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from toolkit.errors import DataError, PluginError, ResourceError, ToolkitError

SUFFIXES = {".xlsx", ".xlsm"}
#: Rows that hold anything, at most; columns; and bytes of the workbook once unpacked.
ROWS, COLUMNS, BYTES = 200_000, 200, 256 * 2**20
#: The last row that Excel knows: beyond it there is none, whatever a file says.
_LAST = 1_048_576
#: What older workbooks begin with, and those that a password protects.
_COMPOUND = b"\xd0\xcf\x11\xe0"


def read_sheet(file: Path) -> list[tuple[int, list[str]]]:
    """Return the rows that hold anything, each with its number (from 1, as a spreadsheet counts) and its cells.

    Values are read where formulas stand. A row is as long as its last cell that holds anything.
    Raises: DataError where this is no workbook, ResourceError where it is too large, PluginError without openpyxl.
    """
    try:
        import openpyxl  # an extra: only who reads workbooks needs it
    except ImportError as error:
        what = f"{file}: reading workbooks needs the package openpyxl"
        raise PluginError(what, "pip install 'onespec[xlsx]'") from error
    _guard(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, which nobody reads here
            book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            try:
                return list(_rows(file, book.worksheets[0]))
            finally:
                book.close()
    except (ToolkitError, MemoryError):
        raise
    except Exception as error:  # whatever a damaged workbook makes of the parser
        raise DataError(f"{file} cannot be read as a workbook: {error}", "save it again, or as CSV") from error


def _guard(file: Path) -> None:
    """Refuse what is no workbook, and what would unpack to more than memory should hold."""
    try:
        with file.open("rb") as opened:
            old = opened.read(4) == _COMPOUND
        size = 0 if old else _unpacked(file)
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}") from error
    except zipfile.BadZipFile:
        raise DataError(f"{file} is no workbook", "save it as .xlsx or CSV") from None
    if old:
        raise DataError(f"{file} is an old workbook, or has a password", "save it as .xlsx without one, or as CSV")
    if size > BYTES:
        raise ResourceError(f"{file} unpacks to {size:,} bytes; at most {BYTES:,} are read", "save it as CSV")


def _unpacked(file: Path) -> int:
    """Return what the archive's directory says of its size; a part never yields more than is said there."""
    with zipfile.ZipFile(file) as parts:
        return sum(part.file_size for part in parts.infolist())


def _rows(file: Path, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # some programs write a wrong one, and what is outside would be left out
    found = 0
    for number, values in enumerate(sheet.iter_rows(max_row=_LAST, max_col=COLUMNS + 1, values_only=True), start=1):
        if values.count(None) == len(values):
            continue
        cells = [written(value) for value in values]
        if any(cells[COLUMNS:]):
            raise DataError(f"{file}:{number}: there are more than {COLUMNS} columns")
        cells = _without_empty_end(cells)
        found += bool(cells)
        if found > ROWS + 1:
            raise ResourceError(f"{file}: there are more than {ROWS:,} rows", "save it as CSV")
        if cells:
            yield number, cells


def _without_empty_end(cells: list[str]) -> list[str]:
    empty = sum(1 for _ in itertools.takewhile(lambda cell: not cell.strip(), reversed(cells)))
    return cells[: len(cells) - empty]


def written(value: Any) -> str:
    """Return a cell's value as text: whole numbers without a point, dates as 2026-11-24."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)
