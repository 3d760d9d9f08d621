"""Corpus chrF2 (Popović 2015, 2016), equal to sacrebleu's, from statistics that add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from toolkit.contracts import Example, Prediction
from toolkit_measure import configs
from toolkit_measure.columns import Answered, Columns, mean

#: Longest character n-gram.
ORDER = 6
#: How much recall weighs against precision.
BETA = 2


def grams(text: str, n: int) -> Counter[str]:
    """Return the character n-grams of a text without its blanks."""
    text = "".join(text.split())
    return Counter(text[start : start + n] for start in range(len(text) - n + 1))


def matches(prediction: str, reference: str, n: int) -> tuple[int, int, int]:
    """Return the number of n-grams in the prediction, in the reference, and common to both.

    A prediction's n-grams do not count where the reference is too short to have any.
    """
    given, wanted = grams(prediction, n), grams(reference, n)
    return (given.total() if wanted else 0, wanted.total(), (given & wanted).total())


class Chrf:
    """F-score of character n-grams, precision and recall averaged over the orders that both sides have."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def rows(self, predictions: Iterable[Prediction], examples: Iterable[Example]) -> Iterator[tuple[int, ...]]:
        """Yield (given, wanted, common) for each order from 1 to 6, 18 integers an example."""
        for prediction, reference in self.columns.pairs(predictions, examples):
            yield tuple(count for n in range(1, ORDER + 1) for count in matches(prediction, reference, n))

    def total(self, rows: Sequence[tuple[int, ...]]) -> float:
        """Return chrF2, from 0 to 100."""
        sums = list(map(sum, zip(*rows, strict=True)))
        orders = zip(sums[0::3], sums[1::3], sums[2::3], strict=True)
        shared = [order for order in orders if order[0] and order[1]]
        if not any(common for _, _, common in shared):
            return 0.0
        precision = mean([common / given for given, _, common in shared])
        recall = mean([common / wanted for _, wanted, common in shared])
        return 100 * (1 + BETA**2) * precision * recall / (BETA**2 * precision + recall)


def chrf(config: configs.Chrf) -> Answered:
    """Make the metric `chrf`."""
    return Answered(Chrf(Columns("chrf", config.field, config.field)), config.field)
