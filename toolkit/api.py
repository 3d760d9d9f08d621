"""Building and opening systems from Python; the command line is a thin cover over these functions."""

from __future__ import annotations

import contextlib
import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from toolkit import builder as builder_
from toolkit import fs, record
from toolkit.errors import Interrupted, PluginError, RunError, SpecError
from toolkit.evaluation import Evaluation
from toolkit.plan import Plan
from toolkit.registry import Registry
from toolkit.resolver import resolve
from toolkit.run import CHECKPOINTS, LOCK, Listener, Run
from toolkit.spec import Spec, parse, plain, read
from toolkit.system import SCHEMA, System

RUNS = Path("runs")
#: Files of a run folder that no rendering may replace.
OURS = ("run.json", "report.json", "spec.yaml", "spec.resolved.yaml", "events.jsonl", "golden.jsonl", fs.MANIFEST, LOCK)


def build(
    spec: str | Path | Mapping[str, Any],
    out: str | Path | None = None,
    *,
    sets: Iterable[str] = (),
    resume: bool = False,
    overwrite: bool = False,
    registry: Registry | None = None,
    listeners: Iterable[Listener] = (),
) -> System:
    """Build the system that a spec describes, and return it.

    Args:
        spec: a spec file, or its content as a mapping.
        out: the run folder; `runs/<name>` where it is not given.
        sets: `KEY=VALUE` as on the command line.
        resume: go on with what the folder holds; start where it holds nothing.
        overwrite: remove what the folder holds first.
    Raises: any ToolkitError; see `toolkit.errors`.
    """
    registry = registry or Registry.discover()
    sets = list(sets)
    plan = resolve(_spec(spec, sets), registry)
    folder = Path(out) if out is not None else RUNS / plan.name
    if finished(plan, folder, resume, overwrite):
        return System.load(folder, registry)
    run = Run(folder, [*listeners, lambda event: registry.call("toolkit_event", event=event)])
    with run.held():
        if overwrite:
            _clear(folder)
        return _build(plan, run, registry, sets)


def open(folder: str | Path, registry: Registry | None = None, sets: Iterable[str] = ()) -> System:
    """Open a finished run folder; `open(run).predict({...})` answers."""
    return System.load(folder, registry, sets)


def _spec(spec: str | Path | Mapping[str, Any], sets: Iterable[str]) -> Spec:
    if isinstance(spec, Mapping):
        return parse(json.dumps(spec, default=str, ensure_ascii=False), "spec", Path.cwd(), sets)
    return read(spec, sets)


def finished(plan: Plan, folder: Path, resume: bool, overwrite: bool) -> bool:
    """Return whether the work is done already; refuse to touch what a folder holds unless told what to do with it."""
    try:
        held = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except FileNotFoundError:
        held = []
    except OSError as error:
        raise SpecError(f"{folder} cannot be a run folder: {error.strerror}", "choose another with --out") from error
    if not held:
        return False
    if not (folder / "run.json").is_file():
        raise SpecError(f"{folder} holds something that is not a run", "choose another folder with --out")
    if overwrite and resume:
        raise SpecError("--resume goes on and --overwrite begins anew", "give one of the two")
    if overwrite:
        return False
    done = (folder / fs.MANIFEST).is_file()
    if resume:
        _same_spec(plan, folder)
        return done
    state = "is finished already" if done else "was begun before and not finished"
    way = f"open it: toolkit predict {shlex.quote(str(folder))}" if done else "go on with it: --resume"
    raise SpecError(f"{folder} {state}", f"{way}; build it anew: --overwrite; build beside it: --out DIR")


def _clear(folder: Path) -> None:
    """Remove what a run folder holds, its manifest first."""
    fs.remove(folder / fs.MANIFEST)
    for path in sorted(folder.iterdir(), key=lambda path: path.name == "run.json"):  # it tells that this is a run
        if path.name != LOCK:
            fs.remove(path)


def _same_spec(plan: Plan, folder: Path) -> None:
    file = folder / "spec.resolved.yaml"
    before = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    now = record.resolved_text(plan).splitlines()
    if before and before != now:
        changed = next((line for line in now if line not in before), "something was taken out").strip()
        hint = "build anew with --overwrite, or beside it with --out DIR"
        raise SpecError(f"{folder} was begun with another spec; what differs first: {changed}", hint)


def _build(plan: Plan, run: Run, registry: Registry, sets: list[str]) -> System:
    folder = run.folder
    before = fs.read_json(folder / "run.json") if (folder / "run.json").is_file() else {}
    facts = {
        "schema": SCHEMA,
        "name": plan.name,
        "seed": plan.seed,
        "sets": sets,
        "plugins": record.plugins(plan, registry),
        "environment": record.environment(),
        "started": before.get("started") or datetime.now(UTC).isoformat(timespec="seconds"),
        "data": before.get("data", {}),
    }
    fs.write_json(folder / "run.json", {**facts, "status": "running"})
    fs.write(folder / "spec.yaml", plan.spec.text)
    fs.write(folder / "spec.resolved.yaml", record.resolved_text(plan))
    run.listeners.append(_note_data(folder, facts))
    with _failure(run, facts):
        run.event("started", name=plan.name, components=record.sections_of(plan))
        system, done = builder_.build(plan, run, registry, facts["data"])
        system.folder = folder
        _save(system, done, run)
        run.event("finished", metrics={name: f.value for name, f in done.evaluations["test"].figures.items()})
        system.report = record.document(system, done, registry, run.events(), reproduce(plan, sets))
        fs.write_json(folder / "report.json", system.report)
        _render(folder, system.report, registry)
        facts |= {"finished": datetime.now(UTC).isoformat(timespec="seconds"), "device": dict(done.device)}
        fs.write_json(folder / "run.json", {**facts, "status": "finished"})
        fs.seal(folder, leave=(CHECKPOINTS, LOCK), schema=SCHEMA)
    return system


def _note_data(folder: Path, facts: dict[str, Any]) -> Listener:
    """Return a listener that stores the data's digests as soon as they are known."""

    def listen(event: Mapping[str, Any]) -> None:
        if event["kind"] == "data":
            facts["data"] = event["digests"]
            fs.write_json(folder / "run.json", {**facts, "status": "running"})

    return listen


@contextlib.contextmanager
def _failure(run: Run, facts: Mapping[str, Any]) -> Iterator[None]:
    """Say in the run folder how a build ended that did not finish."""
    try:
        yield
    except BaseException as error:
        status = "interrupted" if isinstance(error, Interrupted | KeyboardInterrupt) else "failed"
        with contextlib.suppress(Exception):  # the disk may be full; the first error is the one to show
            fs.remove(run.folder / fs.MANIFEST)
            run.event("failed", error=str(error), status=status)
            run.flush()
            fs.write_json(run.folder / "run.json", {**facts, "status": status, "error": str(error)})
        raise


def _save(system: System, done: builder_.Record, run: Run) -> None:
    """Write what was learnt, and what it was seen to answer."""
    folder = run.folder
    plan = system.plan
    parts = {"tokenizer": (plan.tokenizer, system.tokenizer), "model": (plan.architecture, system.model)}
    for name, (bound, part) in parts.items():
        with bound.blamed(), fs.folder(folder / name) as staging:
            if hasattr(part, "save"):
                part.save(staging)
    answered = {name: _answered(done, name) for name in ("test", "validation")}
    fs.write_lines(folder / "predictions" / "test.jsonl", answered["test"])
    golden = answered["test"] or answered["validation"]  # a system that was never tested is replayed all the same
    fs.write_lines(folder / "golden.jsonl", golden[: plan.report.golden])


def _answered(done: builder_.Record, split: str) -> list[dict[str, Any]]:
    """Return what the system was asked in a split, and what it said."""
    inputs, found = done.splits[split].asked().rows, done.evaluations[split].predictions
    return [{"input": plain(row), "prediction": answer} for row, answer in zip(inputs, found, strict=True)]


def reproduce(plan: Plan, sets: Iterable[str]) -> list[str]:
    """Return the commands that build this system again."""
    options = "".join(f" --set {shlex.quote(option)}" for option in sets)
    return [f"toolkit build {shlex.quote(Path(plan.spec.file).name)}{options}"]


def evaluate(folder: str | Path, split: str = "test", registry: Registry | None = None) -> Evaluation:
    """Measure a finished run again on one of its splits; its data must still be there."""
    return open(folder, registry).evaluate(split)[1]


def render(folder: str | Path, registry: Registry | None = None) -> Path:
    """Render the report of a finished run again, from its report.json; return the page's path."""
    folder = Path(folder)
    if not (folder / "report.json").is_file():
        raise RunError(f"{folder} holds no report", "build it: toolkit build SPEC")
    fs.check(folder)
    _render(folder, fs.read_json(folder / "report.json"), registry or Registry.discover())
    fs.seal(folder, leave=(CHECKPOINTS, LOCK), schema=SCHEMA)
    return folder / "report.html"


def own_templates() -> Path:
    """Return the toolkit's own templates: within the package where it is installed, else beside it in a checkout."""
    packaged = Path(__file__).parent / "templates"
    return packaged if packaged.is_dir() else packaged.parents[1] / "templates"


def _render(folder: Path, document: Mapping[str, Any], registry: Registry) -> None:
    templates = [*registry.call("toolkit_templates"), own_templates()]
    for files in registry.call("toolkit_render", document=document, templates=templates):
        for name, text in files.items():
            if Path(name).name != name or name in OURS:
                raise PluginError(
                    f"toolkit_render gave {name!r}", "a rendered file stands beside report.json, under a new name"
                )
            fs.write(folder / name, text)
