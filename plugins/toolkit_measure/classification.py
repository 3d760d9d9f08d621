"""Accuracy, precision, recall and F1 of predicted classes, equal to scikit-learn's with `zero_division=0`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from toolkit.contracts import Example, Prediction
from toolkit_measure.columns import Columns, Mean, mean
from toolkit_measure.configs import F1, Accuracy, Averaged, Precision, Recall

#: (true class, predicted class) of an example.
Pair = tuple[str, str]


def tally(pairs: Iterable[Pair]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """Return how often each class is true, predicted, and both, in order of appearance."""
    true: Counter[str] = Counter()
    given: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for (label, prediction), times in Counter(pairs).items():
        true[label] += times
        given[prediction] += times
        if label == prediction:
            right[label] += times
    return true, given, right


def precision_of(right: int, true: int, given: int) -> float:
    """Return right / given, 0 where nothing was given."""
    return right / given if given else 0.0


def recall_of(right: int, true: int, given: int) -> float:
    """Return right / true, 0 where nothing is true."""
    return right / true if true else 0.0


def f1_of(right: int, true: int, given: int) -> float:
    """Return 2 right / (true + given), the harmonic mean of precision and recall."""
    return 2 * right / (true + given)


class PerClass:
    """A figure of each class, averaged.

    The classes are those that occur among the true or the predicted ones of the rows at hand. Where one `label` is
    named and occurs in neither, there is no figure: None rows for a whole split, NaN for a resample.
    """

    def __init__(
        self, columns: Columns, figure: Callable[[int, int, int], float], average: str, label: str | None = None
    ) -> None:
        self.columns = columns
        self.figure = figure
        self.average = average
        self.label = label

    def rows(self, predictions: Iterable[Prediction], examples: Iterable[Example]) -> Iterator[Pair | None]:
        """Yield (true class, predicted class) for each example."""
        pairs = [(label, prediction) for prediction, label in self.columns.pairs(predictions, examples)]
        occurs = self.label is None or any(self.label in pair for pair in pairs)
        return (pair if occurs else None for pair in pairs)

    def total(self, rows: Sequence[Pair]) -> float:
        """Return the figure of `label`, over all examples (micro), or the mean over classes (macro)."""
        true, given, right = tally(rows)
        if self.average == "micro":
            return self.figure(right.total(), true.total(), given.total())
        classes = {**true, **given} if self.label is None else {self.label} & (true.keys() | given.keys())
        figures = [self.figure(right[name], true[name], given[name]) for name in classes]
        return mean(figures) if figures else math.nan


def accuracy(config: Accuracy) -> Mean:
    """Make the metric `accuracy`."""
    return Mean(Columns("accuracy", config.field, config.field), _equal)


def _equal(prediction: Any, label: Any) -> bool:
    return bool(prediction == label)


def precision(config: Precision) -> PerClass:
    """Make the metric `precision`."""
    return _per_class("precision", precision_of, config)


def recall(config: Recall) -> PerClass:
    """Make the metric `recall`."""
    return _per_class("recall", recall_of, config)


def f1(config: F1) -> PerClass:
    """Make the metric `f1`."""
    return _per_class("f1", f1_of, config)


def _per_class(name: str, figure: Callable[[int, int, int], float], config: Averaged) -> PerClass:
    columns = Columns(name, config.field, config.field)
    return PerClass(columns, figure, config.average or "macro", config.label)
