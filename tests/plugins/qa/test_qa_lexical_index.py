import math
import random

import bm25s
import numpy as np
import pytest

from toolkit_qa.lexical_index import LexicalIndex

TEXTS = [["reset", "password"], ["reset", "reset", "router", "now"], [], ["password", "vpn"]]


def by_the_formula(query, texts, k1, b):
    """BM25 as the module's docstring writes it, word by word."""
    mean = sum(map(len, texts)) / len(texts)
    scores = []
    for text in texts:
        score = 0.0
        for word in query:
            df = sum(word in other for other in texts)
            idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
            tf = text.count(word)
            score += idf * tf / (tf + k1 * (1 - b + b * len(text) / mean)) if tf else 0.0
        scores.append(score)
    return scores


@pytest.mark.parametrize(("k1", "b"), [(1.2, 0.75), (0.6, 0.0), (2.0, 1.0), (0.0, 0.5)])
def test_scores_equal_the_formula(k1, b):
    index = LexicalIndex.build(TEXTS, k1, b)
    for query in (["reset"], ["reset", "password", "reset"], ["vpn", "unknown"], []):
        assert index.scores(query) == pytest.approx(by_the_formula(query, TEXTS, k1, b), abs=1e-6)


def test_scores_equal_those_of_the_library():
    source = random.Random(0)
    texts = [[str(source.randrange(50)) for _ in range(source.randrange(1, 20))] for _ in range(200)]
    library = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    library.index(texts, show_progress=False)
    index = LexicalIndex.build(texts, 1.2, 0.75)
    for _ in range(20):
        query = [str(source.randrange(50)) for _ in range(5)]
        assert index.scores(query) == pytest.approx(library.get_scores(query), abs=1e-5)


def test_no_score_exceeds_the_bound_and_an_unknown_word_raises_it():
    index = LexicalIndex.build(TEXTS, 1.2, 0.75)
    assert index.scores(["reset", "router"]).max() < index.bound(["reset", "router"])
    assert index.bound(["reset", "unknown"]) > index.bound(["reset", "router"])
    assert index.bound([]) == 0.0


def test_words_are_sorted_and_arrays_are_of_fixed_types():
    index = LexicalIndex.build(TEXTS, 1.2, 0.75)
    assert index.words == ["now", "password", "reset", "router", "vpn"]
    assert {name: array.dtype for name, array in index.arrays.items()} == {
        "data": np.float32,
        "indices": np.int32,
        "indptr": np.int64,
    }


def test_texts_without_any_word_can_be_asked():
    index = LexicalIndex.build([[], []], 1.2, 0.75)
    assert index.scores(["reset"]).tolist() == [0.0, 0.0]
    assert index.bound(["reset"]) == 0.0
    assert LexicalIndex.build([], 1.2, 0.75).scores(["reset"]).tolist() == []
