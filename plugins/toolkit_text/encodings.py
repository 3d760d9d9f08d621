"""Reading the bytes of a text file, whatever wrote it.

A byte-order mark says what it is (UTF-8 or UTF-16); without one it is UTF-8, else GB18030, of which GBK and
GB2312 are parts.
"""

from __future__ import annotations

import codecs
from pathlib import Path

from toolkit.errors import DataError

_MARKED = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_text(file: Path) -> str:
    """Return the text of a file without its byte-order mark, or raise DataError with the byte that cannot be read."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file} cannot be read: {error.strerror}") from error
    marked = next((name for mark, name in _MARKED.items() if raw.startswith(mark)), None)
    try:
        return raw.decode(marked or "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        if marked or _is_mostly_utf8(raw):
            raise _fault(file, raw, error, f"is not {(marked or 'utf-8').upper()}, as the rest is") from None
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError as error:
        raise _fault(file, raw, error, "is neither UTF-8 nor GB18030") from None


def _is_mostly_utf8(raw: bytes) -> bool:
    """Return whether most of what is not ASCII is sound: then this is damaged, though GB18030 could read nonsense."""
    text = raw.decode("utf-8", "replace")
    unsound = text.count("\ufffd")
    return sum(character > "\x7f" for character in text) - unsound > unsound


def _fault(file: Path, raw: bytes, error: UnicodeDecodeError, what: str) -> DataError:
    line = raw[: error.start].decode(error.encoding, "ignore").count("\n") + 1
    return DataError(f"{file}:{line}: byte {error.start} ({raw[error.start]:#04x}) {what}", "save the file as UTF-8")
