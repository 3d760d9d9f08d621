"""The data `text`: plain files as rows of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from toolkit.contracts import Example
from toolkit.errors import DataError
from toolkit_text.data_options import Text as Options
from toolkit_text.encodings import read_text
from toolkit_text.normalise import key
from toolkit_text.splits import Splits, held_out

_SUFFIXES = {".txt", ".md"}
_BETWEEN = {"paragraph": re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+"), "line": re.compile(r"\n")}


def read(path: Path, unit: str) -> list[Example]:
    """Return the texts of a file, or of a folder's files in the order of their names, with where each begins."""
    rows = [row for file in files(path) for row in units(file, unit)]
    if not rows:
        raise DataError(f"{path}: there is no text in it")
    return rows


def files(path: Path) -> list[Path]:
    """Return the files to read."""
    if not path.is_dir():
        return [path]
    found = (file for file in path.rglob("*") if file.suffix.lower() in _SUFFIXES and file.is_file())
    return sorted(found, key=lambda file: file.relative_to(path).as_posix())


def units(file: Path, unit: str) -> Iterator[Example]:
    """Yield the rows of one file."""
    text = read_text(file).replace("\r\n", "\n")
    if "\0" in text:
        raise DataError(f"{file}:{text.count(chr(10), 0, text.index(chr(0))) + 1}: NUL stands here, which is not text")
    for part in _BETWEEN[unit].split(text) if unit in _BETWEEN else [text]:
        if part.strip():
            yield {"text": part.strip()}


def make(config: Options, *, seed: int) -> Splits:
    """Make the data `text`."""
    return held_out(config, lambda path: read(path, config.unit), lambda row: key(row["text"]), seed)
