"""Area under the ROC curve by sorting, and the metric of class probabilities built on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from toolkit.contracts import Example, Prediction
from toolkit.errors import PluginError
from toolkit_measure.columns import Columns, mean
from toolkit_measure.configs import RocAuc as Config


def auroc(scores: np.ndarray, positive: np.ndarray) -> float:
    """Return the share of (positive, negative) pairs in which the positive scores higher; a tie counts half.

    scores: (n,) numbers; positive: (n,) of bool. This is the Mann-Whitney U over its largest value, which is the area
    under the ROC curve (Hanley & McNeil 1982). NaN where there are no positives or no negatives.
    """
    above, below = scores[positive], np.sort(scores[~positive])
    pairs = len(above) * len(below)
    if not pairs:
        return math.nan
    wins = np.searchsorted(below, above, "left").sum() + np.searchsorted(below, above, "right").sum()
    return float(wins) / (2 * pairs)


class OneAgainstRest:
    """The AUROC of each class against the others, averaged over the classes that have both sides.

    Equal to `sklearn.metrics.roc_auc_score(..., multi_class="ovr")`; for two classes to the binary one.
    """

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def rows(
        self, predictions: Iterable[Prediction], examples: Iterable[Example]
    ) -> Iterator[tuple[int, np.ndarray] | None]:
        """Yield (index of the true class, (classes,) probabilities) for each example; None for all with one class."""
        pairs = list(self.columns.pairs(predictions, examples))
        classes = sorted({name for given, label in pairs for name in (label, *given)})
        index = {name: position for position, name in enumerate(classes)}
        measurable = len({label for _, label in pairs}) > 1
        for position, (given, label) in enumerate(pairs, 1):
            row = np.array([given.get(name, 0.0) for name in classes], dtype=np.float64)
            if not np.isfinite(row).all():
                raise PluginError(f"{self.columns.metric}: prediction {position} has a probability that is no number")
            yield (index[label], row) if measurable else None

    def total(self, rows: Sequence[tuple[int, np.ndarray]]) -> float:
        """Return the mean AUROC; NaN for a resample of a single class."""
        labels = np.array([label for label, _ in rows])
        scores = np.stack([row for _, row in rows], axis=1)  # (classes, n)
        present = np.unique(labels)
        return mean([auroc(scores[label], labels == label) for label in present])


def roc_auc(config: Config) -> OneAgainstRest:
    """Make the metric `roc-auc`."""
    return OneAgainstRest(Columns("roc-auc", "probabilities", config.field))
