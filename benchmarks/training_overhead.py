"""What training through the toolkit costs over a bare PyTorch loop: same model, batches and precision.

    python benchmarks/training_overhead.py [--pairs 9] [--threads N] [--only qa-lstm]

A pair is one training through the toolkit and one by `bare` below, the one or the other first in turn, both from the
same weights. The figure is the median of the pairs' ratios, with an interval by resampling the pairs; what else the
machine does slows both sides of a pair. The toolkit's side does what it does in a build: it logs, writes checkpoints
to disk as often as in a build (every 200 steps), watches for signals and for losses that are not finite, and seeds each
step so that it can be resumed. The bare side does only what the weights need. Before anything is timed both sides
train for a few steps with the same seeds, and must end with the same bits.
Data are encoded beforehand, and validation is left out, on both sides.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from toolkit.builder import SPLITS
from toolkit.examples import Examples
from toolkit.plan import Plan, derive, resolve
from toolkit.registry import Registry
from toolkit.run import Run
from toolkit.spec import read
from toolkit.system import assemble
from toolkit_torch.order import Order, derived

SPECS = Path(__file__).parents[1] / "specs"
#: Steps of a timed training, by spec: a multiple of those between two checkpoints.
STEPS = {"qa-lstm": 200, "digits-cnn": 800}
BATCH, LR, CLIP = 32, 1e-3, 1.0


class Bench:
    """One spec, ready to be trained again and again from the same weights."""

    def __init__(self, name: str, threads: int | None) -> None:
        device = f"device={{use: cpu, threads: {threads or 'null'}}}"
        optimizer = f"optimizer={{use: adam, lr: {LR}, batch_size: {BATCH}, clip_norm: {CLIP}, steps: 1}}"
        self.registry = Registry.discover()
        self.spec = SPECS / f"{name}.yaml"
        self.sets = (device, optimizer)
        self.plan = self.resolved(1)
        self.device = self.plan.device.make()
        self.seed = derive(self.plan.seed, "optimizer")
        data = self.plan.data.make(seed=self.plan.seed)
        tables = {table: data.table(table) for table in self.plan.tables()}
        self.splits: dict[str, Examples] = {}

        def fit(tokenizer: Any) -> None:
            rows = {split: data.split(split) if split == SPLITS[0] else [] for split in SPLITS}
            self.splits = {split: Examples(rows[split], tables, tokenizer) for split in SPLITS}
            tokenizer.fit(self.splits["train"])

        self.tokenizer, _ = assemble(self.plan, self.device, fit=fit)
        self.examples = self.splits["train"].take(range(len(self.splits["train"])))

    def resolved(self, steps: int) -> Plan:
        """Return the plan for a number of steps."""
        return resolve(read(self.spec, (*self.sets, f"optimizer.steps={steps}")), self.registry)

    def model(self) -> Any:
        """Return the model with its first weights."""
        upstream = {"signature": self.tokenizer.signature(), "device": self.device, "given": self.plan.given}
        return self.plan.architecture.make(**upstream, seed=self.plan.seed)

    def batches(self, model: Any, steps: int) -> list[list[int]]:
        """Return the batches that the toolkit takes."""
        lengths = [model.length(row) for row in self.examples] if hasattr(model, "length") else None
        order = Order(len(self.examples), BATCH, 1, self.seed, lengths)
        return [group[0] for group in islice(order.steps(after=0), steps)]


def through_toolkit(bench: Bench, steps: int) -> tuple[float, Any]:
    """Train in a run folder, as a build does; return the seconds and the model."""
    model, optimizer = bench.model(), bench.resolved(steps).optimizer.make(device=bench.device, seed=bench.plan.seed)
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder) / "run")
        with run.held():
            start = time.perf_counter()
            optimizer.train(model, bench.splits["train"], bench.splits["validation"], run)
            return time.perf_counter() - start, model


def bare(bench: Bench, steps: int, seeded: bool = False) -> tuple[float, Any]:
    """Train with nothing but torch; return the seconds and the model."""
    model = bench.model()
    batches = bench.batches(model, steps)
    start = time.perf_counter()
    model.train()
    update = torch.optim.Adam(model.parameters(), lr=LR)
    for step, batch in enumerate(batches, start=1):
        if seeded:
            torch.manual_seed(derived(bench.seed, "step", step, 0))
        update.zero_grad()
        with bench.device.autocast():
            loss = model.loss([bench.examples[place] for place in batch])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        update.step()
    return time.perf_counter() - start, model


def same(one: Any, two: Any) -> bool:
    """Return whether two models have the same bits."""
    pairs = zip(one.state_dict().values(), two.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def interval(ratios: Sequence[float], resamples: int = 2000) -> tuple[float, float]:
    """Return the 95 % interval of the median, by resampling the pairs."""
    source = random.Random(0)
    medians = sorted(statistics.median(source.choices(ratios, k=len(ratios))) for _ in range(resamples))
    return medians[int(0.025 * resamples)], medians[int(0.975 * resamples)]


def measure(name: str, pairs: int, threads: int | None) -> str:
    """Return a line of the table."""
    bench = Bench(name, threads)
    if not same(through_toolkit(bench, 5)[1], bare(bench, 5, seeded=True)[1]):
        raise SystemExit(f"{name}: the two sides do not train the same model")
    sides: list[Callable[[Bench, int], tuple[float, Any]]] = [through_toolkit, bare]
    times: dict[Any, list[float]] = {side: [] for side in sides}
    for pair in range(pairs):
        for side in sides if pair % 2 else reversed(sides):
            times[side].append(side(bench, STEPS[name])[0])
    ratios = [one / two for one, two in zip(times[through_toolkit], times[bare], strict=True)]
    low, high = interval(ratios)
    seconds = (f"{statistics.median(times[side]):.2f}" for side in sides)
    return (
        f"| {name} | {STEPS[name]} | {' | '.join(seconds)} | {statistics.median(ratios):.3f} | {low:.3f}-{high:.3f} |"
    )


def main() -> None:
    """Print the machine and the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--threads", type=int, help="threads of torch; left as torch finds them where not given")
    parser.add_argument("--only", choices=STEPS, action="append")
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, {options.pairs} pairs\n")
    print("| spec | steps | toolkit s | bare s | ratio | 95 % |\n|---|---|---|---|---|---|")
    for name in options.only or STEPS:
        print(measure(name, options.pairs, options.threads), flush=True)


if __name__ == "__main__":
    main()
