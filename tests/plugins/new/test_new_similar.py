import random

import pytest

from toolkit_new.similar import jaccard, near, trigrams


def test_trigrams():
    assert trigrams("abcd") == {"abc", "bcd"}
    assert trigrams("ab") == {"ab"}


@pytest.mark.parametrize("threshold", [0.5, 0.6, 0.7])
def test_it_finds_what_comparing_all_finds(threshold):
    draw = random.Random(1)
    texts = ["".join(draw.choice("abcdef") for _ in range(draw.randint(3, 25))) for _ in range(60)]
    texts += [text[:-1] + "x" for text in texts[:30]]
    sets = [trigrams(text) for text in texts]
    every = {(i, j) for j in range(len(sets)) for i in range(j) if jaccard(sets[i], sets[j]) >= threshold}
    assert {(i, j) for i, j, _ in near(texts, threshold)} == every
    assert len(every) > 10


def test_the_same_text_twice_is_a_pair():
    assert list(near(["abc", "xyz", "abc"], 0.6)) == [(0, 2, 1.0)]


def test_it_is_bounded_where_all_are_alike():
    texts = [f"how do i reset the password of device {i}" for i in range(400)]
    assert len(list(near(texts, 0.6))) <= 400 * 80
