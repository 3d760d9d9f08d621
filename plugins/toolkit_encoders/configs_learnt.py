"""Options of the encoders that are trained from scratch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from toolkit.component import Config
from toolkit_encoders.configs_pretrained import FIELDS

#: Longest n-gram that is read.
LONGEST = 8


class Learnt(Config):
    """What encoders that are trained from scratch have in common."""

    width: int = Field(256, ge=2, le=4096)
    """Numbers in a vector."""
    dropout: float = Field(0.1, ge=0, lt=1)
    """Share of what is read that is dropped in training."""

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return frozenset({"learns:gradient"})

    def suggests(self) -> Mapping[str, Sequence[str | Mapping[str, Any]]]:
        learns = {"use": "adam", "lr": 1e-3, "epochs": 10, "batch_size": 64}
        return {"optimizer": [learns], "device": ["auto"]}


class NgramBag(Learnt):
    """The mean of learnt vectors of a text's words and runs of characters, as in fastText (Bojanowski et al., 2017).

    Needs no tokenizer and no word boundaries, so that Chinese and English are read alike; quick, and hard to confuse
    by typing errors. The order of words is not seen.
    """

    sizes: list[int] = [1, 2, 3, 4]
    """Lengths of the runs of characters that are read, the marks of a word's begin and end counted."""
    words: bool = True
    """Whether whole words are read beside the runs of characters in them."""
    buckets: int = Field(32_768, ge=16, le=4_194_304)
    """Vectors that are learnt; runs of characters that are hashed to one bucket share its vector."""
    layer_norm: bool = False
    """Whether the mean is normalised (Ba et al., 2016) before what follows."""
    projection: int | None = Field(None, ge=2, le=4096)
    """Numbers in a vector after a linear layer on the mean; none: the mean itself is the vector."""
    max_characters: int = Field(2000, ge=1, le=20_000)
    """Characters of a text that are read; what comes after them is passed over."""

    def needs(self) -> frozenset[str]:
        return frozenset({*(f"text:{field}" for field in FIELDS), "device:torch"})

    @field_validator("sizes")
    @classmethod
    def _lengths_that_can_be_read(cls, sizes: list[int]) -> list[int]:
        if not sizes or len(set(sizes)) < len(sizes) or not all(1 <= size <= LONGEST for size in sizes):
            raise ValueError(f"sizes should be different numbers from 1 to {LONGEST}")
        return sizes


class Gru(Learnt):
    """Reads a text's tokens in order with gated recurrent units (Cho et al., 2014) and pools their states."""

    layers: int = Field(1, ge=1, le=8)
    """Recurrent layers."""
    bidirectional: bool = True
    """Whether a text is read in both directions, with half the width for each."""
    pooling: Literal["max", "mean"] = "max"
    """What becomes of the states of a text's tokens: the largest number at each place, or the mean."""
    max_tokens: int = Field(512, ge=1, le=16_384)
    """Tokens of a text that are read; what comes after them is passed over."""

    def needs(self) -> frozenset[str]:
        return frozenset({*(f"tokens:{field}" for field in FIELDS), "device:torch"})

    def suggests(self) -> Mapping[str, Sequence[str | Mapping[str, Any]]]:
        return {**super().suggests(), "tokenizer": ["words", "characters"]}

    @model_validator(mode="after")
    def _directions_share_the_width(self) -> Gru:
        if self.bidirectional and self.width % 2:
            raise ValueError("with `bidirectional` the width is halved, so it must be even")
        return self
