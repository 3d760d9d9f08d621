"""Makes metrics from options as the builder does, and measures with them."""

import importlib
import math
import random

import toolkit_measure

COMPONENTS = {component.name: component for component in toolkit_measure.toolkit_components()}


def config(name, **options):
    component = COMPONENTS[name]
    return component.config.model_validate({**component.example, **options})


def make(name, **options):
    module, _, factory = COMPONENTS[name].factory.partition(":")
    return getattr(importlib.import_module(module), factory)(config(name, **options))


def measure(metric, predictions, examples):
    """Return the figure over the rows that count; None where none does, as the core does."""
    rows = [row for row in metric.rows(predictions, examples) if row is not None]
    return metric.total(rows) if rows else None


def classes(given, true, field="label"):
    return [{field: g} for g in given], [{field: t} for t in true]


texts = numbers = classes  # one key and one field of the same name


def resampled(metric, predictions, examples, times=30, seed=0):
    """Yield (figure, positions) of resamples with replacement."""
    rows = list(metric.rows(predictions, examples))
    source = random.Random(seed)
    for _ in range(times):
        chosen = source.choices(range(len(rows)), k=len(rows))
        yield metric.total([rows[i] for i in chosen]), chosen


def near(a, b, tolerance=1e-9):
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance)
