import importlib
import math

import pytest
from measure_helpers import COMPONENTS, make

import toolkit_measure
from toolkit.errors import DataError, PluginError
from toolkit.registry import Registry
from toolkit_measure.columns import Columns, Mean, mean

#: Metric, the keys it reads of a prediction, the field it reads of an example.
READS = {
    **{name: (["label"], "label") for name in ("accuracy", "precision", "recall", "f1", "confusion")},
    "roc-auc": (["probabilities"], "label"),
    **{name: (["loss", "count"], None) for name in ("loss", "perplexity")},
    **{name: (["answer"], "answer") for name in ("exact-match", "token-f1", "bleu", "chrf", "vector-similarity")},
    "hit@k": (["ranking"], "gold_ids"),
    "mrr@k": (["ranking"], "gold_ids"),
    "question finds its own answer": (["ranking"], "own_ids"),
    "refusal-auroc": (["confidence"], "gold_ids"),
    "refusal-recall": (["refused"], "gold_ids"),
    "answer-rate": (["refused"], "gold_ids"),
    "answer-risk": (["ranking", "refused"], "gold_ids"),
    **{name: (["target"], "target") for name in ("rmse", "mae", "r2")},
}
VALUES = {
    "label": "a",
    "probabilities": {"a": 0.5, "b": 0.5},
    "loss": 1.0,
    "count": 2,
    "answer": "yes",
    "ranking": [{"id": "1", "score": 1.0}],
    "confidence": 0.5,
    "refused": False,
    "target": 1.0,
    "gold_ids": ["1"],
    "own_ids": ["1"],
}


def test_every_metric_is_listed():
    assert READS.keys() | {"ablation"} == COMPONENTS.keys()  # which is not measured where the parts are missing


def shown(name):
    """Return the name that a message has: `hit@k` with its example is hit@1."""
    return name.replace("@k", f"@{COMPONENTS[name].example['k']}") if "@k" in name else name


@pytest.mark.parametrize("name", READS)
def test_a_missing_key_names_metric_key_and_place(name):
    keys, field = READS[name]
    example = {field: VALUES[field]} if field else {}
    whole = {key: VALUES[key] for key in keys}
    for key in keys:
        broken = {other: value for other, value in whole.items() if other != key} | {"other": 1}
        with pytest.raises(PluginError, match=f"^{shown(name)}: prediction 2 has no key '{key}'") as error:
            list(make(name).rows([whole, broken], [example, example]))
        assert "other" in error.value.hint


@pytest.mark.parametrize("name", [name for name, (_, field) in READS.items() if field and field != "answer"])
def test_a_missing_field_names_metric_field_and_place(name):
    keys, field = READS[name]
    whole = {key: VALUES[key] for key in keys}
    with pytest.raises(DataError, match=f"^{shown(name)}: example 2 has no field '{field}'"):
        list(make(name).rows([whole, whole], [{field: VALUES[field]}, {}]))


@pytest.mark.parametrize("name", READS)
def test_predictions_and_examples_go_in_step(name):
    keys, field = READS[name]
    whole = {key: VALUES[key] for key in keys}
    with pytest.raises(ValueError, match="longer than"):
        list(make(name).rows([whole], [{field: VALUES[field]} if field else {}] * 2))


@pytest.mark.parametrize(("name", "key"), [("loss", "loss"), ("refusal-auroc", "confidence"), ("r2", "target")])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_finite_is_refused(name, key, value):
    keys, field = READS[name]
    broken = {k: VALUES[k] for k in keys} | {key: value}
    with pytest.raises(PluginError, match=f"{name}: prediction 1: {key} is {value}"):
        list(make(name).rows([broken], [{field: VALUES[field]} if field else {}]))


def test_mean_leaves_out_what_is_not_counted():
    metric = Mean(Columns("m", "a", "b"), lambda a, b: None if b is None else a * b)
    rows = list(metric.rows([{"a": 2}, {"a": 3}, {"a": 4}], [{"b": 1}, {"b": None}, {"b": 2}]))
    assert rows == [2, None, 8]
    assert metric.total([2, 8]) == mean([2, 8]) == 5


@pytest.mark.parametrize("name", ["exact-match", "token-f1", "bleu", "chrf", "vector-similarity"])
def test_a_question_without_a_reference_is_not_counted(name):
    """What must be refused has no answer to compare with."""
    registry = Registry.of({"measure": toolkit_measure})
    component, _ = registry.find("metric", name)
    module, _, factory = component.factory.partition(":")
    metric = getattr(importlib.import_module(module), factory)(component.config())
    said = [{"answer": "a red house by the sea"}, {"answer": ""}, {"answer": "a green tree by the sea"}]
    asked = [{"answer": "a red house by the sea"}, {}, {"answer": "a blue tree by the sea"}]
    rows = metric.rows(said, asked)
    assert rows[1] is None and rows[0] is not None and rows[2] is not None
    alone = getattr(importlib.import_module(module), factory)(component.config())
    assert metric.total([rows[0], rows[2]]) == alone.total(list(alone.rows([said[0], said[2]], [asked[0], asked[2]])))
    assert list(metric.rows([{"answer": "x"}], [{}])) == [None]
