"""The optimizer of models that are fitted at once. Nothing of torch is needed for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from toolkit.contracts import Examples, Run
from toolkit_torch.configs_optimizers import Direct


class LearnsDirectly(Protocol):
    """What stands behind the port `learns:direct`."""

    def fit(self, train: Examples, validation: Examples) -> None:
        """Learn from the training examples; choose between settings on validation, which may be empty."""


class DirectOptimizer:
    """Calls `model.fit`. There are no steps, hence no checkpoints: an interrupted fit begins anew."""

    def train(self, model: LearnsDirectly, train: Examples, validation: Examples, run: Run) -> Mapping[str, Any]:
        """Fit `model`; return how many examples it saw."""
        model.fit(train, validation)
        return {"examples": len(train)}


def direct(config: Direct) -> DirectOptimizer:
    """Make the optimizer `direct`, which has no options."""
    return DirectOptimizer()
