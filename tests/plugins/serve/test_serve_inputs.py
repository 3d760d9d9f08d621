"""Fields in words, by example, and by name."""

from __future__ import annotations

import pytest
from serve_fakes import PICTURE, QUESTION, RATING, FakeSystem

from toolkit.errors import InputError
from toolkit_serve.inputs import example_row, field_of, form_of


def test_forms_in_words():
    assert form_of(PICTURE["image"]) == "2 x 2 x number"
    assert form_of({"type": "array", "items": {"type": "string"}, "minItems": 1}) == "1 or more x string"
    assert form_of({"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 3}) == "1 to 3 x string"
    assert example_row(RATING) == {"user": "your user", "item": 1}


@pytest.mark.parametrize("takes", [QUESTION, PICTURE, RATING, {"flag": {"type": "boolean"}}])
def test_examples_are_taken(takes):
    FakeSystem(takes).check(example_row(takes))


def test_the_field_at_fault_is_the_longest_name_that_opens_the_message():
    assert field_of(InputError("user id: this field is missing"), ["user", "user id", ""]) == "user id"
    assert field_of(InputError("image[3][1]: should be number"), ["image", "label"]) == "image"
    assert field_of(InputError("an input is a mapping of fields"), ["image"]) is None
