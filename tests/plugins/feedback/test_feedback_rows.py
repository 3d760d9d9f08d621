"""What is stored of a prediction."""

from __future__ import annotations

import math

import pytest

from toolkit_feedback.rows import COLUMNS, plain, row_of

PREDICTION = {
    "answer": "Run it.",
    "refused": False,
    "confidence": 0.5,
    "sources": [{"id": "build", "title": "How?", "score": 0.5}, {"id": 7}],
    "ranking": [{"id": "build", "score": 0.5}],
}


def test_a_whole_prediction():
    row = row_of("How?", PREDICTION, "en", "2026-11-24T03:35:49+00:00")
    id = row.pop("id")
    assert len(id) == 32
    assert set(id) <= set("0123456789abcdef")
    assert row == {
        "asked": "2026-11-24T03:35:49+00:00",
        "language": "en",
        "question": "How?",
        "answer": "Run it.",
        "refused": 0,
        "confidence": 0.5,
        "source": "build",
        "sources": '["build", "7"]',
    }


def test_ids_are_all_different():
    assert len({row_of("", {}, "en", "")["id"] for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "prediction",
    [
        {},
        {"answer": ""},
        {"answer": None, "sources": None, "confidence": None},
        {"sources": [{}], "confidence": math.nan},
    ],
)
def test_what_a_prediction_lacks(prediction):
    row = row_of("q", prediction, "zh", "")
    assert [row[name] for name in COLUMNS[4:]] == ["", 0, None, None, "[]"]


def test_plain_is_json_again():
    row = row_of("How?", PREDICTION, "en", "now")
    read = plain((*row.values(), 0, "no", "later"))
    assert read == {
        **row,
        "refused": False,
        "sources": ["build", "7"],
        "helpful": False,
        "comment": "no",
        "judged": "later",
    }
    assert plain((*row.values(), None, "", None))["helpful"] is None
