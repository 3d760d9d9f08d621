"""The optimizers `sgd`, `adam` and `adamw`: torch's own updates in our training loop."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch

from toolkit_torch.configs_optimizers import Adam, AdamW, Gradient, Sgd
from toolkit_torch.devices import Device
from toolkit_torch.schedules import Schedule
from toolkit_torch.training import GradientOptimizer, MakesUpdate, Recipe

MakesSchedule = Callable[..., Schedule]


def sgd(config: Sgd, *, schedule: MakesSchedule, device: Device, seed: int) -> GradientOptimizer:
    """Make the optimizer `sgd`."""
    update = partial(torch.optim.SGD, lr=config.lr, momentum=config.momentum, nesterov=config.nesterov)
    return optimizer(config, update, schedule, device, seed)


def adam(config: Adam, *, schedule: MakesSchedule, device: Device, seed: int) -> GradientOptimizer:
    """Make the optimizer `adam`."""
    first, second = config.betas
    update = partial(torch.optim.Adam, lr=config.lr, betas=(first, second), eps=config.eps)
    return optimizer(config, update, schedule, device, seed)


def adamw(config: AdamW, *, schedule: MakesSchedule, device: Device, seed: int) -> GradientOptimizer:
    """Make the optimizer `adamw`."""
    first, second = config.betas
    options = {"lr": config.lr, "eps": config.eps, "weight_decay": config.weight_decay}
    return optimizer(config, partial(torch.optim.AdamW, betas=(first, second), **options), schedule, device, seed)


def optimizer(
    config: Gradient, update: MakesUpdate, schedule: MakesSchedule, device: Device, seed: int
) -> GradientOptimizer:
    """Make the optimizer that trains by `update`, with the options that all of them share."""
    recipe = Recipe(
        lr=config.lr,
        epochs=config.epochs,
        steps=config.steps,
        batch_size=config.batch_size,
        accumulation=config.accumulation,
        bucket=config.bucket,
        clip_norm=config.clip_norm,
        l1=config.l1,
        l2=config.l2,
        patience=config.patience,
        evaluate_every=config.evaluate_every,
        keep_every=config.keep_every,
    )
    return GradientOptimizer(recipe, update, schedule, device, seed)
