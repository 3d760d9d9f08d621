import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from measure_helpers import config, make, measure, near, numbers, resampled
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

SKLEARN = {"rmse": root_mean_squared_error, "mae": mean_absolute_error, "r2": r2_score}
NUMBER = st.integers(-1000, 1000).map(lambda n: n / 8)


@pytest.mark.parametrize("name", SKLEARN)
@given(rows=st.lists(st.tuples(NUMBER, NUMBER), min_size=2, max_size=30))
def test_equals_scikit_learn(name, rows):
    true, predicted = zip(*rows, strict=True)
    figure = measure(make(name), *numbers(predicted, true, "target"))
    if name == "r2" and len(set(true)) == 1:
        assert figure is None
    else:
        assert near(figure, SKLEARN[name](true, predicted))


@pytest.mark.parametrize("name", SKLEARN)
def test_resamples_equal_scikit_learn(name):
    source = random.Random(0)
    true = [source.gauss(100, 3) for _ in range(50)]
    predicted = [value + source.gauss(0, 1) for value in true]
    for figure, chosen in resampled(make(name), *numbers(predicted, true, "target")):
        assert near(figure, SKLEARN[name]([true[i] for i in chosen], [predicted[i] for i in chosen]))


def test_a_resample_of_one_target_has_no_r2():
    assert math.isnan(make("r2").total([(2.0, 1.0), (2.0, 3.0)]))


def test_rmse_rows_are_absolute_errors_for_the_list_of_worst():
    assert list(make("rmse", field="rating").rows([{"rating": 3}], [{"rating": 5.5}])) == [2.5]
    assert config("rmse").better == config("mae").better == "lower"
    assert config("rmse", field="rating").needs() == {"predicts:numbers", "target:rating"}
