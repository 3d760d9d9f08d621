import math
import random
from collections import Counter

import numpy as np
import pytest

from toolkit.errors import DataError
from toolkit_measure.vectors import DIMENSIONS, VOCABULARY, WINDOW, learn, near_counts, positive_information, read

TEXTS = [text.split() for text in ("run the build", "run the tests of the build", "open the report", "alone", "")]


def test_ppmi_equals_its_definition_word_by_word():
    near = Counter()
    for text in TEXTS:
        for i, a in enumerate(text):
            for j, b in enumerate(text):
                near[a, b] += i != j and abs(i - j) <= WINDOW
    total = sum(near.values())
    alone = Counter()
    for (a, _), times in near.items():
        alone[a] += times
    vocabulary = sorted({word for text in TEXTS for word in text})
    counts = near_counts(TEXTS, vocabulary)
    ppmi = positive_information(counts)
    for i, a in enumerate(vocabulary):
        for j, b in enumerate(vocabulary):
            assert counts[i, j] == near[a, b]
            wanted = max(0, math.log(near[a, b] * total / (alone[a] * alone[b]))) if near[a, b] else 0
            assert ppmi[i, j] == pytest.approx(wanted)


def test_window_ends_where_it_says():
    words = [f"w{i}" for i in range(WINDOW + 2)]
    counts = near_counts([words], words)
    assert counts[0, WINDOW] == 1
    assert counts[0, WINDOW + 1] == 0


def test_vectors_equal_the_singular_value_decomposition():
    source = random.Random(0)
    texts = [source.choices([f"w{i}" for i in range(20)], k=8) for _ in range(40)]
    vectors = learn(texts)
    words = sorted(vectors)
    u, s, _ = np.linalg.svd(positive_information(near_counts(texts, words)))
    wanted = (u * np.sqrt(s)) @ (u * np.sqrt(s)).T  # rotations and signs are free, products are not
    table = np.stack([vectors[word] for word in words])
    assert np.allclose(table @ table.T, wanted)


def test_the_largest_singular_values_are_kept():
    source = random.Random(0)
    texts = [source.choices([f"w{i}" for i in range(DIMENSIONS + 20)], k=8) for _ in range(80)]
    vectors = learn(texts)
    s = np.linalg.svd(positive_information(near_counts(texts, sorted(vectors))), compute_uv=False)
    table = np.stack([vectors[word] for word in sorted(vectors)])
    assert np.allclose(np.linalg.svd(table, compute_uv=False) ** 2, s[:DIMENSIONS])


def test_same_texts_same_vectors():
    one, two = learn(TEXTS), learn(TEXTS)
    assert list(one) == list(two)
    assert all((one[word] == two[word]).all() for word in one)


def test_words_used_alike_are_alike():
    source = random.Random(0)
    animals, tools = ["cat", "dog"], ["hammer", "saw"]
    texts = [["feed", source.choice(animals), "milk", "daily"] for _ in range(40)]
    texts += [["grip", source.choice(tools), "steel", "firmly"] for _ in range(40)]
    vectors = learn(texts)
    assert vectors["cat"] @ vectors["dog"] > 5 * abs(vectors["cat"] @ vectors["saw"])


def test_a_word_that_stands_alone_has_no_vector_and_the_rarest_are_cut():
    assert "alone" not in learn(TEXTS)
    assert learn([]) == learn([[]]) == {}
    many = [[f"w{i:05}", "often"] for i in range(VOCABULARY)]
    vectors = learn(many)
    assert len(vectors) == VOCABULARY
    assert f"w{VOCABULARY - 1:05}" not in vectors  # all equally rare: the last by name goes
    assert len(vectors["often"]) == DIMENSIONS


def written(folder, text, encoding="utf-8"):
    path = folder / "vectors.txt"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("head", ["", "3 2\n"])
def test_reads_glove_and_word2vec(tmp_path, head):
    path = written(tmp_path, f"{head}猫 1 -2.5\n. . . 3 4 \nnext\u0085line 5 1e-1\n\n")
    found = read(path, {"猫", ". . .", "next\u0085line", "dog"})
    assert {word: vector.tolist() for word, vector in found.items()} == {
        "猫": [1, -2.5],
        ". . .": [3, 4],
        "next\u0085line": [5, 0.1],
    }
    assert list(read(path, ["猫"])) == ["猫"]


def test_a_vector_of_one_number_is_no_header(tmp_path):
    assert read(written(tmp_path, "cat 0.5\n"), {"cat"})["cat"].tolist() == [0.5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cat 1 2\ndog 3\n", "vectors.txt:2: has 1 numbers, the first word has 2"),
        ("cat\n", "vectors.txt:1: has 0 numbers"),
        ("cat 1 two\n", "vectors.txt:1: 'cat': could not convert"),
        ("cat 1 nan\n", "vectors.txt:1: 'cat': a number is not finite"),
        ("", "holds no word vectors"),
        ("2 3\n", "holds no word vectors"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read(written(tmp_path, text), {"cat"})


def test_a_binary_or_missing_file_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match="not UTF-8"):
        read(written(tmp_path, "词语 1 2\n", "gbk"), {"cat"})
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path / "nothing.txt", {"cat"})
