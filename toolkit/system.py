"""A finished system: what answers questions, from memory after a build or from a run folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

from toolkit import fs
from toolkit.contracts import Metric, Saves
from toolkit.errors import InputError, RunError, SpecError
from toolkit.evaluation import Evaluation, evaluate
from toolkit.examples import CHUNK, Examples
from toolkit.plan import Bound, Plan, resolve
from toolkit.registry import Registry
from toolkit.spec import dotted, parse, plain

#: Version of the run folder's layout.
SCHEMA = 1
#: Parts of a run folder that a running process may add to after it was sealed.
LOOSE = (".lock",)
_TYPES = {"string": (str,), "integer": (int,), "number": (int, float), "array": (list, tuple), "boolean": (bool,)}


@dataclass
class System:
    """A tokenizer and a model that learnt, with the plan they were made from."""

    plan: Plan
    tokenizer: Any
    model: Any
    takes: Mapping[str, Any]
    """A JSON Schema for each field that an input holds."""
    folder: Path | None = None
    report: Mapping[str, Any] = field(default_factory=dict)
    """What report.json holds."""

    @property
    def name(self) -> str:
        """The name that the spec gave."""
        return self.plan.name

    @property
    def facts(self) -> dict[str, Any]:
        """Facts about the system, as plain JSON."""
        shown = ("name", "about", "metrics", "components", "environment")
        return {**{key: self.report[key] for key in shown if key in self.report}, "takes": dict(self.takes)}

    @classmethod
    def load(cls, folder: str | Path, registry: Registry | None = None, sets: Iterable[str] = ()) -> System:
        """Open a finished run folder; data, optimizer and metrics are not imported.

        Args:
            sets: options to lay over the spec, as in `device=cpu` or `serving.port=8080`.
        Raises: RunError where a file is missing, damaged, or of a later version.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise RunError(f"there is no run folder {folder}", "build one: toolkit build SPEC")
        if not (folder / fs.MANIFEST).is_file():
            raise RunError(f"{folder} is not a finished run", "go on with it: toolkit build SPEC --resume")
        manifest = fs.check(folder)
        if manifest.get("schema") != SCHEMA:
            raise RunError(f"{folder} has layout {manifest.get('schema')}, this toolkit reads {SCHEMA}")
        plan = planned(folder, registry or Registry.discover(), sets)
        report = fs.read_json(folder / "report.json")
        tokenizer, model = assemble(plan, plan.device.make() if plan.device else None, folder / "tokenizer")
        load_part(model, folder / "model")
        return cls(plan, tokenizer, model, report["takes"], folder, report)

    @overload
    def predict(self, inputs: Mapping[str, Any]) -> dict[str, Any]: ...
    @overload
    def predict(self, inputs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]: ...
    def predict(self, inputs: Any) -> Any:
        """Return the prediction for one input, or a list of them for a list of inputs."""
        if isinstance(inputs, Mapping):
            return self.predict([inputs])[0]
        for row in inputs:
            self.check(row)
        return plain([dict(found) for found in self.examples(inputs).answered(self.model)])

    def stream(self, inputs: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
        """Yield predictions for any number of inputs, a chunk at a time."""
        chunk: list[Mapping[str, Any]] = []
        for row in inputs:
            chunk.append(row)
            if len(chunk) == CHUNK:
                yield from self.predict(chunk)
                chunk = []
        yield from self.predict(chunk) if chunk else ()

    def check(self, row: Mapping[str, Any]) -> None:
        """Raise InputError where a row is not what the system takes."""
        wanted = ", ".join(f"{name} ({schema['type']})" for name, schema in self.takes.items())
        if not isinstance(row, Mapping):
            raise InputError("an input is a mapping of fields", f"this system takes: {wanted}")
        for name in row:
            if name not in self.takes:
                raise InputError(f"{name}: no such field", f"this system takes: {wanted}")
        for name, schema in self.takes.items():
            if name not in row:
                raise InputError(f"{name}: this field is missing", f"this system takes: {wanted}")
            fault = mismatch(row[name], schema)
            if fault:
                raise InputError(f"{name}{fault}", f"this system takes: {wanted}")

    def examples(
        self, rows: Sequence[Mapping[str, Any]], tables: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
    ) -> Examples:
        """Return rows as this system's examples."""
        return Examples(rows, tables or {}, self.tokenizer, self.plan.data.config.answers())

    def evaluate(self, split: str = "test") -> tuple[Examples, Evaluation]:
        """Read the data again and measure the system on a split."""
        data = self.plan.data.make(seed=self.plan.seed)
        examples = self.examples(data.split(split), {name: data.table(name) for name in self.plan.tables()})
        return examples, evaluate(self.model, examples, made_metrics(self.plan), self.plan.report, self.plan.seed)

    def serve(self) -> None:
        """Serve by the target that the spec names."""
        if self.plan.serving is None:
            raise SpecError("the spec names no way to serve", "choose one: toolkit serve RUN --with terminal")
        target = self.plan.serving.make()
        target.run(self)


def planned(folder: Path, registry: Registry, sets: Iterable[str]) -> Plan:
    """Return the plan of a run folder, with options laid over it."""
    file = folder / "spec.resolved.yaml"
    return resolve(parse(file.read_text(encoding="utf-8"), str(file), folder, sets), registry, paths=False)


def assemble(plan: Plan, device: Any, learnt: Path | None = None, fit: Any = None) -> tuple[Any, Any]:
    """Make the tokenizer (loaded from `learnt`, or fitted by calling `fit`) and a fresh model behind it."""
    tokenizer = plan.tokenizer.make(given=plan.given, seed=plan.seed)
    if learnt is not None:
        load_part(tokenizer, learnt)
    if fit is not None:
        with plan.tokenizer.blamed():
            fit(tokenizer)
    upstream = {"signature": tokenizer.signature(), "device": device, "given": plan.given}
    return tokenizer, plan.architecture.make(**upstream, seed=plan.seed)


def load_part(part: Any, folder: Path) -> None:
    """Give back to a part what it learnt, where it learns at all."""
    if isinstance(part, Saves):
        part.load(folder)


def made_metrics(plan: Plan) -> dict[str, tuple[Bound, Metric]]:
    """Make the metrics of a plan."""
    return {name: (bound, bound.make()) for name, bound in plan.metrics.items()}


def schemas(plan: Plan, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a JSON Schema for each field that a system will be given, from the rows it was built with."""
    fields = sorted({port.partition(":")[2] for port in plan.data.config.gives(frozenset())})
    wanted = [name for name in fields if "." not in name and name not in plan.data.config.answers()]
    found: dict[str, Any] = {}
    for row in rows:
        for name in wanted:
            if name in row:
                found[name] = merged(found.get(name), schema(row[name]))
    return found


def schema(value: Any) -> dict[str, Any]:
    """Return the JSON Schema of one value."""
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, str):
        return {"type": "string"}
    if isinstance(value, int):
        return {"type": "integer"}
    if isinstance(value, float):
        return {"type": "number"}
    items: dict[str, Any] | None = None
    for child in value:
        items = merged(items, schema(child))
    return {"type": "array", "items": items or {"type": "number"}, "minItems": len(value), "maxItems": len(value)}


def merged(one: dict[str, Any] | None, two: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that both values keep."""
    if one is None or one == two:
        return two
    if one["type"] == two["type"] == "array":
        low, high = min(one["minItems"], two["minItems"]), max(one["maxItems"], two["maxItems"])
        sizes = {"minItems": low} | ({"maxItems": high} if low == high else {})
        return {"type": "array", "items": merged(one["items"], two["items"]), **sizes}
    return {"type": "number"}


def mismatch(value: Any, wanted: Mapping[str, Any], path: tuple[str | int, ...] = ()) -> str:
    """Return what is wrong with a value against its schema, empty where nothing is."""
    where = dotted(path)
    kinds: Any = _TYPES[wanted["type"]]
    if not isinstance(value, kinds) or (isinstance(value, bool) and wanted["type"] != "boolean"):
        return f"{where}: should be {wanted['type']}, got {type(value).__name__}"
    if isinstance(value, str) and not value.isprintable() and any("\ud800" <= c <= "\udfff" for c in value):
        return f"{where}: holds half a surrogate pair, which is not text"
    if isinstance(value, float) and value - value != 0:
        return f"{where}: should be a finite number"
    if wanted["type"] == "array":
        low, high = wanted.get("minItems", 0), wanted.get("maxItems")
        if len(value) < low or (high is not None and len(value) > high):
            return f"{where}: should hold {low if low == high else f'at least {low}'} items, got {len(value)}"
        for index, child in enumerate(value):
            fault = mismatch(child, wanted["items"], (*path, index))
            if fault:
                return fault
    return ""
