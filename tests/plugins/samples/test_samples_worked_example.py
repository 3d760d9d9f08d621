"""Section 4 of the article: the step by hand, by autograd, and as the page docs/worked-example.md prints it."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from samples_toys import config, fitted, model, system

from toolkit import spec
from toolkit.contracts import Size

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "worked-example.md").read_text(encoding="utf-8")
SPEC = spec.plain(spec.read(ROOT / "specs" / "worked-example.yaml").value)


def part(section):
    entry = dict(SPEC[section])
    return entry.pop("use"), entry


def by_hand(w1, b1, w2, b2, x, y, rate):
    """One step of gradient descent, written out for two layers with ReLU and half the sum of squares."""
    z1 = w1 @ x + b1
    a1 = np.maximum(0, z1)
    z2 = w2 @ a1 + b2
    a2 = np.maximum(0, z2)
    d2 = (a2 - y) * (z2 > 0)
    d1 = (w2.T @ d2) * (z1 > 0)
    after = {
        "W2 after": w2 - rate * np.outer(d2, a1),
        "b2 after": b2 - rate * d2,
        "W1 after": w1 - rate * np.outer(d1, x),
        "b1 after": b1 - rate * d1,
    }
    gradients = {"∂L/∂W2": np.outer(d2, a1), "∂L/∂b2": d2, "∂L/∂W1": np.outer(d1, x), "∂L/∂b1": d1}
    forward = {"z1": z1, "a1": a1, "z2": z2, "a2": a2, "L": ((a2 - y) ** 2).sum() / 2}
    return {**forward, "δ2": d2, "δ1": d1, **gradients, **after}


@pytest.fixture(scope="module")
def right():
    columns, layers = SPEC["data"]["columns"], SPEC["architecture"]["weights"]
    x, y = (np.array([float(columns[name][0]) for name in names]) for names in (("x1", "x2", "x3"), ("y1", "y2")))
    weights = [np.array(layer[key], dtype=float) for layer in layers for key in ("weight", "bias")]
    rate = SPEC["optimizer"]["lr"]
    found = by_hand(*weights, x, y, rate)
    again = by_hand(*(found[f"{name} after"] for name in ("W1", "b1", "W2", "b2")), x, y, rate)
    return {**found, "a2 after": again["a2"], "L after": again["L"]}


def assembled():
    *_, made, examples = system(part("data"), part("tokenizer"), part("architecture"))
    return made, examples


NAMES = {"W1": "layers.0.weight", "b1": "layers.0.bias", "W2": "layers.1.weight", "b2": "layers.1.bias"}


def test_one_step_equals_the_hand_formulas(right):
    made, examples = assembled()
    assert SPEC["optimizer"] == {"use": "sgd", "lr": 0.01, "steps": 1, "batch_size": 1, "schedule": "constant"}
    optimizer = torch.optim.SGD(made.parameters(), lr=SPEC["optimizer"]["lr"])
    loss = made.loss(list(examples["train"]))
    assert loss.item() == pytest.approx(right["L"], abs=1e-6)
    loss.backward()
    optimizer.step()
    parameters = dict(made.network.named_parameters())
    for name, path in NAMES.items():
        assert np.allclose(parameters[path].grad, right[f"∂L/∂{name}"], atol=1e-6)
        assert np.allclose(parameters[path].detach(), right[f"{name} after"], atol=1e-6)
    (answer,) = examples["test"].answered(made)
    assert [answer["y1"], answer["y2"]] == pytest.approx(right["a2 after"].tolist(), abs=1e-6)
    (score,) = made.score(list(examples["test"]))
    assert score["loss"] / score["count"] == pytest.approx(right["L after"], abs=1e-6)


def test_the_hand_formulas_equal_autograd(right):
    """Torch's own layers and gradient in float64, with nothing of the toolkit in between."""
    layers = SPEC["architecture"]["weights"]
    tensors = {
        name: torch.tensor(layers[int(name[1]) - 1]["weight" if name[0] == "W" else "bias"], dtype=torch.float64)
        for name in NAMES
    }
    for tensor in tensors.values():
        tensor.requires_grad_()
    x, y = (torch.tensor(values, dtype=torch.float64) for values in ([1.0, 0.0, 1.0], [1.0, 0.0]))
    a1 = torch.relu(tensors["W1"] @ x + tensors["b1"])
    a2 = torch.relu(tensors["W2"] @ a1 + tensors["b2"])
    loss = (a2 - y).square().sum() / 2
    loss.backward()
    assert loss.item() == pytest.approx(right["L"], abs=1e-12)
    for name, tensor in tensors.items():
        assert np.allclose(tensor.grad, right[f"∂L/∂{name}"], atol=1e-12)


def test_a_unit_that_relu_holds_back_passes_no_gradient():
    """The example never meets ReLU's other half; with a negative bias it does."""
    layers = [{"weight": [[1.0], [1.0]], "bias": [-2.0, 0.5]}, {"weight": [[1.0, 1.0]], "bias": [0.0]}]
    options = {"hidden": [2], "target": "columns:targets", "loss": "half-squared-error", "output_activation": "relu"}
    rows = [{"x": 1.0, "y": 0.0}]
    tokens = fitted("columns", {"number:x", "target:y"}, rows, normalise="none", normalise_targets="none")
    made = model("mlp", tokens.signature(), weights=layers, **options)
    made.loss(list(tokens.encode(rows))).backward()
    arrays = [np.array(layer[key]) for layer in layers for key in ("weight", "bias")]
    wanted = by_hand(*arrays, np.array([1.0]), np.array([0.0]), 0.01)
    assert wanted["δ1"].tolist() == [0.0, 1.5]
    assert np.allclose(made.network.layers[0].bias.grad, wanted["δ1"], atol=1e-6)


def table(heading):
    """Return the rows of the page's table below a heading, cells as text."""
    below = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in below.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def numbers(cell):
    """Return the numbers of a cell, a minus sign of either form."""
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?", cell.replace("−", "-"))]


def test_the_page_prints_the_right_numbers(right):
    rows = {name: numbers(value) for name, _formula, value in table("The right numbers")}
    assert rows.keys() == right.keys()
    for name, printed in rows.items():
        assert printed == pytest.approx(np.ravel(right[name]).tolist(), abs=5e-10), name


def own_lines(printed):
    """Each line of the article worked out as it stands, from what it printed before."""
    w1, b1 = np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]), np.array([0.1, 0.2])
    w2, b2 = np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([0.1, 0.2])
    x, y, rate = np.array([1.0, 0.0, 1.0]), np.array([1.0, 0.0]), 0.01
    a1, a2 = np.array(printed["a1"]), np.array(printed["a2"])
    d2, d1 = np.array(printed["δ2"]), np.array(printed["δ1"])
    return {
        "z1": w1 @ x,
        "a1": np.maximum(0, printed["z1"]),
        "z2": w2 @ a1 + np.array([0.3, 0.6]) * 0,
        "a2": np.maximum(0, printed["z2"]),
        "L": (a2[0] - y[0]) ** 2 / 2 + (a2[1] - y[1]) ** 2,
        "δ2": a2 - y,
        "δ1": d2 * a1,
        "W2 after": w2 - rate * np.outer(d2, a1),
        "b2 after": b2 - rate * d2,
        "W1 after": w1 - rate * np.outer(d1, x),
        "b1 after": b1 - rate * d1,
    }


def test_the_page_is_right_about_the_article(right):
    rows = table("What the article prints")
    printed = {name: numbers(cell) for name, cell, *_ in rows}
    own = own_lines(printed)
    assert printed.keys() == own.keys()
    for name, _printed, line, true, _why in rows:
        assert numbers(line) == pytest.approx(np.ravel(own[name]).tolist(), abs=5e-10), name
        assert numbers(true) == pytest.approx(np.ravel(right[name]).tolist(), abs=5e-10), name
        assert printed[name] != pytest.approx(np.ravel(right[name]).tolist(), abs=1e-9), name
    bracketed = ((np.array(printed["a2"]) - [1, 0]) ** 2).sum() / 2
    assert f"its numbers give {bracketed:.4f};" in PAGE


def test_the_spec_says_its_score(right):
    text = (ROOT / "specs" / "worked-example.yaml").read_text(encoding="utf-8")
    assert f"loss {right['L after']:.6f} after the step (it is {right['L']:.4f} before)" in text


def test_weights_are_those_of_the_page():
    assert config("architecture", "mlp", **part("architecture")[1]).weights is not None
    block = PAGE.split("```")[3]
    first, second = block.strip().splitlines()
    for line, row in ((first, 0), (second, 1)):
        wanted = [v for layer in SPEC["architecture"]["weights"] for v in (*layer["weight"][row], layer["bias"][row])]
        assert [float(n) for n in re.findall(r"\d\.\d", line)] == wanted


def test_signature_is_three_inputs_and_two_targets():
    tokens = system(part("data"), part("tokenizer"), part("architecture"))[1]
    assert tokens.signature() == {"columns:inputs": Size((3,)), "columns:targets": Size((2,))}
