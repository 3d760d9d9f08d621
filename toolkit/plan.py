"""What a spec comes to: a Plan of Bounds, each a component with its checked options and the parts in its slots.

`Bound.make` is the one place that imports an implementation.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import inspect
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from toolkit.component import SECTIONS, Component, Config, Slot
from toolkit.errors import BuildError, Mark, PluginError, ResourceError, ToolkitError
from toolkit.spec import Spec, plain


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

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        """Return the ports that this component adds; it is shown those that its slots pass on from their parts."""
        shown = set(given)
        for name, slot in slots(type(self.config)).items():
            parts = _each(self.parts.get(name, ())) if slot.passes else ()
            shown |= {port for part in parts for port in part.gives(given) if port.startswith(slot.passes)}
        return self.config.gives(frozenset(shown))

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


def _each(part: Any) -> Iterator[Bound]:
    children = part.values() if isinstance(part, dict) else part if isinstance(part, list) else [part]
    for child in children:
        yield from [child] if isinstance(child, Bound) else _each(child)


def _map(part: Any, function: Any) -> Any:
    if isinstance(part, dict):
        return {key: _map(child, function) for key, child in part.items()}
    return [_map(child, function) for child in part] if isinstance(part, list) else function(part)
