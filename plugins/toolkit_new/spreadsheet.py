"""Rows of a workbook (.xlsx): those of its first sheet, every cell as text."""

from __future__ import annotations

import datetime
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from toolkit.errors import DataError, PluginError, ResourceError, ToolkitError

SUFFIXES = {".xlsx", ".xlsm"}
#: Rows that hold anything, at most; columns that are read; and bytes of the workbook once unpacked.
ROWS, COLUMNS, BYTES = 200_000, 200, 256 * 2**20
#: The last row that Excel knows: beyond it there is none, whatever a file says.
_LAST = 1_048_576


def read_sheet(file: Path) -> list[tuple[int, list[str]]]:
    """Return the rows that hold anything, each with its number, from 1; values stand for formulas.

    Raises: DataError where this is no workbook, ResourceError where it is too large, PluginError without openpyxl.
    """
    try:
        import openpyxl  # an extra: only who reads workbooks needs it
    except ImportError as error:
        what = f"{file}: reading workbooks needs the package openpyxl"
        raise PluginError(what, "pip install 'onespec[xlsx]', or save the table as CSV") from error
    try:
        _guard(file)
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
        hint = "save it as .xlsx without a password, or as CSV"
        raise DataError(f"{file} cannot be read as a workbook: {error}", hint) from error


def _guard(file: Path) -> None:
    """Refuse what would unpack to more than memory should hold; a part never yields more than the directory says."""
    with zipfile.ZipFile(file) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > BYTES:
        raise ResourceError(f"{file} unpacks to {size:,} bytes; at most {BYTES:,} are read", "save it as CSV")


def _rows(file: Path, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # some programs write a wrong one, and what is outside would be left out
    found = 0
    for number, values in enumerate(sheet.iter_rows(max_row=_LAST, max_col=COLUMNS, values_only=True), start=1):
        cells = [_written(value) for value in values] if values.count(None) < len(values) else []
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            found += 1
            yield number, cells
        if found > ROWS + 1:
            raise ResourceError(f"{file}: there are more than {ROWS:,} rows", "save it as CSV")


def _written(value: Any) -> str:
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
