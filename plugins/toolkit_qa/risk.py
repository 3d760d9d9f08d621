"""What a threshold on confidence costs: coverage against risk, the lowest threshold within a ceiling, and how true
the confidence is. Coverage is the share of the questions answered, risk the share of the answers that are wrong
(El-Yaniv & Wiener 2010). A confidence up to the threshold is refused."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

#: A ceiling counts as kept where what was seen would be as good by chance in at most this share of cases, were the
#: true share at it: the promise is about new questions. In trials (30 to 1,000 questions, ceilings of .05 to .2) up to
#: .21 of the thresholds broke it on new questions, against .48 to .59 of those that took the share seen at its word,
#: and covered 2 to 21 points more, the fewer the questions the more. A bound of 95 % refuses everything up to n = 80.
DOUBT = 0.2
#: Bins of equal width in which confidence is compared with what is right.
BINS = 10


@dataclass(frozen=True)
class Curve:
    """For each threshold, lowest first, how many are answered, and how many of these wrongly; the last answers none."""

    thresholds: np.ndarray  # (m,) half-way between the levels of confidence that occur, 0 and 1
    answers: np.ndarray  # (m,) of int
    wrong: np.ndarray  # (m,) of int

    @classmethod
    def of(cls, confidence: np.ndarray, right: np.ndarray) -> Curve:
        """confidence: (n,) from 0 to 1; right: (n,) of bool."""
        levels, place = np.unique(np.append(0.0, confidence), return_inverse=True)
        answers, wrong = (
            np.bincount(place[1:], counted, len(levels))[::-1].cumsum()[::-1].astype(np.int64)
            for counted in (np.ones(len(right)), ~right)
        )  # at each level or above
        above = [np.append(numbers[1:], 0) for numbers in (answers, wrong)]
        return cls((levels + np.append(levels[1:], 1.0)) / 2, *above)


def by_cost(cost: float) -> float:
    """Return the threshold of least expected cost where a wrong answer costs `cost`, refusing a right one 1.

    An answer that is right with probability p costs (1 - p) cost if given and p if not (Chow 1970).
    """
    return cost / (1 + cost)


def by_ceiling(confidence: np.ndarray, right: np.ndarray, ceiling: float) -> float | None:
    """Return the lowest threshold at which the risk is within the ceiling, None where no threshold shows that."""
    curve = Curve.of(confidence, right)
    numbers = zip(curve.thresholds, curve.answers, curve.wrong, strict=True)
    return next((float(t) for t, n, k in numbers if n and within(int(k), int(n), ceiling)), None)


def by_false_answers(confidence: np.ndarray, answerable: np.ndarray, ceiling: float) -> float:
    """Return the lowest threshold at which the share of unanswerable questions that is answered is within the ceiling.

    Where there are too few of them to show that, the lowest at which none of them is answered. The bound is exact
    for any distribution, as only the order of confidences matters.
    """
    curve = Curve.of(confidence, answerable)
    of = int((~answerable).sum())
    few = (t for t, k in zip(curve.thresholds, curve.wrong, strict=True) if not k or within(int(k), of, ceiling))
    return float(next(few))


def within(k: int, n: int, ceiling: float) -> bool:
    """Return whether k of n shows a share below the ceiling: so few have a chance of at most DOUBT at the ceiling."""
    return k < n * ceiling and binomial(k, n, ceiling) <= DOUBT


def needed(ceiling: float) -> int:
    """Return how many are needed to show a share below the ceiling by none among them."""
    return math.ceil(math.log(DOUBT) / math.log1p(-ceiling) - 1e-9)


def binomial(k: int, n: int, p: float) -> float:
    """Return P(X <= k) of the binomial distribution of n trials that succeed with probability 0 < p < 1; k < n."""
    j = np.arange(1, k + 1)
    ways = np.append(0.0, np.cumsum(np.log((n - j + 1) / j)))  # ln of n over j
    j = np.append(0, j)
    return min(1.0, float(np.exp(ways + j * math.log(p) + (n - j) * math.log1p(-p)).sum()))


@dataclass(frozen=True)
class Bin:
    """Questions of about the same confidence."""

    low: float
    high: float
    count: int
    confidence: float
    """Mean of the confidences."""
    right: float
    """Share that is right."""


def reliability(confidence: np.ndarray, right: np.ndarray) -> Iterator[Bin]:
    """Yield the bins of equal width that hold a question, lowest first."""
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    for number in np.unique(place):
        inside = place == number
        shares = float(confidence[inside].mean()), float(right[inside].mean())
        yield Bin(float(number / BINS), float((number + 1) / BINS), int(inside.sum()), *shares)


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Return the expected calibration error (Guo et al. 2017): |confidence - share right| over the bins, by count."""
    off = (each.count * abs(each.confidence - each.right) for each in reliability(confidence, right))
    return sum(off) / len(right)


def auroc(confidence: np.ndarray, positive: np.ndarray) -> float | None:
    """Return how often one that is positive has more confidence than one that is not, ties counting half.

    None where one of the two sides is missing (Hanley & McNeil 1982).
    """
    yes, no = confidence[positive], np.sort(confidence[~positive])
    if not len(yes) or not len(no):
        return None
    wins = np.searchsorted(no, yes, "left").sum() + np.searchsorted(no, yes, "right").sum()
    return float(wins) / (2 * len(yes) * len(no))
