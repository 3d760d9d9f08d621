"""Tensors of a model in one safetensors file, written the same for equal values and read strictly."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from toolkit.errors import RunError


def save(module: nn.Module, path: Path) -> None:
    """Write all parameters and buffers."""
    save_file({name: tensor.detach().cpu().contiguous() for name, tensor in module.state_dict().items()}, path)


def load(module: nn.Module, path: Path) -> None:
    """Read what `save` wrote into the same tensors, or raise RunError."""
    try:
        found = load_file(path)
    except (OSError, SafetensorError) as error:
        raise RunError(f"{path} cannot be read: {error}") from error
    wanted = module.state_dict()
    if different := sorted(set(found) ^ set(wanted)):
        raise RunError(f"{path}: in the file or in the model, but not in both: {', '.join(different)}")
    for name, tensor in found.items():
        here = (tuple(wanted[name].shape), wanted[name].dtype)
        if (tuple(tensor.shape), tensor.dtype) != here:
            raise RunError(f"{path}: {name} is {tuple(tensor.shape)} {tensor.dtype}, and should be {here[0]} {here[1]}")
    module.load_state_dict(found)
