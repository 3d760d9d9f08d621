import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from toolkit.errors import RunError
from toolkit_samples import tensors


def network(seed, width=3):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(2, width), nn.BatchNorm1d(width))


def test_round_trip_into_the_same_objects(tmp_path):
    one, two = network(1), network(2)
    weight = two[0].weight
    tensors.save(one, tmp_path / "a.safetensors")
    tensors.load(two, tmp_path / "a.safetensors")
    assert two[0].weight is weight and torch.equal(weight, one[0].weight)
    tensors.save(two, tmp_path / "b.safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda state: state.pop("0.bias"), "not in both: 0.bias"),
        (lambda state: state.update(extra=torch.zeros(1)), "not in both: extra"),
        (lambda state: state.update({"0.bias": torch.zeros(4)}), r"0.bias is \(4,\)"),
        (lambda state: state.update({"0.bias": torch.zeros(3).double()}), "float64"),
    ],
)
def test_another_network_is_refused_and_nothing_loaded(tmp_path, change, message):
    path, here = tmp_path / "a.safetensors", network(2)
    state = {name: tensor.clone() for name, tensor in network(1).state_dict().items()}
    before = here[0].weight.clone()
    change(state)
    save_file(state, path)
    with pytest.raises(RunError, match=f"a.safetensors.*{message}"):
        tensors.load(here, path)
    assert torch.equal(here[0].weight, before)


def test_a_file_that_is_none(tmp_path):
    with pytest.raises(RunError, match="cannot be read"):
        tensors.load(network(1), tmp_path / "none.safetensors")
    (tmp_path / "bad.safetensors").write_bytes(b"\x08\x00\x00")
    with pytest.raises(RunError, match="cannot be read"):
        tensors.load(network(1), tmp_path / "bad.safetensors")
