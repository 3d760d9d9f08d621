"""Figures of the report as SVG, drawn by matplotlib: text stays text, colours are the page's, nothing is loaded.

Colours reach matplotlib as stand-ins and leave as CSS variables, so that a figure follows the page into the dark.
The variables carry fallbacks, so that a figure also stands alone.
"""

from __future__ import annotations

import base64
import io
import math
import re
import struct
import unicodedata
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from xml.etree import ElementTree

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from toolkit.contracts import Matrix, Plot

WIDTH, HEIGHT = 480, 250
#: Colours of series, with line styles that tell them apart without colour.
SERIES = ("#3451c6", "#b4540a", "#0b7a5c", "#8a3ea8", "#5b6472", "#a8324a")
DASHES = ("-", "--", "-.", ":", (0, (6, 2, 1, 2, 1, 2)), (0, (1, 1)))
MAX_PIXELS = 1 << 20

_INK, _MUTED, _LINE, _HEAT, _COLD = "#010101", "#010102", "#010103", "#010104", "#010105"
_PAINT = {
    _INK: "currentColor",
    _MUTED: "var(--muted, #5b6472)",
    _LINE: "var(--line, #d9dde5)",
    _HEAT: "var(--heat, #3451c6)",
    _COLD: "var(--cold, #b4540a)",
    **{f"#0102{n:02x}": f"var(--series-{n}, {colour})" for n, colour in enumerate(SERIES)},
}
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10.5,
    "text.color": _MUTED,
    "axes.labelcolor": _MUTED,
    "axes.edgecolor": _LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "grid.color": _LINE,
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}
_EM = 10.5
_PADDING = 14


def curve(plot: Plot, key: str, title: str = "") -> str:
    """Return `plot` as SVG; `key` tells its ids from those of other figures on the page. Empty without points."""
    series = {name: _finite(*points) for name, points in plot.series.items()}
    series = {name: points for name, points in series.items() if points}
    if not series:
        return ""
    labels = _labels(points for points in series.values())
    across = plot.form == "bar" and bool(labels) and (len(labels) > 8 or max(map(_width, labels)) > 4 * _EM)
    height = max(HEIGHT, 60 + 20 * len(labels) * min(2, len(series))) if across else HEIGHT
    left = _PADDING + min(160, max(map(_width, labels))) if across else 46
    with _figure(key, height, (left, 30, WIDTH - 10, height - 34)) as (figure, axes):
        places = {label: n for n, label in enumerate(labels)}
        points = {n: [(places.get(_label(x), x), y) for x, y in pairs] for n, pairs in enumerate(series.values())}
        (_bars if plot.form == "bar" else _lines)(axes, points, across)
        _axes(axes, plot, labels, across)
        told = "; ".join(f"{_label(name)}: {_told([y for _, y in pairs])}" for name, pairs in series.items())
        return _svg(figure, key, title or f"{plot.y} over {plot.x}", f"{plot.form} chart. {told}")


def heat(matrix: Matrix, key: str, title: str = "") -> str:
    """Return `matrix` as an SVG heat map; numbers stand in the cells of the smaller ones."""
    rows, columns = [_label(row) for row in matrix.rows], [_label(column) for column in matrix.columns]
    if not rows or not columns:
        return ""
    left = _PADDING + min(150, max(map(_width, rows)))
    side = max(6.0, min(44.0, (WIDTH - 10 - left) / len(columns)))
    steep = max(map(_width, columns)) > side
    top = 30 + (min(110, max(map(_width, columns))) if steep else 14)
    right, bottom = left + side * len(columns), top + max(side * 0.6, 14) * len(rows)
    with _figure(key, bottom + 26, (left, 26, right, bottom + 26 - top), max(WIDTH, right + 10)) as (figure, axes):
        _cells(axes, matrix, side)
        axes.set(xlim=(0, len(columns)), ylim=(len(rows), 0))
        every = max(1, math.ceil(14 / side))
        axes.set_xticks([n + 0.5 for n in range(0, len(columns), every)], columns[::every])
        axes.set_yticks([n + 0.5 for n in range(len(rows))], rows)
        axes.tick_params(top=False, labeltop=True, bottom=False, labelbottom=False)
        axes.spines["bottom"].set_visible(False)
        for text in axes.get_xticklabels() if steep else ():
            text.set(rotation=90, rotation_mode="anchor", ha="left", va="center")
        figure.text(left / figure.bbox.width * 72 / 72, 0, "")
        return _svg(figure, key, title or f"{matrix.y} by {matrix.x}", f"heat map of {len(rows)} by {len(columns)}")
