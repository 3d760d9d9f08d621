"""The task around a network: losses as torch has them, one prediction an example, none swayed by its neighbours."""

import numpy as np
import pytest
import torch
from samples_toys import CPU
from torch import nn

from toolkit_samples.supervised import BATCH, Supervised, seeded

SOURCE = np.random.default_rng(0)


def rows(count, outputs=3):
    return [
        {
            "columns:inputs": SOURCE.normal(size=4).astype(np.float32),
            "class:kind": int(SOURCE.integers(outputs)),
            "columns:targets": SOURCE.normal(size=outputs).astype(np.float32),
        }
        for _ in range(count)
    ]


ROWS = rows(10)
X = torch.tensor(np.stack([row["columns:inputs"] for row in ROWS]))
Y = torch.tensor(np.stack([row["columns:targets"] for row in ROWS]))
KINDS = torch.tensor([row["class:kind"] for row in ROWS])


def learner(loss="cross-entropy", layers=()):
    with seeded(3):
        network = nn.Sequential(nn.Linear(4, 3), *layers)
    target = "class:kind" if loss == "cross-entropy" else "columns:targets"
    return Supervised(network, ["columns:inputs"], target, loss, CPU)


def reference(loss, made):
    outputs = made.network(X)
    if loss == "cross-entropy":
        return nn.functional.cross_entropy(outputs, KINDS)
    if loss == "mse":
        return nn.functional.mse_loss(outputs, Y)
    return 0.5 * ((outputs - Y) ** 2).sum(1).mean()


@pytest.mark.parametrize("loss", ["cross-entropy", "mse", "half-squared-error"])
def test_losses_equal_torch(loss):
    made = learner(loss)
    assert made.loss(ROWS).item() == pytest.approx(reference(loss, made).item(), rel=1e-6)
    scores = list(made.score(ROWS))
    mean = sum(score["loss"] for score in scores) / sum(score["count"] for score in scores)
    assert mean == pytest.approx(made.loss(ROWS).item(), rel=1e-6)
    assert made.weight(ROWS) == sum(score["count"] for score in scores) == (30 if loss == "mse" else 10)


def test_classes_with_their_probabilities():
    made = learner()
    wanted = made.network(X).softmax(1)
    for answer, row in zip(made.predict(ROWS), wanted, strict=True):
        assert answer.keys() == {"class:kind", "probabilities:kind"}
        assert answer["probabilities:kind"] == pytest.approx(row.tolist(), abs=1e-6)
        assert answer["class:kind"] == int(row.argmax())


def test_numbers():
    made = learner("mse")
    answers = [answer["columns:targets"] for answer in made.predict(ROWS)]
    assert np.allclose(answers, made.network(X).detach(), atol=1e-6)


def test_neither_dropout_nor_neighbours_sway_an_answer():
    made = learner(layers=[nn.BatchNorm1d(3), nn.Dropout(0.5)])
    made.train()
    made.loss(ROWS)  # moves the running statistics
    many = rows(BATCH + 3)
    together = [answer["probabilities:kind"] for answer in made.predict(many)]
    made.train()
    alone = [next(iter(made.predict([row])))["probabilities:kind"] for row in many]
    assert np.allclose(together, alone, atol=1e-6) and len(together) == BATCH + 3


def test_answers_come_as_they_are_asked_for():
    asked = []

    def stream():
        for row in rows(BATCH * 3):
            asked.append(row)
            yield row

    next(iter(learner().predict(stream())))
    assert len(asked) == BATCH


def test_saved_and_loaded_is_the_same(tmp_path):
    one, two = learner(layers=[nn.BatchNorm1d(3)]), learner(layers=[nn.BatchNorm1d(3)])
    one.train()
    one.loss(ROWS).backward()
    with torch.no_grad():
        one.network[0].weight.sub_(one.network[0].weight.grad)
    one.save(tmp_path)
    two.load(tmp_path)
    assert list(one.predict(ROWS)) == list(two.predict(ROWS))


def test_drawing_weights_leaves_the_generator_alone():
    before = torch.random.get_rng_state()
    with seeded(5):
        one = torch.rand(3)
    with seeded(5):
        two = torch.rand(3)
    assert torch.equal(one, two) and torch.equal(before, torch.random.get_rng_state())
