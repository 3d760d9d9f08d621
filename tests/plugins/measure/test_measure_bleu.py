import logging
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_helpers import make, measure, near, resampled, texts
from sacrebleu.metrics.bleu import BLEU

ENGLISH = ["run the command again", "the report is in the folder.", "open it, please!", "no", "", "it's 5 & 6"]
CHINESE = ["请重新运行命令。", "报告在文件夹里", "用toolkit构建", "不", "", "打开它，好吗？"]


def drawn(source, sentences, n=25):
    words = [word for sentence in sentences for word in (sentence.split() or [""])]
    return [" ".join(source.choices(words, k=source.randrange(8))) for _ in range(n)]


def wanted(tokenize, predictions, references):
    return BLEU(tokenize=tokenize).corpus_score(predictions, [references]).score


@pytest.mark.parametrize("tokenize", ["13a", "zh", "char"])
@pytest.mark.parametrize("sentences", [ENGLISH, CHINESE])
def test_corpus_and_resamples_equal_sacrebleu(tokenize, sentences):
    source = random.Random(0)
    predictions, references = drawn(source, sentences), drawn(source, sentences)
    data = texts(predictions, references, "answer")
    metric = make("bleu", tokenize=tokenize)
    assert wanted(tokenize, predictions, references) > 0
    assert near(measure(metric, *data), wanted(tokenize, predictions, references))
    for figure, chosen in resampled(metric, *data):
        assert near(figure, wanted(tokenize, [predictions[i] for i in chosen], [references[i] for i in chosen]))


SENTENCE = st.sampled_from(ENGLISH + CHINESE) | st.text(max_size=12)


@settings(max_examples=60)
@given(st.lists(st.tuples(SENTENCE, SENTENCE), min_size=1, max_size=6))
def test_any_text_equals_sacrebleu(pairs):
    predictions, references = zip(*pairs, strict=True)
    figure = measure(make("bleu", tokenize="zh"), *texts(predictions, references, "answer"))
    assert near(figure, wanted("zh", list(predictions), list(references)))


@pytest.mark.parametrize(("references", "tokenize"), [(CHINESE, "zh"), (ENGLISH, "13a"), (["", ""], "13a")])
def test_auto_goes_by_the_references(references, tokenize):
    predictions = ["报告 the report is in 文件夹里"] * len(references)
    metric = make("bleu")
    figure = measure(metric, *texts(predictions, references, "answer"))
    assert near(figure, wanted(tokenize, predictions, references))
    [section] = metric.sections()
    assert f"tok:{tokenize}" in section.blocks[0]


def test_extremes():
    same = [sentence for sentence in ENGLISH if len(sentence.split()) > 3]
    assert measure(make("bleu"), *texts(same, same, "answer")) == pytest.approx(100)
    assert measure(make("bleu"), *texts([""], ["a reference"], "answer")) == 0
    assert measure(make("bleu"), *texts(["x"], [""], "answer")) == 0


def test_nothing_is_logged(caplog):
    with caplog.at_level(logging.DEBUG, "sacrebleu"):
        measure(make("bleu"), *texts(["it ends here ."] * 120, ["it ends here."] * 120, "answer"))
    assert not caplog.records


def test_nothing_measured_shows_nothing():
    metric = make("bleu")
    assert list(metric.rows([], [])) == list(metric.sections()) == []
