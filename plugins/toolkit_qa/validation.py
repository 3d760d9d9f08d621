"""What a retriever learns from validation questions: how much each signal counts, and how sure it may be.

Weights are first learnt without the questions of each fold; a fold holds all questions of an answer. What those weights
say of the questions left out is what the confidence and the threshold are fitted on, and what the report shows.
Then the weights are learnt once more, from all questions. What is learnt depends on index and questions alone, not on
what was learnt before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from toolkit.contracts import Example, Section, Table
from toolkit_qa.calibration import folds
from toolkit_qa.mixing import Candidates, Mixing
from toolkit_qa.passages import Passages
from toolkit_qa.ranking import NEAREST, Found, chunks, highest, rank_of

FOLDS = 5
#: Entries of each signal that weights are learnt on; further ones hardly ever are the best.
CANDIDATES = 50


class Asked(NamedTuple):
    """A validation question, with the entries that it may be compared on in place of all."""

    found: Found
    """Its signals are of these entries only (signals, n)."""
    golds: Sequence[int]
    """Which of them answer it."""
    answers: Sequence[int]
    """The places of those among all entries."""
    question: str


def learn(retriever: Any, examples: Sequence[Example]) -> list[Section]:
    """Learn the retriever's weights and its refusal on validation questions; return what the report shows of it."""
    asked = list(compared(retriever, examples))
    if not asked:
        return []
    named = groups(asked, retriever.passages)
    mixings = [retriever.mixing] * len(asked)
    if retriever.learns_weights:
        mixings = without_own_fold(retriever.mixing, asked, named)
        retriever.mixing = retriever.mixing.learnt([candidates(each) for each in asked])
    judged = [judge(retriever, each, mixing) for each, mixing in zip(asked, mixings, strict=True)]
    right = np.array([each.rank == 1 for each in judged])
    answerable = np.array([bool(each.golds) for each in asked])
    features = np.array([each.features for each in judged])
    retriever.refusal.learn(features, right, answerable, named)
    return list(sections(retriever, [judged[i] for i in np.flatnonzero(answerable)]))


def compared(retriever: Any, examples: Sequence[Example]) -> Iterator[Asked]:
    """Yield each question with the best entries by each signal, by all together, and those that answer it."""
    together = Mixing(retriever.mixing.default)
    for some in chunks(examples):
        for row, found in zip(some, retriever.found(some), strict=True):
            golds = retriever.passages.golds(row)
            rankings = [together.score(found.signals), *(scores for *_, own in retriever.own(found) for scores in own)]
            places = np.unique(np.concatenate([*map(_best, rankings), np.array(golds, int)]))
            kept = Found(found.queries, found.signals[:, places])
            yield Asked(kept, np.flatnonzero(np.isin(places, golds)).tolist(), golds, row["question"])


def _best(scores: np.ndarray) -> np.ndarray:
    """Return the places of the best CANDIDATES, the first of equal ones; in no order."""
    if len(scores) <= CANDIDATES:
        return np.arange(len(scores))
    least = np.partition(scores, -CANDIDATES)[-CANDIDATES]
    above = np.flatnonzero(scores > least)
    return np.append(above, np.flatnonzero(scores == least)[: CANDIDATES - len(above)])


def groups(asked: Sequence[Asked], passages: Passages) -> list[str]:
    """Return a name for each question, one for all that share an answer, be it through further questions."""
    linked: dict[int, int] = {}

    def first(place: int) -> int:
        while linked.setdefault(place, place) != place:
            place = linked[place]
        return place

    for each in asked:
        for place in each.answers:
            low, high = sorted((first(place), first(each.answers[0])))
            linked[high] = low
    return [
        f"entry {passages.entries[first(each.answers[0])].id}" if each.answers else f"question {each.question}"
        for each in asked
    ]


def candidates(asked: Asked) -> Candidates:
    """Return the entries of a question as weights are learnt from them."""
    signals = asked.found.signals.T
    return Candidates(signals, np.isin(np.arange(len(signals)), asked.golds))


def without_own_fold(mixing: Mixing, asked: Sequence[Asked], named: Sequence[str]) -> list[Mixing]:
    """Return for each question a mixing learnt from the questions of the other folds; `named`: the group of each."""
    fold = folds(named, FOLDS)
    learnt = {
        number: mixing.learnt([candidates(asked[i]) for i in np.flatnonzero(fold != number)])
        for number in sorted(set(fold.tolist()))
    }
    return [learnt[number] for number in fold.tolist()]


class Judged(NamedTuple):
    """How a question fared: the rank of its first right entry, also by each view (0: not found), and its features."""

    rank: int
    ranks: dict[str, int]
    features: list[float]


def judge(retriever: Any, asked: Asked, mixing: Mixing) -> Judged:
    """Return how a question fares under a mixing, and under each searcher alone."""
    scores = mixing.score(asked.found.signals)
    best = highest(scores, NEAREST)
    ranks = {name: rank_of(asked.golds, view) for name, view in retriever.views(asked.found)}
    return Judged(rank_of(asked.golds, scores), ranks, retriever.features(asked.found, scores, best))


def sections(retriever: Any, answerable: Sequence[Judged]) -> Iterator[Section]:
    """Yield what each part finds alone, and the weights."""
    if not answerable or len(retriever.mixing.default) < 2:
        return
    names = list(answerable[0].ranks)
    rows = [measured(name, [each.ranks[name] for each in answerable]) for name in names]
    if len(retriever.searchers) > 1:
        rows.append(measured("all together", [each.rank for each in answerable]))
    yield Section(
        "What each part finds alone",
        [
            f"On the {len(answerable)} validation questions that have an answer; the weights with which all are put "
            "together were learnt without the questions that they are shown for.",
            Table(["", "hit@1", "hit@3", "mrr@10"], rows),
        ],
    )
    if retriever.mixing.questions:
        yield weights(retriever.mixing)


def weights(mixing: Mixing) -> Section:
    """Return what was learnt of each signal."""
    rows = [
        [name, round(float(default), 3), round(float(weight), 3)]
        for (name, default), weight in zip(mixing.default.items(), mixing.weights, strict=True)
        if default
    ]
    return Section(
        "How much each signal counts",
        [
            f"Learnt from {mixing.questions} validation questions. Signals differ in size, so that a larger weight "
            "does not mean a more important signal.",
            Table(["signal", "without validation", "learnt"], rows),
        ],
    )


def measured(name: str, ranks: Sequence[int]) -> list[Any]:
    """Return a row of hit@1, hit@3 and MRR@10."""
    rank = np.array([rank or np.inf for rank in ranks])
    reciprocal = np.where(rank <= 10, 1 / rank, 0.0)
    return [name, *(round(float(x), 3) for x in ((rank == 1).mean(), (rank <= 3).mean(), reciprocal.mean()))]
