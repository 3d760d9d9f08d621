"""Renders the document as one page (HTML) and one model card (Markdown), from templates that a plugin may replace."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from toolkit.contracts import Plot
from toolkit.errors import PluginError
from toolkit_report import wording
from toolkit_report.card import front_matter, usage
from toolkit_report.document import complete
from toolkit_report.images import address
from toolkit_report.plots import DASHES, SERIES, draw

PAGE, CARD = "report.html.j2", "model_card.md.j2"
#: What a line of the opening comment begins with that is to be typed.
COMMANDS = ("toolkit ", "make ", "pip ", "python ", "$ ")
#: Splits in the order of their use.
SPLITS = ("train", "validation", "test")


def render(report: Mapping[str, Any], templates: Sequence[Path]) -> tuple[str, str]:
    """Return the page and the model card of report.json.

    Args:
        templates: folders, looked up in this order.
    Raises: RunError where the document is not of its form, PluginError where a template fails.
    """
    shown = view(complete(report))
    rooms = environment(templates)
    try:
        page, card = (rooms.get_template(name).render(shown) for name in (PAGE, CARD))
    except Exception as error:  # a template is code: what it meets in a plugin's hands can be anything
        raise PluginError(f"a template of the report failed: {type(error).__name__}: {error}") from error
    return page, card


def environment(folders: Sequence[Path]) -> Environment:
    """Return a Jinja2 environment in which all that is not Markdown is escaped, `.html.j2` included.

    The default, `select_autoescape()`, looks at the last ending only and would escape nothing here.
    """
    made = Environment(
        loader=FileSystemLoader(folders),
        autoescape=lambda name: not (name or "").endswith(".md.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {name: getattr(wording, name) for name in ("number", "seconds", "share", "cut", "md", "fence")}
    made.tests["records"] = is_records
    made.globals |= {
        "draw": _drawer(),
        "headline": headline,
        "picture": address,
        "place": place,
        "series": len(SERIES),
        "dashes": len(DASHES),
    }
    return made


def is_records(value: Any) -> bool:
    """Tell whether a value is a list of mappings with the same keys, which reads best as a table."""
    return isinstance(value, list) and all(isinstance(row, dict) and row.keys() == value[0].keys() for row in value)


def _drawer() -> Callable[[Mapping[str, Any]], Markup]:
    """Return what draws one plot after another; the ids within each are its own."""
    numbers = itertools.count(1)

    def drawn(plot: Mapping[str, Any]) -> Markup:
        series = {name: (points[0], points[1]) for name, points in plot["series"].items() if len(points) == 2}
        return Markup(draw(Plot(plot["x"], plot["y"], series, plot["form"]), f"plot-{next(numbers)}"))

    return drawn


def view(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the templates show: the document, and what follows from it."""
    splits = sorted(document["data"]["splits"].items(), key=lambda item: (_place_of(item[0]), item[0]))
    data = {**document["data"], "splits": dict(splits)}
    return {
        "report": document,
        "about": about(document["about"]),
        "recipe": [
            part
            for part in document["components"]
            if part["path"] and part["kind"] != "metric" and "." not in part["path"]
        ],
        "figures": figures(document),
        "curves": curves(document["curves"]),
        "splits": data["splits"],
        "warnings": list(wording.warnings(data, document["takes"])),
        "languages": wording.languages(data),
        "front_matter": front_matter(document),
        "usage": usage(document["takes"]),
        "slowest": max((stage["seconds"] for stage in document["stages"]), default=0),
    }


def about(comment: str) -> list[dict[str, Any]]:
    """Return the parts of a spec's opening comment: paragraphs run on, commands keep their lines."""
    parts = (part for part in comment.split("\n\n") if part.strip())
    told = ((part, part.lstrip().startswith(COMMANDS)) for part in parts)
    return [{"text": part if commands else " ".join(part.split()), "commands": commands} for part, commands in told]


def headline(given: Mapping[str, Any], limit: int = 90) -> str:
    """Return the longest text among what was asked, cut to a line; without any text, the names of the fields."""
    text = max((value for value in given.values() if isinstance(value, str)), key=len, default="") or ", ".join(given)
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _place_of(split: str) -> int:
    return SPLITS.index(split) if split in SPLITS else len(SPLITS)


def figures(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each metric with its figures on test and validation, and the scale that both are drawn on."""
    test, validation = document["metrics"], document["validation"]
    names = [name for name in document["order"] if name in {**test, **validation}]
    names += sorted({*test, *validation} - {*names})
    made = []
    for name in names:
        both = [part[name] for part in (test, validation) if name in part]
        better = document["better"].get(name, "")
        made.append({"name": name, "better": better, "test": test.get(name), "validation": validation.get(name)})
        made[-1]["scale"] = scale([figure[end] for figure in both for end in ("value", "low", "high")])
    return made


def scale(values: Sequence[float | None]) -> tuple[float, float]:
    """Return the ends of the scale that values are drawn on: from 0 (or below) to 1, or to the next round number."""
    known = [value for value in values if value is not None]
    low, high = min([0, *known]), max([0, *known])
    return (0 if low == 0 else -_round_up(-low), 1 if high <= 1 else _round_up(high))


def _round_up(value: float) -> float:
    power = 10 ** math.floor(math.log10(value))
    return next(float(step * power) for step in (1, 2, 5, 10) if value <= step * power * (1 + 1e-9))


def place(value: float | None, ends: tuple[float, float]) -> float:
    """Return where a value lies between the ends of a scale, in per cent."""
    low, high = ends
    return round(min(100.0, max(0.0, 100 * ((value or 0) - low) / (high - low))), 2) if high > low else 0.0


def curves(logged: Mapping[str, Sequence[Sequence[float | None]]]) -> list[dict[str, Any]]:
    """Return a plot for each logged number; `validation_loss` is drawn beside `loss`, and losses come first."""
    groups: dict[str, dict[str, Any]] = {}
    for name, points in logged.items():
        base = name.removeprefix("validation_")
        whole = [point for point in points if len(point) == 2]
        series = [[point[0] for point in whole], [point[1] for point in whole]]
        groups.setdefault(base, {})["training" if name == base else "validation"] = series
    names = sorted(groups, key=lambda name: ("loss" not in name, name))
    return [{"x": "step", "y": name, "form": "line", "series": groups[name]} for name in names]
