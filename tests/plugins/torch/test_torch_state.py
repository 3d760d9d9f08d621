from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from toolkit.errors import RunError
from toolkit_torch.state import FACTS, TENSORS, State

MAKERS = {
    "adam": torch.optim.Adam,
    "sgd": lambda named: torch.optim.SGD(named, lr=0.1),
    "momentum": lambda named: torch.optim.SGD(named, lr=0.1, momentum=0.9),
}


def state(kind="adam", steps=0):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    learnt = dict(model.named_parameters())
    made = State(MAKERS[kind](list(learnt.items())), learnt, dict(model.named_buffers()))
    for _ in range(steps):
        made.update.zero_grad()
        model(torch.randn(5, 3)).sum().backward()
        made.update.step()
        made.step += 1
    return model, made


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_what_is_saved_comes_back(tmp_path, kind):
    _, one = state(kind, steps=3)
    one.measured(0.5)
    one.measured(0.75)
    one.save(tmp_path)
    _, two = state(kind)
    two.load(tmp_path)
    assert (two.step, two.best_step, two.best_loss, two.worse, two.stopped) == (3, 3, 0.5, 1, False)
    assert one.best.keys() == two.best.keys() == one.changing.keys()
    assert all(torch.equal(one.best[name], two.best[name]) for name in one.best)
    for name in one.learnt:
        before, after = (s.update.state.get(s.learnt[name], {}) for s in (one, two))
        assert all(torch.equal(value, after[key]) for key, value in before.items() if value is not None)
    assert any(one.update.state.values()) == (kind != "sgd")


def test_equal_states_are_equal_bytes(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        _, made = state(steps=2)
        made.measured(0.25)
        made.save(tmp_path / folder)
    for file in (FACTS, TENSORS):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_moments_stand_under_the_names_of_parameters(tmp_path):
    _, made = state(steps=1)
    made.save(tmp_path)
    assert {"exp_avg:0.weight", "exp_avg_sq:2.bias", "step:0.weight"} <= set(load_file(tmp_path / TENSORS))


def test_best_weights_are_a_copy_and_come_back(tmp_path):
    model, made = state(steps=1)
    made.measured(1.0)
    best = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1.0)
    model[1].running_mean.add_(1.0)
    made.put_back_best()
    assert all(torch.equal(tensor, best[name]) for name, tensor in model.state_dict().items())


def test_equal_is_not_better():
    _, made = state()
    made.measured(1.0)
    made.step = 5
    made.measured(1.0)
    assert (made.best_step, made.worse) == (0, 1)


def _drop_a_tensor(folder):
    tensors = load_file(folder / TENSORS)
    del tensors["exp_avg:0.weight"]
    save_file(tensors, folder / TENSORS)


def _change_a_shape(folder):
    tensors = load_file(folder / TENSORS)
    tensors["exp_avg:0.weight"] = torch.zeros(2, 2)
    save_file(tensors, folder / TENSORS)


def _rename_a_parameter(folder):
    facts = json.loads((folder / FACTS).read_text())
    facts["parameters"][0] = "other"
    (folder / FACTS).write_text(json.dumps(facts))


def _cut_the_file(folder):
    (folder / TENSORS).write_bytes((folder / TENSORS).read_bytes()[:50])


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_drop_a_tensor, "not whole: exp_avg:0.weight"),
        (_change_a_shape, "does not fit the model: exp_avg:0.weight"),
        (_rename_a_parameter, "of another model: 0.weight, other"),
        (_cut_the_file, "cannot be read"),
        (lambda folder: (folder / FACTS).unlink(), "cannot be read"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, damage, said):
    _, made = state(steps=1)
    made.save(tmp_path)
    damage(tmp_path)
    with pytest.raises(RunError, match=said):
        state()[1].load(tmp_path)
