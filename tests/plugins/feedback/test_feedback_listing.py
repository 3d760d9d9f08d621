"""Rows as people see them."""

from __future__ import annotations

import io
import unicodedata

import pytest
from feedback_fakes import told

from toolkit_feedback import listing, reading
from toolkit_feedback.reading import Wanted, grouped, rows


@pytest.fixture
def found(tmp_path):
    told(tmp_path / "said.sqlite")
    with reading.reading(tmp_path / "said.sqlite") as connection:
        return list(rows(connection, Wanted()))


def test_lines(found):
    assert list(listing.lines(found[2:])) == [
        f"2026-11-04 09:30  en  {found[2]['id'][:8]}",
        "  question: what is the WEATHER",
        "  refused",
        "  helpful: no",
        f"2026-11-03 09:30  en  {found[3]['id'][:8]}",
        "  question: How do I build?",
        "  answer: Run `toolkit build spec.yaml`.",
        "  helpful: no",
        "  comment: too short [link=http://x]x[/link]",
        f"2026-11-02 09:30  en  {found[4]['id'][:8]}",
        "  question: What is the weather?",
        "  refused",
        f"2026-11-01 09:30  zh  {found[5]['id'][:8]}",
        "  question: 怎么安装？",
        "  answer: 运行 `pip install onespec`。",
        "  helpful: yes",
        "  comment: 谢谢",
    ]
    assert list(listing.lines(found))[1] == "  question: How do I serve?"
    assert list(listing.lines(found))[4] == "  question: who are you"


def test_groups(found):
    groups = grouped(row for row in found if row["refused"])
    assert list(listing.group_lines(groups)) == ["    2  what is the WEATHER", "    1  who are you"]
    out = io.StringIO()
    listing.group_table(groups, out, 80)
    assert "2   2026-11-04 09:30   what is the WEATHER" in out.getvalue()


def columns(text):
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)


@pytest.mark.parametrize("width", [80, 120, 200])
def test_a_table_fits_and_holds_the_words(found, width):
    found[0]["question"] = "很长的问题" * 100
    out = io.StringIO()
    listing.table(found, out, width)
    shown = out.getvalue()
    assert max(map(columns, shown.splitlines())) <= width
    for words in ("怎么安装", "谢谢", "refused", "2026-11-05 09:30", found[5]["id"][:8], "yes", "…"):
        assert words in shown
    assert not {"\x1b", "\u202e"} & set(shown)


def test_a_table_reads_no_markup(found):
    out = io.StringIO()
    listing.table(found, out, 200)
    assert "[link=http://x]x[/link]" in out.getvalue()


@pytest.mark.parametrize(
    ("sums", "said"),
    [
        ((0, 0, 0, 0), "0 questions"),
        ((1, 1, 0, 0), "1 question, 100 % refused (1)"),
        ((1234, 148, 45, 36), "1,234 questions, 12 % refused (148), 80 % helpful (36 of 45 judged)"),
    ],
)
def test_summary(sums, said):
    assert listing.summary(dict(zip(("questions", "refused", "judged", "helpful"), sums, strict=True))) == said
