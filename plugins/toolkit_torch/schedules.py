"""Learning-rate schedules: each is a function from the step (1, 2, ... steps) to a factor of the learning rate."""

from __future__ import annotations

import math
from collections.abc import Callable

from toolkit_torch.configs_schedules import Constant, Cosine, Linear

Schedule = Callable[[int], float]


def constant(config: Constant, *, steps: int) -> Schedule:
    """Make the schedule that stays at 1 after the warm-up."""
    return scheduled(lambda progress: 1.0, warmup_steps(config.warmup, steps), steps)


def linear(config: Linear, *, steps: int) -> Schedule:
    """Make the schedule that falls from 1 towards the floor in a straight line."""
    floor = config.floor
    return scheduled(lambda p: floor + (1 - floor) * (1 - p), warmup_steps(config.warmup, steps), steps)


def cosine(config: Cosine, *, steps: int) -> Schedule:
    """Make the schedule that falls from 1 towards the floor along half a cosine (Loshchilov and Hutter, 2017)."""
    floor = config.floor
    half = (1 - floor) / 2
    return scheduled(lambda p: floor + half * (1 + math.cos(math.pi * p)), warmup_steps(config.warmup, steps), steps)


def warmup_steps(warmup: int | float, steps: int) -> int:
    """Return the warm-up in steps; a float is a share of all steps."""
    return round(warmup * steps) if isinstance(warmup, float) else warmup


def scheduled(fall: Callable[[float], float], warmup: int, steps: int) -> Schedule:
    """Return the schedule that rises to 1 over `warmup` steps and then follows `fall`.

    The first step after the warm-up has progress 0; the last step stands one short of progress 1, so that
    a schedule that falls to 0 never wastes a step on a rate of 0.
    """

    def factor(step: int) -> float:
        if step <= warmup:
            return step / warmup
        return fall((step - 1 - warmup) / max(1, steps - warmup))

    return factor
