"""report.json is completed, checked, and made visible before anything is drawn."""

from __future__ import annotations

import json

import pytest
from report_sample import document

from toolkit.errors import RunError
from toolkit_report.document import SCHEMA, SHAPE, complete, visible


def test_a_whole_document_comes_back_as_it_was():
    read = json.loads(json.dumps(document()))
    made = complete(read)
    assert made["metrics"]["hit@1"] == read["metrics"]["hit@1"] and made["worst"] == read["worst"]
    assert complete(made) == made


def test_what_is_missing_gets_its_default():
    made = complete({})
    assert made.keys() == SHAPE.keys()
    assert made["name"] == "system" and made["metrics"] == {} and made["interval"] == 0.95
    assert complete({"metrics": {"f1": {"count": 3}}})["metrics"]["f1"] == {
        "value": None,
        "low": None,
        "high": None,
        "count": 3,
    }


def test_null_is_the_same_as_missing():
    assert complete(dict.fromkeys(SHAPE)) == complete({})


def test_unknown_keys_are_passed_over():
    assert complete({"later": 1, "clock": {"later": 2}}) == complete({})


@pytest.mark.parametrize(
    ("report", "message"),
    [
        ({"metrics": []}, "report.json: metrics should be a mapping, not list"),
        ({"metrics": {"f1": {"value": "high"}}}, "report.json: metrics: f1: value should be a number, not str"),
        ({"notes": "words"}, "report.json: notes should be a list, not str"),
        ({"notes": [3]}, "report.json: notes: 0 should be text, not int"),
        ({"seed": "x"}, "report.json: seed should be a whole number, not str"),
        ({"worst": [{"input": 3}]}, "report.json: worst: 0: input should be a mapping, not int"),
        ({"interval": "wide"}, "report.json: interval should be a number, not str"),
        ({"schema": SCHEMA + 1}, f"report.json is of version {SCHEMA + 1}, this toolkit reads up to {SCHEMA}"),
    ],
)
def test_wrong_types_are_named_by_their_place(report, message):
    with pytest.raises(RunError) as caught:
        complete(report)
    assert caught.value.message == message


def test_whole_numbers_stand_for_numbers():
    assert complete({"interval": 1, "clock": {"seconds": 3}})["clock"]["seconds"] == 3


def test_depth_is_limited():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(RunError, match="nested too deeply"):
        complete({"facts": {"x": deep}})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 中文 🙂 \t\n", "plain 中文 🙂 \t\n"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x1b[31m", "⟨U+001B⟩[31m"),
        ("gpj\u202eexe", "gpj⟨U+202E⟩exe"),
        ("\ud800", "⟨U+D800⟩"),
        ("\x00\x85\u2028\ufffe", "⟨U+0000⟩⟨U+0085⟩⟨U+2028⟩⟨U+FFFE⟩"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text, shown):
    assert visible(text) == shown
    assert visible({text: [text]}) == {shown: [shown]}
    shown.encode("utf-8")


def test_plain_json_comes_out():
    made = visible(
        {
            "b": float("nan"),
            "a": (1, None, True, 2.5),
            3: {
                1,
            },
        }
    )
    assert list(made) == ["3", "a", "b"] and made["b"] is None and made["a"] == [1, None, True, 2.5]
    json.dumps(made, allow_nan=False)
