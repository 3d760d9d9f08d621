import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit_text.normalise import key, normalise, pieces, with_parts


def words(text):
    return [piece for kind, piece in pieces(normalise(text)) if kind == "word"]


def test_width_case_and_quotation_marks_are_levelled():
    assert normalise("ＶＰＮ，Ｄon’t　①") == "vpn,don't 1"


def test_invisible_characters_are_left_out():
    assert normalise("pass\u00adword\u200b\ufeff\u202e") == "password"


@pytest.mark.parametrize(
    "word", ["vpn", "bm25", "hit@1", "gpt-4", "3.14", "don't", "c++", "c#", "helpdesk.yaml", "gold_ids", "r&d", "1e-3"]
)
def test_a_word_keeps_what_stands_inside_it(word):
    assert words(f"see {word}, then.") == ["see", word, "then"]


def test_a_full_stop_or_slash_does_not_join_words():
    assert words("Stop. specs/data.") == ["stop", "specs", "data"]


def test_latin_words_inside_chinese_stand_apart():
    assert list(pieces("怎么连接vpn？")) == [("han", "怎么连接"), ("word", "vpn"), ("mark", "？")]


def test_kana_and_rare_ideographs_count_as_chinese():
    assert list(pieces("カタカナ\U00020000")) == [("han", "カタカナ\U00020000")]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("plain", ["plain"]),
        ("helpdesk.yaml", ["helpdesk.yaml", "helpdesk", "yaml"]),
        ("3.14", ["3.14"]),
        ("gpt-4", ["gpt-4", "gpt"]),
        ("python's", ["python"]),
        ("don't", ["don't"]),
    ],
)
def test_compounds_bring_the_words_inside_them(word, expected):
    assert with_parts(word) == expected


def test_key_is_equal_for_what_reads_alike_and_differs_for_the_rest():
    assert key("How do I reset it?") == key("  how do i RESET it ") == key("how do I reset-it")
    assert key("reset") != key("rest")
    assert key("???") == "???"  # nothing would be left


@given(st.text())
def test_pieces_lose_nothing_but_blanks(text):
    level = normalise(text)
    assert "".join(piece for _, piece in pieces(level)) == "".join(level.split())
