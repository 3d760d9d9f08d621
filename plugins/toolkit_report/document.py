"""What report.json holds, and how it is made fit to show: complete, of the right types, every letter visible."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from toolkit.errors import RunError

SCHEMA = 1

_FIGURE = {"value": float, "low": float, "high": float, "count": 0}
_SPREAD = {"min": float, "median": float, "p95": float, "max": float}
_DUPLICATES = {"between": [""], "field": "", "exact": 0, "near": 0, "pairs": [[0]]}
_FIELD = {
    "kind": "",
    "present": 0,
    "empty": 0,
    "distinct": float,
    "length": _SPREAD,
    "range": _SPREAD,
    "shape": [0],
    "labels": [[object]],
    "scripts": {"*": 0.0},
    "english": 0.0,
    "mojibake": 0,
}
_ROWS = {"rows": 0, "fields": {"*": _FIELD}, "duplicates": [_DUPLICATES]}
_BLOCK = {
    "text": "",
    "table": {"columns": [""], "rows": [[object]]},
    "plot": {"x": "", "y": "", "form": "line", "series": {"*": [[object]]}},  # series: {NAME: [xs, ys]}
    "matrix": {"rows": [""], "columns": [""], "values": [[float]], "x": "", "y": ""},
}
#: A value stands for its type and is the default; `float` is a number or null, `object` is anything, the key "*" is
#: any key, a list of one is a list of any length. Keys that are not here are passed over.
SHAPE: dict[str, Any] = {
    "schema": SCHEMA,
    "name": "system",
    "about": "",  # the comment that the spec opens with
    "seed": 0,
    "metrics": {"*": _FIGURE},  # on the test split
    "validation": {"*": _FIGURE},
    "better": {"*": "higher"},  # or lower, by metric
    "order": [""],  # metrics as the spec lists them; others follow by name
    "interval": 0.95,  # the share of resamples that intervals cover
    "notes": [""],  # what a reader must know before trusting the figures
    "components": [dict.fromkeys(("path", "kind", "use", "summary", "plugin", "version", "licence", "homepage"), "")],
    "ports": [""],  # of the whole plan, as in text:question and predicts:ranking
    "data": {"splits": {"*": _ROWS}, "tables": {"*": _ROWS}, "overlaps": [_DUPLICATES], "digests": {"*": ""}},
    "curves": {"*": [[float]]},  # [step, value] by name; validation_NAME is drawn beside NAME
    "worst": [{"metric": "", "score": float, **{part: {"*": object} for part in ("input", "expected", "prediction")}}],
    "stages": [{"name": "", "seconds": 0.0, "peak_mb": float}],
    "facts": {"*": object},  # what the optimizer returned
    "sections": [{"title": "", "blocks": [_BLOCK]}],
    "spec": "",  # the resolved spec, YAML
    "environment": {"*": object},  # python, platform, packages: {NAME: VERSION}, ...
    "takes": {"*": {"*": object}},  # a JSON Schema a field
    "reproduce": [""],  # commands
    "clock": {"started": "", "seconds": float},
}
#: Control characters, half surrogates, and marks that turn the direction of the text behind them.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def complete(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with every key of SHAPE; mappings are in the order of their keys.

    Raises: RunError where it was written by a later version, or a value is not of the type it should be.
    """
    try:
        document: dict[str, Any] = _fitted(visible(report), SHAPE, "report.json")
    except RecursionError:
        raise RunError("report.json is nested too deeply to be shown") from None
    if document["schema"] > SCHEMA:
        raise RunError(f"report.json is of version {document['schema']}, this toolkit reads up to {SCHEMA}")
    return document


def visible(value: Any) -> Any:
    """Return plain JSON with sorted keys, in which characters that cannot be seen are spelled out: `⟨U+202E⟩`."""
    if isinstance(value, str):
        return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", value.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, Mapping):
        return {visible(str(key)): visible(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, (list, tuple)):
        return [visible(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, (int, float, type(None))) else visible(str(value))


def _fitted(value: Any, shape: Any, where: str) -> Any:
    """Return `value` where it is of `shape`, filled up with defaults."""
    if isinstance(shape, dict):
        given = _typed({} if value is None else value, dict, where)
        if "*" in shape:
            return {key: _fitted(item, shape["*"], f"{where}: {key}") for key, item in given.items()}
        return {key: _fitted(given.get(key), part, f"{where}: {key}") for key, part in shape.items()}
    if isinstance(shape, list):
        given = _typed([] if value is None else value, list, where)
        return [_fitted(item, shape[0], f"{where}: {n}") for n, item in enumerate(given)]
    if shape is object:
        return value
    if shape is float:
        return None if value is None else _typed(value, (int, float), where)
    if value is None:
        return shape
    return _typed(value, (int, float) if isinstance(shape, float) else type(shape), where)


def _typed(value: Any, kind: Any, where: str) -> Any:
    if not isinstance(value, kind):
        names = {dict: "a mapping", list: "a list", str: "text", int: "a whole number"}
        raise RunError(f"{where} should be {names.get(kind, 'a number')}, not {type(value).__name__}")
    return value
