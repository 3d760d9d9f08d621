"""Which classes are taken for which: the balanced error rate and the confusion matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from toolkit.contracts import Example, Matrix, Prediction, Section, Table
from toolkit_measure import configs
from toolkit_measure.classification import Pair, tally
from toolkit_measure.columns import Columns, mean

#: Classes up to which the whole matrix can be read in a report.
READABLE = 40
#: Confusions that the report lists.
LISTED = 10


class Confusion:
    """1 - balanced accuracy: the mean over the true classes of the share of their examples that was missed.

    Equal to `1 - sklearn.metrics.balanced_accuracy_score`.
    """

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.pairs: list[Pair] = []  # of the split measured last, for the report

    def rows(self, predictions: Iterable[Prediction], examples: Iterable[Example]) -> Iterator[Pair]:
        """Yield (true class, predicted class) for each example."""
        self.pairs = [(label, prediction) for prediction, label in self.columns.pairs(predictions, examples)]
        return iter(self.pairs)

    def total(self, rows: Sequence[Pair]) -> float:
        """Return the balanced error rate, from 0 to 1."""
        true, _, right = tally(rows)
        return mean([1 - right[label] / times for label, times in true.items()])

    def sections(self) -> Iterator[Section]:
        """Yield the confusion matrix (rows: true, columns: predicted) and the most frequent confusions."""
        if not self.pairs:
            return
        times = Counter(self.pairs)
        classes = sorted({name for pair in times for name in pair})
        wrong = sorted((-n, label, given) for (label, given), n in times.items() if label != given)
        blocks: list[str | Table | Matrix] = []
        if len(classes) <= READABLE:
            values = [[times[label, given] for given in classes] for label in classes]
            blocks.append(Matrix(classes, classes, values, x="predicted class", y="true class"))
        else:
            blocks.append(f"There are {len(classes)} classes, too many for a matrix that can be read.")
        if wrong:
            listed = [(label, given, -n) for n, label, given in wrong[:LISTED]]
            blocks += ["The most frequent confusions:", Table(("true class", "taken for", "times"), listed)]
        yield Section("Confusion matrix", blocks)


def confusion(config: configs.Confusion) -> Confusion:
    """Make the metric `confusion`."""
    return Confusion(Columns("confusion", config.field, config.field))
