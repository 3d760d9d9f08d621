"""Which language a text is in, told by its script: enough to answer in the language of the question."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_WORD = re.compile(r"[A-Za-zÀ-ɏ]+")


def is_chinese(text: str) -> bool:
    """Return whether Chinese carries most of a text; a Chinese word counts as 1.5 characters."""
    han = len(_HAN.findall(text))
    return han > 0 and han >= 1.5 * len(_WORD.findall(text))
