"""The multi-layer perceptron."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from toolkit.contracts import Size
from toolkit.errors import SpecError
from toolkit_samples import model_options
from toolkit_samples.supervised import Supervised, seeded

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "gelu": nn.GELU, "none": nn.Identity}


class MLP(nn.Module):
    """h_0 = x;  h_l = dropout(f(norm(W_l h_(l-1) + b_l)));  output = g(W_L h_(L-1) + b_L)."""

    def __init__(
        self,
        widths: Sequence[int],  # inputs, hidden..., outputs
        activation: str = "relu",
        output_activation: str = "none",
        layer_norm: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        hidden = widths[1:-1]
        self.layers = nn.ModuleList(nn.Linear(n, m) for n, m in pairwise(widths))  # W_l (m, n), b_l (m,)
        self.norms = nn.ModuleList(nn.LayerNorm(width) if layer_norm else nn.Identity() for width in hidden)
        self.activation = ACTIVATIONS[activation]()
        self.output_activation = ACTIVATIONS[output_activation]()
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        h = x.flatten(1)  # (B, inputs)
        for layer, norm in zip(self.layers, self.norms, strict=False):
            h = self.dropout(self.activation(norm(layer(h))))  # (B, hidden)
        return self.output_activation(self.layers[-1](h))  # (B, outputs)


def start_from(network: MLP, weights: Sequence[tuple[list[list[float]], list[float]]]) -> None:
    """Set each layer to its weight (m, n) and bias (m,), or raise SpecError where the sizes do not meet."""
    for place, (layer, (weight, bias)) in enumerate(zip(network.layers, weights, strict=True)):
        found = (len(weight), len(weight[0]))
        if found != tuple(layer.weight.shape):
            wanted = tuple(layer.weight.shape)
            raise SpecError(f"architecture.weights: layer {place} is {found}, and the data make it {wanted}")
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(weight))
            layer.bias.copy_(torch.tensor(bias))


def make(config: model_options.MLP, *, signature: Mapping[str, Size], device: Any, seed: int) -> Supervised:
    """Return an MLP between the sizes that the tokenizer says."""
    target = signature[config.target]
    outputs = target.count if target.count is not None else target.shape[0]
    with seeded(seed):
        network = MLP(
            [math.prod(signature[config.input].shape), *config.hidden, outputs],
            config.activation,
            config.output_activation,
            config.normalise == "layer",
            config.dropout,
        )
    if config.weights is not None:
        start_from(network, [(layer.weight, layer.bias) for layer in config.weights])
    return Supervised(network, [config.input], config.target, config.loss_name, device)
