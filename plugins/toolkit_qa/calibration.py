"""How likely is an answer right? Logistic and isotonic regression in numpy, and the folds to learn them on.

    P(right | features) = P(it has an answer | features) P(the first entry is one | it has an answer, features)

Each factor scales the log-odds of a confidence that a formula gave (Platt 1999; by one number alone, temperature
scaling, Guo et al. 2017) and lets further evidence add to them. Two factors tell right from wrong a little better than
one, as questions without an answer fail by other signs than mistaken entries (AUROC .887 for .879 when learnt from 220
questions with BM25, mean of 40 splits of CLINC150's validation part). `isotonic` then bends the outcome until it agrees
with the shares observed (Zadrozny & Elkan 2002), fitted on what other folds say of a question.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Weight of the squared weights against the summed loss, as C = 1 in scikit-learn: with 200 questions and ten
#: features it costs nothing, with 30 it keeps a feature from explaining everything.
L2 = 1.0
#: Standard deviations beyond which a feature says no more: a question of 10,000 words is not surer than a long one.
FARTHEST = 4.0
#: Newton steps at most; seven are usual.
STEPS = 100

#: Returns how likely each row is right, (n,), given features (n, f).
Confidence = Callable[[np.ndarray], np.ndarray]
#: Learns that from features (n, f), right (n,) and answerable (n,) of bool, and the n groups.
Fit = Callable[[np.ndarray, np.ndarray, np.ndarray, Sequence[str]], Confidence]


@dataclass(frozen=True)
class Logistic:
    """P(true) = sigmoid(bias + weights . z), z = (features - mean) / scale; an absent feature (NaN) is the mean."""

    mean: np.ndarray  # (f,)
    scale: np.ndarray  # (f,)
    weights: np.ndarray  # (f,)
    bias: float

    @classmethod
    def fit(cls, features: np.ndarray, true: np.ndarray, l2: float = L2) -> Logistic:
        """Minimise the summed loss + l2 / 2 |weights|^2; the bias is free.

        features: (n, f), NaN where absent; true: (n,) of bool. Where all are true, or none is, there is nothing to
        learn but how often: (true + 1) / (n + 2), Laplace's rule of succession.
        """
        known = np.isfinite(features)
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, features, 0.0).sum(axis=0) / count
        scale = np.sqrt((np.where(known, features - mean, 0.0) ** 2).sum(axis=0) / count)
        scale = np.where(scale > 1e-9 * np.abs(mean), scale, 1.0)  # a constant column: rounding is no spread
        start = cls(mean, scale, np.zeros(features.shape[1]), float(log_odds((true.sum() + 1) / (len(true) + 2))))
        if true.all() or not true.any():
            return start
        weights = _newton(np.column_stack([start.inputs(features), np.ones(len(true))]), true.astype(float), l2)
        return cls(mean, scale, weights[:-1], float(weights[-1]))

    def inputs(self, features: np.ndarray) -> np.ndarray:
        """Return the features standardised, (n, f)."""
        z = np.where(np.isfinite(features), features - self.mean, 0.0) / self.scale
        return np.clip(z, -FARTHEST, FARTHEST)

    def __call__(self, features: np.ndarray) -> np.ndarray:
        # Summed row by row, so that a row alone gets the very number that it gets among others.
        return sigmoid((self.inputs(features) * self.weights).sum(axis=1) + self.bias)


def _newton(inputs: np.ndarray, true: np.ndarray, l2: float) -> np.ndarray:
    """Return the weights (f + 1,), the bias last, of the least penalised loss (IRLS; steps halved that overshoot)."""
    penalty = np.append(np.full(inputs.shape[1] - 1, l2), 0.0)
    sign = 2 * true - 1

    def loss(weights: np.ndarray) -> float:
        return float(np.logaddexp(0, -sign * (inputs @ weights)).sum() + (penalty * weights**2).sum() / 2)

    weights = np.append(np.zeros(inputs.shape[1] - 1), log_odds(true.mean()))
    for _ in range(STEPS):
        p = sigmoid(inputs @ weights)
        gradient = inputs.T @ (p - true) + penalty * weights
        hessian = (inputs.T * (p * (1 - p))) @ inputs + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        before = loss(weights)
        while loss(weights - step) > before + 1e-9 * abs(before):
            step = step / 2
        weights = weights - step
        if np.abs(step).max() < 1e-10:
            break
    return weights


@dataclass(frozen=True)
class Isotonic:
    """A curve that never falls, straight between its corners and level beyond them."""

    x: np.ndarray  # (m,) ascending
    y: np.ndarray  # (m,) never falling

    @classmethod
    def fit(cls, scores: np.ndarray, right: np.ndarray) -> Isotonic:
        """Return the rising curve nearest to `right` in squares (pool adjacent violators, Ayer et al. 1955).

        scores, right: (n,), n > 0. Shares of 0 and 1 become 1 / (n + 2) and what is left: n questions cannot show more.
        """
        levels, place = np.unique(scores, return_inverse=True)
        count = np.bincount(place).astype(float)
        blocks: list[list[float]] = []  # [first level, last level, share right, questions]
        for level, share, n in zip(levels, np.bincount(place, right) / count, count, strict=True):
            blocks.append([level, level, share, n])
            while len(blocks) > 1 and blocks[-2][2] >= blocks[-1][2]:
                _, last, share_above, above = blocks.pop()
                below = blocks[-1]
                pooled = (below[2] * below[3] + share_above * above) / (below[3] + above)
                blocks[-1] = [below[0], last, pooled, below[3] + above]
        corners = [(x, share) for first, last, share, _ in blocks for x in sorted({first, last})]
        x, y = np.array(corners).T
        least = 1 / (len(scores) + 2)
        return cls(x, np.clip(y, least, 1 - least))

    def __call__(self, scores: np.ndarray) -> np.ndarray:
        return np.interp(scores, self.x, self.y)


@dataclass(frozen=True)
class Calibration:
    """What was learnt: the factors of the probability, and the curve that bends it where one was asked for."""

    factors: tuple[Logistic, ...]
    isotonic: Isotonic | None = None

    def __call__(self, features: np.ndarray) -> np.ndarray:
        likely = np.prod([factor(features) for factor in self.factors], axis=0)
        return likely if self.isotonic is None else self.isotonic(likely)


def temperature(
    features: np.ndarray, right: np.ndarray, answerable: np.ndarray, groups: Sequence[str] = ()
) -> Calibration:
    """Fit the factors; one alone where every question has an answer. Groups make no difference to them."""
    if answerable.all():
        return Calibration((Logistic.fit(features, right),))
    asked = Logistic.fit(features, answerable)
    return Calibration((asked, Logistic.fit(features[answerable], right[answerable])))


def isotonic(features: np.ndarray, right: np.ndarray, answerable: np.ndarray, groups: Sequence[str]) -> Calibration:
    """Fit the factors, and the curve on what those of other folds say."""
    crossed = out_of_fold(temperature, features, right, answerable, groups)
    return Calibration(temperature(features, right, answerable).factors, Isotonic.fit(crossed, right))


def folds(groups: Sequence[str], k: int = 10, seed: int = 0) -> np.ndarray:
    """Return a fold from 0 to k - 1 for each row, (n,): a group's rows in one fold, folds of about equal size.

    A group's fold depends on the groups and their sizes, never on the order of the rows. An empty group stands for a
    row by itself. There are no more folds than groups.
    """
    names = [group or f"\0{row}" for row, group in enumerate(groups)]
    sizes = Counter(names)
    drawn = {name: hashlib.sha256(f"{seed}/{name}".encode("utf-8", "surrogatepass")).digest() for name in sizes}
    filled = [0] * min(k, len(sizes))
    fold_of = {}
    for name in sorted(sizes, key=lambda name: (-sizes[name], drawn[name])):
        fold_of[name] = filled.index(min(filled))
        filled[fold_of[name]] += sizes[name]
    return np.array([fold_of[name] for name in names], dtype=np.int64)


def out_of_fold(
    fit: Fit,
    features: np.ndarray,
    right: np.ndarray,
    answerable: np.ndarray,
    groups: Sequence[str],
    k: int = 10,
    seed: int = 0,
) -> np.ndarray:
    """Return what is said of each row, (n,), by a fit that has not seen its fold; needs two groups or more."""
    fold = folds(groups, k, seed)
    said = np.empty(len(right))
    for held in range(fold.max() + 1):
        own, others = np.flatnonzero(fold == held), np.flatnonzero(fold != held)
        learnt = fit(features[others], right[others], answerable[others], [groups[row] for row in others])
        said[own] = learnt(features[own])
    return said


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-x)), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def log_odds(p: Any, least: float = 1e-3) -> np.ndarray:
    """Return ln(p / (1 - p)), with p held at least `least` from 0 and 1: nobody's formula is surer."""
    p = np.clip(p, least, 1 - least)
    return np.log(p / (1 - p))
