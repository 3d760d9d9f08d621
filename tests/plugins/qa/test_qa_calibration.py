import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import PredefinedSplit, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from toolkit_qa.calibration import (
    FARTHEST,
    Isotonic,
    Logistic,
    folds,
    isotonic,
    log_odds,
    out_of_fold,
    sigmoid,
    temperature,
)


def made(n=80, f=4, seed=0, strength=1.5):
    """Return features (n, f) of very different sizes, and what is right with the probability that they say."""
    source = np.random.default_rng(seed)
    z = source.normal(size=(n, f)).clip(-3, 3)
    weights = strength * source.normal(size=f)
    right = source.random(n) < sigmoid(z @ weights + 0.5)
    return z * 10.0 ** np.arange(-2, f - 2) + np.arange(f) * 7, right


def reference(l2):
    return make_pipeline(
        StandardScaler(), LogisticRegression(C=1 / l2, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    )


# -- logistic regression -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("l2", [0.03, 1.0, 20.0])
@pytest.mark.parametrize(("n", "f"), [(80, 4), (12, 6), (400, 1)])
def test_logistic_equals_scikit_learn(n, f, l2):
    features, right = made(n, f, seed=n)
    wanted = reference(l2).fit(features, right)
    found = Logistic.fit(features, right, l2)
    assert np.allclose(found.weights, wanted[-1].coef_[0], atol=1e-7)
    assert np.allclose(found(features), wanted.predict_proba(features)[:, 1], atol=1e-7)


def test_separable_data_equal_scikit_learn():
    features = np.array([[0.0], [0.1], [0.2], [0.8], [0.9], [1.0]])
    right = features[:, 0] > 0.5
    found = Logistic.fit(features, right, 0.001)
    assert np.allclose(found(features), reference(0.001).fit(features, right).predict_proba(features)[:, 1], atol=1e-6)


def test_three_rows_and_a_constant_column_equal_scikit_learn():
    features, right = np.array([[0.1, 0.3, 5.0], [0.1, 0.9, 4.0], [0.1, 0.2, 9.0]]), np.array([True, False, True])
    found = Logistic.fit(features, right)
    assert abs(found.weights[0]) < 1e-12
    assert np.allclose(found(features), reference(1.0).fit(features, right).predict_proba(features)[:, 1], atol=1e-8)


def test_an_absent_feature_is_the_mean():
    features, right = made(60)
    holes = features.copy()
    holes[::7, 1] = np.nan
    filled = holes.copy()
    filled[::7, 1] = np.nanmean(holes[:, 1])
    found = Logistic.fit(holes, right)
    assert found.mean[1] == pytest.approx(np.nanmean(holes[:, 1]))
    assert np.allclose(found(holes), found(filled), atol=1e-12)
    assert not np.allclose(found(holes), found(features), atol=1e-3)


def test_a_column_that_is_absent_everywhere_says_nothing():
    features, right = made(40, 2)
    more = np.column_stack([features, np.full(40, np.nan)])
    assert np.allclose(Logistic.fit(more, right)(more), Logistic.fit(features, right)(features), atol=1e-9)


@pytest.mark.parametrize(("right", "share"), [([True] * 3, 4 / 5), ([False] * 8, 1 / 10)])
def test_one_class_alone_gives_the_rule_of_succession(right, share):
    features = np.random.default_rng(0).normal(size=(len(right), 2))
    assert np.allclose(Logistic.fit(features, np.array(right))(features * 9), share)


def test_a_feature_far_outside_says_no_more_than_one_at_the_edge():
    features, right = made(80, 1)
    found = Logistic.fit(features, right)
    edge = found.mean + FARTHEST * found.scale
    assert found(np.array([edge * 1e6])) == found(np.array([edge])) < 1
    assert found(np.array([edge])) != found(np.array([edge * 0.99]))


def test_a_row_alone_gets_the_very_number_that_it_gets_among_others():
    features, right = made(50, 9)
    found = Logistic.fit(features, right)
    assert [found(row[None])[0] for row in features] == found(features).tolist()


def test_it_learns_that_a_formula_is_too_sure():
    source = np.random.default_rng(1)
    truth = source.normal(size=2000)
    right = source.random(2000) < sigmoid(truth)
    said = sigmoid(3 * truth + 1)
    found = temperature(log_odds(said[:1000])[:, None], right[:1000], np.ones(1000, bool))
    after = found(log_odds(said[1000:])[:, None])
    assert log_loss(right[1000:], after) < 0.75 * log_loss(right[1000:], said[1000:])
    assert log_loss(right[1000:], after) < log_loss(right[1000:], sigmoid(truth[1000:])) + 0.01


def test_log_odds_undo_the_sigmoid_and_stay_finite():
    assert np.allclose(sigmoid(log_odds(np.array([0.01, 0.5, 0.9]))), [0.01, 0.5, 0.9])
    assert np.allclose(sigmoid(log_odds(np.array([0.0, 1.0]))), [0.001, 0.999])


# -- both factors ------------------------------------------------------------------------------------------------------


def test_the_confidence_is_the_product_of_two_regressions_of_scikit_learn():
    features, right = made(200)
    answerable = right | (np.arange(200) % 2 > 0)
    asked = reference(1.0).fit(features, answerable).predict_proba(features)[:, 1]
    found = reference(1.0).fit(features[answerable], right[answerable]).predict_proba(features)[:, 1]
    assert np.allclose(temperature(features, right, answerable)(features), asked * found, atol=1e-7)


def test_where_every_question_has_an_answer_it_is_one_regression():
    features, right = made(60)
    made_up = temperature(features, right, np.ones(60, bool))
    assert np.array_equal(made_up(features), Logistic.fit(features, right)(features))


def test_where_no_question_has_an_answer_nothing_is_likely():
    features, _ = made(60)
    none = np.zeros(60, bool)
    assert (temperature(features, none, none)(features) < 0.02).all()


def test_two_factors_tell_right_from_wrong_better_than_one():
    source = np.random.default_rng(0)
    features = source.normal(size=(4000, 2))
    answerable = source.random(4000) < sigmoid(4 * features[:, 0] + 2)
    right = answerable & (source.random(4000) < sigmoid(4 * features[:, 1] + 2))
    two = temperature(features[:300], right[:300], answerable[:300])(features[300:])
    one = Logistic.fit(features[:300], right[:300])(features[300:])
    assert log_loss(right[300:], two) < log_loss(right[300:], one) - 0.01


# -- isotonic regression -----------------------------------------------------------------------------------------------

LEVELS = st.integers(0, 12).map(lambda x: x / 8) | st.integers(0, 10_000).map(lambda x: x / 10_000)
SCORED = st.lists(st.tuples(LEVELS, st.booleans()), min_size=1)


@settings(max_examples=100, deadline=None)
@given(SCORED)
def test_isotonic_equals_scikit_learn(rows):
    scores, right = np.array([s for s, _ in rows], float), np.array([r for _, r in rows])
    least = 1 / (len(rows) + 2)
    wanted = IsotonicRegression(y_min=least, y_max=1 - least, out_of_bounds="clip").fit(scores, right)
    grid = np.append(np.linspace(-0.5, 2, 41), scores)
    found = Isotonic.fit(scores, right)
    assert np.allclose(found(grid), wanted.predict(grid), atol=1e-6)
    assert (np.diff(found(np.sort(grid))) >= 0).all()
    assert found(grid).min() >= least > 0
    assert found(grid).max() <= 1 - least < 1


def test_isotonic_bends_what_the_logistic_regression_cannot():
    source = np.random.default_rng(2)
    x = source.random(3000)
    right = source.random(3000) < np.where(x < 0.5, 0.1, 0.9)  # a step
    train, test, groups = x[:1500, None], x[1500:, None], [str(i % 300) for i in range(1500)]
    straight, bent = (fit(train, right[:1500], np.ones(1500, bool), groups)(test) for fit in (temperature, isotonic))
    assert log_loss(right[1500:], bent) < log_loss(right[1500:], straight) - 0.02


# -- folds -------------------------------------------------------------------------------------------------------------


def named(n=200, count=30, seed=0):
    source = random.Random(seed)
    return [f"条目 {source.randrange(count)}" for _ in range(n)]


def test_a_group_is_never_apart_and_folds_are_about_equal():
    groups = named()
    fold = folds(groups, 10)
    assert len({(group, number) for group, number in zip(groups, fold, strict=True)}) == len(set(groups))
    sizes = np.bincount(fold)
    assert len(sizes) == 10
    assert sizes.max() - sizes.min() <= 4


def test_the_fold_of_a_group_does_not_depend_on_the_order_of_rows():
    groups = named()
    before = dict(zip(groups, folds(groups, 7).tolist(), strict=True))
    random.Random(1).shuffle(groups)
    assert dict(zip(groups, folds(groups, 7).tolist(), strict=True)) == before


def test_folds_are_the_same_on_every_machine_and_others_for_another_seed():
    assert folds(["a", "b", "c", "a", "d", "e"], 3).tolist() == [0, 2, 1, 0, 2, 1]
    assert folds(list("abcdefghij"), 3, seed=1).tolist() != folds(list("abcdefghij"), 3).tolist()


def test_rows_without_a_group_are_each_by_themselves():
    assert sorted(np.bincount(folds([""] * 20, 4)).tolist()) == [5] * 4
    assert sorted(folds(["", "", "x", "x"], 9)) == sorted([0, 0, 1, 2])
    assert len(folds(["\ud800", "b"], 2)) == 2


def test_out_of_fold_equals_scikit_learn():
    features, right = made(90)
    groups = named(90)
    split = PredefinedSplit(folds(groups, 10))
    wanted = cross_val_predict(reference(1.0), features, right, cv=split, method="predict_proba")[:, 1]
    assert np.allclose(out_of_fold(temperature, features, right, np.ones(90, bool), groups), wanted, atol=1e-7)


@pytest.mark.parametrize("fit", [temperature, isotonic])
def test_what_is_said_of_a_group_does_not_depend_on_whether_it_was_right(fit):
    features, right = made(60)
    groups = named(60, 20)
    own = np.array([group == groups[0] for group in groups])
    answerable = right | (np.arange(60) % 3 > 0)
    said = out_of_fold(fit, features, right, answerable, groups, k=20)
    turned = out_of_fold(fit, features, right ^ own, answerable | own, groups, k=20)
    assert np.array_equal(said[own], turned[own])
    assert not np.array_equal(said, turned)
