"""A model, data and a run folder as small as can be, for the tests of the training loop."""

from __future__ import annotations

import random
import shutil

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from toolkit.component import Entry
from toolkit.examples import Examples
from toolkit_torch import configs_optimizers, devices, optimizers, schedules
from toolkit_torch.configs_devices import Cpu
from toolkit_torch.configs_schedules import Constant, Cosine, Linear


class Encoded:
    """A tokenizer for rows that are encoded already."""

    def encode(self, examples):
        return examples


def examples(rows):
    return Examples(rows, {}, Encoded())


def rows(count, seed=0, width=4):
    """Points of two classes with a little overlap, and a length of their own."""
    source = random.Random(seed)
    found = []
    for _ in range(count):
        label = source.randrange(2)
        point = [source.gauss(1.0 if label else -1.0, 1.0) for _ in range(width)]
        found.append({"x": point, "y": label, "length": source.randint(1, 30)})
    return found


class Toy(nn.Module):
    """Two layers with dropout and a running mean, which learn a class."""

    def __init__(self, dropout=0.2, width=4):
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(1)
            self.network = nn.Sequential(
                nn.Linear(width, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(dropout), nn.Linear(8, 2)
            )
        self.calls = []

    def loss(self, batch):
        self.calls.append((self.training, [id(example) for example in batch]))
        x, y = torch.tensor([row["x"] for row in batch]), torch.tensor([row["y"] for row in batch])
        return nn.functional.cross_entropy(self.network(x), y)

    def predict(self, examples):
        self.eval()
        return [{"y": int(self.network(torch.tensor([row["x"]])).argmax())} for row in examples]

    def save(self, folder):
        save_file(self.network.state_dict(), folder / "toy.safetensors")

    def load(self, folder):
        self.network.load_state_dict(load_file(folder / "toy.safetensors"))

    def bits(self):
        return {name: tensor.clone() for name, tensor in self.network.state_dict().items()}


def same(one, two):
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


class FakeRun:
    """A run folder without durability; `stop_at` asks the loop to leave after that step."""

    def __init__(self, folder, stop_at=None):
        self.folder, self.stop_at = folder, stop_at
        self.newest = 0
        self.numbers, self.events, self.kept = [], [], []

    @property
    def stopping(self):
        return self.stop_at is not None and self.newest >= self.stop_at

    def step(self, step, of, **numbers):
        self.newest = step
        self.numbers.append({"step": step, "of": of, **numbers})

    def event(self, kind, **facts):
        self.events.append((kind, facts))

    def keep(self, step, spare=(), **parts):
        place = self.folder / f"step-{step:08d}"
        shutil.rmtree(place, ignore_errors=True)
        for name, part in parts.items():
            (place / name).mkdir(parents=True)
            part.save(place / name)
        self.kept.append(step)

    def restore(self, step=None, **parts):
        found = sorted(self.folder.glob("step-*"))
        if not found:
            return None
        for name, part in parts.items():
            part.load(found[-1] / name)
        return int(found[-1].name.removeprefix("step-"))


class EveryStep(FakeRun):
    """A run whose stop is seen at each step, not only at those that are logged."""

    def __init__(self, folder, stop_at=None):
        super().__init__(folder, stop_at)
        self.looks = 0

    @property
    def stopping(self):
        self.looks += 1
        return self.stop_at is not None and self.looks >= self.stop_at


SCHEDULES = {
    "constant": (Constant, schedules.constant),
    "linear": (Linear, schedules.linear),
    "cosine": (Cosine, schedules.cosine),
}
OPTIMIZERS = {
    "sgd": (configs_optimizers.Sgd, optimizers.sgd),
    "adam": (configs_optimizers.Adam, optimizers.adam),
    "adamw": (configs_optimizers.AdamW, optimizers.adamw),
}


def optimizer(name="adam", seed=3, device=None, **options):
    """Make an optimizer as the core would: config, schedule as a maker, device, seed."""
    kind, make = OPTIMIZERS[name]
    config = kind.model_validate(options)
    entry = Entry.model_validate(config.schedule)
    schedule_config, schedule = SCHEDULES[entry.use]
    made = schedule_config.model_validate(entry.options)
    device = device or devices.cpu(Cpu(threads=1))
    return make(config, schedule=lambda **known: schedule(made, **known), device=device, seed=seed)
