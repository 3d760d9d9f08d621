"""The builder: a straight line of stages, the same for every kind of system."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from toolkit import fs
from toolkit.contracts import Section, Sections
from toolkit.errors import DataError, RunError
from toolkit.evaluation import Evaluation, evaluate
from toolkit.examples import Examples
from toolkit.inputs import schemas
from toolkit.plan import Plan
from toolkit.registry import Registry
from toolkit.run import Run, peak_memory
from toolkit.spec import plain
from toolkit.system import System, assemble, made_metrics

SPLITS = ("train", "validation", "test")


@dataclass
class Record:
    """What a build did: all that the report needs beside the system itself."""

    digests: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    device: Mapping[str, Any] = field(default_factory=dict)
    splits: Mapping[str, Examples] = field(default_factory=dict)
    evaluations: dict[str, Evaluation] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)
    stages: list[dict[str, Any]] = field(default_factory=list)
    better: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def stage(self, run: Run, name: str) -> Iterator[None]:
        """Time a stage, and leave where a signal came meanwhile."""
        run.event("stage", name=name)
        start = time.monotonic()
        yield
        seconds = round(time.monotonic() - start, 3)
        self.stages.append({"name": name, "seconds": seconds, "peak_mb": round(peak_memory(), 1)})
        run.leave_if_stopping()


def build(
    plan: Plan, run: Run, registry: Registry, data_before: Mapping[str, str] | None = None
) -> tuple[System, Record]:
    """Assemble, train and evaluate the system of a plan.

    Args:
        data_before: digests of the data that an interrupted build began with; resuming on other data is refused.
    """
    record = Record()
    with record.stage(run, "data"):
        dataset = plan.data.make(seed=plan.seed)
        with plan.data.blamed():
            rows = {name: dataset.split(name) for name in SPLITS}
            tables = {name: dataset.table(name) for name in plan.tables()}
        if not len(rows["train"]):
            raise DataError(f"{plan.data.where}: {plan.data.use!r} has no row to learn from")
        record.digests = {name: digest(part, name) for name, part in {**rows, **tables}.items()}
        takes = schemas(plan.takes(), (row for name in SPLITS for row in rows[name]))
        check_same(record.digests, data_before or {})
        run.event("data", digests=record.digests)
        record.data = registry.call("toolkit_profile", splits=rows, tables=tables) or {}
    with record.stage(run, "tokenizer"):
        device: Any = plan.device.make() if plan.device else None
        record.device = device.describe() if hasattr(device, "describe") else {}

        def fit(tokenizer: Any) -> None:
            answers = plan.data.config.answers()
            record.splits = {name: Examples(rows[name], tables, tokenizer, answers) for name in SPLITS}
            tokenizer.fit(record.splits["train"])

        tokenizer, model = assemble(plan, device, fit=fit)
    with record.stage(run, "train"):
        optimizer = plan.optimizer.make(device=device, seed=plan.seed)
        with plan.optimizer.blamed():
            record.facts = dict(optimizer.train(model, record.splits["train"], record.splits["validation"], run))
    with record.stage(run, "evaluate"):
        metrics = made_metrics(plan)
        record.better = {name: getattr(bound.config, "better", "higher") for name, (bound, _) in metrics.items()}
        for split in ("validation", "test"):
            with plan.architecture.blamed():
                found = evaluate(model, record.splits[split], metrics, plan.report, plan.seed)
            record.evaluations[split] = found
    made = [(plan.data, dataset), (plan.tokenizer, tokenizer), (plan.architecture, model), (plan.optimizer, optimizer)]
    for bound, maker in [*made, *metrics.values()]:
        with bound.blamed():
            record.sections += maker.sections() if isinstance(maker, Sections) else ()
    return System(plan, tokenizer, model, takes), record


def digest(rows: Iterable[Any], name: str = "data") -> str:
    """Return the SHA-256 of a split's or table's rows as JSON."""
    found = hashlib.sha256()
    for number, row in enumerate(rows, 1):
        try:
            found.update(fs.dumps(plain(row), indent=None).encode())
        except (TypeError, ValueError) as error:
            raise DataError(f"{name} rows, number {number}: {error}", "a row holds text, numbers and lists") from None
    return found.hexdigest()


def check_same(digests: Mapping[str, str], before: Mapping[str, str]) -> None:
    """Refuse to go on with a build on data that changed since it began."""
    for name, found in digests.items():
        if before.get(name, found) != found:
            hint = "start anew with --overwrite, or bring the old data back"
            raise RunError(f"the data changed since this build began: {name} is not what it was", hint)
