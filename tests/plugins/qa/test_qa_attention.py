from __future__ import annotations

import math

import pytest
import torch

from toolkit_qa.attention import LuongAttention


@pytest.fixture
def attention():
    torch.manual_seed(0)
    return LuongAttention(3)


@torch.no_grad()
def test_equal_to_the_formulas_of_the_paper(attention):
    h, memory = torch.randn(2, 4, 3), torch.randn(2, 5, 3)
    padding = torch.tensor([[False] * 5, [False, False, True, True, True]])
    found = attention(h, memory, padding)
    w_a, w_c = attention.score.weight.T, attention.combine.weight
    for row, length in [(0, 5), (1, 2)]:
        for t in range(4):
            scores = [float(h[row, t] @ w_a @ memory[row, s]) for s in range(length)]
            total = sum(math.exp(score) for score in scores)
            context = sum(math.exp(score) / total * memory[row, s] for s, score in enumerate(scores))
            wanted = torch.tanh(w_c @ torch.cat([context, h[row, t]]))
            assert torch.allclose(found[row, t], wanted, atol=1e-6)


def test_weights_sum_to_one_and_padding_gets_none(attention):
    padding = torch.tensor([[False, False, True, True]])
    weights = attention.weights(torch.randn(1, 2, 3), torch.randn(1, 4, 3), padding)
    assert torch.allclose(weights.sum(-1), torch.ones(1, 2))
    assert weights[:, :, 2:].eq(0).all()


def test_what_stands_in_padding_does_not_matter(attention):
    h, memory = torch.randn(1, 2, 3), torch.randn(1, 4, 3)
    padding = torch.tensor([[False, False, True, True]])
    other = memory.clone()
    other[:, 2:] = 1e6
    assert torch.equal(attention(h, memory, padding), attention(h, other, padding))
