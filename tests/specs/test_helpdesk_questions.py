"""The help desk's own entries and questions: whole, apart from one another, and hard for words alone."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from toolkit import api

SPECS = Path(__file__).parents[2] / "specs"


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (SPECS / "data" / f"helpdesk-{name}.jsonl").read_text("utf-8").splitlines()]


def normal(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


ENTRIES = lines("entries")
QUESTIONS = {split: lines(split) for split in ("validation", "test")}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_there_are_as_many_as_promised(language):
    assert sum(entry["language"] == language for entry in ENTRIES) >= 100
    for split, answered, refused in (("validation", 150, 120), ("test", 80, 100)):
        asked = [row for row in QUESTIONS[split] if row["language"] == language]
        assert sum(bool(row["gold_ids"]) for row in asked) >= answered
        assert sum(not row["gold_ids"] for row in asked) >= refused


def test_every_gold_entry_is_there_and_in_the_questions_language():
    known = {entry["id"]: entry["language"] for entry in ENTRIES}
    assert len(known) == len(ENTRIES)
    for split in QUESTIONS.values():
        for row in split:
            assert {known[gold] for gold in row["gold_ids"]} <= {row["language"]}


def test_no_question_stands_twice_or_is_an_entrys_own():
    asked = [normal(row["query"]) for split in QUESTIONS.values() for row in split]
    assert len(set(asked)) == len(asked)
    wordings = [entry["question"] if isinstance(entry["question"], list) else [entry["question"]] for entry in ENTRIES]
    assert not set(asked) & {normal(wording) for several in wordings for wording in several}


@pytest.fixture(scope="module")
def ranked(tmp_path_factory):
    """Whether BM25 ranks a right entry first, by language, where each entry has its first wording only."""
    folder = tmp_path_factory.mktemp("desk")
    first = ({**entry, "question": entry["question"][:1]} for entry in ENTRIES)
    (folder / "entries.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in first), encoding="utf-8")
    queries = {"test": str(SPECS / "data" / "helpdesk-test.jsonl")}
    spec = {
        "data": {"use": "faq", "entries": str(folder / "entries.jsonl"), "queries": queries},
        "tokenizer": {"use": "words", "chinese": "bigrams"},
        "architecture": "bm25",
        "metrics": ["hit@1"],
        "report": {"resamples": 0},
    }
    system = api.build(spec, folder / "run")
    asked = [row for row in QUESTIONS["test"] if row["gold_ids"]]
    found = system.predict([{"question": row["query"]} for row in asked])
    return {
        language: [
            bool(one["ranking"]) and one["ranking"][0]["id"] in row["gold_ids"]
            for row, one in zip(asked, found, strict=True)
            if row["language"] == language
        ]
        for language in ("zh", "en")
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_words_alone_find_at_most_two_thirds(ranked, language, capsys):
    """The questions are put in other words than the entries, else they would be too easy."""
    share = sum(ranked[language]) / len(ranked[language])
    with capsys.disabled():
        print(f"\nhelp desk, test questions, {language}: words and one wording an entry give hit@1 {share:.3f}")
    assert 0.2 <= share <= 0.65
