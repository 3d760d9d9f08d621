"""Options in words, from the class alone."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field

from toolkit.component import Config, DataPath, Entry, Slot
from toolkit_authoring.options import documented, typed


class Base(Config):
    """Base."""

    seed: int = 3
    """The seed,
    over two lines."""


class Everything(Base):
    """Everything."""

    needed: str
    """Has no default."""
    rate: float = Field(0.5, gt=0, le=1)
    """A rate."""
    cell: Literal["rnn", "gru"] = "gru"
    """The cell."""
    sizes: list[int] = [1, 2]
    """Sizes."""
    file: DataPath | None = None
    """A file."""
    schedule: Annotated[Entry, Slot("schedule")] = Entry(use="constant")
    """A slot."""
    by_split: dict[Literal["test"], DataPath] = {}
    """Files by split."""
    silent: bool = False


def test_each_option_is_told():
    told = {option.name: (option.type, option.default, option.help) for option in documented(Everything)}
    assert told == {
        "seed": ("whole number", " = 3", "The seed, over two lines."),
        "needed": ("text", "", "Has no default."),
        "rate": ("number > 0 <= 1", " = 0.5", "A rate."),
        "cell": ("one of rnn, gru", " = gru", "The cell."),
        "sizes": ("list of whole number", " = [1, 2]", "Sizes."),
        "file": ("path or nothing", " = none", "A file."),
        "schedule": ("a schedule", " = constant", "A slot."),
        "by_split": ("mapping of one of test to path", " = {}", "Files by split."),
        "silent": ("true or false", " = False", ""),
    }


@pytest.mark.parametrize(("annotation", "words"), [(int | None, "whole number or nothing"), (bytes, "bytes")])
def test_types(annotation, words):
    assert typed(annotation) == words
