"""Texts of strangers."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit_feedback.text import line, normalised, printable, whole

ANY = st.text(st.characters(codec=None))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 文字 é", "plain 文字 é"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;no end", "]0;no end"),
        ("a\x1bcb", "acb"),
        ("two\nlines\r\n\tand\u2028more", "two lines and more"),
        ("ab\u202edc\u2066", "abdc"),
        ("bell\x07null\x00half\ud800", "bellnullhalf"),
    ],
)
def test_line(text, shown):
    assert line(text) == shown


@given(ANY)
def test_a_line_is_a_line_and_nothing_else(text):
    shown = line(text)
    assert len(shown.splitlines()) <= 1
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert len(line(text, 5)) <= 5


def test_a_long_line_is_cut():
    assert line("a bcdef", 4) == "a b…"
    assert line("abcd", 4) == "abcd"


@given(ANY)
def test_whole_is_utf_8_and_leaves_what_is_whole(text):
    made = whole(text)
    assert made.encode().decode() == made
    if not any("\ud800" <= c <= "\udfff" for c in text):
        assert made == text


def test_halves_of_a_pair():
    assert whole("\ud83d\ude00") == "😀"
    assert whole("a\ud83db") == "a\ufffdb"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("How do I  start?", "how do i start", True),
        ("怎么安装？", "怎么安装", True),
        ("ＡＢＣ！", "abc", True),
        ("What is C++?", "What is C?", False),
        ("why", "who", False),
    ],
)
def test_equal_questions(one, other, same):
    assert (normalised(one) == normalised(other)) is same


@given(ANY)
def test_printable_is_the_same_json(text):
    shown = printable(json.dumps(text, ensure_ascii=False))
    assert json.loads(shown) == text
    assert not {"\x9b", "\x9d", "\x7f", "\u202e", "\u2028", "\x1b"} & set(shown)
