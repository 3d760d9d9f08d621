"""What is looked at while a model trains: the loss on validation, and whether every number is finite."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from toolkit.contracts import Example, Examples
from toolkit.errors import ToolkitError
from toolkit_torch.contract import LearnsByGradient
from toolkit_torch.devices import Device
from toolkit_torch.order import chunks


def optional(model: LearnsByGradient, name: str, default: Any = None) -> Any:
    """Return a method that the contract leaves to the model, or `default` where it has none."""
    method = getattr(model, name, None)
    return method if callable(method) else default


def learnable(model: LearnsByGradient, examples: Examples) -> list[Example]:
    """Return the encoded examples that the model can learn from: those that weigh anything."""
    weight = optional(model, "weight", len)
    return [example for example in examples.take(range(len(examples))) if weight([example])]


class Validation:
    """The mean loss over held-out examples, each item counted once.

    Args:
        examples: encoded; may be empty, then there is nothing to measure.
    """

    def __init__(self, model: LearnsByGradient, examples: Sequence[Example], batch_size: int, device: Device) -> None:
        self.model, self.device = model, device
        length = optional(model, "length")
        self.batches = chunks(sorted(examples, key=length) if length else list(examples), batch_size)
        weight = optional(model, "weight", len)
        self.weights = [weight(batch) for batch in self.batches]

    def __bool__(self) -> bool:
        return bool(self.batches)

    @torch.no_grad()
    def loss(self) -> float:
        """Return the mean loss with dropout off; the model is left in evaluation mode."""
        self.model.train(False)
        total = 0.0
        for batch, weight in zip(self.batches, self.weights, strict=True):
            with self.device.autocast():
                total += self.model.loss(batch).item() * weight
        return total / sum(self.weights)


class Losses:
    """The losses of steps not looked at yet; reading them together spares a GPU a wait at every step.

    Args:
        learnt: the parameters, to name the culprit when a loss is not finite.
    """

    def __init__(self, learnt: Mapping[str, Tensor]) -> None:
        self.learnt = learnt
        self.unread: list[tuple[int, Tensor]] = []

    def add(self, step: int, loss: Tensor) -> None:
        """Remember the loss of a step: a scalar on any device."""
        self.unread.append((step, loss))

    def read(self) -> float:
        """Return the newest loss, or raise ToolkitError naming the first step whose loss is not finite."""
        losses = [loss for _, loss in self.unread]
        values = torch.stack(losses).tolist() if len(losses) > 1 else [losses[0].item()]
        for (step, _), value in zip(self.unread, values, strict=True):
            if not math.isfinite(value):
                raise diverged(step, f"the loss is {value}", self.learnt)
        self.unread.clear()
        return float(values[-1])

    def check_weights(self, step: int) -> None:
        """Raise ToolkitError where a weight is not finite, so that no checkpoint ever holds it."""
        if not all(bool(torch.isfinite(parameter).all()) for parameter in self.learnt.values()):
            raise diverged(step, "a weight is not finite", self.learnt)


def diverged(step: int, what: str, learnt: Mapping[str, Tensor]) -> ToolkitError:
    """Return the error of a training that diverged."""
    hint = "the last checkpoint is whole; lower `lr`, set `clip_norm`, or lengthen the warm-up"
    return ToolkitError(f"training diverged at step {step}: {what}; {first_not_finite(learnt)}", hint)


def first_not_finite(learnt: Mapping[str, Tensor]) -> str:
    """Return the first tensor that holds NaN or infinity: weights before gradients, in the model's order."""
    for name, parameter in learnt.items():
        if not torch.isfinite(parameter).all():
            return f"the first tensor that is not finite is the parameter {name}"
    for name, parameter in learnt.items():
        if parameter.grad is not None and not torch.isfinite(parameter.grad).all():
            return f"the first tensor that is not finite is the gradient of {name}"
    return "parameters and gradients are finite, so the loss itself overflows"
