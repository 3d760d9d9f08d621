"""What a component of the kind `encoder` is: something that turns texts into vectors of one length and one width.

Factories: `make(config)` for encoders that stay as they are, `make(config, *, signature, device, seed)` for those
trained from scratch. Ports: the first give `learns:direct`, the others `learns:gradient`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from torch import Tensor

from toolkit.contracts import Example


class Encoder(Protocol):
    """Texts to vectors, so that texts of like meaning have a large inner product."""

    width: int
    """Numbers in a vector; for a pretrained model known once it was first used or loaded."""

    def encode(self, examples: Sequence[Example], field: str) -> np.ndarray:
        """Return one vector an example, of its text in `field`: float32 (n, width), in order, without gradient.

        Each row has length 1, or is all zero where the field is absent or its text empty or blank. A row is the
        same alone as among others, to 1e-5.
        """

    def save(self, folder: Path) -> None:
        """Write into an empty folder what `load` needs, as safetensors and JSON."""

    def load(self, folder: Path) -> None:
        """Read back what `save` wrote; RunError where it is damaged, or would give other vectors."""


class LearnsEncoding(Encoder, Protocol):
    """An encoder behind `learns:gradient`: also an `nn.Module` on the device that its factory was given."""

    def forward(self, batch: Sequence[Example], field: str) -> Tensor:
        """Return the vectors (B, width) of `encode` with their gradient; dropout as `train()` and `eval()` say."""
