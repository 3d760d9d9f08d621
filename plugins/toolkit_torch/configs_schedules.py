"""Options of the learning-rate schedules."""

from __future__ import annotations

from pydantic import Field, model_validator

from toolkit.component import Config


class Constant(Config):
    """The learning rate stays as it is, after the warm-up."""

    warmup: int | float = Field(0, ge=0)
    """Steps over which the learning rate rises from near 0: a whole number, or a share of all steps such as 0.1."""

    @model_validator(mode="after")
    def _share_is_below_one(self) -> Constant:
        if isinstance(self.warmup, float) and self.warmup >= 1:
            raise ValueError("a share of all steps is below 1; a number of steps is written without a point")
        return self


class Linear(Constant):
    """The learning rate falls in a straight line, after the warm-up."""

    floor: float = Field(0.0, ge=0, le=1)
    """Share of the learning rate that the line falls to."""


class Cosine(Constant):
    """The learning rate falls along half a cosine, after the warm-up."""

    floor: float = Field(0.0, ge=0, le=1)
    """Share of the learning rate that the curve falls to."""
