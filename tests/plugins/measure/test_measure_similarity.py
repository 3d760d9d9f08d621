import random

import numpy as np
import pytest
from measure_helpers import config, make, measure, texts
from sklearn.metrics.pairwise import cosine_similarity

from toolkit_measure.similarity import cosine, mean_vector
from toolkit_measure.vectors import learn
from toolkit_measure.words import words

REFERENCES = [
    "Restart the server and open the report.",
    "Open the folder of the run; the report is there.",
    "请重启服务器，然后打开报告。",
    "报告在运行文件夹里。",
]


def test_cosine_equals_scikit_learn():
    source = np.random.default_rng(0)
    for a, b in source.normal(size=(20, 2, 7)):
        assert cosine(a, b) == pytest.approx(cosine_similarity([a], [b])[0, 0])
    assert cosine(np.zeros(3), np.ones(3)) == 0


def test_equals_the_cosine_of_means_written_out():
    predictions = ["the server report", "folder there", "重启报告", "完全 文件"]
    vectors = learn([words(reference) for reference in REFERENCES])
    rows = list(make("vector-similarity").rows(*texts(predictions, REFERENCES, "answer")))
    for row, prediction, reference in zip(rows, predictions, REFERENCES, strict=True):
        a, b = ([vectors[w] for w in words(text) if w in vectors] for text in (prediction, reference))
        assert row == pytest.approx(cosine_similarity([np.mean(a, axis=0)], [np.mean(b, axis=0)])[0, 0])
        assert type(row) is float


def test_the_same_text_scores_one_and_nothing_known_scores_zero():
    rows = list(make("vector-similarity").rows(*texts(REFERENCES, REFERENCES, "answer")))
    assert rows == pytest.approx([1] * 4)
    assert all(row <= 1 for row in rows)
    assert list(make("vector-similarity").rows(*texts(["", "xyz", "", ""], REFERENCES, "answer"))) == [0] * 4


def test_a_reference_without_vectors_is_not_counted():
    rows = list(make("vector-similarity").rows(*texts(["yes", "the run"], ["yes", "open the run"], "answer")))
    assert rows[0] is None
    assert rows[1] is not None


def test_a_better_answer_scores_higher():
    source = random.Random(0)
    topics = [["feed", "cat", "dog", "milk"], ["grip", "saw", "steel", "nail"]]
    references = [" ".join(source.sample(topic, 3)) for topic in topics * 20]
    same = [" ".join(source.sample(topic, 2)) for topic in topics * 20]
    metric = make("vector-similarity")
    right = measure(metric, *texts(same, references, "answer"))
    wrong = measure(metric, *texts(same[1:] + same[:1], references, "answer"))
    assert right > wrong + 0.3


def test_vectors_from_a_file(tmp_path):
    path = tmp_path / "glove.txt"
    path.write_text("cat 1 0\ndog 0 1\n猫 1 1\n", encoding="utf-8")
    metric = make("vector-similarity", vectors=str(path))
    assert list(metric.rows(*texts(["Cat", "猫", "cat dog", "cow"], ["dog", "cat", "猫", "cat"], "answer"))) == (
        pytest.approx([0, 0.5**0.5, 1, 0])
    )


def test_a_run_opens_without_the_file(tmp_path):
    path = tmp_path / "glove.txt"
    path.write_text("cat 1 0\n", encoding="utf-8")
    options = config("vector-similarity", vectors=str(path))
    path.unlink()
    made = type(options).model_validate(options.model_dump(mode="json"), context={"paths": False})
    assert made.vectors == path


def test_mean_vector_passes_over_unknown_words():
    vectors = {"a": np.array([2.0, 0]), "b": np.array([0, 4.0])}
    assert mean_vector(["a", "b", "c"], vectors).tolist() == [1, 2]
    assert mean_vector(["c"], vectors) is None
