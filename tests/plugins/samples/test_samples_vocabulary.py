import pytest

from toolkit.errors import DataError, RunError
from toolkit_samples.vocabulary import Vocabulary, is_name


def test_sorted_once_whatever_the_order():
    assert Vocabulary(["b", "a", "b", 10, 9]).names == [9, 10, "a", "b"]
    assert Vocabulary(["b", "a"]).digest == Vocabulary(["a", "b"]).digest != Vocabulary(["a"]).digest


def test_finds_and_counts():
    known = Vocabulary(["b", "a"])
    assert (known.find("a"), known.find("b"), known.find("c"), len(known)) == (0, 1, None, 2)


def test_rows_are_checked_and_named():
    assert Vocabulary.of_rows([{"u": 2}, {"u": "x"}], "u", whole_numbers=True).names == [2, "x"]
    with pytest.raises(DataError, match="training row 2: u should be a string, and is 2"):
        Vocabulary.of_rows([{"u": "x"}, {"u": 2}], "u")
    with pytest.raises(DataError, match="training row 1: u should be a string or a whole number, and is None"):
        Vocabulary.of_rows([{}], "u", whole_numbers=True)


@pytest.mark.parametrize("state", [["b", "a"], ["a", "a"], "ab", [None], [True], [1.5], None])
def test_a_changed_state_is_refused(state):
    with pytest.raises(RunError, match=r"here\.json"):
        Vocabulary.of_state(state, "here.json: names")


def test_truth_is_no_name():
    assert is_name(1) and is_name("1") and not is_name(True) and not is_name(1, whole_numbers=False)
