from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit_torch.order import Order, chunks, derived


def order(count=103, batch_size=8, accumulation=1, seed=5, lengths=None):
    return Order(count, batch_size, accumulation, seed, lengths)


LENGTHS = [(7 * place) % 41 for place in range(103)]


@given(
    st.integers(1, 300), st.integers(1, 40), st.integers(1, 5), st.integers(0, 2**62), st.booleans(), st.integers(0, 3)
)
def test_each_example_stands_in_an_epoch_once(count, batch_size, accumulation, seed, bucket, epoch):
    lengths = [(place * 7919) % 23 for place in range(count)] if bucket else None
    made = order(count, batch_size, accumulation, seed, lengths)
    batches = made.epoch(epoch)
    assert sorted(place for batch in batches for place in batch) == list(range(count))
    assert all(len(batch) <= batch_size for batch in batches)
    assert len(chunks(batches, accumulation)) == made.steps_per_epoch


@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_order_is_a_function_of_seed_and_epoch(lengths):
    assert order(lengths=lengths).epoch(2) == order(lengths=lengths).epoch(2)
    assert order(lengths=lengths).epoch(2) != order(lengths=lengths).epoch(3)
    assert order(lengths=lengths).epoch(2) != order(lengths=lengths, seed=6).epoch(2)


@pytest.mark.parametrize("after", [0, 1, 6, 7, 8, 20])
def test_steps_go_on_where_they_were_left(after):
    made = order(accumulation=2)
    assert made.steps_per_epoch == 7
    assert list(islice(made.steps(0), after, after + 9)) == list(islice(made.steps(after), 9))


@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_no_batch_is_left_with_the_crumbs(lengths):
    """103 = 12 * 8 + 7 = 6 * 17 + 1: batch statistics of a single example would mean nothing."""
    for batch_size, smallest in [(8, 6), (17, 9)]:
        sizes = [len(batch) for batch in order(batch_size=batch_size, lengths=lengths).epoch(0)]
        assert min(sizes) >= smallest
        assert len(sizes) == -(-103 // batch_size)


def test_buckets_hold_examples_of_like_length():
    def padding(batches):
        return sum(max(LENGTHS[place] for place in batch) * len(batch) for batch in batches)

    assert padding(order(lengths=LENGTHS).epoch(0)) < 0.75 * padding(order().epoch(0))


def test_buckets_are_not_the_same_batches_each_epoch():
    first, second = ({frozenset(batch) for batch in order(lengths=LENGTHS).epoch(epoch)} for epoch in (0, 1))
    assert len(first & second) < len(first) / 2


def test_derived_seeds_differ_by_path():
    assert derived(0, "step", 1, 2) == derived(0, "step", 1, 2)
    assert (
        len({derived(0, "step", 1, 2), derived(0, "step", 2, 1), derived(1, "step", 1, 2), derived(0, "order", 1)}) == 4
    )
    assert 0 <= derived(2**63 - 1, "x") < 2**63
