"""Turns what a build did into the one JSON document, report.json, that every rendering starts from."""

from __future__ import annotations

import functools
import hashlib
import platform
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from toolkit.builder import Record
from toolkit.component import SECTIONS
from toolkit.contracts import Section
from toolkit.evaluation import worst
from toolkit.plan import Plan
from toolkit.registry import Registry
from toolkit.spec import plain, written
from toolkit.system import SCHEMA, System

#: The distribution that this package is installed from.
DISTRIBUTION = "onespec"


def document(
    system: System, record: Record, registry: Registry, events: Iterable[Mapping[str, Any]], command: list[str]
) -> dict[str, Any]:
    """Return report.json's content; clock values stand under `clock` and `stages` only."""
    plan = system.plan
    test, validation = record.evaluations["test"], record.evaluations["validation"]
    answers = plan.data.config.answers()
    examples = record.splits["test"]
    return {
        "schema": SCHEMA,
        "name": plan.name,
        "about": opening_comment(plan.spec.text),
        "seed": plan.seed,
        "metrics": {name: figure.json() for name, figure in test.figures.items()},
        "validation": {name: figure.json() for name, figure in validation.figures.items() if figure.count},
        "better": record.better,
        "order": list(plan.metrics),
        "interval": plan.report.interval,
        "ports": sorted(ports(plan)),
        "notes": notes(record),
        "components": components(plan, registry),
        "data": {**plain(record.data), "digests": dict(record.digests)},
        "curves": curves(events),
        "worst": worst(test, examples, answers, record.better, plan.report.examples),
        "stages": record.stages,
        "facts": plain(record.facts),
        "sections": [shown(section) for section in record.sections],
        "spec": resolved_text(plan),
        "environment": {**environment(), **plain(record.device)},
        "takes": system.takes,
        "reproduce": command,
        "clock": {"seconds": round(sum(stage["seconds"] for stage in record.stages), 3)},
    }


def shown(section: Section) -> dict[str, Any]:
    """Return a section as plain JSON; each block is keyed by what it is."""
    blocks = [
        {"text": block} if isinstance(block, str) else {type(block).__name__.lower(): plain(asdict(block))}
        for block in section.blocks
    ]
    return {"title": section.title, "blocks": blocks}


def opening_comment(text: str) -> str:
    """Return the comment that a spec opens with, editor modelines left out."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("#").strip())
    return "\n".join(line for line in lines if not line.startswith("yaml-language-server")).strip()


def resolved_text(plan: Plan) -> str:
    """Return the resolved spec as YAML."""
    return written(plan.resolved())


def notes(record: Record) -> list[str]:
    """Return what a reader must know before trusting the figures."""
    missing = [name for name in ("validation", "test") if not len(record.splits[name])]
    words = {
        "validation": "There are no validation examples: nothing was chosen by measuring, defaults were used.",
        "test": "There are no test examples: no figure was measured.",
    }
    return [words[name] for name in missing]


def components(plan: Plan, registry: Registry) -> list[dict[str, str]]:
    """Return what the system was made of, and which plugin each part came from."""
    return [
        {
            "path": bound.path,
            "kind": bound.component.kind,
            "use": bound.use,
            "summary": bound.component.summary,
            "plugin": registry.plugin(bound.component).distribution or registry.plugin(bound.component).module,
            "version": registry.plugin(bound.component).version,
            "licence": bound.component.licence,
            "homepage": bound.component.homepage,
        }
        for bound in plan.bound()
    ]


def curves(events: Iterable[Mapping[str, Any]]) -> dict[str, list[list[float]]]:
    """Return every number that steps logged, over the step."""
    found: dict[str, list[list[float]]] = {}
    for event in events:
        if event["kind"] == "step":
            for name, value in event.items():
                if name not in ("kind", "step", "of", "seconds"):
                    found.setdefault(name, []).append([event["step"], value])
    return found


@functools.cache
def environment() -> dict[str, Any]:
    """Return the versions that a figure may depend on."""
    try:
        wanted = [line.split(";")[0] for line in metadata.requires(DISTRIBUTION) or () if "extra ==" not in line]
    except metadata.PackageNotFoundError:
        wanted = []
    names = sorted({"".join(c if c.isalnum() or c in "-_." else " " for c in line).split()[0] for line in wanted})
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "toolkit": version(DISTRIBUTION),
        "packages": {name: version(name) for name in names if version(name)},
        "byteorder": sys.byteorder,
    }


def version(distribution: str) -> str:
    """Return the version of an installed distribution, empty where it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def ports(plan: Plan) -> frozenset[str]:
    """Return every port that the plan's sections give."""
    given: frozenset[str] = frozenset()
    for section in SECTIONS:
        bound = getattr(plan, section)
        given |= bound.gives(given) if bound else frozenset()
    return given


def plugins(plan: Plan, registry: Registry) -> dict[str, str]:
    """Return the plugins that a plan draws on, with their versions."""
    used = (registry.plugin(bound.component) for bound in plan.bound())
    return {plugin.name: f"{plugin} {digest(plugin.module)}" for plugin in sorted(used, key=lambda plugin: plugin.name)}


def digest(module: str) -> str:
    """Return a digest of the Python files of a plugin, which tells checkouts of one version apart."""
    file = Path(getattr(sys.modules.get(module), "__file__", None) or "none")
    sources = sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]
    found = hashlib.sha256(b"".join(source.read_bytes() for source in sources if source.is_file()))
    return found.hexdigest()[:16]


def sections_of(plan: Plan) -> dict[str, str]:
    """Return the component that each section uses."""
    return {name: getattr(plan, name).use for name in SECTIONS if getattr(plan, name)}
