"""What stands behind the port `learns:gradient`: what a model shows so that `sgd`, `adam` and `adamw` can train it.

An `nn.Module` on the device that its factory was given has most of it; `loss`, `save`, `load` and `predict` remain to
be written. The optional protocols are found by the name of their one method; a model has those that it needs.

There is no separate collate step: `loss` gets examples as the tokenizer encoded them (once, before the first step) and
makes its own tensors, so that a model file shows the whole way from example to loss.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from torch import Tensor
from torch.nn import Parameter

from toolkit.contracts import Example, Examples, Prediction


class LearnsByGradient(Protocol):
    """A model whose loss can be differentiated."""

    def named_parameters(self) -> Iterable[tuple[str, Parameter]]:
        """Yield what is learnt under stable names; those with `requires_grad` unset stay as they are."""

    def train(self, mode: bool = True) -> Any:
        """Switch dropout and its like on or off, for the next calls of `loss`."""

    def loss(self, batch: Sequence[Example]) -> Tensor:
        """Return the mean loss of the batch: a scalar, on the model's device.

        The optimizer calls it within `device.autocast()`, and seeds torch's global generators before every call
        while it trains: random draws come from them only.
        """

    def save(self, folder: Path) -> None:
        """Write what was learnt into an empty folder, as safetensors and JSON."""

    def load(self, folder: Path) -> None:
        """Read back what `save` wrote, into the same parameter objects, strictly."""

    def predict(self, examples: Iterable[Example]) -> Iterable[Prediction]:
        """Yield one prediction an example, in order; examples hold no answers."""


class Weighs(Protocol):
    """Optional. A model whose mean loss is over something else than examples, such as tokens."""

    def weight(self, batch: Sequence[Example]) -> int:
        """Return over how many items `loss` takes the mean; the default is `len(batch)`.

        With it accumulated batches and the validation loss average exactly. An example of weight 0
        (a question without an answer, say) is left out of training and validation.
        """


class HasLength(Protocol):
    """Optional. A model for which examples of like length make cheap batches."""

    def length(self, example: Example) -> int:
        """Return the length by which examples are put together."""


class Prepares(Protocol):
    """Optional. A model that must see the training examples before it learns."""

    def prepare(self, train: Examples) -> None:
        """Called once, before the first step and before a checkpoint is restored; pure in data and seed."""


class Settles(Protocol):
    """Optional. A model that keeps something derived from its weights, such as an index or a threshold."""

    def settle(self, train: Examples, validation: Examples) -> None:
        """Make `predict` right for the present weights. Idempotent.

        Called before each measurement on validation, and once the weights to keep are in place.
        """
