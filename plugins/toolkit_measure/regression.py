"""How far predicted numbers are from the true ones, equal to scikit-learn's figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from toolkit.contracts import Example, Prediction
from toolkit_measure import configs
from toolkit_measure.columns import Columns, Mean


def distance(prediction: float, target: float) -> float:
    """Return the absolute error."""
    return float(abs(prediction - target))


class RootMeanSquare(Mean):
    """Root mean square of the scores; a row is an absolute error, so that the report can show the worst."""

    def total(self, rows: Sequence[float]) -> float:
        """Return the root of the mean square, in units of the rows."""
        return math.sqrt(sum(row * row for row in rows) / len(rows))


class R2:
    """Coefficient of determination: 1 - sum of squared errors / sum of squares around the mean target.

    Not measured where all targets are the same.
    """

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def rows(
        self, predictions: Iterable[Prediction], examples: Iterable[Example]
    ) -> Iterator[tuple[float, float] | None]:
        """Yield (target, prediction) for each example."""
        rows = [(float(target), float(prediction)) for prediction, target in self.columns.pairs(predictions, examples)]
        measurable = len({target for target, _ in rows}) > 1
        return (row if measurable else None for row in rows)

    def total(self, rows: Sequence[tuple[float, float]]) -> float:
        """Return R2, at most 1; NaN for a resample of a single target."""
        target, prediction = np.array(rows).T
        if np.ptp(target) == 0:
            return math.nan
        spread = np.square(target - target.mean()).sum()
        return float(1 - np.square(target - prediction).sum() / spread)


def rmse(config: configs.RMSE) -> RootMeanSquare:
    """Make the metric `rmse`."""
    return RootMeanSquare(Columns("rmse", config.field, config.field), distance)


def mae(config: configs.MAE) -> Mean:
    """Make the metric `mae`."""
    return Mean(Columns("mae", config.field, config.field), distance)


def r2(config: configs.R2) -> R2:
    """Make the metric `r2`."""
    return R2(Columns("r2", config.field, config.field))
