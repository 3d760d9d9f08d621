"""Greedy and beam search over a table of probabilities, against a search through everything."""

from __future__ import annotations

import itertools

import pytest
import torch

from toolkit_qa.decoding import beam_search, greedy

BOS, EOS, LONGEST = 0, 1, 4


def bigrams(seed, vocabulary=4, rows=1):
    """Return the log-probability of each token after each other, one table a row (B, V, V)."""
    source = torch.Generator().manual_seed(seed)
    table = 2 * torch.randn(rows, vocabulary, vocabulary, generator=source)
    table[:, :, BOS] = -torch.inf
    return table.log_softmax(-1)


def stepping(tables, size=1):
    """A step whose state is the table of each row: that it is reordered with the beams is part of the test."""

    def step(last, state):
        return state[0][0][torch.arange(len(last)), last[:, 0]], state

    return step, (tables.flatten(1)[None].unflatten(-1, tables.shape[1:]),)


def searched(table, penalty):
    """Return the best of all answers of up to LONGEST tokens, by sum / length^penalty."""
    best = None
    for length in range(1, LONGEST + 1):
        for tokens in itertools.product(range(1, len(table)), repeat=length):
            ends = EOS in tokens
            if (ends and tokens.index(EOS) != length - 1) or (not ends and length < LONGEST):
                continue
            total = sum(table[a, b].item() for a, b in itertools.pairwise((BOS, *tokens)))
            rank = total / length**penalty
            if best is None or rank > best[0]:
                best = rank, [t for t in tokens if t != EOS], total / length
    return best[1:]


def beam(tables, size, penalty=1.0):
    step, state = stepping(tables)
    return beam_search(step, state, len(tables), BOS, EOS, LONGEST, size, penalty)


def greedily(tables):
    step, state = stepping(tables)
    return greedy(step, state, len(tables), BOS, EOS, LONGEST)


@pytest.mark.parametrize("seed", range(20))
def test_greedy_takes_the_most_probable_token_each_time(seed):
    table = bigrams(seed)[0]
    tokens, total, last = [], 0.0, BOS
    while len(tokens) < LONGEST and (not tokens or last != EOS):
        last = int(table[(tokens or [BOS])[-1]].argmax())
        total += table[(tokens or [BOS])[-1], last].item()
        tokens.append(last)
    found = greedily(table[None])[0]
    assert found.tokens == [token for token in tokens if token != EOS]
    assert found.score == pytest.approx(total / len(tokens), abs=1e-5)


def test_a_beam_of_one_is_greedy():
    tables = bigrams(7, vocabulary=6, rows=50)
    for one, other in zip(beam(tables, 1), greedily(tables), strict=True):
        assert one.tokens == other.tokens
        assert one.score == pytest.approx(other.score, abs=1e-6)


def agreement(answers, exact):
    return sum(answer.tokens == best for answer, best in zip(answers, exact, strict=True))


def test_a_wide_beam_finds_the_most_probable_of_all_answers():
    tables = bigrams(1, rows=60)
    exact = [searched(table, penalty=0.0)[0] for table in tables]
    assert agreement(beam(tables, 30, penalty=0.0), exact) == 60
    assert agreement(greedily(tables), exact) < 50


def test_by_the_mean_a_beam_finds_the_best_more_often_than_greedy_decoding():
    tables = bigrams(1, rows=60)
    exact = [searched(table, penalty=1.0)[0] for table in tables]
    assert agreement(beam(tables, 4, penalty=1.0), exact) > agreement(greedily(tables), exact)


def test_the_penalty_decides_between_short_and_long():
    tables = bigrams(3, rows=60)
    lengths = [sum(len(answer.tokens) for answer in beam(tables, 6, penalty)) for penalty in (0.0, 1.0)]
    assert lengths[0] < lengths[1]


@pytest.mark.parametrize("size", [1, 3])
def test_rows_do_not_change_each_other(size):
    tables = bigrams(5, rows=40)
    together = beam(tables, size) if size > 1 else greedily(tables)
    for place, answer in enumerate(together):
        alone = beam(tables[place : place + 1], size) if size > 1 else greedily(tables[place : place + 1])
        assert answer.tokens == alone[0].tokens
        assert answer.score == pytest.approx(alone[0].score, abs=1e-6)


def test_more_beams_than_tokens():
    found = beam(bigrams(2, vocabulary=3, rows=5), 25)
    assert all(len(answer.tokens) <= LONGEST for answer in found)
    assert all(answer.score > -100 for answer in found)


def test_answers_that_end_at_once_and_never():
    table = torch.full((2, 3, 3), -50.0)
    table[0, BOS, EOS] = 0.0
    table[1, BOS, 2] = table[1, 2, 2] = 0.0
    for found in (greedily(table), beam(table, 2)):
        assert [answer.tokens for answer in found] == [[], [2] * LONGEST]
