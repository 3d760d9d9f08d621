import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.errors import RunError
from toolkit_qa.refusal import Refusal

CONFIDENCE = st.sampled_from([0.0, 0.1, 0.2, 0.35, 0.5, 0.8, 1.0])


def balanced(refusal, confidence, answerable):
    kept = [not refusal.refuses(c) for c, yes in zip(confidence, answerable, strict=True) if yes]
    caught = [refusal.refuses(c) for c, yes in zip(confidence, answerable, strict=True) if not yes]
    return (sum(kept) / len(kept) + sum(caught) / len(caught)) / 2


def test_the_threshold_lies_half_way_between_the_two_sides():
    found = Refusal.learn([0.9, 0.5, 0.2, 0.1], [True, True, False, False])
    assert found == Refusal(threshold=0.35, balanced_accuracy=1.0, answerable=2, unanswerable=2)


def test_of_equal_thresholds_the_lowest_is_taken():
    found = Refusal.learn([0.1, 0.2, 0.3, 0.4], [False, True, False, True])
    assert found.threshold == pytest.approx(0.15)


@pytest.mark.parametrize("answerable", [[True, True], [False, False]])
def test_with_one_side_alone_it_refuses_only_what_nothing_was_found_for(answerable):
    found = Refusal.learn([0.5, 0.1], answerable)
    assert found == Refusal()
    assert found.refuses(0.0) and not found.refuses(1e-6)
    assert Refusal.learn([], []) == Refusal()


@given(
    st.lists(st.tuples(CONFIDENCE, st.booleans()), min_size=2).filter(lambda rows: len({yes for _, yes in rows}) == 2)
)
def test_no_other_threshold_that_leaves_something_answered_does_better(rows):
    confidence, answerable = zip(*rows, strict=True)
    found = Refusal.learn(confidence, answerable)
    assert found.balanced_accuracy == pytest.approx(balanced(found, confidence, answerable))
    thresholds = [n / 100 for n in range(100) if n == 0 or n / 100 < max(confidence)]
    best = max(balanced(Refusal(threshold), confidence, answerable) for threshold in thresholds)
    assert found.balanced_accuracy == pytest.approx(best)


def test_it_is_saved_and_loaded(tmp_path):
    found = Refusal.learn([0.9, 0.5, 0.2, 0.1], [True, True, False, False])
    found.save(tmp_path / "refusal.json")
    assert Refusal.load(tmp_path / "refusal.json") == found


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"threshold": 0.5}), "null"])
def test_a_damaged_file_is_refused(tmp_path, text):
    (tmp_path / "refusal.json").write_text(text)
    with pytest.raises(RunError, match=r"refusal\.json"):
        Refusal.load(tmp_path / "refusal.json")


def test_a_threshold_that_is_no_number_is_refused(tmp_path):
    Refusal().save(tmp_path / "refusal.json")
    state = json.loads((tmp_path / "refusal.json").read_text())
    (tmp_path / "refusal.json").write_text(json.dumps({**state, "threshold": True}))
    with pytest.raises(RunError, match="numbers"):
        Refusal.load(tmp_path / "refusal.json")
