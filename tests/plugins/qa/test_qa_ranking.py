import numpy as np
import pytest

from toolkit_qa.ranking import CHUNK, chunks, highest, rank_of


@pytest.mark.parametrize("seed", range(5))
def test_highest_equals_a_full_sort(seed):
    scores = np.random.default_rng(seed).integers(-2, 5, 50).astype(np.float32)
    order = [place for place in sorted(range(50), key=lambda place: (-scores[place], place)) if scores[place] > 0]
    for k in (1, 7, 50, 100):
        assert highest(scores, k).tolist() == order[:k]


@pytest.mark.parametrize("seed", range(5))
def test_the_rank_is_the_place_in_the_ranking(seed):
    source = np.random.default_rng(seed)
    scores = source.integers(-1, 4, 30).astype(np.float32)
    ranking = highest(scores, 30).tolist()
    for golds in ([3], [4, 20], [0, 1, 2], list(range(30))):
        ranks = [ranking.index(place) + 1 for place in golds if place in ranking]
        assert rank_of(golds, scores) == min(ranks, default=0)


def test_equal_scores_rank_in_the_order_of_the_table():
    scores = np.array([1.0, 2.0, 2.0, 2.0])
    assert [rank_of([place], scores) for place in range(4)] == [4, 1, 2, 3]


def test_what_is_not_found_has_no_rank():
    assert rank_of([], np.ones(3)) == 0
    assert rank_of([1], np.zeros(3)) == 0  # as the first of equals it would rank second
    assert rank_of([0], np.array([-1.0, -2.0])) == 0


def test_chunks_hold_every_example_once():
    assert [len(chunk) for chunk in chunks(iter(range(2 * CHUNK + 1)))] == [CHUNK, CHUNK, 1]
    assert [x for chunk in chunks(range(CHUNK)) for x in chunk] == list(range(CHUNK))
    assert list(chunks([])) == []
