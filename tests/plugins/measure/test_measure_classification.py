import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_helpers import classes, config, make, measure, near, resampled
from pydantic import ValidationError
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

SKLEARN = {"precision": precision_score, "recall": recall_score, "f1": f1_score}
NAMES = st.sampled_from(["猫", "狗", "bird", ""])
PAIRS = st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=30)


@given(PAIRS)
def test_accuracy_equals_scikit_learn(pairs):
    true, predicted = zip(*pairs, strict=True)
    assert near(measure(make("accuracy"), *classes(predicted, true)), accuracy_score(true, predicted))


@pytest.mark.parametrize("name", SKLEARN)
@pytest.mark.parametrize("average", ["macro", "micro"])
@settings(max_examples=60)
@given(pairs=PAIRS)
def test_averages_equal_scikit_learn(name, average, pairs):
    true, predicted = zip(*pairs, strict=True)
    wanted = SKLEARN[name](true, predicted, average=average, zero_division=0)
    assert near(measure(make(name, average=average), *classes(predicted, true)), wanted)


@pytest.mark.parametrize("name", SKLEARN)
@settings(max_examples=60)
@given(pairs=PAIRS)
def test_one_class_equals_scikit_learn(name, pairs):
    true, predicted = zip(*pairs, strict=True)
    figure = measure(make(name, label="猫"), *classes(predicted, true))
    if "猫" in true + predicted:
        assert near(figure, SKLEARN[name](true, predicted, labels=["猫"], average=None, zero_division=0)[0])
    else:
        assert figure is None


@pytest.mark.parametrize("name", SKLEARN)
def test_resamples_that_lack_a_class_equal_scikit_learn(name):
    source = random.Random(0)
    true = ["common"] * 18 + ["rare"] * 2
    predicted = [source.choice(["common", "rare", "other"]) for _ in true]
    lacking = 0
    for figure, chosen in resampled(make(name), *classes(predicted, true), times=60):
        t, p = [true[i] for i in chosen], [predicted[i] for i in chosen]
        lacking += "rare" not in t
        assert near(figure, SKLEARN[name](t, p, average="macro", zero_division=0))
    assert lacking


def test_a_resample_without_the_class_has_no_figure():
    metric = make("recall", label="rare")
    assert math.isnan(metric.total([("common", "common")]))
    assert metric.total([("common", "rare")]) == 0


def test_macro_is_the_default_and_resolved_options_read_back():
    assert config("f1").average is None
    assert make("f1").average == "macro"
    for options in ({}, {"label": "spam"}, {"average": "micro"}):
        written = config("f1", **options).model_dump(mode="json")
        assert config("f1", **written) == config("f1", **options)


def test_a_class_and_an_average_contradict():
    with pytest.raises(ValidationError, match="leave one out"):
        config("f1", label="spam", average="macro")


def test_accuracy_rows_are_numbers_for_the_list_of_worst():
    assert list(make("accuracy").rows(*classes(["a", "b"], ["a", "a"]))) == [True, False]


def test_field_names_key_and_needs():
    assert config("f1", field="topic").needs() == {"predicts:class", "label:topic"}
    assert measure(make("accuracy", field="topic"), *classes(["x"], ["x"], field="topic")) == 1
