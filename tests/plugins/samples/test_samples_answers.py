import numpy as np
import pytest

from toolkit.contracts import Size
from toolkit.errors import DataError, RunError
from toolkit_samples.answers import Answers

ROWS = [{"kind": "b", "y": 1.0, "z": 10.0}, {"kind": "a", "y": 3.0, "z": 30.0}]


def learnt(standardise=True):
    answers = Answers(["kind"], ["y", "z"], standardise)
    answers.fit(ROWS)
    return answers


def test_there_and_back():
    for standardise in (True, False):
        answers = learnt(standardise)
        encoded = [answers.encode(row) for row in ROWS]
        assert [row["class:kind"] for row in encoded] == [1, 0]
        assert encoded[0]["columns:targets"].dtype == np.float32
        decoded = [answers.decode({**row, "columns:targets": row["columns:targets"].tolist()}) for row in encoded]
        assert decoded == ROWS


def test_targets_are_standardised_where_told():
    assert learnt().encode(ROWS[0])["columns:targets"].tolist() == [-1.0, -1.0]
    assert learnt(False).encode(ROWS[0])["columns:targets"].tolist() == [1.0, 10.0]


def test_probabilities_by_name_and_the_rest_untouched():
    decoded = learnt().decode({"class:kind": 0, "probabilities:kind": [0.75, 0.25], "note": "x"})
    assert decoded == {"kind": "a", "probabilities": {"a": 0.75, "b": 0.25}, "note": "x"}


def test_absent_answers_are_passed_over():
    assert learnt().encode({"x": 1}) == {}


def test_a_class_never_seen():
    with pytest.raises(DataError, match="kind 'c' is none of those seen in training"):
        learnt().encode({"kind": "c"})


def test_signature():
    found = learnt().signature()
    assert found["class:kind"].count == 2 and found["columns:targets"] == Size((2,))
    assert Answers(["kind"], []).signature().keys() == {"class:kind"}


def test_state_comes_back_and_is_checked(tmp_path):
    other = Answers(["kind"], ["y", "z"], True)
    other.restore(learnt().state(), tmp_path)
    assert other.decode({"class:kind": 1, "columns:targets": [0.0, 1.0]}) == {"kind": "b", "y": 2.0, "z": 30.0}
    for change in ({"classes": []}, {"classes": {"other": ["a"]}}, {"targets": {}}):
        with pytest.raises(RunError, match=str(tmp_path)):
            other.restore({**learnt().state(), **change}, tmp_path)
