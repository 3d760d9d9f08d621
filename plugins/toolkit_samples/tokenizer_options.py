"""Options of the tokenizers."""

from __future__ import annotations

from typing import Literal

from toolkit.component import Config
from toolkit_samples.ports import fields


class Pixels(Config):
    """Pictures as arrays of channels, rows and columns; labels as class ids."""

    normalise: Literal["none", "standardise"] = "standardise"
    """`standardise`: each channel to mean 0 and deviation 1 over the training pictures; `none`: as given, 0 to 1."""

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        images = {f"pixels:{name}" for name in fields(given, "image")}
        return frozenset(images | {f"class:{name}" for name in fields(given, "label")})


class Columns(Config):
    """Numbers and categories as one vector, targets as another, labels as class ids."""

    normalise: Literal["none", "standardise"] = "standardise"
    """`standardise`: each number to mean 0 and deviation 1 over the training rows; categories are always one-hot."""
    normalise_targets: Literal["none", "standardise"] = "standardise"
    """The same for the targets; predictions are given in the targets' own unit either way."""

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        inputs = {"columns:inputs"} if fields(given, "number") or fields(given, "category") else set()
        targets = {"columns:targets"} if fields(given, "target") else set()
        return frozenset(inputs | targets | {f"class:{name}" for name in fields(given, "label")})


class Ids(Config):
    """Users, items and the like as indices, 0 for those never seen; targets as they are, labels as class ids."""

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        indices = {f"index:{name}" for name in fields(given, "id")}
        targets = {"columns:targets"} if fields(given, "target") else set()
        return frozenset(indices | targets | {f"class:{name}" for name in fields(given, "label")})
