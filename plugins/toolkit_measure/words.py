"""Texts as metrics compare them: normalised as for SQuAD, English in words, Chinese in characters."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable

# CJK ideographs with their extensions and compatibility forms, and kana: scripts written without blanks.
_CHARACTER = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(f"[{_CHARACTER}]|[^\\s{_CHARACTER}]+")
_UNSPACED = re.compile(f"[{_CHARACTER}]")
_ARTICLE = re.compile(r"\b(a|an|the)\b")


def normalise(text: str) -> str:
    """Return text in lower case, of one width, without punctuation, English articles and runs of blanks.

    The normalisation of SQuAD's evaluation script (Rajpurkar et al. 2016), which removes ASCII punctuation,
    after NFKC and with all Unicode punctuation, so that "Ａ，b。" and "a,b." are the same.
    """
    text = unicodedata.normalize("NFKC", text).lower()
    text = "".join(c for c in text if c not in string.punctuation and not unicodedata.category(c).startswith("P"))
    return " ".join(_ARTICLE.sub(" ", text).split())


def words(text: str) -> list[str]:
    """Return the words of a normalised text; each Chinese character is one."""
    return _WORD.findall(normalise(text))


def mostly_chinese(texts: Iterable[str]) -> bool:
    """Return whether more than half of all words are Chinese characters."""
    every = [word for text in texts for word in words(text)]
    return 2 * sum(bool(_UNSPACED.match(word)) for word in every) > len(every)
