"""Languages, wrapping, and text that is safe to print."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit_serve.wording import TEXTS, cells, clean, language_of, language_of_locale, shown, wrap


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("如何构建系统？", "zh"),
        ("VPN 怎么连", "zh"),
        ("Kubernetes 怎么装", "zh"),
        ("我的 PyTorch CUDA 版本不对", "zh"),
        ("How do I build?", "en"),
        ("What does 人工智能 mean?", "en"),
        ("naïve café", "en"),
        ("123?", "other"),
        ("", "other"),
    ],
)
def test_the_language_of_a_question(text, language):
    assert language_of(text, "other") == language


def test_the_language_of_the_locale():
    assert language_of_locale({"LANG": "zh_CN.UTF-8"}) == "zh"
    assert language_of_locale({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}) == "en"
    assert language_of_locale({"LANG": "zh_CN", "LC_ALL": "", "LC_MESSAGES": "en_GB"}) == "en"
    assert language_of_locale({}) == "en"


def test_both_languages_say_the_same_things():
    assert TEXTS["zh"].keys() == TEXTS["en"].keys()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;unfinished", ""),
        ("\x9b2Jcleared", "cleared"),
        ("\x1bcreset\x1b", "reset"),
        ("a\x00b\x07c\x7fd", "abcd"),
        ("a\tb\r\nc\rd", "a b\nc\nd"),
        ("\u202eevil\u2066", "evil"),
        ("half \ud800", "half "),
        ("你好 👨‍👩‍👧 é", "你好 👨‍👩‍👧 é"),
    ],
)
def test_clean(text, kept):
    assert clean(text) == kept


@given(st.text(st.characters() | st.sampled_from("\x1b\x9b[]m;0\x07")))
def test_clean_text_holds_no_controls(text):
    kept = clean(text)
    assert all(c == "\n" or (ord(c) >= 32 and not 127 <= ord(c) < 160) for c in kept)
    kept.encode()


def test_wrap_breaks_at_spaces_and_between_wide_characters():
    assert wrap("one two three", 8) == ["one two", "three"]
    assert wrap("如何构建一个系统", 8) == ["如何构建", "一个系统"]
    assert wrap("用 toolkit build 构建", 10) == ["用 toolkit", "build 构建"]
    assert wrap("a\n\nb", 10) == ["a", "", "b"]


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one():
    assert wrap("如何构建。好", 8) == ["如何构", "建。好"]
    assert wrap("如何（构建）", 6) == ["如何", "（构", "建）"]


def test_a_long_word_is_cut():
    assert wrap("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]


@given(st.text(st.sampled_from("ab 你好，。（）e\u0301\n")), st.integers(4, 40))
def test_lines_keep_to_the_width_and_lose_nothing_but_spaces(text, width):
    lines = wrap(text, width)
    assert all(sum(map(cells, line)) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")


TEXT = "登录后点击设置😀再选“重置密码”。新密码至少八位。"
QUOTE = "再选“重置密码”。"
START = TEXT.index(QUOTE)
SOURCE = {"id": "pw", "title": "怎么重置密码？", "text": TEXT, "span": [START, START + len(QUOTE)], "score": 0.9}
OTHER = {"id": 7, "title": "", "text": "别的。", "span": None, "score": 0.2}


def test_an_answer_with_its_source_and_confidence():
    prediction = {"answer": "Yes.", "sources": [{"id": 3, "title": "Title"}], "confidence": 0.5, "ranking": []}
    assert list(shown(prediction, "en", "no")) == ["Answer: Yes.", "Source: Title", "Confidence: 0.50"]
    assert list(shown({"answer": "是", "sources": [{"id": 0}]}, "zh", "no")) == ["答案：是", "来源：0"]
    assert list(shown({"answer": "是", "sources": [], "confidence": None}, "zh", "no")) == ["答案：是"]


def test_what_is_quoted_stands_in_quotation_marks():
    found = list(shown({"answer": "选“重置密码”。", "sources": [SOURCE]}, "zh", "no"))
    assert found[1] == f"来源：怎么重置密码？ “{QUOTE}”"
    found = list(shown({"answer": "Choose it.", "sources": [SOURCE]}, "en", "no"))
    assert found[1] == f'Source: 怎么重置密码？ "{QUOTE}"'


@pytest.mark.parametrize("span", [None, [0, len(TEXT)], [3, 3], [90, 99]])
def test_a_whole_text_is_not_quoted(span):
    assert list(shown({"answer": "是", "sources": [{**SOURCE, "span": span}]}, "zh", ""))[1] == "来源：怎么重置密码？"


def test_what_the_answer_says_already_is_not_quoted():
    assert list(shown({"answer": QUOTE, "sources": [SOURCE]}, "zh", ""))[1] == "来源：怎么重置密码？"


def test_several_sources_are_numbered():
    found = list(shown({"answer": "是", "sources": [SOURCE, {}, OTHER], "confidence": 1}, "zh", ""))
    assert found == ["答案：是", "来源：", f"1. 怎么重置密码？ “{QUOTE}”", "2. 7", "置信度：1.00"]


def test_a_title_cannot_look_like_another_line():
    title = "Title\nConfidence: 1.00\u2028\x1b[2Jx"
    found = list(shown({"answer": "Yes.", "sources": [{"id": 1, "title": title}]}, "en", ""))
    assert found == ["Answer: Yes.", "Source: Title Confidence: 1.00 x"]


@pytest.mark.parametrize(
    "prediction", [{"answer": ""}, {"answer": None}, {"answer": " "}, {"answer": "x", "refused": True, "message": " "}]
)
def test_refusals(prediction):
    assert list(shown(prediction, "zh", "抱歉")) == ["答案：抱歉"]


def test_a_refusal_with_a_message_of_its_own_and_what_was_perhaps_meant():
    refused = {"answer": "", "refused": True, "message": "请致电 400。", "confidence": 0.1, "sources": []}
    one, two = {"id": "a", "title": "怎么登录？", "score": 0.3}, {"id": "b", "score": 0.2}
    found = list(shown({**refused, "related": [one]}, "zh", "抱歉"))
    assert found == ["答案：请致电 400。", "您是不是想问：怎么登录？"]
    found = list(shown({**refused, "related": [one, two]}, "en", "Sorry"))
    assert found == ["Answer: 请致电 400。", "Did you mean:", "1. 怎么登录？", "2. b"]


def test_what_is_related_stands_below_refusals_only():
    assert list(shown({"answer": "是", "related": [{"title": "怎么登录？"}]}, "zh", "")) == ["答案：是"]


def test_other_predictions_are_shown_by_name():
    prediction = {"label": "七", "probabilities": {"七": 0.9}, "rating": 3.14159, "count": 2}
    assert list(shown(prediction, "en", "")) == ["label: 七", 'probabilities: {"七": 0.9}', "rating: 3.142", "count: 2"]
