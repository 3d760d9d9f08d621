"""How an answer is written token by token: greedily, or by beam search with length normalisation.

Both are given `step(last, state) -> (log_probs, state)`, where `last` (N, 1) holds the newest token of each row,
`log_probs` is (N, V), and the state is a tuple of tensors (layers, N, width).
A row's answer does not depend on the rows beside it: what is finished stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

State = tuple[Tensor, ...]
Step = Callable[[Tensor, State], tuple[Tensor, State]]


class Answer(NamedTuple):
    """What was written for one row."""

    tokens: list[int]
    """Without marks."""
    score: float
    """Mean log-probability of a token, the end mark counted, in nats."""


def greedy(step: Step, state: State, rows: int, begin: int, end: int, longest: int) -> list[Answer]:
    """Take the most probable token at each step, until the end mark or `longest` tokens.

    Args:
        state: of the decoder before the first token (layers, rows, width).
        begin, end: ids of the marks.
    """
    device = state[0].device
    last = torch.full((rows, 1), begin, device=device)
    finished = torch.zeros(rows, dtype=torch.bool, device=device)
    total, length = torch.zeros(rows, device=device), torch.zeros(rows, dtype=torch.long, device=device)
    written = []
    for _ in range(longest):
        log_probs, state = step(last, state)  # (B, V)
        best, token = log_probs.max(dim=-1)  # (B,)
        total += best.masked_fill(finished, 0.0)
        length += ~finished
        token = token.masked_fill(finished, end)
        written.append(token)
        finished |= token == end
        if finished.all():
            break
        last = token[:, None]
    return _answers(torch.stack(written, dim=1), total, length, end)


def beam_search(
    step: Step, state: State, rows: int, begin: int, end: int, longest: int, size: int, penalty: float
) -> list[Answer]:
    """Follow the `size` best beginnings of each row, compared by log-probability / length^penalty.

    A row is done once its best beam has ended. With `size` 1 this is greedy decoding.

    Args:
        state: of the decoder before the first token (layers, rows, width).
    """
    device = state[0].device
    state = tuple(tensor.repeat_interleave(size, dim=1) for tensor in state)  # (layers, B*K, width)
    first = torch.arange(rows, device=device)[:, None] * size  # (B, 1): where the beams of a row begin
    written = torch.full((rows, size, 1), begin, device=device)  # (B, K, t)
    finished = torch.zeros(rows, size, dtype=torch.bool, device=device)
    length = torch.zeros(rows, size, dtype=torch.long, device=device)
    total = torch.full((rows, size), -torch.inf, device=device)
    total[:, 0] = 0.0  # the beams are equal at first: only one of them may branch
    for _ in range(longest):
        log_probs, state = step(written[:, :, -1].reshape(-1, 1), state)
        log_probs = _only_end(log_probs.view(rows, size, -1), finished, end)  # (B, K, V)
        length = length + ~finished
        totals = total[:, :, None] + log_probs
        ranked = totals / length[:, :, None] ** penalty
        place = ranked.flatten(1).topk(size).indices  # (B, K), best first
        beam, token = place // log_probs.shape[-1], place % log_probs.shape[-1]
        total, length = totals.flatten(1).gather(1, place), length.gather(1, beam)
        written = torch.cat([written.gather(1, beam[:, :, None].expand_as(written)), token[:, :, None]], dim=-1)
        finished = finished.gather(1, beam) | (token == end)
        finished = finished | finished[:, :1]  # the best beam has ended: nothing of this row goes on
        if finished.all():
            break
        state = tuple(tensor.index_select(1, (first + beam).flatten()) for tensor in state)
    return _answers(written[:, 0, 1:], total[:, 0], length[:, 0], end)


def _only_end(log_probs: Tensor, finished: Tensor, end: int) -> Tensor:
    """Let finished beams (B, K) go on with the end mark alone, at no cost."""
    alone = torch.full_like(log_probs[0, 0], -torch.inf)
    alone[end] = 0.0
    return torch.where(finished[:, :, None], alone, log_probs)


def _answers(written: Tensor, total: Tensor, length: Tensor, end: int) -> list[Answer]:
    """Cut what was written (B, t) at each row's length, and drop the end mark."""
    answers = []
    for row, score, count in zip(written.tolist(), (total / length).tolist(), length.tolist(), strict=True):
        tokens = row[:count]
        answers.append(Answer(tokens[:-1] if tokens[-1] == end else tokens, score))
    return answers
