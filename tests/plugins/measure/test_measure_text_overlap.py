import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from measure_helpers import config, make, measure, near, resampled, texts

# prediction, reference, F1 worked out by hand: 2 common / (words of one + words of the other)
TABLE = [
    ("the cat sat", "a cat sat down", 4 / 5),  # cat sat | cat sat down
    ("Cat, sat!", "cat sat", 1),
    ("cat cat cat", "cat dog", 2 / 5),  # one cat in common
    ("dog", "cat", 0),
    ("", "cat", 0),
    ("cat", "", 0),
    ("", "", 1),
    ("the", "...", 1),  # nothing is left of either
    ("重启服务器", "请重启服务", 8 / 10),
    ("用 GPU 训练", "使用gpu训练", 8 / 9),  # 用 gpu 训 练 | 使 用 gpu 训 练
    ("1,000", "1000", 1),
]


@pytest.mark.parametrize(("prediction", "reference", "wanted"), TABLE)
def test_token_f1_of_a_hand_computed_table(prediction, reference, wanted):
    assert near(measure(make("token-f1"), *texts([prediction], [reference], "answer")), wanted)


def test_token_f1_is_the_mean_of_its_rows():
    predictions, references, wanted = zip(*TABLE, strict=True)
    data = texts(predictions, references, "answer")
    assert near(measure(make("token-f1"), *data), sum(wanted) / len(wanted))
    for figure, chosen in resampled(make("token-f1"), *data, times=5):
        assert near(figure, sum(wanted[i] for i in chosen) / len(chosen))


@given(st.lists(st.sampled_from(["cat", "dog", "猫", "服务"]), max_size=8), st.randoms(use_true_random=False))
def test_order_does_not_matter(tokens, source):
    other = random.Random(source.random()).sample(tokens, len(tokens))
    assert measure(make("token-f1"), *texts([" ".join(tokens)], [" ".join(other)], "answer")) == 1


def test_exact_match_ignores_what_squad_ignores():
    predictions = ["The cat.", "重 启。", "cats", ""]
    references = ["cat", "重启", "cat", ""]
    assert list(make("exact-match").rows(*texts(predictions, references, "answer"))) == [1, 1, 0, 1]


def test_exact_match_as_it_stands():
    metric = make("exact-match", normalise=False)
    assert list(metric.rows(*texts(["The cat.", "C++", "C#"], ["the cat", "C++", "C++"], "answer"))) == [0, 1, 0]


def test_needs_follow_the_field():
    assert config("token-f1", field="reply").needs() == {"predicts:text", "text:reply"}
