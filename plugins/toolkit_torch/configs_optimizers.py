"""Options of the optimizers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from toolkit.component import Config, Entry, Slot

Beta = Annotated[float, Field(ge=0, lt=1)]


class Gradient(Config):
    """What every way of learning by gradient has in common."""

    lr: float = Field(1e-3, gt=0)
    """Learning rate, which the schedule scales."""
    schedule: Annotated[Entry, Slot("schedule")] = Entry(use="constant")
    """How the learning rate changes over the steps."""
    epochs: int | None = Field(10, ge=1)
    """Times that every training example is seen; give this or `steps`."""
    steps: int | None = Field(None, ge=1)
    """Updates of the weights; give this or `epochs`."""
    batch_size: int = Field(32, ge=1)
    """Examples whose gradient is taken at once."""
    accumulation: int = Field(1, ge=1)
    """Batches whose gradients are added up for one update, as if they were one large batch."""
    bucket: bool = True
    """Whether examples of like length share a batch, for models that know a length."""
    clip_norm: float | None = Field(None, gt=0)
    """Largest L2 norm of the whole gradient; a longer one is shortened to it."""
    l1: float = Field(0.0, ge=0)
    """Adds l1 * sum |w| to what is minimised."""
    l2: float = Field(0.0, ge=0)
    """Adds l2/2 * sum w^2 to what is minimised; under Adam this is not the same as decoupled weight decay."""
    patience: int | None = Field(None, ge=1)
    """Measurements on validation without a better loss after which training stops early; unset: never."""
    evaluate_every: int | None = Field(None, ge=1)
    """Steps between measurements on validation; unset: each epoch. There is one at the end in any case."""
    keep_every: int | None = Field(None, ge=1)
    """Steps between checkpoints; unset: at the first end of an epoch 200 steps after the last, and at the end."""

    def needs(self) -> frozenset[str]:
        return frozenset({"learns:gradient"})

    @model_validator(mode="before")
    @classmethod
    def _steps_replace_the_default(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("steps") is not None:
            return {"epochs": None, **values}
        return values

    @model_validator(mode="after")
    def _one_length(self) -> Gradient:
        if (self.epochs is None) == (self.steps is None):
            raise ValueError("give `epochs` or `steps`, one of the two; the other is left out or null")
        return self


class Sgd(Gradient):
    """Stochastic gradient descent, with momentum if wanted."""

    lr: float = Field(0.01, gt=0)
    """Learning rate, which the schedule scales."""
    momentum: float = Field(0.0, ge=0, lt=1)
    """Share of the last update that the next one keeps."""
    nesterov: bool = False
    """Whether the gradient is taken as if the momentum had been followed already; needs momentum."""

    @model_validator(mode="after")
    def _nesterov_has_momentum(self) -> Sgd:
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov needs a momentum above 0")
        return self


class Adam(Gradient):
    """Adam: steps scaled by running means of the gradient and its square (Kingma and Ba, 2015)."""

    betas: list[Beta] = Field([0.9, 0.999], min_length=2, max_length=2)
    """How much the two running means keep of what they were."""
    eps: float = Field(1e-8, gt=0)
    """Added to the divisor, against division by zero."""


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019)."""

    weight_decay: float = Field(0.01, ge=0)
    """Share of the learning rate by which every weight shrinks at each step."""


class Direct(Config):
    """For a model that is fitted at once: counting, indexing, trees."""

    def needs(self) -> frozenset[str]:
        return frozenset({"learns:direct"})
