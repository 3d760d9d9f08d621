"""Cutting Chinese, which is written without blanks, into words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from toolkit.errors import PluginError

#: Cuts one run of Chinese.
Cut = Callable[[str], Iterable[str]]


def bigrams(stop: Iterable[str] = ()) -> Cut:
    """Return a cut into overlapping pairs of characters; no pair reaches over a stop word, a single one stays."""
    longest_first = sorted((re.escape(word) for word in stop), key=lambda word: (-len(word), word))
    between = re.compile("|".join(longest_first) or r"(?!)")

    def cut(run: str) -> list[str]:
        return [
            stretch[start : start + 2]
            for stretch in between.split(run)
            for start in range(max(len(stretch) - 1, min(len(stretch), 1)))
        ]

    return cut


def dictionary() -> tuple[Cut, Cut]:
    """Return rjieba's cut to search with, which adds the words inside long words, and its plain cut."""
    try:
        import rjieba  # an extra: only who asks for it needs it
    except ImportError as error:
        raise PluginError("`chinese: rjieba` needs the package rjieba", "pip install 'onespec[zh]'") from error
    return rjieba.cut_for_search, rjieba.cut
