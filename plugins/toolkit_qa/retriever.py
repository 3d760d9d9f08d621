"""Finds the entry that answers a question: scored by one or several searchers, mixed, and held back where unsure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.contracts import Example, Examples, Prediction, Section, Table
from toolkit_qa.contract import Searcher
from toolkit_qa.languages import is_chinese
from toolkit_qa.mixing import Mixing, weighted
from toolkit_qa.passages import Entry, Passages
from toolkit_qa.ranking import NEAREST, Found, chunks, highest
from toolkit_qa.spans import span
from toolkit_qa.validation import learn

#: The signal that question and entry are in one language; it counts where the mixing names it and another signal speaks
#: for the entry.
SAME_LANGUAGE = "same language"
#: Further entries that are named beside an answer.
RELATED = 3
#: What is added to the mean log-odds of two searchers for the same entry, so that with no validation an answer is about
#: as likely right as wrong where the confidence is a half (on the help desk's validation questions).
TWO_WITNESSES = 0.85
#: A refused question whose first entry is less likely to answer it is about something else: nothing comes near it.
NEAR = 0.05


class Retriever:
    """Ranks entries and says how sure it is of the first.

    Args:
        searchers: by name; their signals stand one after the other.
        mixing: how much each signal counts.
        refusal: see `toolkit_qa.calibrated`.
        top_k: entries in a ranking at most.
        learns_weights: whether validation tells how much each signal counts.
    """

    def __init__(
        self,
        searchers: Mapping[str, Searcher],
        mixing: Mixing,
        refusal: Any,
        top_k: int,
        learns_weights: bool = False,
    ) -> None:
        self.searchers, self.mixing, self.refusal = dict(searchers), mixing, refusal
        self.top_k, self.learns_weights = top_k, learns_weights
        self.passages = Passages()
        self.learnt: list[Section] = []

    def fit(self, train: Examples, validation: Examples) -> None:
        """Index the side table `passages`; learn on validation how much signals count, and when to refuse."""
        self.index(train.table("passages"))
        self.learn(validation)

    def index(self, table: Sequence[Example]) -> None:
        """Index the passages, a row a wording."""
        self.passages = Passages.of(table)
        for searcher in self.searchers.values():
            searcher.index(table, self.passages)

    def learn(self, validation: Examples) -> None:
        """Learn on validation how much signals count, and when to refuse."""
        self.learnt = learn(self, list(validation))

    def predict(self, examples: Iterable[Example]) -> Iterator[Prediction]:
        """Yield the ranking, and the best entry's answer unless it is refused."""
        for some in chunks(examples):
            for example, found in zip(some, self.found(some), strict=True):
                yield self._prediction(example["question"], found)

    def embed(self, examples: Iterable[Example]) -> Iterator[list[float]]:
        """Yield the vector of each question; where a searcher is `dense`."""
        dense: Any = self.searchers["dense"]
        for some in chunks(examples):
            yield from (query.adapted.tolist() for query in dense.read(some))

    def found(self, examples: Sequence[Example]) -> Iterator[Found]:
        """Yield what the searchers make of each question; they are read together, and scored one by one."""
        read = [searcher.read(examples) for searcher in self.searchers.values()]
        for example, *queries in zip(examples, *read, strict=True):
            yield Found(queries, self._signals(example["question"], queries))

    def _signals(self, question: str, queries: Sequence[Any]) -> np.ndarray:
        pairs = zip(self.searchers.values(), queries, strict=True)
        signals = np.concatenate([searcher.scores(query) for searcher, query in pairs])
        if SAME_LANGUAGE not in self.mixing.default:
            return signals
        same = (self.passages.chinese == is_chinese(question)) & (signals > 0).any(axis=0)
        return np.concatenate([signals, same[None]], dtype=np.float32)

    def own(self, found: Found) -> Iterator[tuple[Searcher, Any, np.ndarray]]:
        """Yield each searcher with its query and its signals."""
        begin = 0
        for searcher, query in zip(self.searchers.values(), found.queries, strict=True):
            end = begin + len(searcher.signals)
            yield searcher, query, found.signals[begin:end]
            begin = end

    def features(self, found: Found, scores: np.ndarray, best: np.ndarray) -> list[float]:
        """Return what the confidence is computed from.

        First a confidence by formula, then the score of the best entry, its distance to the next, the logarithm of its
        share among the best NEAREST, and what each searcher says of it. `best`: places, NEAREST of them or more.
        """
        place = int(best[0]) if len(best) else 0
        evidence = [searcher.evidence(query, signals, place) for searcher, query, signals in self.own(found)]
        prior = np.clip([first for first, *_ in evidence], 1e-6, 1 - 1e-6)
        odds = np.log(prior / (1 - prior)).mean() + (TWO_WITNESSES if len(prior) > 1 else 0.0)
        together = 1 / (1 + np.exp(-odds))
        top = scores[best[:NEAREST]].astype(float) if len(best) else np.zeros(1)
        share = -np.log(np.exp(top - top[0]).sum())
        margin = top[0] - (top[1] if len(top) > 1 else 0.0)
        return [float(together), top[0], margin, float(share), *(number for row in evidence for number in row)]

    def _prediction(self, question: str, found: Found) -> Prediction:
        scores = self.mixing.score(found.signals)
        best = highest(scores, max(self.top_k, NEAREST))
        features = np.array([self.features(found, scores, best)])
        sure = round(float(self.refusal.confidence(features)[0]), 6) if len(best) else 0.0
        refused = not len(best) or self.refusal.refuses(sure)
        top = None if refused else self.passages.entries[best[0]]
        ranking = self.ranking(scores, best)
        others = range(0 if refused else 1, len(best))[: RELATED if sure >= NEAR else 0]
        return {
            "answer": top.answer if top else "",
            "refused": refused,
            "message": self.refusal.message("zh" if is_chinese(question) else "en") if refused else "",
            "confidence": sure,
            "sources": [_source(question, top, sure)] if top else [],
            "related": [{**ranking[n], "title": self.passages.entries[best[n]].title} for n in others],
            "ranking": ranking[: self.top_k],
            **({"parts": self._parts(found)} if len(self.mixing.default) > 1 else {}),
        }

    def ranking(self, scores: np.ndarray, best: np.ndarray) -> list[dict[str, Any]]:
        """Return entries with their scores as a prediction holds them."""
        return [{"id": self.passages.entries[place].id, "score": round(float(scores[place]), 4)} for place in best]

    def _parts(self, found: Found) -> dict[str, Any]:
        return {name: self.ranking(scores, highest(scores, self.top_k)) for name, scores in self.views(found)}

    def views(self, found: Found) -> Iterator[tuple[str, np.ndarray]]:
        """Yield the name and the scores (entries,) of each ranking that a searcher would make alone."""
        for searcher, _, signals in self.own(found):
            for name, weights in searcher.views.items():
                of_signals = np.array([weights.get(signal, 0.0) for signal in searcher.signals], np.float32)
                yield name, weighted(of_signals, signals)

    def sections(self) -> Iterator[Section]:
        """Yield what was indexed, what was learnt, and when it refuses."""
        facts = {"entries": len(self.passages), "wordings": len(self.passages.entry_of)}
        for searcher in self.searchers.values():
            facts |= searcher.facts()
        yield Section("Search index", [Table(["", ""], [list(row) for row in facts.items()])])
        yield from self.learnt
        yield from self.refusal.sections()

    def save(self, folder: Path) -> None:
        """Write passages, indices, weights and threshold; the data are not needed again."""
        self.passages.save(folder)
        self.mixing.save(folder)
        for name, part in {**self.searchers, "refusal": self.refusal}.items():
            (folder / name).mkdir()
            part.save(folder / name)

    def load(self, folder: Path) -> None:
        """Read what `save` wrote, strictly."""
        passages = Passages.load(folder)
        self.mixing.load(folder)
        for name, searcher in self.searchers.items():
            searcher.load(folder / name, passages)
        self.refusal.load(folder / "refusal")
        self.passages = passages


def _source(question: str, entry: Entry, sure: float) -> dict[str, Any]:
    quoted = span(question, entry.answer)
    about = {"id": entry.id, "title": entry.title, "text": entry.answer}
    return {**about, "span": list(quoted) if quoted else None, "score": sure}
