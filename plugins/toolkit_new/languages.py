"""Which languages entries are in, and which entries exist in one only."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from toolkit_new.entries import Entry

#: A language at the beginning or the end of an id: `en-price`, `price_zh`.
_IN_ID = re.compile(r"^(?:en|zh|cn)[-_.](?=.)|(?<=.)[-_.](?:en|zh|cn)$", re.IGNORECASE)
_SAID = {"zh": "zh", "cn": "zh", "chinese": "zh", "中文": "zh", "en": "en", "english": "en", "英文": "en", "英语": "en"}


@dataclass(frozen=True)
class Languages:
    """What languages there are."""

    counts: Counter[str]
    """Entries by language: zh, en, mixed, other."""
    pairs: int = 0
    """Entries that exist in Chinese and in English."""
    lacking: dict[str, list[int]] = field(default_factory=dict)
    """Rows of what exists in one language only, by the language that it lacks; empty where nothing pairs up."""

    @property
    def main(self) -> str:
        """The language in which to write to whoever brought the data: zh or en."""
        return "zh" if self.counts["zh"] >= self.counts["en"] and self.counts["zh"] + self.counts["mixed"] else "en"


def languages(entries: Sequence[Entry]) -> Languages:
    """Return the languages of entries. Entries pair up by ids that differ in the language alone."""
    there: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for entry in entries:
        if entry.own_id:
            there[_IN_ID.sub("", entry.own_id).lower()].setdefault(_language(entry), entry.row)
    pairs = sum(1 for rows in there.values() if {"zh", "en"} <= rows.keys())
    lacking = _lacking(there.values()) if 4 * pairs >= len(there) and pairs else {}
    return Languages(Counter(entry.language for entry in entries), pairs, lacking)


def _language(entry: Entry) -> str:
    """Return the language that the source says, else that of the questions' script."""
    return _SAID.get(entry.said.replace("_", "-").partition("-")[0], entry.language)


def _lacking(there: Iterable[dict[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for rows in there:
        for one, other in (("zh", "en"), ("en", "zh")):
            if one in rows and other not in rows:
                found.setdefault(other, []).append(rows[one])
    return found
