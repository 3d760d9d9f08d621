"""Splits: disjoint, whole, of the size asked for, stratified, and the same for the same seed."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit_samples.rows import Rows, split


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 200), st.floats(0, 0.6), st.floats(0, 0.39), st.integers(0, 2**63 - 1), st.integers(1, 7))
def test_every_row_stands_in_one_split(count, validation, test, seed, classes):
    names = [str(place % classes) for place in range(count)]
    parts = split(count, validation, test, seed, names)
    assert sorted(place for part in parts.values() for place in part) == list(range(count))
    assert abs(len(parts["test"]) - count * test) <= 1.01
    assert abs(len(parts["validation"]) - count * validation) <= 1.01
    for name, total in Counter(names).items():
        found = Counter(names[place] for place in parts["test"])[name]
        assert abs(found - total * test) <= 2.01


def test_a_rare_class_has_its_share():
    names = ["common"] * 180 + ["rare"] * 20
    parts = split(200, 0.2, 0.1, 3, names)
    assert [Counter(names[place] for place in parts[name])["rare"] for name in ("validation", "test")] == [4, 2]


def test_the_seed_decides_and_nothing_else():
    assert split(50, 0.2, 0.2, 1) == split(50, 0.2, 0.2, 1)
    assert split(50, 0.2, 0.2, 1) != split(50, 0.2, 0.2, 2)


def test_rows_are_drawn_from_everywhere():
    held = Counter(place for seed in range(300) for place in split(10, 0.0, 0.3, seed)["test"])
    assert len(held) == 10 and max(held.values()) < 2 * min(held.values())  # 90 each on average


@pytest.mark.parametrize("name, found", [("train", ["b"]), ("test", ["a", "b"]), ("validation", [])])
def test_rows_by_split(name, found):
    assert Rows(["a", "b"], {"train": [1], "test": [0, 1]}).split(name) == found
