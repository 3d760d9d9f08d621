"""`POST /v1/embeddings` keeps the form that OpenAI's clients know."""

from __future__ import annotations

import base64
import struct

import pytest
from serve_fakes import VECTORS, FakeSystem
from serve_http import in_process

from toolkit_serve.embeddings import embedded_field, tokens

ROUTE = "/v1/embeddings"


@pytest.fixture(scope="module")
def ask():
    with in_process(FakeSystem(gives=VECTORS)) as put:
        yield lambda body: put("POST", ROUTE, json=body)


def test_one_text_and_a_list_of_texts(ask):
    one, many = ask({"input": "hello"}).json(), ask({"input": ["a bc", "hello"], "model": "any"}).json()
    assert set(one) == {"object", "model", "data", "usage"}
    assert (one["object"], one["model"]) == ("list", "helpdesk")
    assert one["usage"] == {"prompt_tokens": 1, "total_tokens": 1}
    assert many["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
    assert [each["index"] for each in many["data"]] == [0, 1]
    assert many["data"][1] == {**one["data"][0], "index": 1}
    assert sum(number * number for number in one["data"][0]["embedding"]) == pytest.approx(1)


def test_base64_holds_the_same_numbers(ask):
    plain = ask({"input": "hello", "encoding_format": "float"}).json()["data"][0]["embedding"]
    packed = ask({"input": "hello", "encoding_format": "base64"}).json()["data"][0]["embedding"]
    assert struct.unpack("<2f", base64.b64decode(packed)) == pytest.approx(plain, rel=1e-6)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "input"),
        ([], None),
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": 1}, "input"),
        ({"input": [1, 2]}, "input[0]"),
        ({"input": ["a", " "]}, "input[1]"),
        ({"input": ["a"] * 5}, "input"),
        ({"input": "a" * 201}, "input"),
        ({"input": "a", "model": 1}, "model"),
        ({"input": "a", "encoding_format": "int8"}, "encoding_format"),
        ({"input": "a", "encoding_format": []}, "encoding_format"),
        ({"input": "a", "dimensions": 2}, "dimensions"),
    ],
)
def test_other_bodies_are_refused_by_name(ask, body, param):
    found = ask(body)
    assert (found.status_code, found.json()["error"]["param"]) == (422, param)


def test_a_vector_that_is_not_finite_is_no_failure_of_the_server():
    system = FakeSystem(gives=VECTORS)
    system.model.embed = lambda examples: [[float("nan")] for _ in examples]
    with in_process(system) as ask:
        assert ask("POST", ROUTE, json={"input": "a"}).status_code == 422


def test_which_field_has_vectors():
    assert embedded_field(VECTORS) == "question"
    assert embedded_field(frozenset({"embeds:b", "embeds:a", "predicts:text"})) == "a"
    assert embedded_field(frozenset({"predicts:text"})) == ""


def test_tokens_are_those_of_the_tokenizer():
    assert tokens({"q": "a b", "tokens:q": [1, 2, 3], "words:q": ["a", "b"]}, "q") == 3
    assert tokens({"q": "a b c", "words:q": ["a", "b"]}, "q") == 2
    assert tokens({"q": "a b c d"}, "q") == 4
