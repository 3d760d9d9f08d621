"""A finished system: what answers questions, from memory after a build or from a run folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

from toolkit import fs
from toolkit.contracts import Metric, Saves
from toolkit.errors import InputError, RunError, SpecError, ToolkitError
from toolkit.evaluation import Evaluation, evaluate
from toolkit.examples import CHUNK, Examples
from toolkit.inputs import close, mismatch
from toolkit.plan import Bound, Plan
from toolkit.registry import Registry
from toolkit.resolver import resolve
from toolkit.spec import parse, plain

#: Version of the run folder's layout.
SCHEMA = 1
#: How far a number of a golden example may be from what the build got, relative to its size.
TOLERANCE = 1e-4


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
    def gives(self) -> frozenset[str]:
        """The ports of the architecture, as in `predicts:text` and `embeds:question`."""
        return self.plan.architecture.gives(self.plan.given)

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
        manifest = fs.read_json(folder / fs.MANIFEST)
        if isinstance(manifest, dict) and manifest.get("schema", SCHEMA) != SCHEMA:
            raise RunError(f"{folder} has layout {manifest['schema']}, this toolkit reads {SCHEMA}")
        fs.check(folder)
        plan = planned(folder, registry or Registry.discover(), sets)
        report = fs.read_json(folder / "report.json")
        if not isinstance(report, dict) or not isinstance(report.get("takes"), dict):
            raise RunError(f"{folder / 'report.json'} is not a report")
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
        with self.plan.data.blamed():
            examples = self.examples(data.split(split), {name: data.table(name) for name in self.plan.tables()})
        with self.plan.architecture.blamed():
            found = evaluate(self.model, examples, made_metrics(self.plan), self.plan.report, self.plan.seed)
        return examples, found

    def replay(self) -> None:
        """Ask the golden examples again; raise RunError where an answer is not what the build got."""
        golden = fs.read_lines(self.folder / "golden.jsonl") if self.folder else []
        found = self.examples([row["input"] for row in golden]).answered(self.model)
        for number, (row, answer) in enumerate(zip(golden, map(dict, found), strict=True), 1):
            if not close(row["prediction"], plain(answer), TOLERANCE):
                what = f"{self.folder}: golden example {number} is answered otherwise than when the system was built"
                raise RunError(
                    f"{what}: {fs.dumps(row['input'], None).strip()[:200]}", "build it again with these versions"
                )

    def serve(self) -> None:
        """Ask the golden examples again, then serve by the target that the spec names."""
        if self.plan.serving is None:
            raise SpecError("the spec names no way to serve", "choose one: toolkit serve RUN --with terminal")
        self.replay()
        target = self.plan.serving.make()
        with self.plan.serving.blamed():
            target.run(self)


def planned(folder: Path, registry: Registry, sets: Iterable[str]) -> Plan:
    """Return the plan of a run folder, with options laid over it."""
    file = folder / "spec.resolved.yaml"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise RunError(f"{file} cannot be read: {error}") from error
    return resolve(parse(text, str(file), folder, sets), registry, paths=False)


def assemble(plan: Plan, device: Any, learnt: Path | None = None, fit: Any = None) -> tuple[Any, Any]:
    """Make the tokenizer (loaded from `learnt`, or fitted by calling `fit`) and a fresh model behind it."""
    tokenizer = plan.tokenizer.make(given=plan.given, seed=plan.seed)
    if learnt is not None:
        load_part(tokenizer, learnt)
    if fit is not None:
        with plan.tokenizer.blamed():
            fit(tokenizer)
    with plan.tokenizer.blamed():
        signature = tokenizer.signature()
    upstream = {"signature": signature, "device": device, "given": plan.given}
    return tokenizer, plan.architecture.make(**upstream, seed=plan.seed)


def load_part(part: Any, folder: Path) -> None:
    """Give back to a part what it learnt, where it learns at all."""
    if isinstance(part, Saves):
        try:
            part.load(folder)
        except ToolkitError:
            raise
        except Exception as error:  # whatever a damaged file does to a plugin
            raise RunError(f"{folder} cannot be read: {type(error).__name__}: {error}") from error


def made_metrics(plan: Plan) -> dict[str, tuple[Bound, Metric]]:
    """Make the metrics of a plan."""
    return {name: (bound, bound.make()) for name, bound in plan.metrics.items()}
