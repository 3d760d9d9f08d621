from __future__ import annotations

import math

import pytest
from torch_toys import SCHEDULES

from toolkit_torch.schedules import warmup_steps


def schedule(name, steps, **options):
    config, make = SCHEDULES[name]
    return make(config.model_validate(options), steps=steps)


def factors(name, steps, **options):
    factor = schedule(name, steps, **options)
    return [factor(step) for step in range(1, steps + 1)]


def test_constant_stays():
    assert factors("constant", 5) == [1.0] * 5


def test_linear_falls_in_equal_steps_and_never_to_zero():
    assert factors("linear", 4) == pytest.approx([1.0, 0.75, 0.5, 0.25])


def test_cosine_follows_its_formula():
    steps = 7
    assert factors("cosine", steps) == pytest.approx([(1 + math.cos(math.pi * t / steps)) / 2 for t in range(steps)])


@pytest.mark.parametrize("name", ["linear", "cosine"])
def test_floor_is_what_the_end_comes_near(name):
    found = factors(name, 1000, floor=0.1)
    assert found[0] == 1.0
    assert 0.1 < found[-1] < 0.102
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("name", sorted(SCHEDULES))
@pytest.mark.parametrize("warmup", [5, 0.25])
def test_warmup_rises_in_equal_steps_to_the_full_rate(name, warmup):
    found = factors(name, 20, warmup=warmup)
    assert found[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert found[5] == 1.0  # the fall begins here
    assert (name == "constant") == (found[-1] == 1.0)


@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_warmup_may_be_longer_than_training(name):
    assert factors(name, 3, warmup=6) == pytest.approx([1 / 6, 2 / 6, 3 / 6])


def test_a_share_counts_all_steps():
    assert warmup_steps(0.1, 200) == 20
    assert warmup_steps(3, 200) == 3
