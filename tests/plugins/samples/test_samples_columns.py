import json

import numpy as np
import pytest
from samples_toys import fitted, tokenizer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from toolkit.contracts import Size
from toolkit.errors import DataError, InputError, RunError

ROWS = [
    {"b": 1.0, "a": 5, "colour": "red", "shape": "round", "price": 10.0},
    {"b": 2.0, "a": 7, "colour": "green", "shape": "round", "price": 30.0},
    {"b": 6.0, "a": 6, "colour": "blue", "shape": "flat", "price": 20.0},
]
GIVEN = {"number:b", "number:a", "category:colour", "category:shape", "target:price"}


def columns(rows=ROWS, **options):
    return fitted("columns", GIVEN, rows, **options)


def inputs(made, rows=ROWS):
    return np.stack([row["columns:inputs"] for row in made.encode(rows)])


def test_equals_scikit_learn():
    numbers = StandardScaler().fit_transform([[row["a"], row["b"]] for row in ROWS])
    hot = OneHotEncoder(sparse_output=False).fit_transform([[row["colour"], row["shape"]] for row in ROWS])
    assert np.allclose(inputs(columns()), np.concatenate([numbers, hot], axis=1), atol=1e-6)
    assert inputs(columns()).dtype == np.float32


def test_numbers_as_they_are():
    assert inputs(columns(normalise="none"))[:, :2].tolist() == [[5, 1], [7, 2], [6, 6]]


def test_targets_come_back_in_their_own_unit():
    for how in ("none", "standardise"):
        made = columns(normalise_targets=how)
        answers = [{"columns:targets": row["columns:targets"].tolist()} for row in made.encode(ROWS)]
        assert [row["price"] for row in made.decode(answers)] == pytest.approx([10, 30, 20])
    assert answers[0]["columns:targets"] == pytest.approx([-1.2247], abs=1e-4)


def test_a_value_never_seen_is_all_zeros():
    assert inputs(columns(), [{**ROWS[0], "colour": "mauve"}])[0, 2:5].tolist() == [0, 0, 0]


def test_signature_and_absent_fields():
    assert columns().signature() == {"columns:inputs": Size((7,)), "columns:targets": Size((1,))}
    asked = {key: value for key, value in ROWS[0].items() if key != "price"}
    assert set(next(iter(columns().encode([asked])))) - set(asked) == {"columns:inputs"}
    assert list(columns().encode([{"other": 1}])) == [{"other": 1}]


@pytest.mark.parametrize(
    "change, message",
    [({"a": "5"}, "^a should be a number"), ({"a": None}, "^a is missing"), ({"colour": 3}, "^colour should be a st")],
)
def test_what_is_no_such_row(change, message):
    with pytest.raises(InputError, match=message):
        inputs(columns(), [{**ROWS[0], **change}])


@pytest.mark.parametrize("field", ["a", "colour", "price"])
def test_a_training_row_is_named(field):
    with pytest.raises(DataError, match=f"training row 3: {field}"):
        columns([*ROWS[:2], {**ROWS[2], field: None}])


def test_saved_and_loaded_is_the_same(tmp_path):
    columns().save(tmp_path)
    other = tokenizer("columns", GIVEN)
    other.load(tmp_path)
    assert np.array_equal(inputs(other), inputs(columns())) and other.signature() == columns().signature()
    (tmp_path / "again").mkdir()
    other.save(tmp_path / "again")
    assert (tmp_path / "columns.json").read_bytes() == (tmp_path / "again/columns.json").read_bytes()


@pytest.mark.parametrize("change", [{"numbers": {}}, {"categories": {"colour": ["b", "a"], "shape": []}}, {"x": 1}])
def test_a_changed_file_is_refused(tmp_path, change):
    columns().save(tmp_path)
    path = tmp_path / "columns.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(RunError, match=r"columns\.json"):
        tokenizer("columns", GIVEN).load(tmp_path)
