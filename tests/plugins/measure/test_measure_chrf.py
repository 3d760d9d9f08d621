import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_helpers import make, measure, near, resampled, texts
from sacrebleu.metrics.chrf import CHRF

SENTENCES = ["run the command again", "the report", "", "no", "请重新运行命令。", "报告在文件夹里", "重启"]
SENTENCE = st.sampled_from(SENTENCES) | st.text(max_size=12)


def wanted(predictions, references):
    return CHRF().corpus_score(list(predictions), [list(references)]).score


@settings(max_examples=150)
@given(st.lists(st.tuples(SENTENCE, SENTENCE), min_size=1, max_size=6))
def test_equals_sacrebleu(pairs):
    predictions, references = zip(*pairs, strict=True)
    figure = measure(make("chrf"), *texts(predictions, references, "answer"))
    assert near(figure, wanted(predictions, references))


def test_resamples_equal_sacrebleu():
    pairs = [(a, b) for a in SENTENCES for b in SENTENCES]
    predictions, references = zip(*pairs, strict=True)
    for figure, chosen in resampled(make("chrf"), *texts(predictions, references, "answer")):
        assert near(figure, wanted([predictions[i] for i in chosen], [references[i] for i in chosen]))


@pytest.mark.parametrize(("prediction", "figure"), [("重启服务器", 100), ("", 0), ("完全不同", 0)])
def test_extremes(prediction, figure):
    assert measure(make("chrf"), *texts([prediction], ["重启服务器"], "answer")) == pytest.approx(figure)
