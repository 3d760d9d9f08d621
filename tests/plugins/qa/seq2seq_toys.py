"""A toy language to copy or reverse, and the means to train on it with nothing but torch."""

from __future__ import annotations

import random

import torch

from toolkit.contracts import Size
from toolkit_qa.configs_seq2seq import Seq2Seq as Config
from toolkit_qa.seq2seq import make

SOURCE, TARGET = "tokens:question", "tokens:answer"
PAD, BOS, EOS, UNK, LETTERS = 0, 1, 2, 3, range(4, 10)
SIZE = Size((None,), 10, {"pad": PAD, "bos": BOS, "eos": EOS, "unk": UNK})


class Cpu:
    """What a model reads of a device."""

    torch = torch.device("cpu")

    def __init__(self, precision="fp32"):
        self.precision = precision

    def autocast(self):
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.precision == "bf16")


def model(seed=0, device=None, **options):
    options = {"width": 32, "dropout": 0.0, "max_length": 12, **options}
    signature = {SOURCE: SIZE, TARGET: SIZE}
    return make(Config.model_validate(options), signature=signature, device=device or Cpu(), seed=seed)


def pairs(count, task=reversed, seed=0, longest=5):
    """Sequences of letters, and what `task` makes of each."""
    source = random.Random(seed)
    rows = [[source.choice(LETTERS) for _ in range(source.randint(1, longest))] for _ in range(count)]
    return [{SOURCE: row, TARGET: list(task(row))} for row in rows]


def trained(rows, steps=150, lr=0.01, batch=32, **options):
    torch.set_num_threads(1)
    made = model(**options)
    made.train(True)
    update = torch.optim.Adam(made.parameters(), lr=lr)
    source = random.Random(1)
    for step in range(steps):
        torch.manual_seed(step)
        update.zero_grad()
        made.loss(source.sample(rows, batch)).backward()
        torch.nn.utils.clip_grad_norm_(made.parameters(), 1.0)
        update.step()
    return made


def right(made, rows):
    """Return the share of rows whose answer is just the target."""
    asked = [{SOURCE: row[SOURCE]} for row in rows]
    found = [answer[TARGET] for answer in made.predict(asked)]
    return sum(answer == row[TARGET] for answer, row in zip(found, rows, strict=True)) / len(rows)
