"""Text made equal where it means the same, and cut into pieces: runs of Chinese, words, and single marks.

A word keeps what stands inside it: `hit@1`, `GPT-4`, `3.14`, `don't`, `helpdesk.yaml`, `C++`. Japanese kana
count as Chinese, since neither is written with blanks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

Kind = Literal["han", "word", "mark"]

#: Ideographs with their extensions, iteration marks, and kana.
HAN = r"\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
#: Soft hyphens, zero-width blanks, marks of direction, byte-order marks.
_INVISIBLE = dict.fromkeys(
    [0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A)]
)
_SAME = _INVISIBLE | {0x2018: "'", 0x2019: "'", 0x2010: "-", 0x2011: "-"}
_LETTER = rf"[^\W_{HAN}]"
_PIECE = re.compile(
    rf"(?P<han>[{HAN}]+)"
    rf"|(?P<word>[a-z](?:\+\+|\#)(?!\w)|{_LETTER}+(?:(?:[.@&'-]|_+){_LETTER}+)*)"
    r"|(?P<mark>\S)"
)
_INSIDE = re.compile(r"[.@&_-]+")
_NOT_WORD = re.compile(r"[\W_]+")


def normalise(text: str) -> str:
    """Return text in Unicode form NFKC and lower case, invisible characters left out."""
    return unicodedata.normalize("NFKC", text).translate(_SAME).lower()


def pieces(text: str) -> Iterator[tuple[Kind, str]]:
    """Yield each piece of a normalised text with its kind; blanks are left out."""
    for match in _PIECE.finditer(text):
        yield match.lastgroup, match.group()  # type: ignore[misc]


def with_parts(word: str) -> list[str]:
    """Return a word without `'s`, and the words inside it: `helpdesk` and `yaml` of `helpdesk.yaml`, none of `3.14`."""
    if word.isalnum():
        return [word]
    whole = word.removesuffix("'s")
    inside = [part for part in _INSIDE.split(whole) if part != whole and len(part) > 1 and not part.isdigit()]
    return [whole, *inside]


def key(text: str) -> str:
    """Return what two texts share that differ only in width, case, punctuation and blanks."""
    return _NOT_WORD.sub("", normalise(text)) or text.strip()
