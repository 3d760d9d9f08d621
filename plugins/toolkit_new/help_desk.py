"""`toolkit new help-desk`: a folder with a spec, the data, and a report on them; whole or not at all."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from toolkit.errors import DataError, ResourceError, SpecError
from toolkit_new import columns as columns_of
from toolkit_new import source as source_of
from toolkit_new.checks import findings
from toolkit_new.entries import Entry, entries
from toolkit_new.languages import languages
from toolkit_new.report import Report, clean, md
from toolkit_new.validation import validation

TEMPLATES = Path(__file__).parent / "templates"
#: Seed of the questions made by rule.
SEED = 0


def begin(folder: Path, file: Path, said: Mapping[str, str | None], lang: str | None, force: bool) -> str:
    """Make a help desk in `folder` from the questions and answers in `file`; return a summary.

    Args:
        said: the column by role, where the user said it.
        lang: language of what is written, en or zh; None for that of the data.
        force: put aside what the folder holds.
    Raises: SpecError where the folder is in use or a column is not there, DataError where there is nothing to take.
    """
    check(folder, file, force)
    source = source_of.read(file)
    columns = columns_of.find(source.columns, said)
    made = entries(source, columns)
    if not made:
        raise DataError(f"{file}: no row holds a question and an answer", "see --question COLUMN and --answer COLUMN")
    spoken = languages(made)
    report = Report(source, columns, made, spoken, lang or spoken.main, findings(source, made))
    rows = [entry.json() for entry in made]
    queries = validation(rows, SEED)
    facts = facts_of(folder, source.name, made, queries)
    aside = place(folder, written(report, facts, rows, queries))
    return report.summary({**facts, "folder": folder, "aside": aside})


def facts_of(folder: Path, source: str, made: list[Entry], queries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the templates need to know."""
    name = safe_name(folder.resolve().name)
    spec, run = (shlex.quote(clean(path)) for path in (str(folder / "spec.yaml"), f"runs/{name}"))
    return {
        "name": name,
        "source": source,
        "spec": spec,
        "run": run,
        "entries": f"{len(made):,}",
        "queries": f"{len(queries):,}",
        "example": json.dumps(made[0].id, ensure_ascii=False),
        "commands": [f"toolkit build {spec}", f"toolkit serve {run}"],
    }


def safe_name(name: str) -> str:
    """Return the name nearest to `name` that a run folder may have."""
    kept = "".join(character if character.isalnum() or character in "-_." else "-" for character in name)[:100]
    return kept.lstrip("-_.").rstrip("-.") or "help-desk"


def written(
    report: Report, facts: Mapping[str, Any], rows: Iterable[Mapping[str, Any]], queries: Iterable[Mapping[str, Any]]
) -> dict[str, str]:
    """Return the files by name."""
    rooms = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    rooms.filters["md"] = md
    pages = {"spec.yaml": facts, "README.md": facts, "data-report.md": report.view()}
    files = {}
    for name, view in pages.items():
        stem, _, ending = name.partition(".")
        files[name] = rooms.get_template(f"{stem}.{report.lang}.{ending}.j2").render(view)
    return files | {"data/entries.jsonl": lines(rows), "data/validation.jsonl": lines(queries)}


def lines(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


# -- the folder --------------------------------------------------------------------------------------------------------


def check(folder: Path, file: Path, force: bool) -> None:
    """Refuse a folder that is in use."""
    try:
        full = folder.is_dir() and any(folder.iterdir())
        taken = folder.exists() and not folder.is_dir()
    except (OSError, ValueError) as error:
        raise SpecError(f"{folder} cannot be used: {error}", "name another folder") from None
    if taken:
        raise SpecError(f"{folder} is a file", "name another folder")
    if full and not force:
        raise SpecError(f"{folder} is not empty", "name another folder, or --force to put aside what it holds")
    if full and any(path.resolve().is_relative_to(folder.resolve()) for path in (file, Path.cwd())):
        raise SpecError(f"{folder} holds what you work with", "name a folder of its own")


def place(folder: Path, files: Mapping[str, str]) -> Path | None:
    """Write a folder whole beside its place, then put it there; return where what stood there is now."""
    target = folder.resolve()
    staged = target.with_name(f".{target.name[:100]}.tmp-{os.getpid()}")
    aside = None
    try:
        for name, text in files.items():
            (staged / name).parent.mkdir(parents=True, exist_ok=True)
            (staged / name).write_bytes(text.encode())
        if target.is_dir() and any(target.iterdir()):
            aside = _free(target)
            target.rename(aside)
        staged.replace(target)
    except OSError as error:
        raise ResourceError(f"{folder} cannot be written: {error.strerror}", "nothing was changed") from error
    finally:
        if aside and aside.exists() and not target.exists():
            aside.rename(target)
        shutil.rmtree(staged, ignore_errors=True)
    return folder.with_name(aside.name) if aside else None


def _free(target: Path) -> Path:
    """Return a name beside a folder that nothing has."""
    number = 1
    while (aside := target.with_name(f"{target.name}.before-{number}")).exists():
        number += 1
    return aside
