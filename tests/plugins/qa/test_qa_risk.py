import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score

from toolkit_qa import risk
from toolkit_qa.calibration import sigmoid

TIED = st.lists(st.tuples(st.integers(0, 10).map(lambda x: x / 10), st.booleans()), min_size=1, max_size=60)


def arrays(rows):
    return np.array([c for c, _ in rows], float), np.array([r for _, r in rows], bool)


@settings(max_examples=60, deadline=None)
@given(TIED)
def test_the_curve_counts_what_each_threshold_answers(rows):
    confidence, right = arrays(rows)
    curve = risk.Curve.of(confidence, right)
    for t, n, k in zip(curve.thresholds, curve.answers, curve.wrong, strict=True):
        assert n == (confidence > t).sum()
        assert k == ((confidence > t) & ~right).sum()
    assert curve.answers[-1] == 0
    assert (np.diff(curve.thresholds) > 0).all()
    assert len(curve.thresholds) == len({0.0, *confidence})


@pytest.mark.parametrize("cost", [0.2, 1.0, 4.0, 100.0])
def test_the_threshold_by_cost_is_the_cheapest(cost):
    p = np.linspace(0, 1, 2001)
    best = risk.by_cost(cost)
    expected = [np.where(p > t, (1 - p) * cost, p).sum() for t in np.linspace(0, 1, 201)]
    assert np.where(p > best, (1 - p) * cost, p).sum() <= min(expected) + 1e-9


@pytest.mark.parametrize("p", [0.01, 0.05, 0.5])
def test_the_binomial_tail_equals_scipy(p):
    for n in (1, 14, 60, 1000, 100_000):
        for k in sorted({0, 1, int(n * p), int(n * p * 0.9)} - {n}):
            assert risk.binomial(k, n, p) == pytest.approx(binom.cdf(k, n, p), rel=1e-8)


@pytest.mark.parametrize("ceiling", [0.01, 0.05, 0.1, 0.3, 0.8])
def test_as_many_are_needed_as_it_says(ceiling):
    n = risk.needed(ceiling)
    assert risk.within(0, n, ceiling)
    assert n == 1 or not risk.within(0, n - 1, ceiling)


@settings(max_examples=60, deadline=None)
@given(TIED, st.sampled_from([0.1, 0.3, 0.6]))
def test_the_lowest_threshold_within_the_ceiling_is_found(rows, ceiling):
    confidence, right = arrays(rows)
    kept = []
    for t in risk.Curve.of(confidence, right).thresholds:
        answered = confidence > t
        chance = binom.cdf((answered & ~right).sum(), answered.sum(), ceiling)
        kept += [t] if answered.any() and chance <= risk.DOUBT else []
    assert risk.by_ceiling(confidence, right, ceiling) == (min(kept) if kept else None)


def drawn(n, source):
    """Return (n,) calibrated confidences, and what is right with that probability."""
    confidence = sigmoid(2 * source.normal(size=n) + 1.3)
    return confidence, source.random(n) < confidence


def broken(choose, n, ceiling, times=200):
    """Return the share of trials in which the threshold breaks its promise on new questions."""
    source = np.random.default_rng(0)
    confidence, right = drawn(100_000, source)
    count = 0
    for _ in range(times):
        threshold = choose(*drawn(n, source), ceiling)
        threshold = 1 - ceiling if threshold is None else threshold
        answered = confidence > threshold
        count += bool(answered.any()) and float((~right[answered]).mean()) > ceiling
    return count / times


def at_its_word(confidence, right, ceiling):
    curve = risk.Curve.of(confidence, right)
    return next(t for t, n, k in zip(curve.thresholds, curve.answers, curve.wrong, strict=True) if k <= n * ceiling)


@pytest.mark.parametrize("n", [30, 150])
def test_the_promise_holds_for_new_questions_in_four_of_five_builds(n):
    assert broken(risk.by_ceiling, n, 0.1) < 0.25
    assert broken(at_its_word, n, 0.1) > 0.45  # what a rule without a margin does


def test_false_answers_stay_below_the_ceiling_for_new_questions_in_four_of_five_builds():
    source = np.random.default_rng(3)
    asked = np.arange(120) < 60
    counted = []
    for _ in range(400):
        confidence = np.where(asked, source.beta(4, 2, 120), source.beta(2, 4, 120))
        threshold = risk.by_false_answers(confidence, asked, 0.1)
        counted.append(1 - _beta_2_4(threshold) > 0.1)
    assert 0.1 < np.mean(counted) < 0.25


def _beta_2_4(x):
    """Return P(X <= x) of the beta distribution with parameters 2 and 4, that is of 2 of 5 uniform numbers."""
    return sum(math.comb(5, j) * x**j * (1 - x) ** (5 - j) for j in range(2, 6))


def test_as_many_false_answers_are_let_through_as_the_bound_allows():
    confidence, answerable = np.linspace(0.001, 0.999, 59), np.zeros(59, bool)
    assert (confidence > risk.by_false_answers(confidence, answerable, 0.05)).sum() == 1
    assert binom.cdf(1, 59, 0.05) <= risk.DOUBT < binom.cdf(2, 59, 0.05)
    assert (confidence[1:] > risk.by_false_answers(confidence[1:], answerable[1:], 0.05)).sum() == 0


def test_too_few_without_an_answer_are_all_refused():
    confidence, answerable = np.array([0.2, 0.9, 0.6, 0.7]), np.array([False, True, False, True])
    assert risk.by_false_answers(confidence, answerable, 0.05) == pytest.approx(0.65)
    assert risk.by_false_answers(confidence, ~answerable, 0.05) == pytest.approx(0.95)


@settings(max_examples=50, deadline=None)
@given(TIED)
def test_the_bins_count_every_question(rows):
    confidence, right = arrays(rows)
    bins = list(risk.reliability(confidence, right))
    assert sum(each.count for each in bins) == len(rows)
    assert sum(each.count * each.right for each in bins) == pytest.approx(right.sum())
    assert all(each.low - 1e-9 <= each.confidence <= each.high + 1e-9 for each in bins)


def test_the_bins_equal_scikit_learn():
    confidence, right = drawn(500, np.random.default_rng(0))
    share, mean = calibration_curve(right, confidence, n_bins=10)
    bins = list(risk.reliability(confidence, right))
    assert np.allclose([each.right for each in bins], share)
    assert np.allclose([each.confidence for each in bins], mean)


def test_the_calibration_error_by_hand():
    confidence, right = np.array([0.91, 0.95, 0.15, 1.0]), np.array([True, False, False, True])
    wanted = 3 / 4 * abs((0.91 + 0.95 + 1) / 3 - 2 / 3) + 1 / 4 * 0.15
    assert risk.calibration_error(confidence, right) == pytest.approx(wanted)


@settings(max_examples=60, deadline=None)
@given(TIED)
def test_auroc_equals_scikit_learn(rows):
    confidence, positive = arrays(rows)
    if positive.all() or not positive.any():
        assert risk.auroc(confidence, positive) is None
    else:
        assert risk.auroc(confidence, positive) == pytest.approx(roc_auc_score(positive, confidence))
