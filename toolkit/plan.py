"""Resolves a spec to a Plan: every name to a component, every option checked, every port compared.

Nothing here imports an implementation; that happens in `Bound.make`, the one place that does.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import importlib
import inspect
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from toolkit.component import SECTIONS, Component, Config, Entry, Slot
from toolkit.errors import BuildError, Mark, PluginError, Problem, ResourceError, SpecError, ToolkitError
from toolkit.registry import Registry
from toolkit.spec import Path_, Spec, dotted, plain

OTHERS = ("name", "seed", "metrics", "report")


class ReportOptions(BaseModel):
    """Options of the report."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    resamples: int = Field(1000, ge=0, le=100_000)
    """Bootstrap resamples an interval is taken from."""
    interval: float = Field(0.95, gt=0, lt=1)
    """Share of the resamples that the interval covers."""
    group: str = ""
    """Field whose rows are resampled together, such as the thread a question comes from."""
    examples: int = Field(12, ge=0, le=1000)
    """How many of the worst examples are shown."""
    golden: int = Field(20, ge=1, le=1000)
    """How many examples are stored with their predictions."""


@dataclass(frozen=True)
class Bound:
    """A component with its checked options and the parts in its slots."""

    path: str
    use: str
    where: Mark
    component: Component
    config: Config
    parts: Mapping[str, Any] = field(default_factory=dict)
    """By slot: a Bound, or a list or mapping of them."""

    def bound(self) -> Iterator[Bound]:
        """Yield this component and every part below it."""
        yield self
        for part in self.parts.values():
            for child in _each(part):
                yield from child.bound()

    def needs(self) -> frozenset[str]:
        """Ports that this component and its parts need."""
        return frozenset().union(*(bound.config.needs() for bound in self.bound()))

    def entry(self) -> Any:
        """Return the entry as a spec would write it, every default written out."""
        options = self.config.model_dump(mode="json", exclude=set(self.parts))
        parts = {name: _map(part, Bound.entry) for name, part in self.parts.items()}
        return {"use": self.use, **options, **parts}

    def make(self, **upstream: Any) -> Any:
        """Import the factory and call it with what it names. `seed` is derived from this component's path."""
        factory = self.factory()
        if "seed" in upstream:
            upstream["seed"] = derive(upstream["seed"], self.path)
        makers = {name: _map(part, lambda bound: bound._maker(upstream)) for name, part in self.parts.items()}
        wanted = inspect.signature(factory).parameters
        passed = {name: value for name, value in {**upstream, **makers}.items() if name in wanted}
        with self.blamed():
            return factory(self.config, **passed)

    def _maker(self, upstream: Mapping[str, Any]) -> Any:
        def make(**more: Any) -> Any:
            return self.make(**{**upstream, **more})

        return make

    def factory(self) -> Any:
        """Import and return the factory."""
        module, _, name = self.component.factory.partition(":")
        try:
            return getattr(importlib.import_module(module), name)
        except Exception as error:  # whatever a module does while it is imported
            extra = self.component.extra if isinstance(error, ImportError) else ""
            hint = f"pip install 'onespec[{extra}]'" if extra else "is the plugin installed whole?"
            raise PluginError(f"{self.where}: {self.path}: {self.use!r} cannot be imported: {error}", hint) from error

    @contextlib.contextmanager
    def blamed(self) -> Iterator[None]:
        """Make whatever is raised within name this component."""
        try:
            yield
        except ToolkitError:
            raise
        except Exception as error:
            what = f"{self.where}: {self.path}: {self.use!r}"
            if isinstance(error, MemoryError) or "out of memory" in str(error) or "not enough memory" in str(error):
                raise ResourceError(
                    f"{what} needs more memory than there is", "take smaller batches, or less data"
                ) from error
            raise BuildError(f"{what} failed: {type(error).__name__}: {error}", "--debug shows all") from error


@dataclass(frozen=True)
class Plan:
    """A spec with every name resolved. Sections are None only for `device` and `serving`."""

    spec: Spec
    name: str
    seed: int
    report: ReportOptions
    data: Bound
    tokenizer: Bound
    architecture: Bound
    optimizer: Bound
    metrics: Mapping[str, Bound]
    device: Bound | None = None
    serving: Bound | None = None
    given: frozenset[str] = frozenset()
    """Ports that stand before the tokenizer."""

    def bound(self) -> Iterator[Bound]:
        """Yield every component of the plan, parts included."""
        for top in (*(getattr(self, section) for section in SECTIONS), *self.metrics.values()):
            yield from top.bound() if top else ()

    def takes(self) -> list[str]:
        """Return the names of the fields that an input holds: those of a row without the answers."""
        names = {port.partition(":")[2] for port in self.data.config.gives(frozenset())}
        return sorted(name for name in names - self.data.config.answers() if "." not in name)

    def tables(self) -> list[str]:
        """Return the names of the side tables that the data give."""
        names = (port.partition(":")[2] for port in self.given)
        return sorted({name.partition(".")[0] for name in names if "." in name})

    def resolved(self) -> dict[str, Any]:
        """Return the spec with every default written out."""
        made: dict[str, Any] = {"name": self.name, "seed": self.seed}
        for section in SECTIONS:
            bound = getattr(self, section)
            made |= {section: bound.entry()} if bound else {}
        made["metrics"] = [bound.entry() for bound in self.metrics.values()]
        return plain({**made, "report": self.report.model_dump()})  # type: ignore[no-any-return]


def derive(seed: int, path: str) -> int:
    """Return a seed of its own for a path, from 0 to 2^63 - 1."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{path}".encode()).digest()[:8], "big") >> 1


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
        missing = slot.gives - bound.config.gives(frozenset()) if bound else ()
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
                given |= top.config.gives(given)
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


def slots(config: type[Config]) -> dict[str, Slot]:
    """Return the slots of a config by field name."""
    return {
        name: slot for name, info in config.model_fields.items() for slot in _slots_in(info.annotation, info.metadata)
    }


def _slots_in(annotation: Any, metadata: Sequence[Any] = ()) -> Iterator[Slot]:
    yield from (item for item in metadata if isinstance(item, Slot))
    yield from (item for item in getattr(annotation, "__metadata__", ()) if isinstance(item, Slot))
    for child in typing.get_args(annotation):
        yield from _slots_in(child)


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


def _each(part: Any) -> Iterator[Bound]:
    children = part.values() if isinstance(part, dict) else part if isinstance(part, list) else [part]
    for child in children:
        yield from [child] if isinstance(child, Bound) else _each(child)


def _map(part: Any, function: Any) -> Any:
    if isinstance(part, dict):
        return {key: _map(child, function) for key, child in part.items()}
    return [_map(child, function) for child in part] if isinstance(part, list) else function(part)


def _folder_name(name: str) -> str:
    """Return the name a folder may have that is nearest to `name`."""
    kept = "".join(c if c.isalnum() or c in "-_." else "-" for c in name)[:100]
    return kept.lstrip("-_.").rstrip("-.") or "run"
