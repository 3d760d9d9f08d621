"""What is gained by putting the parts of a ranking together, over each part alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from toolkit.contracts import Example, Prediction, Section, Table
from toolkit_measure import configs
from toolkit_measure.columns import Columns
from toolkit_measure.ranking import hit_at, reciprocal_rank_at

#: Resamples that an interval of the table is taken from, fewer where many questions were measured; and its share.
RESAMPLES, DRAWS, INTERVAL = 1000, 4_000_000, 0.95
#: The row of all parts together.
WHOLE = "all together"

#: A ranking, best first.
Ranking = Sequence[Mapping[str, Any]]
#: The figures of the table; the first is the one whose differences are shown.
FIGURES: Mapping[str, Callable[[Ranking, Sequence[Any]], float | None]] = {
    "hit@1": partial(hit_at, k=1),
    "hit@3": partial(hit_at, k=3),
    "mrr@10": partial(reciprocal_rank_at, k=10),
}


class Question(NamedTuple):
    """A question that has a right answer, and what is ranked for it by the whole and by each part."""

    gold: Sequence[Any]
    whole: Ranking
    parts: Mapping[str, Ranking]


class Ablation:
    """hit@k of the whole ranking minus hit@k of the best part alone, on the same questions.

    The best part is chosen on the questions measured, which is to its favour and not to the whole's; in each
    resample anew. Questions without a right answer, and predictions without parts, do not count.
    """

    def __init__(self, columns: Columns, k: int) -> None:
        self.columns, self.k = columns, k
        self.questions: list[Question] = []  # of the split measured last, for the report

    def rows(self, predictions: Iterable[Prediction], examples: Iterable[Example]) -> list[tuple[float, ...] | None]:
        """Return (hit of the whole, hit of each part by name) for each example; a part that says nothing misses."""
        predictions = list(predictions)
        found = [
            Question(gold, ranking, prediction["parts"]) if gold and prediction.get("parts") else None
            for prediction, (ranking, gold) in zip(predictions, self.columns.pairs(predictions, examples), strict=True)
        ]
        self.questions = [question for question in found if question]
        names = _parts(self.questions)
        return [question and tuple(_scores(question, names, partial(hit_at, k=self.k))) for question in found]

    def total(self, rows: Sequence[tuple[float, ...]]) -> float:
        """Return the difference, from -1 to 1."""
        whole, *parts = (sum(column) for column in zip(*rows, strict=True))
        return float(whole - max(parts)) / len(rows)

    def sections(self) -> Iterator[Section]:
        """Yield the figures of each part and of the whole, on the questions measured last."""
        if not self.questions:
            return
        names = _parts(self.questions)
        figures = {
            figure: np.array([list(_scores(question, names, score)) for question in self.questions])  # (n, 1 + parts)
            for figure, score in FIGURES.items()
        }
        yield Section("Ablation", [_explained(len(self.questions)), _table([WHOLE, *names], figures)])


def _parts(questions: Iterable[Question]) -> list[str]:
    return sorted({name for question in questions for name in question.parts})


def _scores(question: Question, names: Sequence[str], score: Callable[..., float | None]) -> Iterator[float]:
    for ranking in (question.whole, *(question.parts.get(name, ()) for name in names)):
        yield score(ranking, question.gold) or 0.0


def _explained(n: int) -> str:
    return (
        f"Each part ranks alone, beside all together, on the {n} questions with a right answer that were measured last "
        "(of the test split, where there is one). In brackets: 95 % percentile intervals by resampling questions, the "
        "same ones for the whole and for the part in the last column. The interval of a difference counts, not whether "
        "two intervals overlap."
    )


def _table(names: Sequence[str], figures: Mapping[str, np.ndarray]) -> Table:
    """Return a row a part, the whole last; figures: (n, names), the whole first."""
    first = next(iter(FIGURES))
    columns = ["ranked by", *figures, f"{first} minus that of {WHOLE}", "questions"]
    drawn = {figure: resampled(values) for figure, values in figures.items()}
    difference, drawn_difference = (
        values - values[:, :1] for values in (figures[first], drawn[first])
    )  # (n, names), (resamples, names)
    rows = []
    for place in (*range(1, len(names)), 0):
        cells = [_with_interval(figures[figure][:, place], drawn[figure][:, place]) for figure in figures]
        against = _with_interval(difference[:, place], drawn_difference[:, place], "+") if place else ""
        rows.append([names[place], *cells, against, len(difference)])
    return Table(columns, rows)


def resampled(values: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return the means (resamples, columns) of rows drawn with replacement from (n, columns), columns together.

    The same number of rows draws the same ones whatever they hold, so that differences of figures are paired too.
    """
    n = len(values)
    source = np.random.default_rng(seed)
    times = min(RESAMPLES, max(200, DRAWS // n))
    return np.stack([values[source.integers(n, size=n)].mean(axis=0) for _ in range(times)])


def _with_interval(values: np.ndarray, means: np.ndarray, sign: str = "") -> str:
    low, high = np.quantile(means, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
    return f"{values.mean():{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"


def ablation(config: configs.Ablation) -> Ablation:
    """Make the metric `ablation`."""
    return Ablation(Columns("ablation", "ranking", config.field), config.k)
