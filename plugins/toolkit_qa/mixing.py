"""How much each signal counts: weights by which an entry's score is the weighted sum of its signals.

The weights are those under which the right entries of the validation questions are likeliest,

    loss(w) = mean over questions [ log sum_j exp(w . x_j) - mean over right j of w . x_j ]
              + ridge * sum_k (w_k / v_k - 1)^2,    every w_k >= 0,

with x_j the signals of entry j and v the weights that are taken without validation, to which few questions leave them
near. The loss is convex; Newton's method, projected (Bertsekas, 1982), finds its minimum in a few steps.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from toolkit.errors import RunError

FILE = "mixing.json"
RIDGE = 0.01
STEPS = 50


class Candidates(NamedTuple):
    """The entries that a question is compared on: their signals (n, signals), and which are right (n,)."""

    signals: np.ndarray
    right: np.ndarray


class Mixing:
    """Weights by signal.

    Args:
        default: the weights where nothing was learnt; a signal of weight 0 stays out.
    """

    def __init__(self, default: Mapping[str, float]) -> None:
        self.default = dict(default)
        self.weights = np.array(list(default.values()), np.float32)
        self.questions = 0

    def score(self, signals: np.ndarray) -> np.ndarray:
        """Return the score of each entry, (entries,), of signals (signals, entries)."""
        return weighted(self.weights, signals)

    def learnt(self, asked: Sequence[Candidates]) -> Mixing:
        """Return a mixing learnt from questions that have a right entry among their candidates."""
        found = Mixing(self.default)
        asked = [candidates for candidates in asked if candidates.right.any()]
        used = np.flatnonzero(found.weights)
        if asked and len(used) > 1:
            found.weights[used] = _minimum(asked, used, found.weights[used].astype(float))
            found.questions = len(asked)
        return found

    def save(self, folder: Path) -> None:
        """Write the weights as JSON."""
        state = {"questions": self.questions, "weights": dict(zip(self.default, self.weights.tolist(), strict=True))}
        text = json.dumps(state, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Read what `save` wrote; RunError where it is of other signals."""
        try:
            state = json.loads((folder / FILE).read_text(encoding="utf-8"))
            weights = {name: float(weight) for name, weight in state["weights"].items()}
            questions = int(state["questions"])
        except (OSError, ValueError, ArithmeticError, RecursionError, KeyError, TypeError, AttributeError) as error:
            raise RunError(f"{folder / FILE} cannot be read: {error}") from error
        largest = float(np.finfo(np.float32).max)
        if set(weights) != set(self.default) or not all(abs(weight) <= largest for weight in weights.values()):
            raise RunError(f"{folder / FILE} should hold the weights of {', '.join(self.default)}")
        self.weights = np.array([weights[name] for name in self.default], np.float32)
        self.questions = questions


def weighted(weights: np.ndarray, signals: np.ndarray) -> np.ndarray:
    """Return the weighted sum (entries,) of signals (signals, entries).

    A matrix product may round entries otherwise by where they stand; here equal ones are sure to score equally.
    """
    return np.asarray((weights[:, None] * signals).sum(axis=0))


def _minimum(asked: Sequence[Candidates], used: np.ndarray, default: np.ndarray) -> np.ndarray:
    """Return the weights (k,) of the least loss, none below 0."""
    scaled = [candidates.signals[:, used].astype(float) * default for candidates in asked]  # so that all begin at 1
    targets = [candidates.right / candidates.right.sum() for candidates in asked]
    w, before = np.ones(len(used)), np.zeros(len(used))
    for _ in range(STEPS):
        if np.abs(w - before).max() < 1e-7:
            break
        w, before = _moved(w, scaled, targets), w
    return w * default


def _moved(w: np.ndarray, signals: Sequence[np.ndarray], targets: Sequence[np.ndarray]) -> np.ndarray:
    """Return the weights after one step, halved until the loss falls; the same ones where it does not."""
    loss, gradient, curvature = _loss(w, signals, targets)
    free = (w > 0) | (gradient < 0)  # the others rest at 0: they would fall below it
    step = np.zeros(len(w))
    step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
    for size in 0.5 ** np.arange(20):
        moved = np.maximum(w - size * step, 0.0)
        if _loss(moved, signals, targets)[0] < loss - 1e-4 * gradient @ (w - moved):
            return moved
    return w


def _loss(
    w: np.ndarray, signals: Sequence[np.ndarray], targets: Sequence[np.ndarray]
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the loss of weights (k,), its gradient (k,) and its Hessian (k, k); signals (n, k), targets (n,) each."""
    loss, gradient, curvature = 0.0, np.zeros(len(w)), np.zeros((len(w), len(w)))
    for x, target in zip(signals, targets, strict=True):
        score = x @ w
        highest = score.max()
        share = np.exp(score - highest)
        total = share.sum()
        share /= total
        mean = share @ x
        loss += highest + np.log(total) - target @ score
        gradient += mean - target @ x
        curvature += (x * share[:, None]).T @ x - np.outer(mean, mean)
    n = len(signals)
    away = w - 1
    return (
        loss / n + RIDGE * away @ away,
        gradient / n + 2 * RIDGE * away,
        curvature / n + 2 * RIDGE * np.eye(len(w)),
    )
