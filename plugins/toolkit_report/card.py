"""What the model card needs beside the report: front matter for a hub, and how to ask the system."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

import yaml

from toolkit_report.wording import languages

#: Where a hub files a system, by a form that goes in and what is predicted.
TASKS = {
    ("image", "class"): "image-classification",
    ("text", "class"): "text-classification",
    ("text", "ranking"): "text-ranking",
    ("text", "text"): "text-generation",
    ("number", "class"): "tabular-classification",
    ("number", "numbers"): "tabular-regression",
}
_LICENCE = re.compile(r"[a-z0-9][a-z0-9.-]*")
_EXAMPLES = {"string": "...", "integer": 1, "number": 0.5, "boolean": True}


def front_matter(document: Mapping[str, Any]) -> str:
    """Return the card's front matter, as hubs read it, in YAML."""
    task = task_of(document["ports"])
    facts = {
        "language": languages(document["data"]),
        "license": licence(document["components"]),
        "library_name": "toolkit",
        "pipeline_tag": task,
        "tags": [
            "toolkit",
            *sorted({part["use"] for part in document["components"] if part["kind"] == "architecture"}),
        ],
        "metrics": list(document["metrics"]),
        "model-index": [{"name": document["name"], "results": _results(document, task)}],
    }
    shown = _in_lines({key: fact for key, fact in facts.items() if fact})
    return yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=1_000_000)


def _in_lines(value: Any) -> Any:
    """Return the value with each text on one line, so that no reader of `---` can lose the end of the front matter."""
    if isinstance(value, dict):
        return {key: _in_lines(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_in_lines(item) for item in value]
    return " ".join(value.split()) if isinstance(value, str) else value


def _results(document: Mapping[str, Any], task: str) -> list[dict[str, Any]]:
    data = next((part["use"] for part in document["components"] if part["path"] == "data"), "data")
    figures = [
        {"type": name, "name": name, "value": figure["value"]}
        for name, figure in document["metrics"].items()
        if figure["value"] is not None
    ]
    dataset = {"type": data, "name": data, "split": "test"}
    return [{"task": {"type": task or "other"}, "dataset": dataset, "metrics": figures}] if figures else []


def task_of(ports: list[str]) -> str:
    """Return the hub's name for what a system with these ports does; empty where there is none."""
    forms = {port.partition(":")[0] for port in ports}
    return next((task for (form, out), task in TASKS.items() if form in forms and f"predicts:{out}" in ports), "")


def licence(components: list[Mapping[str, str]]) -> str:
    """Return the licence of the parts where they have one alike; a hub takes `other` and `unknown` too."""
    names = {part["licence"].lower() for part in components if part["licence"]}
    if not names:
        return "unknown"
    return names.pop() if len(names) == 1 and all(map(_LICENCE.fullmatch, names)) else "other"


def usage(takes: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return how to ask the system: on the command line, and from Python."""
    row = {name: _EXAMPLES.get(schema.get("type", "")) for name, schema in takes.items()}
    if None in row.values() or not row:
        return {"shell": "toolkit predict RUN --input rows.jsonl", "python": "predictions = system.predict(rows)"}
    plain = list(row.values()) == ["..."]  # one text can be asked as it is
    asked = '"..."' if plain else shlex.quote(json.dumps(row, ensure_ascii=False))
    return {"shell": f"toolkit predict RUN {asked}", "python": f"prediction = system.predict({row!r})"}
