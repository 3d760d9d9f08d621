from __future__ import annotations

import pytest
import torch
from torch import nn

from toolkit.errors import ToolkitError
from toolkit_torch.configs_devices import Cpu
from toolkit_torch.devices import cpu
from toolkit_torch.measure import Losses, Validation, first_not_finite, optional


class Mean(nn.Module):
    """Its loss is the mean over the numbers of all rows; dropout would change it."""

    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(0.5)

    def loss(self, batch):
        return self.dropout(torch.tensor([number for row in batch for number in row])).mean()

    def weight(self, batch):
        return sum(map(len, batch))


@pytest.mark.parametrize("size", [1, 2, 3, 10])
def test_validation_loss_is_the_mean_over_items_whatever_the_batches(size):
    rows = [[1.0], [2.0, 3.0, 4.0], [5.0, 6.0], [9.0]]
    model = Mean()
    assert Validation(model, rows, size, cpu(Cpu())).loss() == pytest.approx(30 / 7)
    assert not model.training


def test_nothing_to_measure():
    assert not Validation(Mean(), [], 4, cpu(Cpu()))


def test_optional_takes_methods_only():
    model = nn.Linear(1, 1)  # has a parameter that is called weight
    assert optional(model, "weight", len) is len
    assert optional(model, "prepare") is None
    assert optional(Mean(), "weight", len)([[1.0, 2.0]]) == 2


def test_losses_are_read_together_and_the_first_bad_step_is_named():
    losses = Losses({})
    losses.add(1, torch.tensor(0.5))
    losses.add(2, torch.tensor(0.25))
    assert losses.read() == 0.25
    for step, value in [(3, 1.0), (4, float("inf")), (5, float("nan"))]:
        losses.add(step, torch.tensor(value))
    with pytest.raises(ToolkitError, match="step 4: the loss is inf"):
        losses.read()


def test_the_first_tensor_that_is_not_finite():
    learnt = {"a": nn.Parameter(torch.ones(2)), "b": nn.Parameter(torch.ones(2))}
    assert "are finite" in first_not_finite(learnt)
    learnt["b"].grad = torch.tensor([0.0, float("nan")])
    assert first_not_finite(learnt).endswith("the gradient of b")
    learnt["b"].data[0] = float("inf")
    assert first_not_finite(learnt).endswith("the parameter b")
