"""What is read of a request, in values; the routes' own tests put it over HTTP."""

from __future__ import annotations

import pytest
from serve_http import LIMITS

from toolkit_serve.problems import Problem
from toolkit_serve.reading import fields, text, texts


@pytest.mark.parametrize(
    ("value", "message", "param"),
    [
        (1, "the body should be an object with a", None),
        ({"a": 1, "c": 2}, "c: no such field; there are: a, b", "c"),
        ({"b": 1}, "a: this field is missing", "a"),
        ({"a": 1, "x" * 5000: 1}, "x" * 100 + ": no such field; there are: a, b", "x" * 100),
    ],
)
def test_an_object_has_the_fields_that_are_asked_for(value, message, param):
    assert fields({"a": 1, "b": 2}, {"a"}, frozenset({"b"})) == {"a": 1, "b": 2}
    with pytest.raises(Problem) as caught:
        fields(value, {"a"}, frozenset({"b"}))
    assert (caught.value.message, caught.value.param, caught.value.status) == (message, param, 422)


def test_texts_are_neither_blank_nor_too_long_nor_too_many():
    assert text("a" * 3, "q", 3) == "aaa"
    assert texts(["a"] * LIMITS.max_batch, "q", LIMITS) == ["a"] * LIMITS.max_batch
    for value, param in (("a" * 4, "q"), (" ", "q"), (1, "q")):
        with pytest.raises(Problem) as caught:
            text(value, "q", 3)
        assert caught.value.param == param
    for value, param in (([], "q"), (["a"] * 5, "q"), (["a", ""], "q[1]"), ("a", "q")):
        with pytest.raises(Problem) as caught:
            texts(value, "q", LIMITS)
        assert caught.value.param == param
