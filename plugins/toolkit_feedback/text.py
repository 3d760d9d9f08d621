"""Texts of strangers: made storable, made safe to print on a line, made comparable."""

from __future__ import annotations

import re
import unicodedata

# ECMA-48: control strings (OSC, DCS, ...) with their end, and control sequences (CSI).
_ESCAPE = re.compile(
    r"(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
)
# Marks that turn the direction of text around and so can make it read as something else.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# What JSON leaves as it is and a terminal, or a reader of lines, may obey.
_UNPRINTED = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def whole(text: str) -> str:
    """Return text that UTF-8 can hold: halves of a surrogate pair are joined, or replaced by U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def line(text: str, most: int | None = None) -> str:
    """Return text on one line, without what a terminal would obey; at most `most` characters of it."""
    spaced = " ".join(_ESCAPE.sub("", text).split())
    kept = "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cs") and c not in _BIDI)
    return kept if most is None or len(kept) <= most else kept[: most - 1].rstrip() + "…"


def normalised(question: str) -> str:
    """Return what equal questions share: width, case, blanks and the punctuation at the end make no difference."""
    return " ".join(unicodedata.normalize("NFKC", question).casefold().split()).rstrip(" ?!.,;。、…")


def printable(json_text: str) -> str:
    """Return the same JSON with the remaining control characters and direction marks written as escapes."""
    return _UNPRINTED.sub(lambda found: f"\\u{ord(found[0]):04x}", json_text)
