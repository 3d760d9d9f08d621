"""Rows made entries: one a row, wordings together; what has no question or no answer is left out and noted."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from toolkit_new.characters import Language, key, language
from toolkit_new.columns import Columns
from toolkit_new.source import Row, Source

#: What separates wordings in one cell.
_BETWEEN = re.compile(r"[\n|｜；]+")
#: Names that the data `faq` reads as its own, in whatever case.
_OWN = {"id", "question", "answer", "title", "编号", "问题", "答案", "标题", "query", "gold_ids", "own_ids"}


@dataclass
class Entry:
    """One entry, and the rows of the source that it comes from."""

    id: str
    wordings: list[str]
    answer: str
    rows: list[int]
    title: str = ""
    own_id: str = ""
    """The id as the source has it; empty where it has none."""
    said: str = ""
    """What the source's column of languages says."""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def row(self) -> int:
        """The first of its rows."""
        return self.rows[0]

    @property
    def language(self) -> Language:
        """The language of its questions."""
        return language(" ".join(self.wordings)[:2000])

    def json(self) -> dict[str, Any]:
        """Return it as the data `faq` takes it."""
        question = self.wordings[0] if len(self.wordings) == 1 else self.wordings
        title = {"title": self.title} if self.title else {}
        return {"id": self.id, "question": question, "answer": self.answer, **title, **self.more}


def entries(source: Source, columns: Columns) -> list[Entry]:
    """Return the entries of a source. What is left out or kept once is noted there.

    Rows of the same id and answer are wordings of one entry; without ids, rows that are the same are kept once.
    """
    made: dict[str, Entry] = {}
    same: dict[tuple[str, str], str] = {}
    for entry in _read(source, columns):
        names = (
            list(itertools.islice(_names(entry), 2))
            if entry.own_id
            else [same.get((entry.wordings[0], entry.answer), "")]
        )
        known = [made[name] for name in names if name in made and made[name].own_id == entry.own_id]
        if joined := next((other for other in known if other.answer == entry.answer), None):
            _join(joined, entry, source)
            continue
        if any(other.said == entry.said for other in known):
            source.note("same_id", entry.row)
        entry.id = next(name for name in _names(entry) if name not in made)
        made[entry.id] = entry
        same.setdefault((entry.wordings[0], entry.answer), entry.id)
    return list(made.values())


def _names(entry: Entry) -> Iterator[str]:
    """Yield ids that an entry may have: its own or its row, else with its language, else with a number."""
    first = entry.own_id or str(entry.row)
    yield first
    if entry.said:
        yield f"{first}-{entry.said}"
    yield from (f"{first}-{entry.row}{'+' * more}" for more in itertools.count())


def _read(source: Source, columns: Columns) -> Iterator[Entry]:
    """Yield what each row holds: an entry, or one in each language where two stand side by side."""
    for row in source.rows:
        for one in _by_language(row, columns):
            entry = _entry(row, one, source)
            if entry and columns.second:
                entry.own_id, entry.said = entry.own_id or str(row.number), language(entry.wordings[0])
            if entry:
                yield entry


def _by_language(row: Row, columns: Columns) -> list[Columns]:
    """Return the columns to read a row by, once for each language in which anything stands there."""
    if columns.second is None:
        return [columns]
    beside = {role: name for role, name in columns.taken.items() if role not in ("wordings", "title")}
    both = [columns, Columns({**beside, "question": columns.second[0], "answer": columns.second[1]}, columns.further)]
    return [
        one for one in both if any(text(row.values.get(one.taken[role])) for role in ("question", "answer"))
    ] or both[:1]


def _entry(row: Row, columns: Columns, source: Source) -> Entry | None:
    values = row.values
    wordings = list(dict.fromkeys(_wordings(values, columns)))
    answer = text(values.get(columns.taken["answer"]))
    if not wordings or not answer:
        left = "blank" if not (wordings or answer) else "no_answer" if wordings else "no_question"
        source.note(left, row.number)
        return None
    if row.number in source.notes.get("too_many_cells", ()) and columns.taken["answer"] != source.columns[-1]:
        return None  # cut somewhere, and nobody knows where: half an answer is worse than none
    more = {_further(name): values[name] for name in columns.further if values.get(name) not in (None, "")}
    said = columns.get("language")
    more |= {_further(said): text(values[said])} if said and text(values.get(said)) else {}
    own_id, title = (text(values.get(columns.get(role) or "")) for role in ("id", "title"))
    return Entry("", wordings, answer, [row.number], title, own_id, text(values.get(said or "")).lower(), more)


def _wordings(values: Mapping[str, Any], columns: Columns) -> Iterator[str]:
    for role in ("question", "wordings"):
        value = values.get(columns.get(role) or "")
        if role == "question" and columns.get("wordings") == columns.get("question"):
            continue
        parts: Sequence[Any] = value if isinstance(value, list) else [value]
        for part in parts:
            split = _BETWEEN.split(text(part)) if role == "wordings" else [text(part)]
            yield from (wording.strip() for wording in split if wording.strip())


def text(value: Any) -> str:
    """Return a value as text: nothing as "", whole numbers without a point."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False)


def _further(name: str) -> str:
    """Return the name under which a further column is kept, apart from those that `faq` reads as its own."""
    return f"{name} (further)" if name.strip().lower() in _OWN else name


def _join(known: Entry, entry: Entry, source: Source) -> None:
    if set(map(key, entry.wordings)) <= set(map(key, known.wordings)):
        source.note("repeated", entry.row)
    known.rows.append(entry.row)
    known.wordings = list(dict.fromkeys([*known.wordings, *entry.wordings]))
