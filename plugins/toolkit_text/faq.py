"""The data `faq`: entries of questions and answers, and queries to measure with.

    train               a row a wording: question, answer, gold_ids (the entry's own)
    validation, test    a row a query: question, gold_ids, answer (that of the first gold entry, if any)
    passages            a row a wording: id, title (the first wording where no column says it), question, answer

Without any queries `own_ids` stands in place of `gold_ids`, the passages hold the answers alone, and the test
asks for entries by their own questions: a figure that flatters, and so has a name of its own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from toolkit.contracts import Example, Section
from toolkit_text.data_options import Faq as Options
from toolkit_text.files import Row, closest, read_rows, shown

COLUMNS = ("id", "question", "answer", "title")
#: What a column may be called, in lower case.
NAMES = {name: name for name in COLUMNS} | {"编号": "id", "问题": "question", "答案": "answer", "标题": "title"}
QUERY_NAMES = {"query": "query", "gold_ids": "gold_ids"}
#: Own questions that are asked at the most: more cost time and tell nothing more.
OWN_QUESTIONS = 2000


@dataclass(frozen=True)
class Entry:
    """One entry: its wordings, its answer, and what else the file says of it."""

    id: str
    answer: str
    first: Row
    wordings: dict[str, None] = field(default_factory=dict)
    """As keys: each once, in their order."""

    @property
    def more(self) -> dict[str, Any]:
        """Further columns of its first row."""
        return {name: value for name, value in self.first.values.items() if name not in COLUMNS}

    @property
    def title(self) -> str:
        """What it is called where answers are shown."""
        return self.first.text("title") if self.first.values.get("title") else next(iter(self.wordings))


class Faq:
    """Entries and queries as splits and the side table `passages`."""

    def __init__(self, entries: Mapping[str, Entry], queries: Mapping[str, Sequence[Example]], seed: int) -> None:
        self.entries = entries
        self.queries = dict(queries)
        self.gold = "gold_ids" if queries else "own_ids"
        self.own = [] if queries else self._own_questions(seed)

    def split(self, name: str) -> Sequence[Example]:
        """Return the rows of a split."""
        if name == "train":
            return list(self._asked_in_own_words())
        return self.own if name == "test" and not self.queries else self.queries.get(name, [])

    def table(self, name: str) -> Sequence[Example]:
        """Return the passages."""
        rows = []
        for entry in self.entries.values():
            shared = {**entry.more, "id": entry.id, "title": entry.title, "answer": entry.answer}
            rows += [{**shared, "question": wording} for wording in (entry.wordings if self.queries else [""])]
        return rows

    def sections(self) -> Iterator[Section]:
        """Yield what was missing, where something was."""
        notes = list(self._notes())
        if notes:
            yield Section("What the data left out", notes)

    def _asked_in_own_words(self) -> Iterator[dict[str, Any]]:
        for entry in self.entries.values():
            for wording in entry.wordings:
                yield {**entry.more, "question": wording, self.gold: [entry.id], "answer": entry.answer}

    def _own_questions(self, seed: int) -> list[dict[str, Any]]:
        rows = list(self._asked_in_own_words())
        if len(rows) <= OWN_QUESTIONS:
            return rows
        return [rows[place] for place in sorted(random.Random(seed).sample(range(len(rows)), OWN_QUESTIONS))]

    def _notes(self) -> Iterator[str]:
        if not self.queries:
            yield (
                "No queries were given. The answers alone are searched, and the test asks for entries by their own "
                f"questions ({len(self.own)} of them): the figure is that a question finds its own answer, which is "
                "easier than what people ask. It is not hit@1 on their questions."
            )
        if "validation" not in self.queries:
            yield "No validation queries were given: whatever is usually chosen on them keeps its default."
        if self.queries and "test" not in self.queries:
            yield "No test queries were given: nothing could be measured on questions that were never looked at."


def read_entries(file: Path) -> dict[str, Entry]:
    """Return the entries of a file by id, in its order. Rows of the same id are wordings of one entry."""
    entries: dict[str, Entry] = {}
    for number, row in enumerate(read_rows(file, NAMES, lists=("question",)), start=1):
        id_ = identity(row, row.values["id"]) if row.values.get("id") not in (None, "") else str(number)
        answer = row.text("answer")
        entry = entries.setdefault(id_, Entry(id_, answer, row))
        if entry.answer != answer:
            other = f"{entry.first.file}:{entry.first.line}"
            row.refuse(f"the id {id_!r} stands at {other} too, with another answer", "give each entry an id of its own")
        entry.wordings.update(dict.fromkeys(wordings(row)))
    return entries


def wordings(row: Row) -> list[str]:
    """Return the wordings of a row's question, one or a list."""
    value = row.values.get("question")
    if not isinstance(value, list):
        return [row.text("question")]
    if not value or not all(isinstance(wording, str) and wording.strip() for wording in value):
        row.refuse(f"the column question should list wordings, none of them empty, and is {shown(value)}")
    return value


def identity(row: Row, value: Any) -> str:
    """Return an id as text; whole numbers are read as their digits."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        row.refuse(f"an id should be text or a whole number, and is {shown(value)}")
    return str(value).strip()


def read_queries(file: Path, entries: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """Return the queries of a file as rows."""
    return [_query(row, entries) for row in read_rows(file, QUERY_NAMES)]


def _query(row: Row, entries: Mapping[str, Entry]) -> dict[str, Any]:
    question = row.text("query")
    gold = row.values.get("gold_ids")
    if not isinstance(gold, list):
        row.refuse("gold_ids should be a list of ids", "an empty list says that the query must be refused")
    ids = [identity(row, value) for value in gold]
    for id_ in ids:
        if id_ not in entries:
            row.refuse(f"no entry has the id {id_!r}", closest(id_, entries))
    more = {name: value for name, value in row.values.items() if name not in (*QUERY_NAMES, "answer")}
    answer = {"answer": entries[ids[0]].answer} if ids else {}
    return {**more, "question": question, "gold_ids": ids, **answer}


def make(config: Options, *, seed: int) -> Faq:
    """Make the data `faq`."""
    entries = read_entries(config.entries)
    return Faq(entries, {name: read_queries(file, entries) for name, file in sorted(config.queries.items())}, seed)
