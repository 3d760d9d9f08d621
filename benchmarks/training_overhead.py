"""What training through the toolkit costs over a bare PyTorch loop: same model, batches and precision.

    python benchmarks/training_overhead.py [--rounds 9] [--threads N] [--only qa-lstm]

In a round both train from the same weights and take turns every few steps, so that whatever else the machine does
slows both; each has a clock of its own. The figure is the median of the rounds' ratios, with an interval by
resampling the rounds. The toolkit's side does what it does in a build: it logs, writes checkpoints to disk as often
as in a build (every 200 steps), watches for signals and for losses that are not finite, and seeds each step so that
it can be resumed. The bare side does only what the weights need. Before anything is timed both sides train a few
steps with the same seeds, and must end with the same bits.
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
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from toolkit.builder import SPLITS
from toolkit.examples import Examples
from toolkit.plan import Plan, derive
from toolkit.registry import Registry
from toolkit.resolver import resolve
from toolkit.run import Run
from toolkit.spec import read
from toolkit.system import assemble
from toolkit_torch.order import Order, derived

SPECS = Path(__file__).parents[1] / "specs"
#: Steps of a timed training, by spec: a multiple of those between two checkpoints.
STEPS = {"qa-lstm": 200, "digits-cnn": 800}
BATCH, LR, CLIP = 32, 1e-3, 1.0
#: Steps after which the other side has its turn.
TURN = 5


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


class Bare:
    """The loop with nothing but torch, to be run a few steps at a time; `seconds` is what they took."""

    def __init__(self, bench: Bench, steps: int, seeded: bool = False) -> None:
        self.bench, self.seeded, self.seconds = bench, seeded, 0.0
        self.model = bench.model()
        self.batches = iter(enumerate(bench.batches(self.model, steps), start=1))
        self.update: torch.optim.Optimizer | None = None

    def go(self, steps: int) -> None:
        """Train for some steps, or what is left of them."""
        torch.use_deterministic_algorithms(False)  # the toolkit asks for them; nobody else need pay for it
        start = time.perf_counter()
        self.train(islice(self.batches, steps))
        self.seconds += time.perf_counter() - start

    def train(self, batches: Iterator[tuple[int, list[int]]]) -> None:
        """Train on batches."""
        model, examples = self.model, self.bench.examples
        if self.update is None:
            model.train()
            self.update = torch.optim.Adam(model.parameters(), lr=LR)
        for step, batch in batches:
            if self.seeded:
                torch.manual_seed(derived(self.bench.seed, "step", step, 0))
            self.update.zero_grad()
            with self.bench.device.autocast():
                loss = model.loss([examples[place] for place in batch])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            self.update.step()


class InTurns(Run):
    """A run folder in which another training goes on whenever the first asks whether to stop."""

    def __init__(self, folder: Path, other: Bare) -> None:
        super().__init__(folder)
        self.other, self.looks, self.away = other, 0, 0.0

    @property
    def stopping(self) -> bool:
        self.looks += 1
        if self.looks % TURN == 0:
            start = time.perf_counter()
            self.other.go(TURN)
            torch.use_deterministic_algorithms(True, warn_only=True)
            self.away += time.perf_counter() - start
        return super().stopping


def in_turns(bench: Bench, steps: int, seeded: bool = False) -> tuple[Any, float, Bare]:
    """Train on both sides; return the toolkit's model and seconds, and the bare side."""
    other = Bare(bench, steps, seeded)
    model, optimizer = bench.model(), bench.resolved(steps).optimizer.make(device=bench.device, seed=bench.plan.seed)
    with tempfile.TemporaryDirectory() as folder:
        run = InTurns(Path(folder) / "run", other)
        with run.held():
            start = time.perf_counter()
            optimizer.train(model, bench.splits["train"], bench.splits["validation"], run)
            seconds = time.perf_counter() - start - run.away
    other.go(steps)
    return model, seconds, other


def same(one: Any, two: Any) -> bool:
    """Return whether two models have the same bits."""
    pairs = zip(one.state_dict().values(), two.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def interval(ratios: Sequence[float], resamples: int = 2000) -> tuple[float, float]:
    """Return the 95 % interval of the median, by resampling the rounds."""
    source = random.Random(0)
    medians = sorted(statistics.median(source.choices(ratios, k=len(ratios))) for _ in range(resamples))
    return medians[int(0.025 * resamples)], medians[int(0.975 * resamples)]


def measure(name: str, rounds: int, threads: int | None) -> str:
    """Return a line of the table."""
    bench = Bench(name, threads)
    model, _, other = in_turns(bench, 2 * TURN, seeded=True)
    if not same(model, other.model):
        raise SystemExit(f"{name}: the two sides do not train the same model")
    times = []
    for _ in range(rounds):
        _, seconds, other = in_turns(bench, STEPS[name])
        times.append((seconds, other.seconds))
    ratios = [one / two for one, two in times]
    low, high = interval(ratios)
    sides = " | ".join(f"{1000 * statistics.median(side) / STEPS[name]:.2f}" for side in zip(*times, strict=True))
    return f"| {name} | {STEPS[name]} | {sides} | {statistics.median(ratios):.3f} | {low:.3f}-{high:.3f} |"


def main() -> None:
    """Print the machine and the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, help="threads of torch; left as torch finds them where not given")
    parser.add_argument("--only", choices=STEPS, action="append")
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, {options.rounds} rounds\n")
    print("| spec | steps | toolkit ms a step | bare ms a step | ratio | 95 % |\n|---|---|---|---|---|---|")
    for name in options.only or STEPS:
        print(measure(name, options.rounds, options.threads), flush=True)


if __name__ == "__main__":
    main()
