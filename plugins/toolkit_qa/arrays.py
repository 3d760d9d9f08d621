"""Arrays in one safetensors file, read back strictly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from toolkit.errors import RunError

#: Of an array its type and its shape; None stands for any size.
Kind = tuple[Any, tuple[int | None, ...]]


def save(arrays: Mapping[str, np.ndarray], file: Path) -> None:
    """Write arrays by name; equal arrays give equal bytes."""
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, file)


def load(file: Path, kinds: Mapping[str, Kind]) -> dict[str, np.ndarray]:
    """Read what `save` wrote; RunError where names, types or shapes differ from `kinds`, or a number is not finite."""
    try:
        found = load_file(file)
    except (OSError, SafetensorError, AttributeError, TypeError, KeyError) as error:  # a type that numpy has not
        raise RunError(f"{file} cannot be read: {error}") from error
    for name in sorted(kinds.keys() | found.keys()):
        if name not in found or name not in kinds:
            raise RunError(f"{file}: the array {name} is {'missing' if name in kinds else 'unknown'}")
        dtype, shape = kinds[name]
        array = found[name]
        fits = len(array.shape) == len(shape) and all(
            want in (None, got) for want, got in zip(shape, array.shape, strict=True)
        )
        if array.dtype != dtype or not fits:
            wanted = " x ".join("any" if size is None else str(size) for size in shape)
            raise RunError(f"{file}: the array {name} should be {wanted}, of type {np.dtype(dtype)}")
        if not np.isfinite(array).all():
            raise RunError(f"{file}: the array {name} holds a number that is not finite")
    return found
