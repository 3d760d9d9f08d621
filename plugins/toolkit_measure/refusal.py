"""Does the system refuse what it cannot answer, and nothing else? No right id means: must be refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from toolkit.contracts import Example, Prediction
from toolkit_measure import configs
from toolkit_measure.auroc import auroc
from toolkit_measure.columns import Columns, Mean


class RefusalAuroc:
    """AUROC of 1 - confidence for telling what must be refused from the rest, whatever the threshold.

    Not measured where one of the two sides is missing.
    """

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def rows(
        self, predictions: Iterable[Prediction], examples: Iterable[Example]
    ) -> Iterator[tuple[float, bool] | None]:
        """Yield (confidence, must be refused) for each example; None for all where one side is missing."""
        rows = [(float(confidence), not gold) for confidence, gold in self.columns.pairs(predictions, examples)]
        measurable = len({refuse for _, refuse in rows}) == 2
        return (row if measurable else None for row in rows)

    def total(self, rows: Sequence[tuple[float, bool]]) -> float:
        """Return the AUROC; NaN for a resample without one of the two sides."""
        confidence, refuse = zip(*rows, strict=True)
        # -c orders as 1 - c does, without the ties that rounding makes
        return auroc(-np.array(confidence), np.array(refuse))


def refused(refusal: Any, gold: Sequence[Any]) -> float | None:
    """Return whether an example that must be refused was; None for one that has an answer."""
    return None if gold else float(bool(refusal))


def answered(refusal: Any, gold: Sequence[Any]) -> float | None:
    """Return whether an example that has an answer was answered; None for one that must be refused."""
    return float(not refusal) if gold else None


def refusal_auroc(config: configs.RefusalAuroc) -> RefusalAuroc:
    """Make the metric `refusal-auroc`."""
    return RefusalAuroc(Columns("refusal-auroc", "confidence", config.field))


def refusal_recall(config: configs.RefusalRecall) -> Mean:
    """Make the metric `refusal-recall`."""
    return Mean(Columns("refusal-recall", "refused", config.field), refused)


def answer_rate(config: configs.AnswerRate) -> Mean:
    """Make the metric `answer-rate`."""
    return Mean(Columns("answer-rate", "refused", config.field), answered)
