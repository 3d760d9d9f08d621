"""Alternating least squares (Koren, Bell and Volinsky 2009; for implicit feedback, Hu, Koren and Volinsky 2008)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from toolkit.contracts import Examples, Run
from toolkit_samples.contract import LearnsByAlternating
from toolkit_samples.model_options import ALS


class AlternatingLeastSquares:
    """Solves each part of a model in turn; what it minimises never rises."""

    def __init__(self, iterations: int, regularisation: float) -> None:
        self.iterations = iterations
        self.regularisation = regularisation

    def train(self, model: LearnsByAlternating, train: Examples, validation: Examples, run: Run) -> Mapping[str, Any]:
        """Train from the newest checkpoint, if there is one; a step is one part solved."""
        model.prepare(train)
        halves = model.alternating(train)
        unseen = model.alternating(validation) if len(validation) else None
        parts = len(halves.names)
        of = self.iterations * parts
        done = run.restore(model=model) or 0
        for step in range(done + 1, of + 1):
            halves.solve(halves.names[(step - 1) % parts], self.regularisation)
            run.step(step, of, **self._measured(halves, unseen))
            if run.stopping or step % parts == 0:
                run.keep(step, model=model)
            if run.stopping:
                break
        return {"iterations": self.iterations, **self._measured(halves, unseen)}

    def _measured(self, halves: Any, unseen: Any) -> dict[str, float]:
        numbers = {"rmse": halves.rmse(), "objective": halves.objective(self.regularisation)}
        return {**numbers, "validation_rmse": unseen.rmse()} if unseen else numbers


def make(config: ALS) -> AlternatingLeastSquares:
    """Return the optimizer."""
    return AlternatingLeastSquares(config.iterations, config.regularisation)
