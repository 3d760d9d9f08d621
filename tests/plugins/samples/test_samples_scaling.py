import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from toolkit.errors import DataError, InputError, RunError
from toolkit_samples.scaling import Scaling, matrix, number, numbers

VALUES = np.random.default_rng(0).normal(3.0, 2.0, (50, 3)) * [1.0, 10.0, 0.0]


def learnt(learns=True):
    scaling = Scaling(["a", "b", "c"], learns)
    scaling.fit(VALUES)
    return scaling


def test_equals_scikit_learn():
    expected = StandardScaler().fit(VALUES)
    assert np.allclose(learnt().apply(VALUES), expected.transform(VALUES), atol=1e-12)
    assert np.allclose(learnt().undo(learnt().apply(VALUES)), VALUES, atol=1e-12)


def test_a_column_that_never_changes_and_none_at_all():
    assert (learnt().apply(VALUES)[:, 2] == 0).all()
    assert np.array_equal(learnt(learns=False).apply(VALUES), VALUES)


def test_state_comes_back():
    other = Scaling(["a", "b", "c"], True)
    other.restore(learnt().state(), "here")
    assert np.array_equal(other.apply(VALUES), learnt().apply(VALUES))


@pytest.mark.parametrize(
    "state", [{}, None, {"a": [0, 1]}, {"a": [0, 0]}, {"a": [0]}, {"a": [0, float("nan")]}, {"a": ["0", 1]}]
)
def test_a_changed_state_is_refused(state):
    names = ["a", "b"] if state == {"a": [0, 1]} else ["a"]
    with pytest.raises(RunError, match="here"):
        Scaling(names, True).restore(state, "here")


@pytest.mark.parametrize("value", [None, "1", True, float("nan"), float("inf"), [1]])
def test_what_is_no_number(value):
    with pytest.raises(InputError, match=r"^age "):
        number(value, "age")


def test_a_training_row_is_named():
    assert numbers({"a": 1, "b": 2.5}, ["b", "a"]).tolist() == [2.5, 1.0]
    assert matrix([], ["a", "b"]).shape == (0, 2)
    with pytest.raises(DataError, match="training row 2: b is missing"):
        matrix([{"a": 1, "b": 2}, {"a": 1}], ["a", "b"])
