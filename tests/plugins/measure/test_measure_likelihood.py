import math
import random

import pytest
from measure_helpers import make, measure, near, resampled
from sklearn.metrics import log_loss


def test_weighs_by_items_not_by_examples():
    scores = [{"loss": 6.0, "count": 3}, {"loss": 1.0, "count": 1}]
    assert measure(make("loss"), scores, [{}, {}]) == 7 / 4
    assert measure(make("perplexity"), scores, [{}, {}]) == math.exp(7 / 4)


def test_loss_equals_log_loss_and_uniform_has_the_perplexity_of_its_choices():
    source = random.Random(0)
    p = [[source.random() for _ in range(4)] for _ in range(50)]
    p = [[value / sum(row) for value in row] for row in p]
    true = [source.randrange(4) for _ in p]
    scores = [{"loss": -math.log(row[label]), "count": 1} for row, label in zip(p, true, strict=True)]
    wanted = log_loss(true, p, labels=range(4))
    assert near(measure(make("loss"), scores, [{}] * 50), wanted)
    uniform = [{"loss": 9 * math.log(7), "count": 9}]
    assert measure(make("perplexity"), uniform, [{}]) == pytest.approx(7)


def test_resamples_use_the_same_sums():
    source = random.Random(1)
    scores = [{"loss": source.random() * n, "count": n} for n in range(1, 30)]
    for figure, chosen in resampled(make("loss"), scores, [{}] * len(scores)):
        drawn = [scores[i] for i in chosen]
        assert near(figure, sum(s["loss"] for s in drawn) / sum(s["count"] for s in drawn))


def test_nothing_scored_is_not_counted():
    scores = [{"loss": 0.0, "count": 0}, {"loss": 2.0, "count": 1}]
    assert list(make("loss").rows(scores, [{}, {}])) == [None, (2.0, 1)]


def test_a_hopeless_loss_keeps_perplexity_finite():
    assert math.isfinite(measure(make("perplexity"), [{"loss": 1e6, "count": 1}], [{}]))
