"""How many of the answers that are given are wrong? What is refused is no answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from toolkit.contracts import Example, Prediction
from toolkit_measure import configs
from toolkit_measure.columns import Columns, mean, predicted
from toolkit_measure.ranking import first_right


class AnswerRisk:
    """Wrong answers / answers given. Wrong: the first id is not a right one, as it always is where there is none.

    It is the risk of selective prediction (El-Yaniv & Wiener 2010); the share of examples that count is the coverage.
    """

    def __init__(self, columns: Columns) -> None:
        self.columns = columns

    def rows(self, predictions: Iterable[Prediction], examples: Iterable[Example]) -> Iterator[float | None]:
        """Yield 1.0 for a wrong answer, 0.0 for a right one, None for a question that is refused."""
        predictions = list(predictions)
        for position, (ranking, gold) in enumerate(self.columns.pairs(predictions, examples), 1):
            refused = predicted(self.columns.metric, predictions[position - 1], "refused", position)
            yield None if refused else float(first_right(ranking, gold, 1) is None)

    def total(self, rows: Sequence[float]) -> float:
        """Return the share of wrong answers."""
        return mean(rows)


def answer_risk(config: configs.AnswerRisk) -> AnswerRisk:
    """Make the metric `answer-risk`."""
    return AnswerRisk(Columns("answer-risk", "ranking", config.field))
