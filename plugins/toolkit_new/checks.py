"""What is odd in entries: findings, each with the rows of the source file that it stands in."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from toolkit_new.characters import MOJIBAKE, key
from toolkit_new.entries import Entry
from toolkit_new.similar import near
from toolkit_new.source import Source

#: Rows that a finding concerns together: one, or those that are alike.
Rows = tuple[int, ...]

#: Characters of a question and of an answer at most.
LONGEST_QUESTION, LONGEST_ANSWER = 200, 2000
#: Trigram similarity from which questions are nearly the same; stricter where their answers differ, as that is common.
NEARLY, NEARLY_BUT_OTHERWISE = 0.6, 0.7
#: Pairs of nearly the same questions that are looked at: more would be a fault of the file as a whole.
MOST_PAIRS = 2000

_PLACEHOLDERS = {"na", "none", "tbd", "tba", "todo", "xxx", "test", "seeabove", "sameasabove"}
_PLACEHOLDERS |= {"待补充", "待定", "待更新", "同上", "见上", "暂无", "无", "略", "测试"}
_MARKUP = re.compile(
    r"</?(?:[pabiu]|br|div|span|li|ul|ol|h[1-6]|strong|em|img|table|t[rdh]|font|style|script)(?:\s[^<>]*|/)?>"
    r"|&(?:nbsp|amp|lt|gt|quot|#\d{1,6});",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_MOBILE = re.compile(
    r"(?<![\d+])(?:(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|\+\d{1,3}[ -]?(?:\d[ -]?){7,11}\d)(?!\d)"
)
_NUMBERS = re.compile(r"\d+")
#: Ways to begin a question that mean the same.
_HOW = re.compile(r"如何|怎样|怎么样|咋|请问怎么|how(?:do|can|could|should|would)(?:i|we|you)|howto")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd, by the name under which `wording` describes it, and each place where it was found."""

    name: str
    places: tuple[Rows, ...]


def findings(source: Source, entries: Sequence[Entry]) -> list[Finding]:
    """Return what was found, the gravest first; nothing that was not found."""
    alike = _alike(entries)
    found: Mapping[str, Iterable[Rows]] = {
        "open_quote": _noted(source, "open_quote"),
        "contradiction": alike["contradiction"],
        "mojibake": _single(entries, _is_mojibake),
        "unreadable": _noted(source, "unreadable"),
        "no_answer": _noted(source, "no_answer"),
        "no_question": _noted(source, "no_question"),
        "too_many_cells": _noted(source, "too_many_cells"),
        "markup": _single(entries, lambda entry: bool(_MARKUP.search(entry.answer) or _MARKUP.search(asked(entry)))),
        "near_contradiction": alike["near_contradiction"],
        "same_id": _noted(source, "same_id"),
        "too_short": _single(entries, _is_too_short),
        "long_answer": _single(entries, lambda entry: len(entry.answer) > LONGEST_ANSWER),
        "long_question": _single(entries, lambda entry: any(len(text) > LONGEST_QUESTION for text in entry.wordings)),
        "lines": _single(entries, lambda entry: any("\n" in text for text in entry.wordings)),
        "duplicate": [*_repeated(source, entries), *alike["duplicate"]],
        "near_duplicate": alike["near_duplicate"],
        "control": _noted(source, "control"),
        "blank": _noted(source, "blank"),
    }
    return [Finding(name, tuple(sorted(set(rows)))) for name, rows in found.items() if rows]


def asked(entry: Entry) -> str:
    """Return all wordings of an entry as one text."""
    return "\n".join(entry.wordings)


def personal(entries: Iterable[Entry]) -> dict[str, int]:
    """Return how many answers hold an e-mail address, and how many a mobile number."""
    answers = [entry.answer for entry in entries]
    return {"mail": sum(map(bool, map(_MAIL.search, answers))), "mobile": sum(map(bool, map(_MOBILE.search, answers)))}


def _noted(source: Source, what: str) -> list[Rows]:
    return [(number,) for number in source.notes.get(what, ())]


def _repeated(source: Source, entries: Sequence[Entry]) -> list[Rows]:
    again = set(source.notes.get("repeated", ()))
    return [tuple(entry.rows) for entry in entries if again.intersection(entry.rows)]


def _single(entries: Iterable[Entry], is_odd: Callable[[Entry], bool]) -> list[Rows]:
    return [(entry.row,) for entry in entries if is_odd(entry)]


def _is_mojibake(entry: Entry) -> bool:
    return any(MOJIBAKE.search(text) for text in (entry.answer, entry.title, *entry.wordings))


def _is_too_short(entry: Entry) -> bool:
    """Return whether a question or the answer is a placeholder, or hardly a word."""
    answer = key(entry.answer)
    short = len(answer) < 2 and not answer.isdigit()
    return short or answer in _PLACEHOLDERS or any(len(text) < 2 + text.isascii() for text in map(key, entry.wordings))


# -- questions that are alike ------------------------------------------------------------------------------------------


def _alike(entries: Sequence[Entry]) -> dict[str, list[Rows]]:
    """Return the rows of entries whose questions are the same or nearly the same, by what that means."""
    by_key: defaultdict[str, dict[int, Entry]] = defaultdict(dict)
    for entry in entries:
        for wording in entry.wordings:
            by_key[key(wording)][entry.row] = entry
    found: dict[str, list[Rows]] = {
        name: [] for name in ("contradiction", "near_contradiction", "duplicate", "near_duplicate")
    }
    for same in by_key.values():
        if len(same) > 1:
            answers = {key(entry.answer) for entry in same.values()}
            found["contradiction" if len(answers) > 1 else "duplicate"].append(tuple(same))
    exactly = {pair for kind in found.values() for rows in kind for pair in itertools.combinations(rows[:20], 2)}
    for name, rows in _nearly([(_loosely(text), next(iter(same.values()))) for text, same in by_key.items()]):
        if rows not in exactly:
            found[name].append(rows)
    return found


def _nearly(asked: Sequence[tuple[str, Entry]]) -> Iterator[tuple[str, Rows]]:
    """Yield pairs of rows with nearly the same question; where answers differ, numbers must be the same too."""
    texts, entries = [text for text, _ in asked], [entry for _, entry in asked]
    for i, j, alike in itertools.islice(near(texts, NEARLY), MOST_PAIRS):
        first, second = sorted((entries[i], entries[j]), key=lambda entry: entry.row)
        if first is second:
            continue
        if key(first.answer) == key(second.answer):
            yield "near_duplicate", (first.row, second.row)
        elif alike >= NEARLY_BUT_OTHERWISE and _NUMBERS.findall(texts[i]) == _NUMBERS.findall(texts[j]):
            yield "near_contradiction", (first.row, second.row)


def _loosely(text: str) -> str:
    return _HOW.sub("怎么" if not text.isascii() else "howto", text)
