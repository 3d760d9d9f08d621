"""Global attention after Luong, Pham and Manning, "Effective Approaches to Attention-based NMT" (EMNLP 2015)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class LuongAttention(nn.Module):
    """The score `general`: score(h_t, h_s) = h_t^T W_a h_s; then h~_t = tanh(W_c [c_t; h_t]) (equations 5, 7, 8).

    Without input feeding, so that all target positions are computed at once.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.score = nn.Linear(width, width, bias=False)  # W_a
        self.combine = nn.Linear(2 * width, width, bias=False)  # W_c

    def forward(self, h: Tensor, memory: Tensor, padding: Tensor) -> Tensor:
        """Return the attentional states h~ (B, T, H).

        Args:
            h: decoder states (B, T, H).
            memory: encoder states (B, S, H).
            padding: True where the source is padding (B, S).
        """
        context = self.weights(h, memory, padding) @ memory  # (B, T, H)
        return torch.tanh(self.combine(torch.cat([context, h], dim=-1)))

    def weights(self, h: Tensor, memory: Tensor, padding: Tensor) -> Tensor:
        """Return how much each target position looks at each source position (B, T, S); rows sum to 1."""
        scores = self.score(h) @ memory.transpose(1, 2)  # (B, T, S)
        return scores.masked_fill(padding[:, None, :], -torch.inf).softmax(dim=-1)
