import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_helpers import make, measure, near, resampled
from sklearn.metrics import roc_auc_score

from toolkit.errors import PluginError
from toolkit_measure.auroc import auroc

TIED = st.sampled_from([0.0, 0.25, 0.5, 1.0])
SCORED = st.lists(st.tuples(TIED | st.floats(0, 1, allow_subnormal=False), st.booleans()), min_size=2, max_size=40)


@settings(max_examples=200)
@given(SCORED)
def test_equals_scikit_learn_with_ties(rows):
    scores, positive = (np.array(column) for column in zip(*rows, strict=True))
    figure = auroc(scores, positive)
    if positive.all() or not positive.any():
        assert math.isnan(figure)
    else:
        assert near(figure, roc_auc_score(positive, scores))


def made(n, count, seed=0):
    """Return predictions and examples of `count` classes, with ties."""
    source = np.random.default_rng(seed)
    p = source.integers(1, 6, (n, count)).astype(float)
    p /= p.sum(axis=1, keepdims=True)
    names = ["猫", "狗", "bird", "fish"][:count]
    true = [names[i] for i in source.integers(0, count, n)]
    return [{"probabilities": dict(zip(names, row.tolist(), strict=True))} for row in p], [{"label": t} for t in true]


def wanted(predictions, examples):
    names = sorted(predictions[0]["probabilities"])
    p = np.array([[q["probabilities"][name] for name in names] for q in predictions])
    true = [example["label"] for example in examples]
    if len(names) == 2:
        return roc_auc_score([t == names[1] for t in true], p[:, 1])
    return roc_auc_score(true, p, multi_class="ovr", labels=names)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_class_probabilities_equal_scikit_learn(count):
    predictions, examples = made(60, count)
    assert near(measure(make("roc-auc"), predictions, examples), wanted(predictions, examples))
    for figure, chosen in resampled(make("roc-auc"), predictions, examples):
        assert near(figure, wanted([predictions[i] for i in chosen], [examples[i] for i in chosen]))


def test_a_single_class_is_not_measured():
    predictions, _ = made(5, 3)
    metric = make("roc-auc")
    assert list(metric.rows(predictions, [{"label": "猫"}] * 5)) == [None] * 5


def test_a_resample_of_one_class_has_no_figure_and_one_without_a_class_has():
    predictions, examples = made(30, 3)
    rows = list(make("roc-auc").rows(predictions, examples))
    one = [row for row in rows if row[0] == rows[0][0]]
    two = [row for row in rows if row[0] != rows[0][0]]
    assert math.isnan(make("roc-auc").total(one))
    assert 0 <= make("roc-auc").total(two) <= 1


def test_a_class_the_model_does_not_know_is_left_to_chance():
    predictions = [{"probabilities": {"a": 0.9, "b": 0.1}}, {"probabilities": {"a": 0.2, "b": 0.8}}] * 2
    examples = [{"label": label} for label in ("a", "b", "a", "new")]
    assert near(measure(make("roc-auc"), predictions, examples), (1 + 5 / 6 + 1 / 2) / 3)


def test_a_probability_that_is_no_number_is_refused():
    with pytest.raises(PluginError, match="roc-auc: prediction 2"):
        p = [{"probabilities": {"a": 1.0}}, {"probabilities": {"a": math.nan}}]
        list(make("roc-auc").rows(p, [{"label": "a"}, {"label": "b"}]))
