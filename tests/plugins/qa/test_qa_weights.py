from __future__ import annotations

import pytest
import torch
from torch import nn

from toolkit.errors import RunError
from toolkit_qa import weights


def test_saved_weights_come_back_into_the_same_parameters(tmp_path):
    one, two = nn.Linear(3, 2), nn.Linear(3, 2)
    held = two.weight
    weights.save(one, tmp_path / "w.safetensors")
    weights.load(two, tmp_path / "w.safetensors")
    assert two.weight is held
    assert torch.equal(two.weight, one.weight)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (nn.Linear(3, 2, bias=False), "only on one side are bias"),
        (nn.Linear(2, 2), r"weight has shape \(2, 3\)"),
        (nn.Linear(3, 2).double(), "has shape"),
    ],
)
def test_other_weights_are_refused(tmp_path, other, said):
    weights.save(nn.Linear(3, 2), tmp_path / "w.safetensors")
    with pytest.raises(RunError, match=said):
        weights.load(other, tmp_path / "w.safetensors")


def test_a_file_that_is_damaged_or_missing_is_named(tmp_path):
    path = tmp_path / "w.safetensors"
    with pytest.raises(RunError, match=r"w\.safetensors cannot be read"):
        weights.load(nn.Linear(1, 1), path)
    path.write_bytes(b"\xff" * 20)
    with pytest.raises(RunError, match=r"w\.safetensors cannot be read"):
        weights.load(nn.Linear(1, 1), path)
