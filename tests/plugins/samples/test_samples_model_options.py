import pytest
from pydantic import ValidationError
from samples_toys import config

LAYERS = [{"weight": [[1, 2, 3], [4, 5, 6]], "bias": [0, 0]}, {"weight": [[1, 2]], "bias": [0]}]


def mlp(**options):
    return config("architecture", "mlp", **options)


def test_ports_follow_the_target():
    assert mlp().needs() == {"columns:inputs", "class:label", "device:torch"}
    assert mlp().gives(frozenset()) == {"learns:gradient", "scores:likelihood", "predicts:class"}
    numbers = mlp(target="columns:targets", input="pixels:photo")
    assert numbers.needs() == {"pixels:photo", "columns:targets", "device:torch"}
    assert "predicts:numbers" in numbers.gives(frozenset())


def test_the_loss_follows_the_target():
    assert mlp().loss_name == "cross-entropy"
    assert mlp(target="columns:targets").loss_name == "mse"
    assert mlp(target="columns:targets", loss="half-squared-error").loss_name == "half-squared-error"


def test_metrics_of_a_field_with_a_name_of_its_own():
    assert mlp().suggests()["metric"] == ["accuracy", "f1"]
    field = {"use": "accuracy", "field": "kind"}
    assert mlp(target="class:kind").suggests()["metric"][0] == field
    assert config("architecture", "cnn", target="class:kind").suggests()["metric"][0] == field
    assert config("architecture", "matrix-factorization", rating="stars").suggests()["metric"] == [
        {"use": "rmse", "field": "stars"},
        {"use": "r2", "field": "stars"},
    ]


def test_ports_of_matrix_factorization():
    made = config("architecture", "matrix-factorization", user="who", item="what", rating="stars")
    assert made.needs() == {"index:who", "index:what", "target:stars", "columns:targets", "device:torch"}
    assert {"learns:gradient", "learns:alternating", "predicts:numbers"} < made.gives(frozenset())
    assert config("optimizer", "als").needs() == {"learns:alternating"}


@pytest.mark.parametrize(
    "options, message",
    [
        ({"loss": "mse"}, "mse does not go with the target class:label"),
        ({"loss": "cross-entropy", "target": "columns:targets"}, "does not go with"),
        ({"input": "tokens:question"}, "pattern"),
        ({"target": "columns:inputs"}, "pattern"),
        ({"hidden": [0]}, "greater than or equal to 1"),
        ({"dropout": 1.0}, "less than 1"),
        ({"hidden": [2, 2], "weights": LAYERS}, "should have 3 layers"),
        ({"hidden": [3], "weights": LAYERS}, "should meet in 3 units"),
        ({"hidden": [2], "weights": [{"weight": [[1], [1, 2]], "bias": [0, 0]}, LAYERS[1]]}, "of one length"),
        ({"hidden": [2], "weights": [{"weight": [[1], [1]], "bias": [0]}, LAYERS[1]]}, "1 numbers and `weight` 2 rows"),
    ],
)
def test_options_that_contradict_each_other(options, message):
    with pytest.raises(ValidationError, match=message):
        mlp(**options)


@pytest.mark.parametrize("options", [{"kernel": 2}, {"channels": []}, {"channels": [0]}, {"normalise": "layer"}])
def test_a_cnn_that_cannot_be(options):
    with pytest.raises(ValidationError):
        config("architecture", "cnn", **options)
