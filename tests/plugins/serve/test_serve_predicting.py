"""`POST /v1/predict`, asked in this process."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from serve_fakes import ANSWER, PICTURE, RATING, FakeSystem
from serve_http import JSON, in_process

from toolkit_serve.predicting import joined, longest


@pytest.fixture(scope="module")
def ask():
    with in_process(FakeSystem()) as put:
        yield put


@pytest.fixture(scope="module")
def rate():
    with in_process(FakeSystem(RATING, {"rating": 4.5})) as put:
        yield put


def error(found) -> tuple[int, str, str | None]:
    """Return status, type and field of a refusal."""
    said = found.json()["error"]
    assert said["message"]
    return found.status_code, said["type"], said["param"]


def test_one_input(ask):
    found = ask("POST", "/v1/predict", json={"question": "how?"})
    assert (found.status_code, found.json()) == (200, {"prediction": ANSWER})
    assert found.headers["content-type"] == "application/json"


def test_a_batch_is_answered_in_order(ask):
    rows = [{"question": f"echo: {number} 你好"} for number in range(4)]
    found = ask("POST", "/v1/predict", json={"inputs": rows}).json()["predictions"]
    assert [each["answer"] for each in found] == [f"{number} 你好" for number in range(4)]


def test_other_systems_are_asked_in_the_same_way(rate):
    assert rate("POST", "/v1/predict", json={"user": "u", "item": 3}).json() == {"prediction": {"rating": 4.5}}
    with in_process(FakeSystem(PICTURE, {"label": "7"})) as show:
        assert show("POST", "/v1/predict", json={"image": [[0, 1], [0.5, 1]]}).json() == {"prediction": {"label": "7"}}
        found = show("POST", "/v1/predict", json={"image": [[0, 1], [0.5]]})
        assert error(found) == (422, "invalid_input", "image")


def test_a_field_called_inputs_is_a_field():
    with in_process(FakeSystem({"inputs": {"type": "string"}})) as ask:
        assert ask("POST", "/v1/predict", json={"inputs": "hello"}).json() == {"prediction": ANSWER}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (422, "invalid_input", "user")),
        ({"user": "u"}, (422, "invalid_input", "item")),
        ({"user": "u", "item": "3"}, (422, "invalid_input", "item")),
        ({"user": "u", "item": True}, (422, "invalid_input", "item")),
        ({"user": "u", "item": 3.5}, (422, "invalid_input", "item")),
        ({"user": None, "item": 3}, (422, "invalid_input", "user")),
        ({"user": "u", "item": 3, "more": 1}, (422, "invalid_input", "more")),
        ([], (422, "invalid_input", None)),
        ("user", (422, "invalid_input", None)),
        ({"inputs": []}, (422, "invalid_input", "inputs")),
        ({"inputs": {}}, (422, "invalid_input", "inputs")),
        ({"inputs": [{"user": "u", "item": 1}] * 5}, (422, "invalid_input", "inputs")),
        ({"inputs": [{"user": "u", "item": 1}, {"user": "u"}]}, (422, "invalid_input", "inputs[1].item")),
        ({"inputs": [1]}, (422, "invalid_input", "inputs[0]")),
        ({"user": "u" * 201, "item": 1}, (422, "invalid_input", "user")),
        ({"inputs": [{"user": "u" * 201, "item": 1}]}, (422, "invalid_input", "inputs[0].user")),
    ],
)
def test_unfit_inputs_are_refused_by_name(rate, body, expected):
    assert error(rate("POST", "/v1/predict", json=body)) == expected


def test_limits_are_inclusive(rate):
    assert rate("POST", "/v1/predict", json={"user": "你" * 200, "item": 1}).status_code == 200
    assert rate("POST", "/v1/predict", json={"inputs": [{"user": "u", "item": 1}] * 4}).status_code == 200
    exact = b'{"user": "u", "item": 1}'.ljust(4096)
    assert rate("POST", "/v1/predict", content=exact, headers=JSON).status_code == 200
    assert error(rate("POST", "/v1/predict", content=exact + b" ", headers=JSON)) == (413, "body_too_large", None)


def test_a_body_of_unknown_size_is_cut_off_where_it_is_too_large(ask):
    read = 0

    async def endless():
        nonlocal read
        while True:
            read += 1000
            yield b" " * 1000

    assert error(ask("POST", "/v1/predict", content=endless(), headers=JSON))[0] == 413
    assert read <= 6000


@pytest.mark.parametrize(
    "kind", ["text/plain", "", "application/json; charset=gbk", "application/x-www-form-urlencoded"]
)
def test_only_json_is_read(ask, kind):
    found = ask("POST", "/v1/predict", content=b'{"question": "a"}', headers={"Content-Type": kind})
    assert error(found) == (415, "unsupported_media_type", None)


def test_json_is_declared_in_several_ways(ask):
    for kind in ("application/json;charset=UTF-8", 'Application/JSON; charset="utf-8"'):
        assert (
            ask("POST", "/v1/predict", content=b'{"question": "a"}', headers={"Content-Type": kind}).status_code == 200
        )
    assert ask("POST", "/v1/predict", json={"question": "a"}, headers={"Content-Encoding": "gzip"}).status_code == 415


def test_an_answer_without_end_is_no_failure_of_the_server():
    with in_process(FakeSystem(answer={"rating": math.inf})) as ask:
        assert error(ask("POST", "/v1/predict", json={"question": "a"}))[:2] == (422, "invalid_input")


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
NAMES = st.text() | st.sampled_from(["user", "item", "inputs"])
BODIES = st.recursive(LEAVES, lambda child: st.lists(child) | st.dictionaries(NAMES, child))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BODIES | st.fixed_dictionaries({"user": LEAVES, "item": LEAVES}))
def test_no_json_makes_it_fail(rate, body):
    found = rate("POST", "/v1/predict", content=json.dumps(body).encode(), headers=JSON)
    assert found.status_code < 500
    assert found.json().keys() in ({"prediction"}, {"predictions"}, {"error"})


def test_helpers():
    assert longest({"a": ["bb", {"c": "ddd"}], "e": 1, "f": []}) == 3
    assert [joined("", None), joined("a[1]", None), joined("", "b"), joined("a[1]", "b")] == ["", "a[1]", "b", "a[1].b"]
