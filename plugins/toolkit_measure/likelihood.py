"""Loss and perplexity from a model's own likelihood (port `scores:likelihood`)."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Sequence

from toolkit.contracts import Example, Prediction
from toolkit_measure.columns import predicted
from toolkit_measure.configs import Loss, Perplexity

#: The largest loss whose perplexity a float holds.
LARGEST = math.log(sys.float_info.max)


class Likelihood:
    """Mean loss over items: sum of losses / sum of counts, so that a long answer weighs by its length.

    Its "predictions" are what `model.score` yields: `{"loss": nats summed over items, "count": items}`.
    """

    def __init__(self, name: str, exponential: bool = False) -> None:
        self.name = name
        self.exponential = exponential

    def rows(
        self, predictions: Iterable[Prediction], examples: Iterable[Example]
    ) -> Iterator[tuple[float, int] | None]:
        """Yield (loss, count) for each example, None where nothing was scored."""
        for position, (score, _) in enumerate(zip(predictions, examples, strict=True), 1):
            count = predicted(self.name, score, "count", position)
            loss = predicted(self.name, score, "loss", position)
            yield (loss, count) if count else None

    def total(self, rows: Sequence[tuple[float, int]]) -> float:
        """Return nats an item, or its exponential (at most the largest float)."""
        loss = sum(loss for loss, _ in rows) / sum(count for _, count in rows)
        return math.exp(min(loss, LARGEST)) if self.exponential else loss


def loss(config: Loss) -> Likelihood:
    """Make the metric `loss`."""
    return Likelihood("loss")


def perplexity(config: Perplexity) -> Likelihood:
    """Make the metric `perplexity`."""
    return Likelihood("perplexity", exponential=True)
