import numpy as np
import pytest
import torch
from samples_toys import bits, model, same, share_right, system, train

from toolkit.contracts import Size
from toolkit.errors import SpecError
from toolkit_samples.mlp import MLP

SIGNATURE = {"columns:inputs": Size((4,)), "class:label": Size((), 3), "columns:targets": Size((2,))}


@pytest.mark.parametrize(
    ("name", "function"),
    [("relu", torch.relu), ("tanh", torch.tanh), ("sigmoid", torch.sigmoid)],
    ids=["relu", "tanh", "sigmoid"],
)
def test_forward_equals_the_formula(name, function):
    network = MLP([3, 5, 2], name, "relu").eval()
    x = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))
    (w1, b1, w2, b2) = network.parameters()
    wanted = torch.relu(function(x @ w1.T + b1) @ w2.T + b2)
    assert torch.allclose(network(x), wanted, atol=1e-6)


def test_layer_norm_and_dropout_stand_where_they_should():
    network = MLP([3, 5, 2], layer_norm=True, dropout=0.5)
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    hidden = torch.relu(network.norms[0](network.layers[0](x)))
    assert torch.allclose(network.eval()(x), network.layers[1](hidden), atol=1e-6)
    assert not torch.allclose(network.train()(x), network.layers[1](hidden), atol=1e-3)


def test_sizes_come_from_the_tokenizer():
    made = model("mlp", SIGNATURE, hidden=[7, 5])
    assert [tuple(layer.weight.shape) for layer in made.network.layers] == [(7, 4), (5, 7), (3, 5)]
    pixels = model("mlp", {**SIGNATURE, "pixels:p": Size((1, 8, 8))}, input="pixels:p", hidden=[])
    assert tuple(pixels.network.layers[0].weight.shape) == (3, 64)
    numbers = model("mlp", SIGNATURE, target="columns:targets", hidden=[])
    assert tuple(numbers.network.layers[0].weight.shape) == (2, 4)


def test_weights_in_the_spec():
    layers = [{"weight": [[1, 2, 3, 4]] * 2, "bias": [5, 6]}, {"weight": [[7, 8]] * 3, "bias": [0, 1, 2]}]
    made = model("mlp", SIGNATURE, hidden=[2], weights=layers)
    assert made.network.layers[0].weight.tolist() == [[1, 2, 3, 4]] * 2
    assert made.network.layers[1].bias.tolist() == [0, 1, 2]
    with pytest.raises(SpecError, match=r"layer 1 is \(3, 2\), and the data make it \(2, 2\)"):
        model("mlp", SIGNATURE, hidden=[2], weights=layers, target="columns:targets")


def test_the_seed_decides():
    one, two, three = (bits(model("mlp", SIGNATURE, seed=seed)) for seed in (1, 1, 2))
    assert same(one, two) and not same(one, three)


def test_learns_a_class():
    *_, made, examples = system(("scikit-learn", {"name": "wine"}), ("columns", {}), ("mlp", {"hidden": [16]}))
    before = share_right(made, examples["test"])
    losses = train(made, examples["train"], torch.optim.Adam(made.parameters(), lr=0.01), epochs=15)
    assert losses[-1] < losses[0] / 4 and share_right(made, examples["test"]) >= max(0.9, before)


def test_learns_a_class_from_pixels():
    options = {"input": "pixels:image", "hidden": [32]}
    *_, made, examples = system(("scikit-learn", {"name": "digits"}), ("pixels", {}), ("mlp", options))
    train(made, examples["train"], torch.optim.Adam(made.parameters(), lr=0.01), epochs=6)
    assert share_right(made, examples["test"]) > 0.9


def test_learns_numbers_in_their_own_unit():
    options = {"hidden": [], "target": "columns:targets"}
    *_, made, examples = system(("scikit-learn", {"name": "diabetes"}), ("columns", {}), ("mlp", options))
    train(made, examples["train"], torch.optim.Adam(made.parameters(), lr=0.02), epochs=40)
    answers = np.array([answer["target"] for answer in examples["test"].answered(made)])
    truth = np.array([row["target"] for row in examples["test"].rows])
    assert 1 - ((answers - truth) ** 2).sum() / ((truth - truth.mean()) ** 2).sum() > 0.35


def test_linear_with_half_squared_error_finds_least_squares():
    source = np.random.default_rng(0)
    x = source.normal(size=(40, 2))
    y = x @ [2.0, -1.0] + 0.5 + source.normal(0, 0.1, 40)
    columns = {"x1": x[:, 0].tolist(), "x2": x[:, 1].tolist(), "y": y.tolist()}
    *_, made, examples = system(
        ("table", {"columns": columns, "targets": ["y"], "validation": "train", "test": "train"}),
        ("columns", {"normalise": "none", "normalise_targets": "none"}),
        ("mlp", {"hidden": [], "target": "columns:targets", "loss": "half-squared-error"}),
    )
    optimizer = torch.optim.SGD(made.parameters(), lr=0.5)
    train(made, examples["train"], optimizer, epochs=100, batch_size=40)
    wanted = np.linalg.lstsq(np.column_stack([x, np.ones(40)]), y, rcond=None)[0]
    layer = made.network.layers[0]
    assert np.allclose([*layer.weight[0].tolist(), layer.bias.item()], wanted, atol=1e-4)
