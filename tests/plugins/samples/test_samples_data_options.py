import pytest
from pydantic import ValidationError
from samples_toys import config
from sklearn import datasets

from toolkit_samples.data_options import COLUMNS


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_column_names_are_those_of_scikit_learn(name):
    bunch = getattr(datasets, f"load_{name.replace('-', '_')}")()
    told = [str(column).replace(" ", "_").replace("/", "_") for column in bunch.feature_names]
    assert list(COLUMNS[name]) == told


def test_ports_of_each_set():
    assert config("data", "scikit-learn", name="digits").gives(frozenset()) == {"image:image", "label:label"}
    diabetes = config("data", "scikit-learn", name="diabetes")
    assert {"number:bmi", "target:target"} < diabetes.gives(frozenset()) and diabetes.answers() == {"target"}


def test_something_must_be_left_for_training():
    with pytest.raises(ValidationError, match="nothing for training"):
        config("data", "scikit-learn", name="wine", validation=0.5, test=0.5)


def table(**options):
    return config("data", "table", **{"columns": {"x": [1, 2, 3], "y": ["a", "b", "a"]}, "label": "y", **options})


def test_ports_of_a_table():
    columns = {"n": [1, 2], "c": ["u", "v"], "t": [0.5, 1], "l": ["a", "b"]}
    made = table(columns=columns, targets=["t"], label="l")
    assert made.gives(frozenset()) == {"number:n", "category:c", "target:t", "label:l"}
    assert made.answers() == {"t", "l"}


@pytest.mark.parametrize(
    "options, message",
    [
        ({"columns": {"x": [1, 2], "y": ["a"]}}, "has 1 rows and the first column 2"),
        ({"columns": {"x": [], "y": []}}, "has 0 rows"),
        ({"columns": {"x.a": [1], "y": ["a"]}}, "neither '.' nor ':'"),
        ({"columns": {"x": [1, "b"], "y": ["a", "b"]}}, "valid"),
        ({"columns": {"x": [True], "y": ["a"]}}, "valid"),
        ({"label": "z"}, "no column: z"),
        ({"label": "x"}, "should hold strings"),
        ({"targets": ["y"], "label": None}, "should hold numbers"),
        ({"targets": ["x"]}, "no column left to predict from"),
        ({"validation": [0], "test": [0, 1]}, "a row twice"),
        ({"test": [3]}, "there is no row 3"),
        ({"validation": [0], "test": [1, 2]}, "nothing for training"),
        ({"validation": 0.5, "test": 0.5}, "nothing for training"),
        ({"validation": "test"}, "'train'"),
    ],
)
def test_a_table_that_cannot_be_is_refused(options, message):
    with pytest.raises(ValidationError, match=message):
        table(**options)
