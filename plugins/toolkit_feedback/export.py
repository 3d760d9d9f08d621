"""Rows as JSON lines: in a file that appears whole or not at all, or on a stream."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

from toolkit.errors import ResourceError, SpecError
from toolkit_feedback.text import printable


def dumps(value: Any, indent: int | None = None) -> str:
    """Return JSON that is safe to print, too."""
    return printable(json.dumps(value, ensure_ascii=False, indent=indent))


def write_to(out: TextIO, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write rows to a stream, one a line; return how many."""
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007
        out.write(dumps(row) + "\n")
    return count


def write(file: Path, rows: Iterable[Mapping[str, Any]], force: bool = False) -> int:
    """Write rows to a file that only its owner may read; return how many.

    Raises: SpecError where the file is there already and not `force`, ResourceError where it cannot be written.
    """
    if not force and os.path.lexists(file):
        raise SpecError(f"{file} is there already", "write over it with --force")
    try:
        handle, staged = tempfile.mkstemp(prefix=".export-", dir=file.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
                count = write_to(out, rows)
                out.flush()
                os.fsync(handle)
            Path(staged).replace(file)
        finally:
            with contextlib.suppress(FileNotFoundError):
                Path(staged).unlink()
    except OSError as error:
        hint = "what was there before stays whole"
        raise ResourceError(f"cannot write {file}: {error.strerror or error}", hint) from error
    return count
