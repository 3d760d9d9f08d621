"""Renders report.json: one page for people (HTML) and one card for a model hub (Markdown).

Everything comes from the one plain document that `SHAPE` describes, so a report is rendered again without the model.
What is missing stays out of the page; the order of keys never matters. Values of the clock stand within elements
marked `data-clock`; all else is the same for the same run.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from markupsafe import Markup

from toolkit.contracts import Matrix, Plot, Section, Table
from toolkit.errors import PluginError, RunError

SCHEMA = 1
_FIGURE = {"value": float, "low": float, "high": float, "count": 0}
_SPREAD = {"min": float, "median": float, "p95": float, "max": float}
_DUPLICATES = {"between": [""], "exact": 0, "near": 0, "pairs": [[0]]}
_FIELD = {
    "kind": "", "present": 0, "empty": 0, "distinct": 0, "english": float, "mojibake": 0, "shape": [0],
    "length": _SPREAD, "range": _SPREAD, "labels": [[object]], "scripts": {"*": float},
}
_ROWS = {"rows": 0, "digest": "", "fields": {"*": _FIELD}, "duplicates": _DUPLICATES}
_PLOT = {"x": "", "y": "", "form": "line", "series": [{"name": "", "x": [object], "y": [float]}]}
_MATRIX = {"rows": [""], "columns": [""], "values": [[float]], "x": "", "y": ""}
#: What report.json holds. A value stands for its type and is the default; `float` is a number or null, `object` is
#: anything, "*" is any key, a list of one is a list of any length.
SHAPE: dict[str, Any] = {
    "schema": SCHEMA,
    "name": "system",
    "about": "",  # the spec's opening comment
    "seed": 0,
    "metrics": {"*": _FIGURE},  # on the test split
    "validation": {"*": _FIGURE},
    "better": {"*": "higher"},  # or "lower", by metric
    "order": [""],  # metrics as the spec lists them; others follow by name
    "interval": 0.95,  # the share that intervals cover
    "notes": [""],  # what a reader must know before trusting the figures
    "components": [dict.fromkeys(("path", "kind", "use", "summary", "plugin", "version", "licence", "homepage"), "")],
    "ports": [""],  # all ports of the plan, as in text:question and predicts:ranking
    "data": {"splits": {"*": _ROWS}, "tables": {"*": _ROWS}, "overlaps": [_DUPLICATES]},  # see toolkit.profile
    "curves": {"*": [[float]]},  # [step, value] by name; validation_NAME is drawn beside NAME
    "worst": [{"metric": "", "score": float, **{key: {"*": object} for key in ("input", "expected", "prediction")}}],
    "stages": [{"name": "", "seconds": float, "peak_mb": float}],
    "facts": {"*": object},  # what the optimizer reports
    "sections": [{"title": "", "blocks": [{"text": "", "table": object, "plot": object, "matrix": object}]}],
    "spec": "",  # the resolved spec as YAML
    "environment": {"*": object},  # python, platform, toolkit, packages: {NAME: VERSION}, ...
    "takes": {"*": {"*": object}},  # a JSON Schema a field
    "reproduce": [""],  # commands
    "clock": {"started": "", "seconds": float},
}
_BLOCKS = {
    "table": {"columns": [""], "rows": [[object]]},
    "plot": _PLOT,
    "matrix": _MATRIX,
}
#: Where a model hub files a system, by a form that goes in and what it predicts.
TASKS = {
    ("image", "class"): "image-classification",
    ("text", "class"): "text-classification",
    ("text", "ranking"): "text-ranking",
    ("text", "text"): "text-generation",
    ("number", "class"): "tabular-classification",
    ("number", "numbers"): "tabular-regression",
}
#: Control characters, half surrogates, and marks that turn the direction of the text behind them.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def render(report: Mapping[str, Any], templates: Sequence[Path] = ()) -> tuple[str, str]:
    """Return the page and the model card of report.json.

    Args:
        templates: folders looked up before the toolkit's own, where plugins replace templates.
    Raises: RunError where the document is not of this form, PluginError where a template fails.
    """
    # The one import within a function: matplotlib takes half a second, which only a rendering should pay.
    from toolkit import plots

    try:
        facts = _view(_filled(_clean(report), SHAPE, "report.json"))
    except RecursionError:
        raise RunError("report.json is nested too deeply to be shown") from None
    environment = Environment(
        loader=FileSystemLoader([*templates, templates_folder()]),
        autoescape=lambda name: not (name or "").endswith(".md.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    numbers = itertools.count(1)

    def draw(plot: Mapping[str, Any]) -> Markup:
        series = {one["name"]: (one["x"], one["y"]) for one in plot["series"]}
        return Markup(plots.draw(Plot(plot["x"], plot["y"], series, plot["form"]), f"plot-{next(numbers)}"))

    environment.globals |= {"draw": draw, "picture": plots.picture, "place": _place, "dashes": len(plots.DASHES)}
    environment.filters |= {"number": number, "seconds": seconds, "share": share, "cut": cut, "md": md, "fence": fence}
    try:
        page, card = (environment.get_template(name).render(facts) for name in ("report.html.j2", "model_card.md.j2"))
    except TemplateError as error:
        raise PluginError(f"the template {getattr(error, 'name', None) or 'of the report'} failed: {error}") from error
    return page, card


def templates_folder() -> Path:
    """Return the toolkit's own templates: beside this file when installed, else the checkout's."""
    packaged = Path(__file__).parent / "templates"
    return packaged if packaged.is_dir() else packaged.parents[1] / "templates"


def section_to_json(section: Section) -> dict[str, Any]:
    """Return a section as report.json holds it."""
    return {"title": section.title, "blocks": [_block_to_json(block) for block in section.blocks]}


def _block_to_json(block: str | Table | Plot | Matrix) -> dict[str, Any]:
    if isinstance(block, str):
        return {"text": block}
    if isinstance(block, Plot):
        series = [{"name": name, "x": _plain(xs), "y": _plain(ys)} for name, (xs, ys) in block.series.items()]
        return {"plot": {"x": block.x, "y": block.y, "form": block.form, "series": series}}
    kind = "table" if isinstance(block, Table) else "matrix"
    return {kind: {name: _plain(getattr(block, name)) for name in _BLOCKS[kind]}}


def _plain(value: Any) -> Any:
    """Return plain JSON: arrays and their numbers become lists and numbers, what is not finite becomes null."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (str, int, float, type(None))):
        return value
    return [_plain(item) for item in value] if isinstance(value, Sequence) else str(value)
