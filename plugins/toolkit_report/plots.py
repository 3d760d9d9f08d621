"""Plots of the report: SVG drawn by matplotlib that becomes a part of the page; nothing is loaded from elsewhere.

Text stays text, in the page's own font. Colours reach matplotlib as stand-ins and leave as CSS variables, so that a
figure follows the page into the dark; each variable carries a fallback, so that a figure also stands alone.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from toolkit.contracts import Plot

#: Size of a figure in pixels at full size, and of its letters.
WIDTH, HEIGHT, EM = 440, 230, 12
#: Colours of series where the page sets none; line styles tell series apart without colour.
SERIES = ("#3451c6", "#b4540a", "#0b7a5c", "#8a3ea8", "#5b6472", "#a8324a")
DASHES = ("-", "--", ":", "-.")

_MUTED, _LINE = "#010101", "#010102"
_STAND_INS = [f"#0102{n:02x}" for n in range(len(SERIES))]
_PAINT = {_MUTED: "var(--muted, #5b6472)", _LINE: "var(--line, #d9dde5)"}
_PAINT |= {one: f"var(--series-{n}, {SERIES[n]})" for n, one in enumerate(_STAND_INS)}
_STYLE: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": _LINE,
    "axes.facecolor": "none",
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # the one that matplotlib carries: the same sizes everywhere
    "font.size": EM,
    "grid.color": _LINE,
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "text.color": _MUTED,
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "xtick.color": _MUTED,
    "xtick.major.size": 0,
    "ytick.color": _MUTED,
    "ytick.major.size": 0,
}
#: From this ratio of the greatest value to the middle one, lines are drawn on a logarithmic scale.
STEEP = 30
#: Points of one series that can be drawn.
Points = list[tuple[Any, float]]


def draw(plot: Plot, key: str, title: str = "") -> str:
    """Return a plot as SVG, without a legend; empty where there is no point to draw.

    Args:
        key: tells the ids of this figure from those of others on the page.
        title: what a screen reader says first.
    """
    series = {name: _points(*pair) for name, pair in plot.series.items()}
    if not any(series.values()):
        return ""
    labels = _categories(plot.form, series.values())
    across = plot.form == "bar" and (len(labels) > 8 or any(_width(label) > 4 * EM for label in labels))
    height = max(HEIGHT, 60 + 18 * len(labels) * min(3, len(series))) if across else HEIGHT
    left = 10 + min(170, max(map(_width, labels))) if across else 48
    with _drawing(key), warnings.catch_warnings():
        # Letters are the browser's business; matplotlib only measures them, with a font that lacks Chinese.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure = Figure(figsize=(WIDTH / 72, height / 72))
        axes = figure.add_axes((left / WIDTH, 40 / height, 1 - (left + 12) / WIDTH, 1 - 66 / height))
        (_bars if plot.form == "bar" else _lines)(axes, list(series.values()), labels, across)
        if plot.form == "line" and _is_steep([y for points in series.values() for _, y in points]):
            axes.set_yscale("log")
        _label_axes(axes, plot, labels, across)
        source = io.StringIO()
        figure.savefig(source, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    told = "; ".join(f"{_text(name)}: {_told([y for _, y in points])}" for name, points in series.items() if points)
    return _inline(source.getvalue(), key, _text(title or f"{plot.y} over {plot.x}", 200), f"{plot.form} chart; {told}")


@contextmanager
def _drawing(key: str) -> Iterator[None]:
    """Draw in the report's style whatever the user's own settings are, with ids that follow from `key`."""
    with style.context({**_STYLE, "svg.hashsalt": key}, after_reset=True):
        yield


# -- what is drawn -----------------------------------------------------------------------------------------------------


def _points(xs: Iterable[Any], ys: Iterable[Any]) -> Points:
    """Pair up the coordinates, without points that lack a finite height."""
    pairs = zip(xs, ys, strict=False)
    return [(x, float(y)) for x, y in pairs if isinstance(y, (int, float)) and math.isfinite(y) and _drawable(x)]


def _drawable(x: Any) -> bool:
    return isinstance(x, str) or (isinstance(x, (int, float)) and math.isfinite(x))


def _categories(form: str, series: Iterable[Points]) -> list[str]:
    """Return the places along x by name, in order of appearance; none where x is a line of numbers."""
    xs = [x for points in series for x, _ in points]
    numeric = form != "bar" and not any(isinstance(x, str) for x in xs)
    return [] if numeric else list(dict.fromkeys(map(_tick, xs)))


def _lines(axes: Axes, series: Sequence[Points], labels: Sequence[str], across: bool) -> None:
    for n, points in enumerate(series):
        xs = [labels.index(_tick(x)) if labels else x for x, _ in points]
        dash, marker = DASHES[n % len(DASHES)], "o" if len(points) < 25 else ""
        colour = _STAND_INS[n % len(_STAND_INS)]
        ys = [y for _, y in points]
        axes.plot(xs, ys, color=colour, linestyle=dash, linewidth=1.8, marker=marker, markersize=3.5, clip_on=False)


def _bars(axes: Axes, series: Sequence[Points], labels: Sequence[str], across: bool) -> None:
    thick = 0.72 / len(series)
    for n, points in enumerate(series):
        places = [labels.index(_tick(x)) + (n - (len(series) - 1) / 2) * thick for x, _ in points]
        colour, ys = _STAND_INS[n % len(_STAND_INS)], [y for _, y in points]
        (axes.barh if across else axes.bar)(places, ys, thick * 0.92, color=colour, clip_on=False)


def _label_axes(axes: Axes, plot: Plot, labels: Sequence[str], across: bool) -> None:
    """Name the axes in the corners, where no letter has to turn, and rule thin lines behind the values."""
    along, up = (axes.yaxis, axes.xaxis) if across else (axes.xaxis, axes.yaxis)
    logarithmic = axes.get_yscale() == "log"
    up.set_major_locator(LogLocator(numticks=6) if logarithmic else MaxNLocator(5))
    up.set_minor_locator(NullLocator())
    up.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
    up.grid(True)
    if labels:
        step = 1 if across else math.ceil(sum(_width(label) + EM for label in labels) / (WIDTH - 60))
        along.set_ticks(range(0, len(labels), step), labels[::step])
    else:
        along.set_major_locator(MaxNLocator(6, integer=axes.dataLim.width > 6))
        along.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
    if across:
        axes.invert_yaxis()
    under, above = (plot.y, plot.x) if across else (plot.x, plot.y)
    above = f"{_text(above)} (logarithmic)" if logarithmic else _text(above)
    axes.annotate(above, (0, 1), (4, -6), "figure fraction", "offset points", va="top")
    axes.annotate(_text(under), (1, 0), (-12, 6), "figure fraction", "offset points", ha="right")


def _is_steep(ys: Sequence[float]) -> bool:
    """Tell whether most values would lie on the ground of a linear scale, as with a loss that falls a thousandfold."""
    return min(ys) > 0 and max(ys) > STEEP * sorted(ys)[len(ys) // 2]


def _tick(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    return f"{value:,.0f}" if abs(value) >= 1000 and float(value).is_integer() else f"{value:.4g}"


def _text(text: str, limit: int = 24) -> str:
    """Return one printable line of at most `limit` characters."""
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _width(text: str) -> float:
    """Return about how wide a text will be, in pixels; a Chinese letter is as wide as it is high."""
    return sum(EM if unicodedata.east_asian_width(c) in "WF" else 0.6 * EM for c in text)


def _told(ys: Sequence[float]) -> str:
    first, last, least, most = (_tick(y) for y in (ys[0], ys[-1], min(ys), max(ys)))
    return f"{len(ys)} values from {first} to {last}, least {least}, greatest {most}"


# -- from matplotlib's file to a part of a page ------------------------------------------------------------------------


def _inline(source: str, key: str, title: str, told: str) -> str:
    """Make matplotlib's file a part of a page: no namespaces, sizes or rules of its own, ids that begin with `key`."""
    root = ElementTree.fromstring(source)
    root.remove(root[0])  # its style sheet would govern the whole page
    used = set(re.findall(r"#([a-z]\w{10})\b", source))
    for node in root.iter():
        node.tag = node.tag.rpartition("}")[2]
        node.text, node.tail = (text if text and text.strip() else None for text in (node.text, node.tail))
        for name, value in list(node.attrib.items()):
            del node.attrib[name]
            if value in used if name == "id" else not value.startswith("rotate(-0 "):
                node.set(name.rpartition("}")[2], _attribute(name, value, key))
    root.attrib = {"viewBox": root.attrib["viewBox"], "class": "plot", "role": "img", "aria-label": title}
    for place, (tag, text) in enumerate((("title", title), ("desc", told))):
        node = ElementTree.Element(tag)
        node.text = text
        root.insert(place, node)
    return ElementTree.tostring(root, encoding="unicode")


def _attribute(name: str, value: str, key: str) -> str:
    if name == "id":
        return f"{key}-{value}"
    if name == "style":
        value = re.sub(r"font-family:[^;]*;? ?", "", value)
    value = re.sub(r"#0\d{5}\b", lambda found: _PAINT.get(found[0], found[0]), value)
    return re.sub(r"#([a-z]\w{10})\b", rf"#{key}-\1", " ".join(value.split()))
