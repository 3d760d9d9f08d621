import sys

import pytest

from toolkit.errors import PluginError
from toolkit_text.chinese import bigrams, dictionary


@pytest.mark.parametrize(
    ("run", "expected"), [("密", ["密"]), ("密码", ["密码"]), ("改密码", ["改密", "密码"]), ("", [])]
)
def test_pairs_overlap_and_a_single_character_stays(run, expected):
    assert bigrams()(run) == expected


def test_no_pair_reaches_over_a_stop_word():
    assert bigrams(["怎么"])("请怎么改密码") == ["请", "改密", "密码"]


def test_the_longest_stop_word_is_taken():
    assert bigrams(["怎么", "怎么办"])("改密码怎么办") == ["改密", "密码"]


def test_rjieba_finds_words_and_the_words_inside_them():
    pytest.importorskip("rjieba")
    search, read = dictionary()
    assert read("中国科学院") == ["中国科学院"]
    assert {"中国", "科学院", "中国科学院"} <= set(search("中国科学院"))


def test_without_rjieba_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rjieba", None)
    with pytest.raises(PluginError, match=r"onespec\[zh\]"):
        dictionary()
