import json

import numpy as np
import pytest

from toolkit.errors import RunError
from toolkit_qa import refusal_file
from toolkit_qa.calibration import Calibration, Isotonic, Logistic
from toolkit_qa.refusal_report import Questions

LEARNT = Calibration(
    (
        Logistic(np.array([0.1, 1 / 3]), np.array([2.0, 1e-300]), np.array([-0.0, np.pi]), 5e-324),
        Logistic(np.array([0.5]), np.array([1.0]), np.array([2.0]), -1.0),
    ),
    Isotonic(np.array([0.1, 0.7]), np.array([0.2, 0.9])),
)
QUESTIONS = Questions(np.array([0.1 + 0.2, 1.0]), np.array([False, True]), np.array([False, True]))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "refusal.json"
    refusal_file.save(path, 0.1, "因为 because", LEARNT, QUESTIONS)
    return path


def test_numbers_come_back_exactly(file):
    threshold, why, learnt, questions = refusal_file.load(file)
    assert (threshold, why) == (0.1, "因为 because")
    assert repr(learnt) == repr(LEARNT)
    assert repr(questions) == repr(QUESTIONS)
    assert learnt.factors[0].weights.tobytes() == LEARNT.factors[0].weights.tobytes()


def test_keys_are_sorted_and_words_readable(file):
    text = file.read_text(encoding="utf-8")
    assert "因为" in text
    assert text == json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False) + "\n"


def changed(file, **changes):
    state = json.loads(file.read_text(encoding="utf-8"))
    for path, value in changes.items():
        *above, last = path.split("__")
        part = state
        for name in above:
            part = part[int(name) if name.isdigit() else name]
        if value is KeyError:
            del part[last]
        else:
            part[last] = value
    file.write_text(json.dumps(state), encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        {"threshold": KeyError},
        {"threshold": 1.5},
        {"threshold": "0.5"},
        {"threshold": float("nan")},
        {"threshold": True},
        {"more": 1},
        {"learnt__factors__0__bias": None},
        {"learnt__factors__0__mean": [0.1]},
        {"learnt__factors__0__weights": [0.1, float("inf")]},
        {"learnt__factors__0__weights": [0.1, "x"]},
        {"learnt__isotonic__y": [0.1]},
        {"learnt__isotonic": KeyError},
        {"learnt__factors": []},
        {"questions__right": [0, 1]},
        {"questions__answerable": []},
        {"questions": []},
    ],
)
def test_what_is_not_whole_is_refused(file, change):
    changed(file)
    refusal_file.load(file)  # as it is, it can be read
    changed(file, **change)
    with pytest.raises(RunError, match=r"refusal\.json cannot be read"):
        refusal_file.load(file)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"threshold": 0.5', b"[" * 100_000])
def test_what_is_no_json_object_is_refused(file, content):
    file.write_bytes(content)
    with pytest.raises(RunError, match=r"refusal\.json"):
        refusal_file.load(file)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RunError, match="nowhere"):
        refusal_file.load(tmp_path / "nowhere.json")
