"""Questions as others might ask them: with some words left out (random deletion, Wei and Zou, 2019)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import torch

from toolkit.contracts import Example

#: A word, a Chinese character or a run of marks, each with the blanks behind it; joined they are the text again.
_PIECE = re.compile(r"(?:[^\W\u3400-\u9fff]+|[\u3400-\u9fff]|[^\w\s]+)\s*|\s+")


def augmented(example: Example, left_out: float) -> Example:
    """Return the example, every second time with a share of the words and tokens of its question left out."""
    if not left_out or torch.rand(()) < 0.5:
        return example
    changed: dict[str, Any] = {"question": "".join(kept(_PIECE.findall(example["question"]), left_out))}
    if "tokens:question" in example:
        changed["tokens:question"] = kept(example["tokens:question"], left_out)
    return {**example, **changed}


def kept(items: Sequence[Any], left_out: float) -> list[Any]:
    """Return the items but for a random share; never none of them."""
    draws = torch.rand(len(items)).tolist()
    return [item for item, draw in zip(items, draws, strict=True) if draw >= left_out] or list(items)
