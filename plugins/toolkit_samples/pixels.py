"""Pictures as float32 arrays (channel, height, width)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.contracts import Example, Examples, Prediction, Size
from toolkit.errors import DataError, InputError, RunError
from toolkit_samples import facts
from toolkit_samples.answers import Answers
from toolkit_samples.ports import fields
from toolkit_samples.scaling import Scaling
from toolkit_samples.tokenizer_options import Pixels

FILE = "pixels.json"


class PixelTokenizer:
    """Reads images, all of a field of one size, and standardises their channels where told to."""

    def __init__(self, images: Sequence[str], labels: Sequence[str], standardise: bool) -> None:
        self.images = list(images)
        self.standardise = standardise
        self.answers = Answers(labels, ())
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.channels: dict[str, Scaling] = {}

    def fit(self, examples: Examples) -> None:
        """Learn the size of the images, the mean and deviation of each channel, and the classes."""
        self.answers.fit(examples.rows)
        for name in self.images:
            pictures = [_picture_of(row, name, place) for place, row in enumerate(examples.rows, start=1)]
            self._size(name, pictures[0].shape)
            for place, picture in enumerate(pictures, start=1):
                if picture.shape != pictures[0].shape:
                    raise DataError(f"training row {place}: {name} is {picture.shape}, the first {pictures[0].shape}")
            self.channels[name].fit(np.stack(pictures).transpose(0, 2, 3, 1).reshape(-1, pictures[0].shape[0]))

    def _size(self, name: str, shape: tuple[int, ...]) -> None:
        self.shapes[name] = shape
        self.channels[name] = Scaling([str(channel) for channel in range(shape[0])], self.standardise)

    def encode(self, examples: Iterable[Example]) -> Iterator[Example]:
        """Add `pixels:FIELD`, float32 (channel, height, width), and the answers."""
        for row in examples:
            images = {f"pixels:{name}": self._pixels(name, row[name]) for name in self.images if name in row}
            yield {**row, **images, **self.answers.encode(row)}

    def _pixels(self, name: str, image: Any) -> np.ndarray:
        found = picture(image, name)  # (C, H, W)
        if found.shape != self.shapes[name]:
            raise InputError(f"{name} is {found.shape} (channels, height, width), and should be {self.shapes[name]}")
        return self.channels[name].apply(found.transpose(1, 2, 0)).transpose(2, 0, 1).astype(np.float32)

    def decode(self, predictions: Iterable[Prediction]) -> Iterator[Prediction]:
        """Turn class ids into labels."""
        return (self.answers.decode(prediction) for prediction in predictions)

    def signature(self) -> dict[str, Size]:
        """Return the size of each image field and the count of each label's classes."""
        return {**{f"pixels:{name}": Size(shape) for name, shape in self.shapes.items()}, **self.answers.signature()}

    def save(self, folder: Path) -> None:
        """Write what was learnt."""
        images = {name: {"shape": self.shapes[name], "channels": self.channels[name].state()} for name in self.images}
        facts.write(folder / FILE, {"images": images, **self.answers.state()})

    def load(self, folder: Path) -> None:
        """Read what `save` wrote."""
        path = folder / FILE
        state = facts.read(path)
        facts.expect(path, "the parts", state, ("images", "classes", "targets"))
        facts.expect(path, "images", state["images"], self.images)
        self.answers.restore(state, path)
        for name, image in state["images"].items():
            shape = tuple(image["shape"])
            if len(shape) != 3 or not all(type(side) is int and side > 0 for side in shape):
                raise RunError(f"{path}: images.{name} is of no possible size: {shape}")
            self._size(name, shape)
            self.channels[name].restore(image["channels"], f"{path}: images.{name}")


def picture(image: Any, name: str) -> np.ndarray:
    """Return rows of numbers from 0 to 1, (H, W) or (H, W, C), as float64 (C, H, W), or raise InputError."""
    try:
        found = np.asarray(image, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} should be rows of numbers, all of one length") from error
    if found.ndim not in (2, 3) or not found.size:
        raise InputError(f"{name} should be [height][width] or [height][width][channel] numbers")
    if not ((found >= 0) & (found <= 1)).all():
        raise InputError(f"{name} should hold numbers from 0 to 1")
    return found[None] if found.ndim == 2 else found.transpose(2, 0, 1)


def _picture_of(row: Example, name: str, place: int) -> np.ndarray:
    try:
        return picture(row.get(name), name)
    except InputError as error:
        raise DataError(f"training row {place}: {error.message}") from error


def make(config: Pixels, *, given: frozenset[str]) -> PixelTokenizer:
    """Return a tokenizer of all images and labels that the data give."""
    return PixelTokenizer(fields(given, "image"), fields(given, "label"), config.normalise == "standardise")
