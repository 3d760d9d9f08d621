import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from toolkit.errors import RunError
from toolkit_encoders import weights


@pytest.fixture
def path(tmp_path):
    return tmp_path / "encoder.safetensors"


def test_weights_come_back_and_equal_weights_are_equal_bytes(path, tmp_path):
    saved, loaded = nn.Linear(2, 3), nn.Linear(2, 3)
    weights.save(saved, path)
    weights.load(loaded, path)
    assert torch.equal(saved.weight, loaded.weight) and torch.equal(saved.bias, loaded.bias)
    weights.save(loaded, tmp_path / "again")
    assert path.read_bytes() == (tmp_path / "again").read_bytes()


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"weight": torch.zeros(3, 2)}, "only on one side are bias"),
        ({"weight": torch.zeros(3, 2), "bias": torch.zeros(3), "more": torch.zeros(1)}, "only on one side are more"),
        ({"weight": torch.zeros(2, 3), "bias": torch.zeros(3)}, r"weight is torch.float32 \(2, 3\)"),
        ({"weight": torch.zeros(3, 2), "bias": torch.zeros(3).half()}, r"bias is torch.float16 \(3,\)"),
    ],
)
def test_weights_of_another_encoder_are_refused(path, tensors, message):
    save_file(tensors, path)
    network = nn.Linear(2, 3)
    before = network.weight.clone()
    with pytest.raises(RunError, match=message):
        weights.load(network, path)
    assert torch.equal(network.weight, before)


@pytest.mark.parametrize("content", [None, b"", b"\x80\x04", b"\xff" * 100])
def test_damaged_files_are_refused(path, content):
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RunError, match=r"encoder\.safetensors cannot be read"):
        weights.load(nn.Linear(2, 3), path)
