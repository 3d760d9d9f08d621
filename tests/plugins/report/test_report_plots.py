"""Plots: what was asked for is drawn, text stays text, nothing comes from elsewhere, the bytes stay the same."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import matplotlib
import pytest
from report_checker import Page

from toolkit.contracts import Plot
from toolkit_report.plots import SERIES, draw

LINE = Plot("step", "loss", {"training": ([1, 2, 3, 4], [4.0, 2.0, 1.0, 0.5]), "validation": ([2, 4], [2.5, 1.5])})
BARS = Plot("label", "count", {"train": (["a", "b"], [3, 5])}, "bar")


def drawing(plot, key="p", title=""):
    source = draw(plot, key, title)
    assert Page(f"<!doctype html><html><body>{source}</body></html>").faults == []
    return ElementTree.fromstring(source)


def words(root):
    return [node.text for node in root.iter("text")]


def paths(root, number=0):
    paint = f"var(--series-{number}, {SERIES[number]})"
    return [node for node in root.iter("path") if paint in node.get("style", "")]


def test_a_line_goes_where_its_values_go():
    root = drawing(LINE)
    line = next(node.get("d") for node in paths(root) if "fill: none" in node.get("style"))
    points = [(float(x), float(y)) for x, y in re.findall(r"[ML] ([\d.]+) ([\d.]+)", line)]
    assert len(points) == 4
    steps = [b[0] - a[0] for a, b in itertools.pairwise(points)]
    assert max(steps) - min(steps) < 0.01
    drops = [b[1] - a[1] for a, b in itertools.pairwise(points)]
    assert drops[0] / drops[1] == pytest.approx(2, rel=1e-3) and drops[1] / drops[2] == pytest.approx(2, rel=1e-3)
    assert {"loss", "step"} <= set(words(root))


def test_bars_are_as_high_as_their_values():
    def height(node):
        ys = [float(y) for y in re.findall(r"[ML] [\d.]+ ([\d.]+)", node.get("d"))]
        return max(ys) - min(ys)

    low, high = (height(node) for node in paths(drawing(BARS)))
    assert high / low == pytest.approx(5 / 3, rel=1e-3)


def test_many_or_long_names_lie_across():
    many = Plot("label", "count", {"train": ([f"label {n}" for n in range(30)], list(range(30)))}, "bar")
    root = drawing(many)
    assert all(f"label {n}" in words(root) for n in range(30))
    assert float(root.get("viewBox").split()[3]) > 500, "as high as the names need"


def test_series_keep_their_colours_where_one_is_empty():
    root = drawing(Plot("x", "y", {"none": ([], []), "some": ([1, 2], [1, 2])}))
    assert not paths(root, 0) and paths(root, 1)


def test_the_title_tells_what_a_screen_reader_says():
    root = drawing(LINE, title="How it learnt")
    assert root.get("role") == "img" and root.get("aria-label") == "How it learnt"
    assert root[0].tag == "title" and root[0].text == "How it learnt"
    assert root[1].text == (
        "line chart; training: 4 values from 4 to 0.5, least 0.5, greatest 4; "
        "validation: 2 values from 2.5 to 1.5, least 1.5, greatest 2.5"
    )


def test_it_is_a_part_of_a_page_and_brings_no_rules():
    source = draw(LINE, "p")
    assert source.startswith('<svg viewBox="0 0 ') and "width=" not in source.split(">")[0]
    for absent in (
        "<style",
        "<script",
        "<metadata",
        "xmlns",
        "http",
        "<?xml",
        "<!DOCTYPE",
        "<image",
        "font-family",
        "#01",
    ):
        assert absent not in source
    assert "var(--muted" in source and "var(--line" in source


@pytest.mark.parametrize("plot", [LINE, BARS])
def test_ids_are_told_apart_by_the_key(plot):
    one, two = draw(plot, "plot-1"), draw(plot, "plot-2")
    names = re.findall(r' id="([^"]*)"', one)
    assert names and all(name.startswith("plot-1-") for name in names)
    page = Page(f"<!doctype html><html><body>{one}{two}</body></html>")
    assert page.faults == []


def test_ids_without_the_key_would_clash():
    """The check above sees it."""
    page = Page(f"<!doctype html><html><body>{draw(LINE, 'p')}{draw(LINE, 'p')}</body></html>")
    assert any("two elements are called" in fault for fault in page.faults)


@pytest.mark.parametrize("plot", [LINE, BARS])
def test_the_same_bytes_whatever_the_users_settings(plot):
    before = draw(plot, "p")
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "axes.grid": True, "svg.fonttype": "path"}):
        assert draw(plot, "p") == before
        assert matplotlib.rcParams["font.size"] == 30, "the user's settings are as they were"


@pytest.mark.parametrize(
    "text",
    [
        "退款 $x$ 多久",
        "عربي",
        "a\x00b\x1b",
        "<b>&amp;\"'",
        "_hidden",
        "\ud800",
        "$\\frac{",
        "x" * 500,
        "a\nb",
        "🙂",
        "",
    ],
)
def test_any_label_is_only_text(text):
    """Letters that matplotlib's font lacks do not warn; warnings are errors here."""
    for form in ("line", "bar"):
        xs = [text, "b"] if form == "bar" else [1, 2]
        root = drawing(Plot(text, text, {text: (xs, [1.0, 2.0])}, form), title=text)
        line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))
        assert not text or any(word and line[:20] in word for word in words(root))


@pytest.mark.parametrize(
    "series",
    [
        {},
        {"a": ([], [])},
        {"a": ([1], [None])},
        {"a": ([1, 2], [float("nan"), float("inf")])},
        {"a": ([None], [1.0])},
    ],
)
def test_nothing_to_draw(series):
    assert draw(Plot("x", "y", series), "p") == "" == draw(Plot("x", "y", series, "bar"), "p")


@pytest.mark.parametrize(
    "series",
    [
        {"a": ([1], [1.0])},
        {"a": ([1, 2], [5.0, 5.0])},
        {"a": ([1, 1], [1.0, 2.0])},
        {"a": ([1, 2, 3], [1.0, None, 3.0])},
        {"a": (["one", "two", 3], [1.0, 2.0, 3.0])},
        {"a": ([1e9, 2e9], [1e-9, -1e12])},
        {"a": ([0.1, 0.2], [0, 1]), "b": ([], [])},
        {f"s{n}": ([1, 2], [n, 1.0]) for n in range(9)},
    ],
)
@pytest.mark.parametrize("form", ["line", "bar"])
def test_odd_values_are_drawn(series, form):
    drawing(Plot("x", "y", series, form))


def test_long_curves_stay_small():
    steps = list(range(20_000))
    source = draw(Plot("step", "loss", {"a": (steps, [(n * 7919) % 1000 / 1000 for n in steps])}), "p")
    assert len(source) < 300_000


def test_a_loss_that_falls_a_thousandfold_is_drawn_on_a_logarithmic_scale():
    falls = Plot("step", "loss", {"a": (list(range(40)), [2.0 / (1 + n**3) for n in range(40)])})
    assert {"loss (logarithmic)", "0.01", "1"} <= set(words(drawing(falls)))
    warms_up = Plot("step", "lr", {"a": ([0, 1, 2, 3], [1e-8, 1e-3, 8e-4, 1e-5])})
    assert "lr" in words(drawing(warms_up)) and "loss" in words(drawing(LINE))
