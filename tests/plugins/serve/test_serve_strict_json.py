"""Strict JSON: what Python's parser takes and this one refuses, and that it refuses nothing else."""

from __future__ import annotations

import json
import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit_serve.strict_json import DEPTH, NotJson, parse

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | FLOATS
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(SCALARS | TEXTS, lambda child: st.lists(child) | st.dictionaries(TEXTS, child), max_leaves=20)


@given(VALUES, st.booleans())
def test_every_json_value_comes_back(value, ascii_only):
    assert parse(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary())
def test_bytes_are_a_value_or_not_json(body):
    try:
        value = parse(body)
    except NotJson:
        return
    assert json.loads(json.dumps(value, allow_nan=False)) == value


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"NaN", "NaN is not a JSON number"),
        (b"[-Infinity]", "-Infinity is not a JSON number"),
        (b"1e999", "1e999 is too large"),
        (b"9223372036854775808", "beyond 64 bits"),
        (b"-" + b"9" * 5000, "99... is beyond 64 bits"),
        (b'{"a": 1, "a": 2}', 'the name "a" stands twice'),
        (b'{"b": {"\\u0061": 1, "a": 2}}', 'the name "a" stands twice'),
        (b'"\\ud800"', "half a surrogate pair"),
        (b'{"\\udfff": 1}', "half a surrogate pair"),
        (b'"\xed\xa0\x80"', "not UTF-8: byte 1 is 0xed"),
        (b"\xef\xbb\xbf1", "not JSON: Unexpected UTF-8 BOM|not JSON"),
        (b"[" * 100_000, "nested more than 32 deep"),
        (b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1), "nested more than 32 deep"),
        (b"[1,\n 2,]", "line 2 column"),
        (b"", "not JSON"),
    ],
)
def test_refused_with_a_reason(body, message):
    with pytest.raises(NotJson, match=message):
        parse(body)


def test_the_deepest_and_the_largest_are_taken():
    assert parse(b"[" * DEPTH + b"]" * DEPTH)
    assert parse(b"-9223372036854775808") == -(2**63)
    assert parse(b'"\\ud83d\\ude00"') == "😀"
    assert math.isclose(parse(b"1e308"), 1e308)


def test_many_names_take_no_time():
    began = time.monotonic()
    with pytest.raises(NotJson, match="twice"):
        parse(b"{" + b"".join(b'"n%d": 1, ' % number for number in range(100_000)) + b'"n0": 1}')
    assert time.monotonic() - began < 2
