import random

import pytest
from measure_helpers import config, make, measure, near, resampled
from sklearn.metrics import precision_score

from toolkit.errors import DataError, PluginError


def made(n=80, seed=0):
    source = random.Random(seed)
    ranking = lambda: [{"id": name, "score": 1.0} for name in source.sample("abcd", source.randrange(5))]  # noqa: E731
    predictions = [{"ranking": ranking(), "refused": source.random() < 0.4} for _ in range(n)]
    return predictions, [{"gold_ids": source.choice([[], ["a"], ["a", "b"]])} for _ in range(n)]


def is_right(prediction, example):
    return bool(prediction["ranking"]) and prediction["ranking"][0]["id"] in example["gold_ids"]


def risk(predictions, examples):
    """Return 1 - precision, an answer standing for a positive."""
    right = [is_right(*pair) for pair in zip(predictions, examples, strict=True)]
    return 1 - precision_score(right, [not p["refused"] for p in predictions], zero_division=0)


def test_it_is_one_minus_the_precision_of_answering():
    predictions, examples = made()
    assert near(measure(make("answer-risk"), predictions, examples), risk(predictions, examples))


def test_every_resample_equals_it_too():
    predictions, examples = made()
    given = [(p, e) for p, e in zip(predictions, examples, strict=True) if not p["refused"]]
    predictions, examples = map(list, zip(*given, strict=True))
    for figure, chosen in resampled(make("answer-risk"), predictions, examples):
        assert near(figure, risk([predictions[i] for i in chosen], [examples[i] for i in chosen]))


def test_what_is_refused_is_no_answer_and_an_answer_to_what_has_none_is_wrong():
    ranking = [{"id": "a", "score": 1.0}, {"id": "b", "score": 0.5}]
    given = [{"ranking": ranking, "refused": False}] * 3 + [{"ranking": ranking, "refused": True}] * 2
    examples = [{"gold_ids": ids} for ids in (["a", "c"], ["b"], [], ["b"], [])]
    assert list(make("answer-risk").rows(given, examples)) == [0.0, 1.0, 1.0, None, None]
    assert measure(make("answer-risk"), given, examples) == 2 / 3


def test_where_all_is_refused_it_is_not_measured():
    assert measure(make("answer-risk"), [{"ranking": [], "refused": True}], [{"gold_ids": ["a"]}]) is None


def test_less_is_better_and_the_field_can_be_named():
    assert config("answer-risk").better == "lower"
    assert config("answer-risk", field="right").needs() == {"predicts:ranking", "ids:right"}
    rows = make("answer-risk", field="right").rows([{"ranking": [{"id": 1}], "refused": False}], [{"right": [1]}])
    assert list(rows) == [0.0]


def test_what_is_missing_is_named():
    with pytest.raises(PluginError, match="prediction 1 has no key 'refused'"):
        list(make("answer-risk").rows([{"ranking": []}], [{"gold_ids": []}]))
    with pytest.raises(DataError, match="example 1 has no field 'gold_ids'"):
        list(make("answer-risk").rows([{"ranking": [], "refused": True}], [{}]))
