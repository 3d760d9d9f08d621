"""A network and its task: what it reads, what it answers, and what it is punished for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from toolkit.contracts import Example, Prediction
from toolkit_samples import tensors

FILE = "model.safetensors"
#: Examples that are predicted at a time.
BATCH = 256


class Supervised(nn.Module):
    """Learns `target` from `inputs`; `network` takes one tensor (B, ...) an input and returns (B, outputs).

    Losses, summed over the outputs of an example:
    `cross-entropy`: -log softmax(output)[class], in nats; `mse`: (output - target)^2, the mean taken over outputs
    too; `half-squared-error`: (output - target)^2 / 2, the mean taken over examples only.
    """

    def __init__(self, network: nn.Module, inputs: Sequence[str], target: str, loss: str, device: Any) -> None:
        super().__init__()
        self.network = network.to(device.torch)
        self.inputs = list(inputs)
        self.target = target
        self.loss_name = loss
        self.device = device

    def loss(self, batch: Sequence[Example]) -> Tensor:
        """Return the mean loss of a batch."""
        return self._losses(batch).sum() / self.weight(batch)

    def weight(self, batch: Sequence[Example]) -> int:
        """Return over how many items `loss` takes the mean."""
        return len(batch) * self._items(batch[0])

    def _items(self, example: Example) -> int:
        return len(example[self.target]) if self.loss_name == "mse" else 1

    def _losses(self, batch: Sequence[Example]) -> Tensor:
        outputs, wanted = self._outputs(batch), self._tensor(batch, self.target)
        if self.loss_name == "cross-entropy":
            return nn.functional.cross_entropy(outputs, wanted, reduction="none")  # (B,)
        squares = (outputs - wanted).square().sum(1)  # (B,)
        return squares / 2 if self.loss_name == "half-squared-error" else squares

    def _outputs(self, batch: Sequence[Example]) -> Tensor:
        outputs = self.network(*(self._tensor(batch, name) for name in self.inputs))
        return outputs.float()  # (B, outputs), in full precision whatever the layers were computed in

    def _tensor(self, batch: Sequence[Example], port: str) -> Tensor:
        return torch.from_numpy(np.stack([example[port] for example in batch])).to(self.device.torch)

    def predict(self, examples: Iterable[Example]) -> Iterator[Prediction]:
        """Yield `class:FIELD` with `probabilities:FIELD`, or `columns:targets`, for each example."""
        for batch in _batches(examples):
            yield from self._answers(batch)

    @torch.inference_mode()
    def _answers(self, batch: Sequence[Example]) -> list[Prediction]:
        self.eval()
        outputs = self._outputs(batch)
        if self.loss_name != "cross-entropy":
            return [{self.target: values} for values in outputs.tolist()]
        both = zip(outputs.argmax(1).tolist(), outputs.softmax(1).tolist(), strict=True)
        shares = self.target.replace("class:", "probabilities:", 1)
        return [{self.target: best, shares: probabilities} for best, probabilities in both]

    def score(self, examples: Iterable[Example]) -> Iterator[dict[str, Any]]:
        """Yield the summed loss of each example, and over how many items it is summed."""
        for batch in _batches(examples):
            losses = self._measured(batch)
            yield from ({"loss": loss, "count": self._items(row)} for loss, row in zip(losses, batch, strict=True))

    @torch.inference_mode()
    def _measured(self, batch: Sequence[Example]) -> list[float]:
        self.eval()
        return self._losses(batch).tolist()

    def save(self, folder: Path) -> None:
        """Write the network's parameters and buffers."""
        tensors.save(self.network, folder / FILE)

    def load(self, folder: Path) -> None:
        """Read what `save` wrote."""
        tensors.load(self.network, folder / FILE)


def _batches(examples: Iterable[Example]) -> Iterator[list[Example]]:
    waiting = iter(examples)
    while batch := list(islice(waiting, BATCH)):
        yield batch


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw initial weights from `seed`, and leave torch's generator as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield
