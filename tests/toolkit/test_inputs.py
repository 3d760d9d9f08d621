"""What an input looks like: read off the rows that a system was built with, and held against what is asked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from variants import STEADY

from toolkit.errors import DataError, ToolkitError
from toolkit.inputs import close, merged, mismatch, schema, schemas


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("x", {"type": "string"}),
        (True, {"type": "boolean"}),
        (3, {"type": "integer"}),
        (3.5, {"type": "number"}),
        ([1, 2], {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}),
        ([1, 2.5], {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
    ],
)
def test_the_schema_of_a_value(value, wanted):
    assert schema(value) == wanted


VALUES = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.floats(-1, 1) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=8,
)


def merged_over(values):
    """The schema of all values."""
    found = None
    for value in values:
        found = merged(found, schema(value))
    return found


@settings(STEADY, max_examples=200)
@given(st.lists(VALUES, min_size=1, max_size=5))
def test_a_merged_schema_takes_every_value_it_was_made_of(values):
    """What a system was built with must not be refused when it is asked; refusing such data is as good."""
    try:
        found = merged_over(values)
    except ToolkitError:
        return
    assert [mismatch(value, found) for value in values] == [""] * len(values)


@pytest.mark.parametrize(
    "values",
    [
        [1, 2.5],
        [[1], [1, 2]],
        [[1], [1, 2], [1, 2, 3]],
        [[], ["a"]],
        [["a"], [], ["b"]],
        [[], []],
        [[[1.0], [2.0]], [[1.0], [2.0], [3.0]], [[1.0]]],
    ],
    ids=str,
)
def test_lists_of_several_lengths_and_numbers_of_both_kinds_are_taken(values):
    found = merged_over(values)
    assert [mismatch(value, found) for value in values] == [""] * len(values)
    assert mismatch({"a": 1}, found), "and not just anything"


@pytest.mark.parametrize("values", [["a", 1], [1, "a"], [True, 1], [[1], "a"], [[1], ["a"]]], ids=str)
def test_a_field_of_several_forms_is_taken_in_each_or_refused_as_data(values):
    try:
        found = merged_over(values)
    except ToolkitError as error:
        assert error.exit_code == 3
    else:
        assert [mismatch(value, found) for value in values] == [""] * len(values)


@pytest.mark.parametrize("value", [None, {"a": 1}, {}], ids=str)
def test_a_value_that_has_no_schema_is_an_error_of_its_own(value):
    """A missing cell in the data must not end the build with a TypeError after it has trained."""
    try:
        found = schema(value)
    except ToolkitError:
        return
    assert mismatch(value, found) == ""


def test_fields_are_read_off_the_rows_and_only_those_asked_for():
    rows = [{"question": "x", "colour": "red", "note": 3}, {"question": "y", "colour": "red"}]
    assert schemas(["question"], rows) == {"question": {"type": "string"}}
    assert schemas(["note", "question"], rows) == {"note": {"type": "integer"}, "question": {"type": "string"}}
    assert schemas(["nothing"], rows) == schemas(["question"], []) == {}


def test_a_row_of_another_form_is_named_by_its_number_and_field():
    with pytest.raises(DataError, match="number 2: user: ") as caught:
        schemas(["user"], [{"user": "ann"}, {"user": 7}])
    assert caught.value.exit_code == 3
    with pytest.raises(DataError, match="number 1: user: NoneType"):
        schemas(["user"], [{"user": None}])


PICTURE = schema([[0.5, 0.5], [0.5, 0.5]])


@pytest.mark.parametrize(
    ("value", "wanted", "said"),
    [
        (3, {"type": "integer"}, ""),
        (3.0, {"type": "integer"}, ": should be integer, got float"),
        (True, {"type": "integer"}, ": should be integer, got bool"),
        (True, {"type": "number"}, ": should be number, got bool"),
        (True, {"type": "boolean"}, ""),
        (1, {"type": "boolean"}, ": should be boolean, got int"),
        (3, {"type": "number"}, ""),
        (float("nan"), {"type": "number"}, ": should be a finite number"),
        (float("-inf"), {"type": "number"}, ": should be a finite number"),
        (10**400, {"type": "number"}, ""),
        ("x", {"type": "number"}, ": should be number, got str"),
        ("\udfff", {"type": "string"}, ": holds half a surrogate pair, which is not text"),
        ("\n\t\x85", {"type": "string"}, ""),
        ([[0.1, 0.2], [0, 1]], PICTURE, ""),
        (((0.1, 0.2), (0.3, 0.4)), PICTURE, ""),
        ([[0.1, 0.2]], PICTURE, ": should hold 2 items, got 1"),
        ([[0.1, 0.2], [0.3]], PICTURE, "[1]: should hold 2 items, got 1"),
        ([[0.1, 0.2], [0.3, "x"]], PICTURE, "[1][1]: should be number, got str"),
        ([[0.1, 0.2], [0.3, float("nan")]], PICTURE, "[1][1]: should be a finite number"),
        ([0.1, 0.2], PICTURE, "[0]: should be array, got float"),
        ("xx", PICTURE, ": should be array, got str"),
        ([], merged(schema([1]), schema([1, 2])), ": should hold at least 1 items, got 0"),
        ([1] * 9, merged(schema([1]), schema([1, 2])), ""),
    ],
)
def test_what_is_wrong_with_a_value_is_said_with_its_place(value, wanted, said):
    assert mismatch(value, wanted) == said


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (1.0, 1.0 + 1e-7, True),
        (1.0, 1.001, False),
        (1e6, 1e6 + 1, True),
        (0.0, 1e-9, True),
        (1, 1, True),
        (1, 2, False),
        ("a", "a", True),
        (True, False, False),
        ([1.0, 2.0], [1.0, 2.0 + 1e-8], True),
        ([1.0], [1.0, 2.0], False),
        ({"a": [1.0]}, {"a": [1.0 + 1e-8]}, True),
        ({"a": 1}, {"b": 1}, False),
        (None, None, True),
        (None, 0, False),
    ],
)
def test_close(one, two, same):
    assert close(one, two, 1e-5) is same
