"""What stands behind the port `learns:alternating`: what a model shows so that `als` can train it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from toolkit.contracts import Examples


class Halves(Protocol):
    """A model together with the examples it is to fit, its parameters in parts that can be solved one at a time."""

    names: Sequence[str]
    """The parts, in the order in which they are solved."""

    def solve(self, name: str, regularisation: float) -> None:
        """Set one part to the minimum of `objective` with all others held; reads and writes the model alone."""

    def objective(self, regularisation: float) -> float:
        """Return what each `solve` lowers: the squared errors and the weighted squares of the parameters, summed."""

    def rmse(self) -> float:
        """Return the root mean squared error over the examples, in the unit of the target."""


class LearnsByAlternating(Protocol):
    """A model of parts, each of which has a closed solution given the others."""

    def prepare(self, train: Examples) -> None:
        """Learn what stays fixed, such as the mean; pure in data and seed; called before a checkpoint is restored."""

    def alternating(self, examples: Examples) -> Halves:
        """Return this model bound to examples; nothing is learnt by the call."""

    def save(self, folder: Path) -> None:
        """Write what was learnt into an empty folder."""

    def load(self, folder: Path) -> None:
        """Read back what `save` wrote."""
