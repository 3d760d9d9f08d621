"""Validation questions as a retriever judges them, made up."""

from typing import NamedTuple

import numpy as np

from toolkit_qa.calibrated import make
from toolkit_qa.calibration import sigmoid
from toolkit_qa.configs_calibrated import Calibrated


class Questions(NamedTuple):
    features: np.ndarray
    """(n, 3): a formula that is too sure, the gap to the second entry (absent at times), and noise."""
    right: np.ndarray
    answerable: np.ndarray
    groups: list


def questions(n=200, seed=0, without=0.25):
    source = np.random.default_rng(seed)
    answerable = source.random(n) >= without
    truth = source.normal(size=n) * 1.5 + np.where(answerable, 1.2, -2.5)
    right = answerable & (source.random(n) < sigmoid(truth))
    sure = sigmoid(2 * truth + source.normal(size=n) * 2 + 1)
    gap = truth + source.normal(size=n)
    gap[source.random(n) < 0.1] = np.nan
    groups = [f"条目 {source.integers(n // 2)}" for _ in range(n)]
    return Questions(np.column_stack([sure, gap, source.normal(size=n)]), right, answerable, groups)


def learnt(asked=None, **options):
    made = make(Calibrated.model_validate(options))
    made.learn(*(asked or questions()))
    return made
