import random

import numpy as np
import pytest
from measure_helpers import config, make, measure, near, resampled
from pydantic import ValidationError
from sklearn.metrics import label_ranking_average_precision_score, top_k_accuracy_score

IDS = [f"问{i}" for i in range(8)]


def ranked(*ids, refused=False):
    return {"ranking": [{"id": name, "score": -float(i)} for i, name in enumerate(ids)], "refused": refused}


def queries(n=40, seed=0):
    """Return random rankings, one gold id each, and the (n, ids) scores that order so."""
    source = random.Random(seed)
    orders = [source.sample(IDS, len(IDS)) for _ in range(n)]
    gold = [source.choice(IDS) for _ in range(n)]
    scores = np.array([[-order.index(name) for name in IDS] for order in orders])
    return [ranked(*order) for order in orders], [{"gold_ids": [name]} for name in gold], scores


@pytest.mark.parametrize("k", [1, 3, 7])
def test_hit_equals_scikit_learn(k):
    predictions, examples, scores = queries()
    true = [IDS.index(example["gold_ids"][0]) for example in examples]
    wanted = top_k_accuracy_score(true, scores, k=k, labels=range(len(IDS)))
    assert near(measure(make("hit@k", k=k), predictions, examples), wanted)
    for figure, chosen in resampled(make("hit@k", k=k), predictions, examples, times=10):
        drawn = top_k_accuracy_score([true[i] for i in chosen], scores[chosen], k=k, labels=range(len(IDS)))
        assert near(figure, drawn)


def test_mrr_equals_scikit_learn():
    predictions, examples, scores = queries()
    relevant = np.array([[name in example["gold_ids"] for name in IDS] for example in examples])
    wanted = label_ranking_average_precision_score(relevant, scores)
    assert near(measure(make("mrr@k", k=len(IDS)), predictions, examples), wanted)


def test_mrr_is_cut_at_k_and_takes_the_first_right_one():
    prediction, example = ranked("a", "b", "c", "d"), {"gold_ids": ["d", "c"]}
    assert measure(make("mrr@k", k=10), [prediction], [example]) == 1 / 3
    assert measure(make("mrr@k", k=3), [prediction], [example]) == 1 / 3
    assert measure(make("mrr@k", k=2), [prediction], [example]) == 0


@pytest.mark.parametrize("name", ["hit@k", "mrr@k"])
def test_only_questions_with_a_right_answer_count_and_refusal_changes_nothing(name):
    predictions = [ranked("a"), ranked("b", refused=True), ranked("a", refused=True)]
    examples = [{"gold_ids": ["a"]}, {"gold_ids": ["b"]}, {"gold_ids": []}]
    assert list(make(name, k=5).rows(predictions, examples)) == [1.0, 1.0, None]


def test_an_empty_or_short_ranking_misses():
    rows = list(make("hit@k", k=5).rows([ranked(), ranked("x")], [{"gold_ids": ["a"]}] * 2))
    assert rows == list(make("mrr@k", k=5).rows([ranked(), ranked("x")], [{"gold_ids": ["a"]}] * 2)) == [0.0, 0.0]


def test_a_question_that_finds_its_own_answer():
    predictions = [ranked("a", "b"), ranked("a", "b"), ranked("b")]
    examples = [{"own_ids": ["a"]}, {"own_ids": ["b"]}, {"own_ids": ["b", "c"]}]
    metric = make("question finds its own answer")
    assert measure(metric, predictions, examples) == 2 / 3
    assert config("question finds its own answer").needs() == {"predicts:ranking", "ids:own_ids"}


def test_k_is_needed_and_at_least_one():
    assert config("hit@k").needs() == {"predicts:ranking", "ids:gold_ids"}
    for wrong in (0, -1, "3", None):
        with pytest.raises(ValidationError):
            config("hit@k", k=wrong)
