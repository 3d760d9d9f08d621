"""Questions to choose settings on, made by rule: entries' own in other words, and some that must be refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from toolkit_new.characters import key, language
from toolkit_new.out_of_scope import questions
from toolkit_new.rewording import reworded

#: What marks these queries, apart from those that people asked.
MADE = "by rule"
#: Reworded questions at most, and of one entry; ids that count as right for one, by what they share.
MOST, MOST_OF_ONE, MOST_RIGHT = 200, 3, 50
#: Share of the entries from which a language counts as one that is asked in.
SPOKEN = 0.2
#: Longer questions are not reworded: nobody types that much.
LONGEST = 120


def validation(entries: Sequence[Mapping[str, Any]], seed: int) -> list[dict[str, Any]]:
    """Return queries with the ids of the entries that answer them, an empty list where the query must be refused.

    Args:
        entries: rows with `id`, `question` (a text or a list of wordings) and `answer`.
        seed: the same entries and seed give the same queries.

    Each row is `{"query", "gold_ids", "language", "made": "by rule", "rules"}`. An entry with the same answer, or with
    the same question, counts as right too.
    """
    made = list(_reworded(entries, Random(seed)))
    texts = (text for entry in entries for text in (*_wordings(entry), str(entry.get("title", ""))))
    refused = [
        {"query": query, "gold_ids": [], "language": spoken, "made": MADE, "rules": ["out of scope"]}
        for spoken, query in questions(texts, _languages(entries))
    ]
    return made + refused


def _reworded(entries: Sequence[Mapping[str, Any]], random: Random) -> Iterator[dict[str, Any]]:
    sharing = _sharing(entries)
    taken = {key(wording) for entry in entries for wording in _wordings(entry)}
    drawn = random.sample(entries, len(entries))
    left = MOST
    for entry in drawn * MOST_OF_ONE:
        short = [wording for wording in _wordings(entry) if len(wording) <= LONGEST]
        if not left or not short:
            continue
        wording = random.choice(short)
        spoken = "zh" if language(wording) in ("zh", "mixed") else "en"
        found = reworded(wording, spoken, random)
        if found and key(found[0]) not in taken:
            taken.add(key(found[0]))
            left -= 1
            gold = dict.fromkeys(
                [entry["id"], *(id_ for shared in _keys(entry) for id_ in sharing[shared][:MOST_RIGHT])]
            )
            yield {"query": found[0], "gold_ids": list(gold), "language": spoken, "made": MADE, "rules": found[1]}


def _wordings(entry: Mapping[str, Any]) -> list[str]:
    question = entry["question"]
    return [question] if isinstance(question, str) else list(question)


def _keys(entry: Mapping[str, Any]) -> list[str]:
    return [f"answer {key(entry['answer'])}", *(f"question {key(wording)}" for wording in _wordings(entry))]


def _sharing(entries: Iterable[Mapping[str, Any]]) -> Mapping[str, list[str]]:
    """Return the ids of the entries that share an answer or a question."""
    sharing: defaultdict[str, list[str]] = defaultdict(list)
    for entry in entries:
        for shared in _keys(entry):
            sharing[shared].append(entry["id"])
    return sharing


def _languages(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the languages that are asked in: those of a fifth of the entries, and the most frequent one anyway."""
    found = [language(" ".join(_wordings(entry))[:2000]) for entry in entries]
    counts = {spoken: found.count(spoken) for spoken in ("en", "zh")}
    counts["zh"] += found.count("mixed")
    most = max(counts.values())
    return [spoken for spoken, count in counts.items() if count == most or count >= SPOKEN * len(entries)]
