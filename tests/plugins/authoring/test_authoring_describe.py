"""`toolkit plugins describe`."""

from __future__ import annotations

import pytest

import toy
from toolkit.errors import SpecError
from toolkit.registry import Registry
from toolkit_authoring.describe import described

REGISTRY = Registry.of({"toy": toy})


def test_a_page():
    assert described("rows", REGISTRY).splitlines() == [
        "data rows  (toy)",
        "  Sentences that name a colour.",
        "",
        "  rows: whole number >= 0 = 30",
        "      How many rows are made.",
        "  file: path or nothing = none",
        "      A file that has to be there.",
        "  leak: true or false = False",
        "      Keep the label in the question too.",
        "  licence: CC0-1.0",
    ]


def test_one_name_of_two_kinds():
    assert described("tokenizer.words", REGISTRY).startswith("tokenizer words")


def test_a_name_that_nobody_has():
    with pytest.raises(SpecError, match="no component is called 'rose'"):
        described("rose", REGISTRY)
