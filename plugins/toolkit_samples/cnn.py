"""The convolutional network, after LeCun et al. (1998) and, in its blocks, Simonyan and Zisserman (2015)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from torch import Tensor, nn

from toolkit.contracts import Size
from toolkit.errors import SpecError
from toolkit_samples import model_options
from toolkit_samples.supervised import Supervised, seeded


class CNN(nn.Module):
    """Blocks of [convolution, batch normalisation, ReLU] x n and 2x2 max pooling; then dropout and one linear layer."""

    def __init__(
        self,
        shape: tuple[int, int, int],  # channels, height, width of a picture
        classes: int,
        channels: Sequence[int] = (32, 64),
        convolutions: int = 2,
        kernel: int = 3,
        batch_norm: bool = True,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        deep, height, width = shape
        blocks = [_block(n, m, convolutions, kernel, batch_norm) for n, m in pairwise([deep, *channels])]
        self.blocks = nn.Sequential(*blocks)
        self.dropout = nn.Dropout(dropout)
        shrink = 2 ** len(channels)
        self.classify = nn.Linear(channels[-1] * (height // shrink) * (width // shrink), classes)

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W)
        x = self.blocks(x)  # (B, channels[-1], H / 2^blocks, W / 2^blocks)
        return self.classify(self.dropout(x.flatten(1)))  # (B, classes)


def _block(n: int, m: int, convolutions: int, kernel: int, batch_norm: bool) -> nn.Sequential:
    """Return a block from n channels to m; padding keeps the size, pooling halves it."""

    def layers() -> Iterator[nn.Module]:
        for place in range(convolutions):
            yield nn.Conv2d(n if place == 0 else m, m, kernel, padding=kernel // 2, bias=not batch_norm)
            yield nn.BatchNorm2d(m) if batch_norm else nn.Identity()
            yield nn.ReLU()
        yield nn.MaxPool2d(2)

    return nn.Sequential(*layers())


def make(config: model_options.CNN, *, signature: Mapping[str, Size], device: Any, seed: int) -> Supervised:
    """Return a CNN for the pictures and classes that the tokenizer says."""
    shape = signature[config.input].shape
    if min(shape[1:]) < 2 ** len(config.channels):
        hint = "give fewer entries in `channels`"
        raise SpecError(f"architecture.channels: {len(config.channels)} blocks shrink {shape} to nothing", hint)
    with seeded(seed):
        network = CNN(
            shape,
            signature[config.target].count,
            config.channels,
            config.convolutions,
            config.kernel,
            config.normalise == "batch",
            config.dropout,
        )
    return Supervised(network, [config.input], config.target, "cross-entropy", device)
