import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit_measure.words import mostly_chinese, normalise, words


def squad(text):
    """SQuAD's normalisation, written from its description: lower, punctuation, articles, blanks."""
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


ENGLISH = st.text(st.sampled_from(string.ascii_letters + string.digits + string.punctuation + " \n\t"), max_size=60)


@given(
    ENGLISH | st.lists(st.sampled_from(["The", "a", "an", "cat", "A.", "the,", "another"]), max_size=8).map(" ".join)
)
def test_equals_squad_on_english(text):
    assert normalise(text) == squad(text)
    assert words(text) == squad(text).split()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("训练完成。", ["训", "练", "完", "成"]),
        ("用 toolkit build 命令", ["用", "toolkit", "build", "命", "令"]),
        ("ＧＰＵ显存", ["gpu", "显", "存"]),
        ("《模型》，“好”！", ["模", "型", "好"]),
        ("𠮷かな", ["𠮷", "か", "な"]),
        ("", []),
        ("。 ...", []),
    ],
)
def test_chinese_is_split_by_character(text, wanted):
    assert words(text) == wanted


@given(st.text(max_size=40))
def test_blanks_around_any_text_are_nothing_and_no_word_is_empty(text):
    assert normalise(text) == normalise(f" {text}\n")
    assert all(words(text))


def test_mostly_chinese_counts_words():
    assert mostly_chinese(["运行命令", "toolkit build"])
    assert not mostly_chinese(["运行", "toolkit build now please"])
    assert not mostly_chinese(["运行 toolkit build"])  # half is not most
    assert not mostly_chinese([])
    assert not mostly_chinese(["", "。"])
