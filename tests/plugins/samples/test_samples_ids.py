import json

import pytest
from samples_toys import fitted, tokenizer

from toolkit.errors import DataError, InputError, RunError

ROWS = [{"user": "u2", "item": 7, "rating": 4.5}, {"user": "u10", "item": 3, "rating": 1.25}]
GIVEN = {"id:user", "id:item", "target:rating"}


def ids(rows=ROWS):
    return fitted("ids", GIVEN, rows)


def indices(made, row):
    (found,) = made.encode([row])
    return found["index:user"], found["index:item"]


def test_counted_from_one_in_sorted_order():
    assert [indices(ids(), row) for row in ROWS] == [(2, 2), (1, 1)]
    assert [indices(ids(ROWS[::-1]), row) for row in ROWS] == [(2, 2), (1, 1)]


def test_zero_is_never_seen():
    assert indices(ids(), {"user": "nobody", "item": 8}) == (0, 0)
    assert indices(ids(), {"user": "u2", "item": "7"}) == (2, 0)


def test_targets_stay_in_their_own_unit():
    (first, _) = ids().encode(ROWS)
    assert first["columns:targets"].tolist() == [4.5]
    assert list(ids().decode([{"columns:targets": [2.5]}])) == [{"rating": 2.5}]


def test_signature_counts_the_unseen_too():
    found = ids().signature()
    assert (found["index:user"].count, found["index:item"].count, found["columns:targets"].shape) == (3, 3, (1,))


@pytest.mark.parametrize("value", [None, 1.5, True, ["u2"]])
def test_what_is_no_id(value):
    with pytest.raises(InputError, match=r"^user should be"):
        list(ids().encode([{"user": value}]))
    with pytest.raises(DataError, match="training row 2: user should be"):
        ids([ROWS[0], {**ROWS[1], "user": value}])


def test_saved_and_loaded_is_the_same(tmp_path):
    ids().save(tmp_path)
    other = tokenizer("ids", GIVEN)
    other.load(tmp_path)
    assert other.signature() == ids().signature()
    assert [indices(other, row) for row in ROWS] == [indices(ids(), row) for row in ROWS]


@pytest.mark.parametrize("change", [{"ids": {"user": []}}, {"ids": {"user": ["b", "a"], "item": []}}, {"x": 1}])
def test_a_changed_file_is_refused(tmp_path, change):
    ids().save(tmp_path)
    path = tmp_path / "ids.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(RunError, match=r"ids\.json"):
        tokenizer("ids", GIVEN).load(tmp_path)
