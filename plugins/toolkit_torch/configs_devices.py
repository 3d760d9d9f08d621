"""Options of the devices."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from toolkit.component import Config


class Auto(Config):
    """The first GPU where there is one, otherwise the CPU."""

    precision: Literal["fp32", "bf16"] = "fp32"
    """Arithmetic of heavy operations: `bf16` is faster and coarser (autocast); weights stay fp32."""

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return frozenset({"device:torch"})


class Cpu(Auto):
    """The CPU."""

    threads: int | None = Field(None, ge=1)
    """Threads that an operation may use; unset: as torch finds. Another number gives other last bits."""

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return frozenset({"device:torch", "device:cpu"})


class Cuda(Auto):
    """An NVIDIA GPU."""

    index: int = Field(0, ge=0)
    """Which of the GPUs that are visible, counted from 0."""

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return frozenset({"device:torch", "device:cuda"})
