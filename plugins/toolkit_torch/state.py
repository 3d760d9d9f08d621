"""What training must remember to go on exactly where it was: where it stands, the moments, and the best weights."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.optim import Optimizer

from toolkit.errors import RunError

TENSORS = "optimizer.safetensors"
FACTS = "state.json"
#: Kept under names of their own beside the moments `exp_avg:NAME`, `momentum_buffer:NAME`, ...
BEST = "best"


class State:
    """The state of one training, saved with each checkpoint beside the model.

    Random generators are not in it: order and seeds are pure functions of the step.

    Args:
        update: the optimizer over `learnt`; its moments are stored under the names of the parameters.
        learnt: the parameters that are trained, by name.
        buffers: what else changes while the model trains, such as running means.
    """

    def __init__(self, update: Optimizer, learnt: Mapping[str, Tensor], buffers: Mapping[str, Tensor]) -> None:
        self.update, self.learnt = update, learnt
        self.changing = {**learnt, **buffers}
        self.step = 0
        self.best_step: int | None = None
        self.best_loss: float | None = None
        self.worse = 0
        self.stopped = False
        self.best: dict[str, Tensor] = {}

    def measured(self, loss: float) -> None:
        """Take note of a validation loss, and of the weights if it is the lowest so far."""
        if self.best_loss is not None and not loss < self.best_loss:
            self.worse += 1
            return
        self.best_step, self.best_loss, self.worse = self.step, loss, 0
        self.best = {name: tensor.detach().to("cpu", copy=True) for name, tensor in self.changing.items()}

    @torch.no_grad()
    def put_back_best(self) -> None:
        """Give the model the weights that were best on validation, if there was any measurement."""
        for name, tensor in self.best.items():
            self.changing[name].copy_(tensor)

    def save(self, folder: Path) -> None:
        """Write `state.json` and `optimizer.safetensors`."""
        tensors = {**self._moments(), **{f"{BEST}:{name}": tensor for name, tensor in self.best.items()}}
        save_file({name: tensor.contiguous() for name, tensor in sorted(tensors.items())}, folder / TENSORS)
        facts = {
            "step": self.step,
            "best_step": self.best_step,
            "best_loss": self.best_loss,
            "worse": self.worse,
            "stopped": self.stopped,
            "tensors": sorted(tensors),
            "parameters": list(self.learnt),
        }
        text = json.dumps(facts, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
        (folder / FACTS).write_text(text + "\n", encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Read back what `save` wrote, for a model with the same parameters; raises RunError otherwise."""
        facts, tensors = self._read(folder)
        moments = {name: tensor for name, tensor in tensors.items() if not name.startswith(f"{BEST}:")}
        for name, tensor in moments.items():
            kind, _, owner = name.partition(":")
            parameter = self.learnt[owner]
            # Adam counts its steps on the CPU, whatever the device of the parameter.
            self.update.state[parameter][kind] = tensor if kind == "step" else tensor.to(parameter.device)
        self.best = {name.partition(":")[2]: tensor for name, tensor in tensors.items() if name not in moments}
        for name in ("step", "best_step", "best_loss", "worse", "stopped"):
            setattr(self, name, facts[name])

    def _moments(self) -> dict[str, Tensor]:
        return {
            f"{kind}:{name}": value
            for name, parameter in self.learnt.items()
            for kind, value in self.update.state.get(parameter, {}).items()
            if isinstance(value, Tensor)
        }

    def _read(self, folder: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Return the two files, once it is sure that they fit the model."""
        try:
            facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
            tensors = load_file(folder / TENSORS)
        except (OSError, ValueError, SafetensorError) as error:
            raise RunError(f"{folder} cannot be read: {error}") from error
        if facts["parameters"] != list(self.learnt):
            raise RunError(f"{folder / FACTS} is of another model: {unlike(facts['parameters'], self.learnt)}")
        if facts["tensors"] != sorted(tensors):
            raise RunError(f"{folder / TENSORS} is not whole: {unlike(facts['tensors'], tensors)}")
        for name, tensor in tensors.items():
            kind, _, owner = name.partition(":")
            if owner not in self.changing or (kind != "step" and tensor.shape != self.changing[owner].shape):
                raise RunError(f"{folder / TENSORS} does not fit the model: {name} has shape {tuple(tensor.shape)}")
        return facts, tensors


def unlike(wanted: Iterable[str], found: Iterable[str]) -> str:
    """Return the names that stand in only one of two lists, or that only their order differs."""
    return ", ".join(sorted({*wanted} ^ {*found})) or "the order differs"
