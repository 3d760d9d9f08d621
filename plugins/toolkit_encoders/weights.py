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
    """Read into `network` what `save` wrote; RunError where a name, shape or type differs."""
    try:
        found = load_file(path)
    except (OSError, SafetensorError) as error:
        raise RunError(f"{path} cannot be read: {error}", "build again") from error
    wanted = network.state_dict()
    if strange := sorted(found.keys() ^ wanted.keys()):
        raise RunError(f"{path} is of another encoder: only on one side are {', '.join(strange)}", "build again")
    for name, tensor in wanted.items():
        if (tensor.shape, tensor.dtype) != (found[name].shape, found[name].dtype):
            shape = tuple(found[name].shape)
            raise RunError(f"{path} is of another encoder: {name} is {found[name].dtype} {shape}", "build again")
    network.load_state_dict(found)
