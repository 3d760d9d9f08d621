"""Numbers as readers want them, Markdown that shows just the text, sentences about the data."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from report_checker import Page

from toolkit_report.document import visible
from toolkit_report.profile import profile
from toolkit_report.wording import cut, fence, languages, md, number, seconds, share, warnings

LONG = "The same long answer to all questions, too long for a label of a category."
RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (0, "0"),
        (0.0, "0.000"),
        (0.7419, "0.742"),
        (-0.5, "-0.500"),
        (12.5, "12.50"),
        (345.678, "345.7"),
        (1234.6, "1,235"),
        (1284096, "1,284,096"),
        (0.00031, "3.1e-04"),
    ],
)
def test_number(value, shown):
    assert number(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(None, "–"), (0.421, "0.42 s"), (12.4, "12 s"), (185, "3 min 5 s")])
def test_seconds(value, shown):
    assert seconds(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0 %"), (1, "100 %"), (0.544, "54 %"), (0.001, "under 1 %"), (0.999, "over 99 %")]
)
def test_share(value, shown):
    assert share(value) == shown


def test_cut():
    assert cut("short") == "short"
    assert cut("a" * 5000, 10) == "a" * 10 + "… (5,000 characters)"


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_markdown_shows_the_text_and_nothing_else(text):
    text = visible(text)
    html = RENDERER.render(f"before {md(text)} after\n\n- {md(text)}\n\n| a | b |\n|---|---|\n| {md(text)} | end |\n")
    page = Page(html)
    assert set(page.tags) <= {"p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td"}
    line = " ".join(text.split())
    assert f"before {line} after".split() == page.text[: page.text.index("after") + 5].split()
    assert page.text.split().count("end") == 1 + line.split().count("end") * 3


@pytest.mark.parametrize(
    "text",
    [
        "**bold** _it_ `code` ~~gone~~ <b>x</b> &amp; [a](b) ![a](b) # h",
        "# heading",
        "- item",
        "+ item",
        "1. item",
        "12) item",
        "> quote",
        "=====",
        "---",
        "a | b",
        "https://evil.example www.evil.example @somebody me@evil.example",
        "\\* \\",
        "```",
        "    indented",
        "$x$",
        "中文**粗体**，《标点》",
    ],
)
def test_markup_is_text(text):
    page = Page(RENDERER.render(md(text) + "\n"))
    assert page.tags == ["p"] and page.text.strip() == " ".join(text.split())


def test_addresses_are_no_links():
    """Hubs make links of bare addresses; a backslash stands in between."""
    assert md("see https://evil.example") == "see https\\://evil.example"
    assert md("www.evil.example") == "www\\.evil.example"
    assert md("@all") == "\\@all" and md("hit@1") == "hit@1"


@given(st.text(alphabet="`~a\n ", max_size=40))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_a_fence_holds_whatever_stands_within(text):
    html = RENDERER.render(f"{fence(text, 'yaml')}\n\nbehind\n")
    page = Page(html)
    assert page.tags == ["pre", "code", "p"]
    assert page.text.strip().endswith("behind") and page.text.count("behind") == 1


def test_languages():
    def of(*texts):
        return languages(completed(profile({"train": [{"q": text} for text in texts]}, {})))

    assert of("怎么申请退款？", "发票在哪里？") == ["zh"]
    assert of("How do I get the invoice?", "What is the price and when?") == ["en"]
    assert of("怎么申请退款？", "How do I get the invoice?") == ["zh", "en"]
    assert of("Wie bekomme ich die Rechnung?", "Wo steht der Preis?") == []


def completed(data):
    from toolkit_report.document import complete

    return complete({"data": data})["data"]


def test_warnings_are_plain_sentences():
    train = [{"q": f"frage {n} lang", "a": "same answer here"} for n in range(10)] + [{"q": "frage 1 lang", "a": "x"}]
    test = [{"q": "Frage 1, lang!", "a": "same answer here"}, {"q": "frage 2 lang", "a": "y"}, {"q": " ", "a": "Ã¤h"}]
    lines = list(warnings(completed(profile({"train": train, "test": test}, {})), {"q": {}}))
    assert lines == [
        "In test and in train: 2 of 3 rows (67 %), 1 word for word. "
        "Here the figures tell how well the system remembers, not how well it answers.",
        "Wrongly decoded, as it seems: a in 1 of 3 rows (33 %) of test. Check the file's encoding.",
        "Empty: q in 1 of 3 rows (33 %) of test.",
        "Twice or more in train: 1 of 11 rows (9 %) repeat an earlier one.",
    ]


def test_duplicates_of_answers_are_no_wonder():
    rows = [{"q": f"question number {n}", "a": LONG} for n in range(3)]
    data = completed(profile({"train": rows, "test": [{"q": "another one", "a": LONG}]}, {}))
    assert list(warnings(data, {"q": {}})) == []
    assert len(list(warnings(data, {}))) == 2, "where nobody says what is asked with, every field counts"


def test_sound_data_need_no_words():
    rows = [{"q": f"one question {n}"} for n in range(3)]
    assert list(warnings(completed(profile({"train": rows, "test": [{"q": "other"}]}, {})), {})) == []
