"""Bytes as text, whatever wrote them, and text without what is none."""

from __future__ import annotations

import codecs
import math
import re
import unicodedata
from collections.abc import Callable
from typing import Any, Literal

Language = Literal["zh", "en", "mixed", "other"]

CONTROL = "control"
#: What stands for a character that was lost.
REPLACED = "\ufffd"
_MARKED = {codecs.BOM_UTF8: "UTF-8", codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]")
_NEWLINE = re.compile(r"\r\n?")

#: What Windows-1252 makes of the bytes that follow in UTF-8; what European languages put behind a letter is left out.
_FOLLOWS = "\xa1-\xaf\xb1-\xba\xbc-\xbf€‚ƒ„†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ"
#: UTF-8 read as Latin-1 or Windows-1252 ("Ã¤", "â€™") or as GBK ("鈥檚", "锟斤拷"), and what was lost on the way.
MOJIBAKE = re.compile(
    f"{REPLACED}|[\x80-\x9f]|[ÂÃ][\xa0°»{_FOLLOWS}]|[ä-é][{_FOLLOWS}]{{2}}|â€|ï¿½|ï»¿|锟斤拷|烫烫烫|屯屯屯|[鐨锛銆鈥]"
)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z]+)?")
_NOT_WORD = re.compile(r"[\W_]+")


def decoded(raw: bytes) -> tuple[str, str]:
    """Return the text of a file without its byte-order mark, and what it was read as.

    Without a mark it is UTF-8, else Windows-1252 where what is not ASCII stands alone between letters, as in
    "café", else GB18030, of which GBK and GB2312 are parts. What cannot be read becomes U+FFFD.
    """
    marked = next((name for mark, name in _MARKED.items() if raw.startswith(mark)), None)
    name = marked or ("UTF-8" if _is_mostly_utf8(raw) else "Windows-1252" if _stand_alone(raw) else "GB18030")
    return raw.decode({"Windows-1252": "cp1252"}.get(name, name), "replace").removeprefix("\ufeff"), name


def _is_mostly_utf8(raw: bytes) -> bool:
    text = raw.decode("utf-8", "replace")
    lost = text.count(REPLACED)
    return not lost or sum(character > "\x7f" for character in text) - lost > lost


def _stand_alone(raw: bytes) -> bool:
    """Return whether many runs of bytes that are not ASCII are a single one; in GBK most come in pairs."""
    runs = re.findall(rb"[\x80-\xff]+", raw)
    return 4 * sum(len(run) == 1 for run in runs) >= len(runs)


def plain(value: Any) -> Any:
    """Return a value with line ends as Unix has them, and numbers that JSON does not know as text."""
    return _each(value, lambda text: _NEWLINE.sub("\n", text))


def clean(value: Any) -> Any:
    """Return a value without control characters; half surrogate pairs become U+FFFD."""
    return _each(value, lambda text: _NO_TEXT.sub(lambda found: REPLACED if found[0] >= "\ud800" else "", text))


def _each(value: Any, change: Callable[[str], str]) -> Any:
    """Return a value with every string inside it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each(child, change) for child in value]
    if isinstance(value, dict):
        return {change(name): _each(child, change) for name, child in value.items()}
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def key(text: str) -> str:
    """Return what two texts share that differ only in width, case, punctuation and blanks."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold()) or text.strip()


def language(text: str) -> Language:
    """Return the language of a text by its script; Chinese may well name things in Latin letters."""
    chinese, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    letters = sum(character.isalpha() for character in text)
    known = chinese + sum(map(len, _LATIN.findall(text)))
    if not letters or 2 * known < letters:
        return "other"
    share = chinese / (chinese + latin)
    return "zh" if share >= 0.6 else "en" if share <= 0.1 else "mixed"
