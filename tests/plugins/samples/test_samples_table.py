import pytest
from samples_toys import SPLITS, data

from toolkit.errors import DataError

COLUMNS = {"x": list(range(10)), "y": ["a", "b"] * 5}


def table(**options):
    made = data("table", columns=COLUMNS, label="y", **options)
    return {name: [row["x"] for row in made.split(name)] for name in SPLITS}


def test_rows_hold_every_column():
    assert data("table", columns=COLUMNS, label="y", test="train").split("test")[0].keys() == {"x", "y"}


def test_shares_by_class():
    found = table(validation=0.2, test=0.2)
    assert sorted(x for part in found.values() for x in part) == COLUMNS["x"]
    assert sorted(x % 2 for x in found["test"]) == [0, 1]


def test_rows_by_position():
    assert table(validation=[9, 0], test=[3]) == {"train": [1, 2, 4, 5, 6, 7, 8], "validation": [9, 0], "test": [3]}


def test_a_share_of_the_rows_not_named():
    found = table(validation=[0, 1], test=0.5)
    assert found["validation"] == [0, 1] and len(found["test"]) == 4
    assert sorted(x for part in found.values() for x in part) == COLUMNS["x"]


def test_the_training_rows_again():
    assert table(validation="train", test="train") == dict.fromkeys(SPLITS, COLUMNS["x"])


def test_nothing_left_to_learn_from():
    with pytest.raises(DataError, match="none for training"):
        data("table", columns={"x": [1, 2], "y": ["a", "b"]}, label="y", validation=[0], test=0.9)
