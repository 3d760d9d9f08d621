"""The training loop: everything between an encoded data set and weights that are the best on validation."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import torch
from torch import Tensor
from torch.nn import Parameter

from toolkit.contracts import Example, Examples, Run
from toolkit.errors import DataError, RunError
from toolkit_torch.contract import LearnsByGradient
from toolkit_torch.devices import Device
from toolkit_torch.measure import Losses, Validation, diverged, learnable, optional
from toolkit_torch.order import Batch, Order, derived
from toolkit_torch.schedules import Schedule
from toolkit_torch.state import State

#: Points at most that a run logs of its training loss.
POINTS = 300
#: Steps at least between checkpoints, unless the spec says how many: writing one costs as much as many small steps.
APART = 200

MakesUpdate = Callable[[Sequence[tuple[str, Parameter]]], torch.optim.Optimizer]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train; the fields are the options of the optimizers in `configs_optimizers.py`."""

    lr: float
    epochs: int | None
    steps: int | None
    batch_size: int
    accumulation: int
    bucket: bool
    clip_norm: float | None
    l1: float
    l2: float
    patience: int | None
    evaluate_every: int | None
    keep_every: int | None


@dataclass(frozen=True, slots=True)
class GradientOptimizer:
    """Trains a model behind `learns:gradient`; resumes bit for bit after a kill at any point.

    Args:
        update: makes the torch optimizer for named parameters.
        schedule: makes the schedule for a number of steps.
    """

    recipe: Recipe
    update: MakesUpdate
    schedule: Callable[..., Schedule]
    device: Device
    seed: int

    def train(self, model: LearnsByGradient, train: Examples, validation: Examples, run: Run) -> Mapping[str, Any]:
        """Train `model` in place and leave it with its best weights; return facts for the report."""
        with self.device.exact():
            return Training(self, model, train, validation, run).go()


class Training:
    """One training of one model."""

    def __init__(
        self, how: GradientOptimizer, model: LearnsByGradient, train: Examples, validation: Examples, run: Run
    ) -> None:
        self.recipe, self.device, self.seed, self.model, self.run = how.recipe, how.device, how.seed, model, run
        self.examples = learnable(model, train)
        if not self.examples:
            raise DataError("there is no training example that this model can learn from")
        self.validation = Validation(model, learnable(model, validation), self.recipe.batch_size, how.device)
        if self.recipe.patience and not self.validation:
            hint = "give the data a validation split, or leave out `patience`"
            raise DataError("early stopping needs validation examples, and there are none", hint)
        self.order = self._order()
        self.total = self.recipe.steps or (self.recipe.epochs or 1) * self.order.steps_per_epoch
        self.schedule = how.schedule(steps=self.total)
        self.weight = optional(model, "weight", len)
        self.settle = partial(optional(model, "settle", lambda *splits: None), train, validation)
        optional(model, "prepare", lambda train: None)(train)
        self.learnt = {name: tensor for name, tensor in model.named_parameters() if tensor.requires_grad}
        self.update = how.update(list(self.learnt.items()))
        self.losses = Losses(self.learnt)
        self.state = State(self.update, self.learnt, dict(optional(model, "named_buffers", tuple)()))

    def _order(self) -> Order:
        length = optional(self.model, "length") if self.recipe.bucket else None
        lengths = [length(example) for example in self.examples] if length else None
        return Order(len(self.examples), self.recipe.batch_size, self.recipe.accumulation, self.seed, lengths)

    def go(self) -> dict[str, Any]:
        """Train from the newest checkpoint, or from the start where there is none; return the facts."""
        restored = self.run.restore(model=self.model, optimizer=self.state)
        if (restored or 0) != self.state.step:
            raise RunError(f"the run restored step {restored}, and the optimizer stands at {self.state.step}")
        self._learn()
        if not self.run.stopping:
            self.state.put_back_best()
            self.settle()
        self.model.train(False)
        return self._facts()

    def _learn(self) -> None:
        state = self.state
        self.model.train(True)
        for batches in islice(self.order.steps(after=state.step), self.total - state.step):
            if state.stopped:
                return
            state.step += 1
            self._step(state.step, batches)
            if self.validation and self._due(self.recipe.evaluate_every or self.order.steps_per_epoch):
                self._measure()
            stopping = self.run.stopping
            if stopping or state.stopped or self._due(self.recipe.keep_every or self._epochs_apart()):
                self._keep()
            if stopping:
                return

    def _due(self, every: int) -> bool:
        return self.state.step % every == 0 or self.state.step == self.total

    def _epochs_apart(self) -> int:
        per_epoch = self.order.steps_per_epoch
        return -(-APART // per_epoch) * per_epoch

    def _step(self, step: int, batches: Sequence[Batch]) -> None:
        """Change the weights once, by the gradient of one or several batches."""
        self.update.zero_grad()
        loss = self._backward(step, [[self.examples[place] for place in batch] for batch in batches])
        logged = self._due(-(-self.total // POINTS)) or step == 1
        self.losses.add(step, loss)
        # On a CPU a look costs nothing, and stops a diverging model before its weights are touched.
        value = self.losses.read() if logged or self.device.torch.type == "cpu" else 0.0
        self._penalise()
        if self.recipe.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.learnt.values(), self.recipe.clip_norm)
        lr = self.recipe.lr * self.schedule(step)
        for group in self.update.param_groups:
            group["lr"] = lr
        self.update.step()
        if logged:
            self.run.step(step, self.total, loss=value, lr=lr)

    def _backward(self, step: int, batches: Sequence[Sequence[Example]]) -> Tensor:
        """Add up the gradient of the mean loss over all `batches`; return that loss, a scalar."""
        weights = [self.weight(batch) for batch in batches] if len(batches) > 1 else [1]
        losses = []
        for place, (batch, weight) in enumerate(zip(batches, weights, strict=True)):
            self.device.seed(derived(self.seed, "step", step, place))
            with self.device.autocast():
                loss = self.model.loss(batch)
            if len(batches) > 1:
                loss = loss * (weight / sum(weights))
            loss.backward()
            losses.append(loss.detach())
        return torch.stack(losses).sum() if len(losses) > 1 else losses[0]

    @torch.no_grad()
    def _penalise(self) -> None:
        """Add the gradient of l1 * sum |w| + l2/2 * sum w^2, which at w = 0 is taken as 0."""
        if self.recipe.l1 or self.recipe.l2:
            for parameter in self.learnt.values():
                if parameter.grad is not None:
                    parameter.grad.add_(parameter, alpha=self.recipe.l2).add_(parameter.sign(), alpha=self.recipe.l1)

    def _measure(self) -> None:
        """Take the loss on validation, remember the best weights, and decide whether to stop early."""
        state = self.state
        self.settle()
        loss = self.validation.loss()
        if not math.isfinite(loss):
            raise diverged(state.step, f"the validation loss is {loss}", self.learnt)
        self.model.train(True)
        self.run.step(state.step, self.total, validation_loss=loss)
        state.measured(loss)
        if self.recipe.patience and state.worse >= self.recipe.patience and state.step < self.total:
            state.stopped = True
            self.run.event("early-stop", step=state.step, best_step=state.best_step, best_loss=state.best_loss)

    def _keep(self) -> None:
        if self.losses.unread:
            self.losses.read()
        self.losses.check_weights(self.state.step)
        self.run.keep(self.state.step, model=self.model, optimizer=self.state)

    def _facts(self) -> dict[str, Any]:
        state = self.state
        facts = {
            "parameters": sum(parameter.numel() for parameter in self.learnt.values()),
            "steps": state.step,
            "epochs": round(state.step / self.order.steps_per_epoch, 3),
            "stopped_early": state.stopped,
            "weights": "best on validation" if self.validation else "last, as there is no validation to choose on",
        }
        if state.best_step is not None:
            facts |= {"best_step": state.best_step, "best_validation_loss": state.best_loss}
        return facts
