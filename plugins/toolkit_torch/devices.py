"""Devices: where tensors live, with which arithmetic training runs, and what must hold for the same bits again."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch

from toolkit.errors import ResourceError
from toolkit_torch.configs_devices import Auto, Cpu, Cuda


class Device:
    """A device on which torch models run."""

    def __init__(self, device: torch.device, precision: str) -> None:
        self.torch = device
        self.precision = precision

    def autocast(self) -> AbstractContextManager[Any]:
        """Return a context in which heavy operations run in `precision`; weights and sums stay fp32."""
        if self.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.torch.type, dtype=torch.bfloat16)

    def seed(self, value: int) -> None:
        """Seed the generators that dropout and its like draw from (a tenth of `torch.manual_seed`'s time)."""
        torch.default_generator.manual_seed(value)
        if self.torch.type == "cuda":
            torch.cuda.manual_seed(value)

    @contextmanager
    def exact(self) -> Iterator[None]:
        """A context in which the same seed gives the same bits; the caller's generators and settings come back.

        Operations that have no deterministic form on a GPU warn rather than fail.
        """
        before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
        filling = torch.utils.deterministic.fill_uninitialized_memory
        with torch.random.fork_rng([self.torch] if self.torch.type == "cuda" else []):
            torch.use_deterministic_algorithms(True, warn_only=True)
            torch.utils.deterministic.fill_uninitialized_memory = False  # we never read what was not written
            try:
                yield
            finally:
                torch.use_deterministic_algorithms(before[0], warn_only=before[1])
                torch.utils.deterministic.fill_uninitialized_memory = filling

    def describe(self) -> dict[str, Any]:
        """Return what a reader must know to get the same bits again."""
        facts: dict[str, Any] = {"device": str(self.torch), "precision": self.precision}
        if self.torch.type == "cuda":
            return {**facts, "name": torch.cuda.get_device_name(self.torch)}
        return {**facts, "name": platform.machine(), "threads": torch.get_num_threads()}


def auto(config: Auto) -> Device:
    """Make the GPU device where there is one, otherwise that of the CPU."""
    return on_gpu(0, config.precision) if torch.cuda.is_available() else Device(torch.device("cpu"), config.precision)


def cpu(config: Cpu) -> Device:
    """Make the CPU device; `threads` holds for the whole process from here on."""
    if config.threads is not None:
        torch.set_num_threads(config.threads)
    return Device(torch.device("cpu"), config.precision)


def cuda(config: Cuda) -> Device:
    """Make the device of one GPU, or raise ResourceError where it is not there."""
    if not torch.cuda.is_available():
        raise ResourceError("there is no CUDA device here", "write `device: cpu`, or `device: auto` for what is there")
    count = torch.cuda.device_count()
    if config.index >= count:
        raise ResourceError(f"there is no GPU {config.index} here, only {count}", "give an `index` below that number")
    return on_gpu(config.index, config.precision)


def on_gpu(index: int, precision: str) -> Device:
    """Return the device of a GPU, set up for products that come out the same each time."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read when cuBLAS starts, so never taken back
    return Device(torch.device("cuda", index), precision)
