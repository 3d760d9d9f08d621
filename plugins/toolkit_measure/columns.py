"""Reads what a metric compares, and takes means."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from toolkit.contracts import Example, Prediction
from toolkit.errors import DataError, PluginError


def predicted(metric: str, prediction: Prediction, key: str, position: int) -> Any:
    """Return `prediction[key]`; PluginError where it is missing or not finite. `position` counts from 1."""
    if key not in prediction:
        raise PluginError(f"{metric}: prediction {position} has no key {key!r}", f"it has: {_names(prediction)}")
    value = prediction[key]
    if isinstance(value, Real) and not math.isfinite(value):
        raise PluginError(f"{metric}: prediction {position}: {key} is {value}", "has the training diverged?")
    return value


def expected(metric: str, example: Example, field: str, position: int) -> Any:
    """Return `example[field]`; DataError where it is missing. `position` counts from 1."""
    if field not in example:
        raise DataError(f"{metric}: example {position} has no field {field!r}", f"it has: {_names(example)}")
    return example[field]


def _names(mapping: Mapping[str, Any]) -> str:
    return ", ".join(sorted(mapping)) or "nothing"


@dataclass(frozen=True, slots=True)
class Columns:
    """The key of the predictions and the field of the examples that `metric` compares."""

    metric: str
    key: str
    field: str

    def pairs(self, predictions: Iterable[Prediction], examples: Iterable[Example]) -> Iterator[tuple[Any, Any]]:
        """Yield (predicted, expected) for each example."""
        both = zip(predictions, examples, strict=True)
        for position, (prediction, example) in enumerate(both, 1):
            yield (
                predicted(self.metric, prediction, self.key, position),
                expected(self.metric, example, self.field, position),
            )


@dataclass(frozen=True, slots=True)
class Mean:
    """A metric that is the mean of `score(predicted, expected)` over examples; a score of None is not counted."""

    columns: Columns
    score: Callable[[Any, Any], float | None]

    def rows(self, predictions: Iterable[Prediction], examples: Iterable[Example]) -> Iterator[float | None]:
        """Yield the score of each example."""
        return (self.score(*pair) for pair in self.columns.pairs(predictions, examples))

    def total(self, rows: Sequence[float]) -> float:
        """Return the mean."""
        return mean(rows)


def mean(values: Sequence[float]) -> float:
    """Return the arithmetic mean of at least one value."""
    return sum(values) / len(values)


class Answered:
    """A metric over the examples that have a reference; what must be refused has none and is not counted."""

    def __init__(self, metric: Any, field: str) -> None:
        self.metric, self.field = metric, field

    def rows(self, predictions: Iterable[Prediction], examples: Iterable[Example]) -> list[Any]:
        """Return the metric's rows in their places, None where an example has no reference."""
        both = list(zip(predictions, examples, strict=True))
        counted = [pair for pair in both if self.field in pair[1]]
        found = list(self.metric.rows([one for one, _ in counted], [one for _, one in counted])) if counted else []
        rows = iter(found)
        return [next(rows) if self.field in example else None for _, example in both]

    def total(self, rows: Sequence[Any]) -> float:
        """Return the metric's figure."""
        return float(self.metric.total(rows))

    def __getattr__(self, name: str) -> Any:
        """Show what else the metric has, such as its sections."""
        return getattr(self.metric, name)
