"""Evaluation: predictions without answers, each metric over them, and an interval by resampling."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toolkit.contracts import Examples, Metric, Prediction, Row
from toolkit.errors import SpecError
from toolkit.plan import Bound, ReportOptions
from toolkit.spec import plain

#: Rows drawn at the most for one metric's interval; larger sets take fewer resamples.
DRAWS = 4_000_000


@dataclass(frozen=True)
class Figure:
    """A metric's value with its interval; None where nothing could be counted."""

    value: float | None
    low: float | None
    high: float | None
    count: int

    def json(self) -> dict[str, float | int | None]:
        """Return the figure as report.json holds it."""
        return {"value": self.value, "low": self.low, "high": self.high, "count": self.count}


@dataclass(frozen=True)
class Evaluation:
    """What a system reached on one split."""

    figures: Mapping[str, Figure]
    predictions: Sequence[Prediction]
    rows: Mapping[str, Sequence[Row]]


def evaluate(
    model: Any, examples: Examples, metrics: Mapping[str, tuple[Bound, Metric]], options: ReportOptions, seed: int = 0
) -> Evaluation:
    """Measure a model on examples; the same call in `build` and in `evaluate RUN`."""
    predictions = [dict(prediction) for prediction in examples.answered(model)] if len(examples) else []
    if len(predictions) != len(examples):
        # A ValueError, as whoever calls knows which component to name.
        raise ValueError(f"the model gave {len(predictions)} predictions for {len(examples)} examples")
    scores: list[Any] | None = None
    rows: dict[str, list[Row]] = {}
    figures: dict[str, Figure] = {}
    for name, (bound, metric) in metrics.items():
        read: Sequence[Any] = predictions
        if any(port.startswith("scores:") for port in bound.needs()):
            scores = list(model.score(examples)) if scores is None else scores
            read = scores
        with bound.blamed():
            rows[name] = list(metric.rows(read, examples.rows)) if len(examples) else []
            figures[name] = figure(metric, rows[name], groups(examples.rows, options.group), options, seed)
    return Evaluation(figures, plain(predictions), rows)


def groups(rows: Sequence[Mapping[str, Any]], field: str) -> list[Any]:
    """Return what each row is resampled with: its own position, or the value of `field`."""
    if field and rows and not any(field in row for row in rows):
        raise SpecError(f"report.group: no row has a field {field!r}", f"there are: {', '.join(rows[0])}")
    return [str(row.get(field)) for row in rows] if field else list(range(len(rows)))


def figure(metric: Metric, rows: Sequence[Row], group: Sequence[Any], options: ReportOptions, seed: int = 0) -> Figure:
    """Return the metric's figure with the percentile interval of a bootstrap over groups (Efron 1979)."""
    counted = [(key, row) for key, row in zip(group, rows, strict=True) if row is not None]
    if not counted:
        return Figure(None, None, None, 0)
    value = float(metric.total([row for _, row in counted]))
    if not math.isfinite(value):
        return Figure(None, None, None, len(counted))
    clusters: dict[Any, list[Row]] = {}
    for key, row in counted:
        clusters.setdefault(key, []).append(row)
    drawn = list(clusters.values())
    totals = _resampled(metric, drawn, min(options.resamples, max(200, DRAWS // len(counted))), seed)
    if len(drawn) < 2 or len(totals) < 2:
        return Figure(value, None, None, len(counted))
    tail = (1 - options.interval) / 2
    return Figure(value, _quantile(totals, tail), _quantile(totals, 1 - tail), len(counted))


def _resampled(metric: Metric, clusters: Sequence[list[Row]], times: int, seed: int) -> list[float]:
    source = random.Random(seed)
    totals = []
    for _ in range(times):
        chosen = source.choices(clusters, k=len(clusters))
        total = float(metric.total([row for cluster in chosen for row in cluster]))
        if total == total:  # a resample that lacks a class may have no figure
            totals.append(total)
    return sorted(totals)


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def worst(
    evaluation: Evaluation, examples: Examples, answers: frozenset[str], better: Mapping[str, str], limit: int
) -> list[dict[str, Any]]:
    """Return the examples that the first metric with a number a row got most wrong, worst first."""
    for name, rows in evaluation.rows.items():
        counted = [(i, float(row)) for i, row in enumerate(rows) if isinstance(row, int | float)]
        if not counted:
            continue
        sign = -1 if better.get(name) == "lower" else 1
        perfect = 0.0 if sign < 0 else 1.0
        wrong = [pair for pair in counted if sign * pair[1] < perfect]
        chosen = sorted(wrong, key=lambda pair: (sign * pair[1], pair[0]))
        return [_shown(name, score, i, evaluation, examples, answers) for i, score in chosen[:limit]]
    return []


def _shown(
    metric: str, score: float, position: int, evaluation: Evaluation, examples: Examples, answers: frozenset[str]
) -> dict[str, Any]:
    row = plain(examples.rows[position])
    return {
        "metric": metric,
        "score": score,
        "input": {name: value for name, value in row.items() if name not in answers},
        "expected": {name: value for name, value in row.items() if name in answers},
        "prediction": evaluation.predictions[position],
    }
