import random

from measure_helpers import config, make, measure, near, resampled
from sklearn.metrics import recall_score, roc_auc_score


def made(n=60, seed=0):
    source = random.Random(seed)
    predictions = [{"confidence": source.randrange(9) / 8, "refused": source.random() < 0.4} for _ in range(n)]
    return predictions, [{"gold_ids": source.choice([[], ["a"], ["a", "b"]])} for _ in range(n)]


def auroc(predictions, examples):
    return roc_auc_score([not e["gold_ids"] for e in examples], [1 - p["confidence"] for p in predictions])


def test_auroc_equals_scikit_learn():
    predictions, examples = made()
    metric = make("refusal-auroc")
    assert near(measure(metric, predictions, examples), auroc(predictions, examples))
    for figure, chosen in resampled(metric, predictions, examples):
        assert near(figure, auroc([predictions[i] for i in chosen], [examples[i] for i in chosen]))


def test_less_confidence_out_of_scope_is_right():
    predictions = [{"confidence": c} for c in (0.9, 0.8, 0.1)]
    examples = [{"gold_ids": ids} for ids in (["a"], ["b"], [])]
    assert measure(make("refusal-auroc"), predictions, examples) == 1
    assert measure(make("refusal-auroc"), predictions[::-1], examples) == 0


def test_one_side_alone_is_not_measured():
    predictions, _ = made(6)
    for gold in ([], ["a"]):
        assert list(make("refusal-auroc").rows(predictions, [{"gold_ids": gold}] * 6)) == [None] * 6


def test_shares_equal_scikit_learn():
    predictions, examples = made()
    refused = [p["refused"] for p in predictions]
    refuse = [not e["gold_ids"] for e in examples]
    assert near(measure(make("refusal-recall"), predictions, examples), recall_score(refuse, refused))
    wanted = recall_score(refuse, refused, pos_label=False)
    assert near(measure(make("answer-rate"), predictions, examples), wanted)


def test_each_share_counts_its_own_side():
    predictions = [{"refused": True}, {"refused": False}]
    examples = [{"gold_ids": []}, {"gold_ids": ["a"]}]
    assert list(make("refusal-recall").rows(predictions, examples)) == [1.0, None]
    assert list(make("answer-rate").rows(predictions, examples)) == [None, 1.0]
    assert config("answer-rate", field="right").needs() == {"predicts:ranking", "ids:right"}
