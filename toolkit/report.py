"""Renders report.json: one page for people (HTML), one card for a model hub (Markdown).

Everything comes from the one plain document that `Document` describes, so a report is rendered again without the
model. The order of keys in a mapping never matters: report.json is written with sorted keys. What is missing stays
out of the page. Values of the clock stand below elements marked `data-clock`; all else is the same for the same run.
"""

from __future__ import annotations

import itertools
import json
import math
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from pydantic import BaseModel, ConfigDict, ValidationError

from toolkit.contracts import Plot, Section
from toolkit.errors import RunError

SCHEMA = 1
#: Splits and curves are shown in this order, others behind it by name.
SPLITS = ("train", "validation", "test")
#: Where a model hub files a system, by what goes in and what comes out.
TASKS = {
    ("image", "class"): "image-classification",
    ("image", "text"): "image-to-text",
    ("text", "class"): "text-classification",
    ("text", "numbers"): "text-classification",
    ("text", "ranking"): "text-ranking",
    ("text", "text"): "text-generation",
    ("number", "class"): "tabular-classification",
    ("number", "numbers"): "tabular-regression",
}
#: Control characters, half surrogates, and marks that turn the direction of the text behind them.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")


# -- the document ------------------------------------------------------------------------------------------------------


class Part(BaseModel):
    """A part of report.json: unknown keys are passed over, missing ones have a default."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)


class Figure(Part):
    """A metric on one split, with the ends of its interval and how many rows counted."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    count: int = 0


class Ingredient(Part):
    """A component the system was built from; `path` is its place in the spec."""

    path: str = ""
    kind: str = ""
    use: str = ""
    summary: str = ""
    plugin: str = ""
    version: str = ""
    licence: str = ""
    homepage: str = ""


class Spread(Part):
    """How values lie."""

    min: float | None = None
    median: float | None = None
    p95: float | None = None
    max: float | None = None


class Field(Part):
    """A field of one split; see `toolkit.profile`."""

    kind: str = ""
    present: int = 0
    empty: int = 0
    distinct: int | None = None
    length: Spread | None = None
    range: Spread | None = None
    shape: list[int] | None = None
    labels: list[tuple[str, int]] = []
    scripts: dict[str, float] = {}
    english: float = 0
    mojibake: int = 0


class Duplicates(Part):
    """Rows that repeat an earlier one; `between` names the two splits where it is another one's."""

    between: tuple[str, str] = ("", "")
    exact: int = 0
    near: int = 0
    pairs: list[tuple[int, int]] = []


class Rows(Part):
    """A split or a side table."""

    rows: int = 0
    digest: str = ""
    fields: dict[str, Field] = {}
    duplicates: Duplicates = Duplicates()


class Data(Part):
    """What `toolkit.profile.profile` returns."""

    splits: dict[str, Rows] = {}
    tables: dict[str, Rows] = {}
    overlaps: list[Duplicates] = []


class Case(Part):
    """An example that the system got wrong."""

    metric: str = ""
    score: float | None = None
    input: dict[str, Any] = {}
    expected: dict[str, Any] = {}
    prediction: dict[str, Any] = {}


class Stage(Part):
    """A stage of the build: its seconds, and the most memory up to its end."""

    name: str = ""
    seconds: float = 0
    peak_mb: float | None = None


class Series(Part):
    """One line or set of bars of a plot."""

    name: str = ""
    x: list[Any] = []
    y: list[float | None] = []


class Block(Part):
    """A block of a section: one of text, table, plot or matrix."""

    class Table(Part):
        """Rows of plain values under column names."""

        columns: list[str] = []
        rows: list[list[Any]] = []

    class Plot(Part):
        """Series over x, as `line` or `bar`."""

        x: str = ""
        y: str = ""
        series: list[Series] = []
        form: str = "line"

    class Matrix(Part):
        """A grid of numbers."""

        rows: list[str] = []
        columns: list[str] = []
        values: list[list[float | None]] = []
        x: str = ""
        y: str = ""

    text: str | None = None
    table: Table | None = None
    plot: Plot | None = None
    matrix: Matrix | None = None


class Chapter(Part):
    """A component's own section."""

    title: str = ""
    blocks: list[Block] = []
