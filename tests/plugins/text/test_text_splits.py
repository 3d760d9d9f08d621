import pytest

from toolkit_text.splits import Splits, split

ROWS = [{"n": n, "key": n // 2} for n in range(200)]


def key(row):
    return row["key"]


def parts(rows=ROWS, seed=0, **shares):
    return split(rows, key, **{"validation": 0.1, "test": 0.2, **shares}, seed=seed)


def test_the_shares_are_of_the_keys_and_every_row_is_somewhere():
    found = parts()
    assert {name: len(rows) for name, rows in found.items()} == {"train": 140, "validation": 20, "test": 40}
    assert sorted(row["n"] for rows in found.values() for row in rows) == list(range(200))


def test_rows_of_one_key_stay_together_in_their_order():
    found = parts()
    keys = [{key(row) for row in rows} for rows in found.values()]
    assert sum(map(len, keys)) == len(set().union(*keys)) == 100
    assert all(rows == sorted(rows, key=lambda row: row["n"]) for rows in found.values())


def test_the_seed_decides_and_the_order_of_rows_does_not():
    backwards = {name: sorted(rows, key=lambda row: row["n"]) for name, rows in parts(ROWS[::-1]).items()}
    assert parts() == parts() == backwards
    assert parts(seed=1) != parts()


def test_nothing_held_out():
    assert parts(validation=0.0, test=0.0) == {"train": ROWS, "validation": [], "test": []}


def test_there_is_no_side_table():
    with pytest.raises(KeyError):
        Splits(parts()).table("passages")
