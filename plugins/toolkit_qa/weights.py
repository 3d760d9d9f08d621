"""The weights of a network in one safetensors file, read back strictly."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from toolkit.errors import RunError


def save(network: nn.Module, path: Path) -> None:
    """Write every weight of `network`; equal weights give equal bytes."""
    save_file({name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}, path)


def load(network: nn.Module, path: Path) -> None:
    """Read into `network` what `save` wrote; raises RunError where a name, shape or type differs."""
    try:
        found = load_file(path)
    except (OSError, SafetensorError) as error:
        raise RunError(f"{path} cannot be read: {error}") from error
    wanted = network.state_dict()
    if strange := sorted(found.keys() ^ wanted.keys()):
        raise RunError(f"{path} is of another model: only on one side are {', '.join(strange)}")
    for name, tensor in wanted.items():
        if (tensor.shape, tensor.dtype) != (found[name].shape, found[name].dtype):
            raise RunError(f"{path} is of another model: {name} has shape {tuple(found[name].shape)} in the file")
    network.load_state_dict(found)
