"""What encoders that are trained from scratch share: a text is read as ids, and a network turns ids into a vector."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from toolkit.contracts import Example
from toolkit_encoders import weights

FILE = "encoder.safetensors"
#: Ids that are encoded at a time, padding counted.
BATCH = 32_768

Rows = Sequence[Sequence[int]]


class Learnt(nn.Module):
    """An encoder behind `learns:gradient`.

    Args:
        network: from rows of ids, none of them empty, to one vector a row (N, width).
        read: the ids of an example's text in a field.
        device: has `torch`, the torch device.
    """

    def __init__(
        self, network: nn.Module, read: Callable[[Example, str], Sequence[int]], width: int, device: Any
    ) -> None:
        super().__init__()
        self.network = network.to(device.torch)
        self.read, self.width, self.device = read, width, device

    def forward(self, batch: Sequence[Example], field: str) -> Tensor:
        """Return vectors (B, width) of length 1, with gradient; 0 where there is no text."""
        return self._vectors([self.read(example, field) for example in batch])

    def _vectors(self, rows: Rows) -> Tensor:
        written = [place for place, row in enumerate(rows) if len(row)]
        vectors = torch.zeros(len(rows), self.width, device=self.device.torch)
        if not written:
            return vectors
        found = functional.normalize(self.network([rows[place] for place in written]).float(), dim=-1)
        return vectors.index_copy(0, torch.tensor(written, device=vectors.device), found)

    def encode(self, examples: Sequence[Example], field: str) -> np.ndarray:
        """Return the vectors of `forward` without gradient or dropout: float32 (n, width), in order."""
        rows = [self.read(example, field) for example in examples]
        vectors = np.zeros((len(rows), self.width), np.float32)
        learning = self.training
        self.eval()
        try:
            with torch.inference_mode():
                for places in _by_length([len(row) for row in rows]):
                    vectors[places] = self._vectors([rows[place] for place in places]).cpu().numpy()
        finally:
            self.train(learning)
        return vectors

    def save(self, folder: Path) -> None:
        """Write the weights."""
        weights.save(self.network, folder / FILE)

    def load(self, folder: Path) -> None:
        """Read back what `save` wrote."""
        weights.load(self.network, folder / FILE)


def _by_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield positions in batches of like length, as many as `BATCH` allows once padded."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[place] > BATCH:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw initial weights from `seed`, and leave torch's generator as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield
