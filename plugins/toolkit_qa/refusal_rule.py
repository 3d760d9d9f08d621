"""By what a threshold on confidence is chosen: a stated cost, or a stated ceiling, and how that reads in the report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from toolkit_qa import risk


@dataclass(frozen=True)
class Rule:
    """What the threshold is chosen by; one of the three is a number."""

    cost: float | None = None
    ceiling: float | None = None
    false_answers: float | None = None

    @property
    def unlearnt(self) -> float:
        """The threshold where nothing could be learnt: by the cost, else where right and wrong are equally likely."""
        return risk.by_cost(self.cost or 1.0)

    def choose(self, confidence: np.ndarray, right: np.ndarray, answerable: np.ndarray) -> tuple[float, str]:
        """Return the threshold and how it came about; all are (n,), cross-fitted."""
        if self.ceiling is not None:
            return self._by_ceiling(confidence, right, self.ceiling)
        if self.false_answers is not None:
            return self._by_false_answers(confidence, answerable, self.false_answers)
        threshold = self.unlearnt
        return threshold, (
            f"A wrong answer is taken to cost {self.cost:g} where refusing a right one costs 1, so what is right "
            f"with a probability of at most {threshold:.4g} is better refused."
        )

    def _by_ceiling(self, confidence: np.ndarray, right: np.ndarray, ceiling: float) -> tuple[float, str]:
        asked = f"At most {ceiling:.4g} of the answers given may be wrong."
        threshold = risk.by_ceiling(confidence, right, ceiling)
        if threshold is not None:
            return threshold, f"{asked} The threshold is the lowest at which so few are that {_promise(ceiling)}"
        return 1 - ceiling, (
            f"{asked} No threshold shows that on these {len(right)} validation questions (it takes at least "
            f"{risk.needed(ceiling)} answers, none of them wrong), so only an answer that by itself is right with a "
            f"probability above {1 - ceiling:.4g} is given."
        )

    def _by_false_answers(self, confidence: np.ndarray, answerable: np.ndarray, ceiling: float) -> tuple[float, str]:
        asked = f"At most {ceiling:.4g} of the questions without an answer may be answered."
        of, enough = int((~answerable).sum()), risk.needed(ceiling)
        if not of:
            what = "There is no such validation question, so what is more likely wrong than right is refused."
            return self.unlearnt, f"{asked} {what}"
        threshold = risk.by_false_answers(confidence, answerable, ceiling)
        if of >= enough:
            return threshold, f"{asked} The threshold is the lowest at which so few are that {_promise(ceiling)}"
        return threshold, (
            f"{asked} The {of} such validation questions are too few to show that (it takes {enough}), so the "
            "threshold lies above all of them."
        )


def _promise(ceiling: float) -> str:
    return (
        f"chance alone would explain it in at most {risk.DOUBT:.4g} of cases, were the true share {ceiling:.4g} "
        "(exact binomial bound). It holds for new questions as far as they are like these."
    )
