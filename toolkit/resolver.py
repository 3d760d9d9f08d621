"""Resolves a spec to a Plan: every name to a component, every option checked, every port compared.

Nothing here imports an implementation.
"""

from __future__ import annotations

import difflib
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from toolkit.component import SECTIONS, Component, Config, Entry, Slot
from toolkit.errors import PluginError, Problem, SpecError
from toolkit.plan import Bound, Plan, ReportOptions, slots
from toolkit.registry import Registry
from toolkit.spec import Path_, Spec, dotted, plain

OTHERS = ("name", "seed", "metrics", "report")


def resolve(spec: Spec, registry: Registry, paths: bool = True) -> Plan:
    """Resolve a spec, or raise SpecError with every problem in it. `paths`: files named must exist."""
    return _Resolver(spec, registry, paths).plan()


class _Resolver:
    """One pass over a spec, collecting problems."""

    def __init__(self, spec: Spec, registry: Registry, paths: bool) -> None:
        self.spec, self.registry, self.paths = spec, registry, paths
        self.problems: list[Problem] = []
        self.given: frozenset[str] = frozenset()
        self.suggested: dict[str, list[Any]] = {}

    def blame(self, path: Path_, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.spec.mark(path), dotted(path), message, hint))

    def plan(self) -> Plan:
        self.unknown_sections()
        name = self.scalar("name", str, _folder_name(Path(self.spec.file).stem))
        if name != _folder_name(name):
            hint = f"use letters, digits, '-', '_' and '.', as in {_folder_name(name)}"
            self.blame(("name",), f"{name!r} cannot be a folder's name", hint)
        seed = self.scalar("seed", int, 0)
        report = self.options(ReportOptions, ("report",), self.spec.value.get("report", {})) or ReportOptions()
        # The architecture is read before the tokenizer is chosen, as it may suggest one.
        bound = {section: self.section(section) for section in ("data", "architecture", "device", "tokenizer")}
        bound |= {section: self.section(section) for section in ("optimizer", "serving")}
        metrics = self.metrics()
        if not self.problems:
            self.fit(bound, metrics)
        if self.problems:
            raise SpecError(self.problems)
        return Plan(self.spec, name, seed, report, metrics=metrics, given=self.given, **bound)  # type: ignore[arg-type]

    def unknown_sections(self) -> None:
        known = (*SECTIONS, *OTHERS)
        for name in self.spec.value:
            if name not in known:
                self.blame((name,), "unknown section", closest(name, known))

    def scalar(self, name: str, kind: type, default: Any) -> Any:
        value = self.spec.value.get(name, default)
        if not isinstance(value, kind) or isinstance(value, bool):
            self.blame((name,), f"should be {'a whole number' if kind is int else 'a word'}")
            return default
        return str(value) if kind is str else value

    def section(self, section: str) -> Bound | None:
        path: Path_ = (section,)
        value = self.spec.value.get(section)
        if value is not None:
            return self.entry(section, value, path)
        if section in self.spec.value:
            self.blame(path, "is empty", f"name a component, as in `{section}: {self.some(section)}`")
            return None
        for suggestion in self.suggested.get(section, ()):
            if self.registry.find(section, Entry.model_validate(suggestion).use):
                return self.entry(section, suggestion, path)
        # A tokenizer or optimizer may be missing only because what suggests it is wrong itself.
        if section in ("data", "architecture") or (section in ("tokenizer", "optimizer") and not self.problems):
            self.blame((), f"the section `{section}` is missing", f"add `{section}: {self.some(section)}`")
        return None

    def some(self, kind: str) -> str:
        return next((component.name for component in self.registry.components(kind)), "NAME")

    def metrics(self) -> dict[str, Bound]:
        path: Path_ = ("metrics",)
        entries = self.spec.value.get("metrics")
        if entries is None:
            entries = self.suggested.get("metric", [])
        if not isinstance(entries, list):
            self.blame(path, "should be a list", "as in `metrics: [accuracy, f1]`")
            return {}
        found: dict[str, Bound] = {}
        for index, value in enumerate(entries):
            bound = self.entry("metric", value, (*path, index))
            if bound is None:
                continue
            name = bound.use
            if name in found:  # the same metric twice is told apart by the options written
                name += f" ({', '.join(f'{k}={v}' for k, v in Entry.model_validate(value).options.items())})"
            if name in found or name.endswith("()"):
                self.blame((*path, index), f"{bound.use!r} stands twice")
            found[name] = bound
        return found

    def entry(self, kind: str, value: Any, path: Path_) -> Bound | None:
        """Resolve one entry, and what stands in its slots."""
        if not isinstance(value, str) and not (isinstance(value, dict) and isinstance(value.get("use"), str)):
            hint = f"as in `{path[-1]}: {self.some(kind)}` or `{path[-1]}: {{use: {self.some(kind)}, ...}}`"
            self.blame(path, "names no component: `use` is missing", hint)
            return None
        entry = Entry.model_validate(value)
        found = self.registry.find(kind, entry.use)
        if found is None:
            at = (*path, "use") if isinstance(value, dict) else path
            self.problems.append(self.registry.unknown(kind, entry.use, self.spec.mark(at), dotted(path)))
            return None
        component, implied = found
        for name in (name for name in implied if entry.options.get(name, implied[name]) != implied[name]):
            self.blame((*path, name), f"{entry.use!r} says already that {name} is {implied[name]}", "write it once")
        config = self.options(component.config, path, {**entry.options, **implied}, entry.use)
        if config is None:
            return None
        parts = self.parts(config, path)
        bound = Bound(dotted(path), str(entry.use), self.spec.mark(path), component, config, parts)
        with bound.blamed():
            for wanted, suggestions in config.suggests().items():
                self.suggested.setdefault(wanted, []).extend(suggestions)
        return bound

    def options(self, model: type[Any], path: Path_, values: Any, name: str = "report") -> Any:
        """Return the checked options; None where they have problems."""
        if not isinstance(values, dict):
            return self.blame(path, "should be a mapping of options")
        try:
            return model.model_validate(values, context={"paths": self.paths})
        except ValidationError as error:
            found: dict[Path_, list[Any]] = {}
            for problem in error.errors(include_url=False):
                at = (*path, *problem["loc"])
                while at not in self.spec.marks and len(at) > len(path) + 1:
                    at = at[:-1]  # the branch of a union that pydantic adds to the location
                found.setdefault(at, []).append(problem)
            for at, problems in found.items():
                self.option_problem(model, at, problems[0], [problem["msg"] for problem in problems])
            return None
        except Exception as error:  # whatever a plugin's own validator does
            what = f"{self.spec.mark(path)}: {dotted(path)}: the options of {name!r} cannot be checked"
            raise PluginError(f"{what}: {type(error).__name__}: {error}") from error

    def option_problem(self, model: type[Any], at: Path_, problem: Any, messages: list[str]) -> None:
        kind = problem["type"]
        if kind == "extra_forbidden":
            self.blame(at, "unknown option", closest(str(problem["loc"][-1]), _fields(model, problem["loc"])))
        elif kind == "missing":
            self.blame(at, "this option is needed", f"add `{problem['loc'][-1]}:`")
        else:
            words = dict.fromkeys(message.removeprefix("Value error, ") for message in messages)
            self.blame(at, ", or: ".join(words), f"got {plain(problem['input'])!r}"[:200])

    def parts(self, config: Config, path: Path_) -> dict[str, Any]:
        parts = {}
        for name, slot in slots(type(config)).items():
            value = getattr(config, name)
            if value is not None:
                parts[name] = self.part(slot, value, (*path, name))
        return parts

    def part(self, slot: Slot, value: Any, path: Path_) -> Any:
        if isinstance(value, list):
            return [self.part(slot, child, (*path, i)) for i, child in enumerate(value)]
        if isinstance(value, dict):
            return {key: self.part(slot, child, (*path, key)) for key, child in value.items()}
        bound = self.entry(slot.kind, {"use": value.use, **value.options}, path)
        missing = slot.gives - bound.gives(frozenset()) if bound else ()
        if missing:
            self.blame(path, f"does not give {', '.join(sorted(missing))}, which the slot asks for")
        return bound

    def fit(self, bound: Mapping[str, Bound | None], metrics: Mapping[str, Bound]) -> None:
        """Compare what each component needs with what stands before it."""
        given: frozenset[str] = frozenset()
        for section in SECTIONS:
            top = bound[section]
            if top is None:
                continue
            self.compare(top, given)
            with top.blamed():
                given |= top.gives(given)
            if section == "data":
                self.given = given
        for metric in metrics.values():
            self.compare(metric, given)

    def compare(self, bound: Bound, given: frozenset[str]) -> None:
        with bound.blamed():
            missing = sorted(bound.needs() - given)
        for port in missing:
            who = [c for c in self.registry.components() if port in _gives(c, given) and c.kind != bound.component.kind]
            hint = "; ".join(f"{c.kind} `{c.name}` gives it" for c in who[:4])
            form = port.partition(":")[0]
            near = sorted(other for other in given if other.partition(":")[0] == form)
            hint = hint or (f"given are: {', '.join(near)}" if near else "nothing in this spec gives any such port")
            message = f"{bound.use!r} needs {port!r}, and nothing before it gives that"
            self.problems.append(Problem(bound.where, bound.path, message, hint))


def _fields(model: Any, loc: Sequence[Any]) -> tuple[str, ...]:
    """Return the options that stand beside a location, which may lead into options within options."""
    for name in loc[:-1]:
        info = model.model_fields.get(name)
        inner = list(_models(info.annotation)) if info else []
        model = inner[0] if inner else model
    return tuple(model.model_fields)


def _models(annotation: Any) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for child in typing.get_args(annotation):
        yield from _models(child)


def closest(name: str, known: Sequence[str]) -> str:
    """Return a hint that names the likely word and what is allowed."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    allowed = f"allowed here: {', '.join(known)}" if known else "it has no options"
    return f"did you mean `{near[0]}`? {allowed}" if near else allowed


def _gives(component: Component, given: frozenset[str]) -> frozenset[str]:
    try:
        return component.config.model_validate(dict(component.example), context={"paths": False}).gives(given)
    except ValidationError:
        return frozenset()


def _folder_name(name: str) -> str:
    """Return the name a folder may have that is nearest to `name`."""
    kept = "".join(c if c.isalnum() or c in "-_." else "-" for c in name)[:100]
    return kept.lstrip("-_.").rstrip("-.") or "run"
