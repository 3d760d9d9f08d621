"""A plugin of the smallest components of each kind, for tests of the core: counting words, by steps or at once."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated

from pydantic import Field

from toolkit.component import Component, Config, DataPath, Entry, Slot
from toolkit.contracts import Section, Size, Table
from toolkit.hookspecs import hookimpl

COLOURS = ("red", "green", "blue")


class Rows(Config):
    """Sentences that name a colour."""

    rows: int = Field(30, ge=0)
    """How many rows are made."""
    file: DataPath | None = None
    """A file that has to be there."""
    leak: bool = False
    """Keep the label in the question too."""

    def gives(self, given):
        return frozenset({"text:question", "label:colour", "text:facts.text"})

    def answers(self):
        return frozenset({"colour"})


class Words(Config):
    """Splits at blanks."""

    lower: bool = True
    """Fold case."""

    def gives(self, given):
        names = [port.partition(":")[2] for port in given if port.startswith("text:")]
        return frozenset(f"words:{name}" for name in names)


class Constant(Config):
    """Always the same rate."""

    rate: float = Field(1.0, gt=0)
    """The rate."""


class Counting(Config):
    """Counts which words go with which colour."""

    smooth: float = Field(1.0, gt=0)
    """Added to each count."""
    schedule: Annotated[Entry, Slot("schedule")] = Entry(use="constant")
    """How much a step counts."""
    many: dict[str, Annotated[Entry, Slot("schedule")]] = {}
    """Further rates, by name."""

    def needs(self):
        return frozenset({"words:question", "label:colour"})

    def gives(self, given):
        return frozenset({"learns:steps", "predicts:class"})

    def suggests(self):
        return {"tokenizer": ["words"], "optimizer": ["steps"], "metric": ["right"]}


class Steps(Config):
    """Learns one row a step."""

    keep_every: int = Field(5, gt=0)
    """Steps between checkpoints."""
    fail_at: int = -1
    """Raise at this step."""

    def needs(self):
        return frozenset({"learns:steps"})


class Right(Config):
    """Share of right colours."""

    def needs(self):
        return frozenset({"predicts:class", "label:colour"})


class Shout(Config):
    """Prints one answer."""


class Data:
    def __init__(self, rows, seed, leak):
        self.rows, self.seed, self.leak = rows, seed, leak

    def split(self, name):
        first = {"train": 0, "validation": 1, "test": 2}[name]
        made = []
        for i in range(first, self.rows, 3):
            colour = COLOURS[(i // 3 + self.seed % 3) % 3]
            made.append({"question": f"Row {i} is {colour} today", "colour": colour})
        return made

    def table(self, name):
        return [{"text": "the sky is blue"}]


class Splitter:
    def __init__(self, lower):
        self.lower = lower
        self.known = []

    def fit(self, examples):
        words = {word for row in examples.rows for word in self.split(row["question"])}
        words |= {word for row in examples.raw("facts") for word in self.split(row["text"])}
        self.known = sorted(words)

    def split(self, text):
        return (text.lower() if self.lower else text).split()

    def encode(self, examples):
        for row in examples:
            yield {**row, **{f"words:{name}": self.split(row[name]) for name in ("question", "text") if name in row}}

    def decode(self, predictions):
        for prediction in predictions:
            yield {**prediction, "colour": COLOURS[prediction["class:colour"]]}

    def signature(self):
        return {"words:question": Size((None,), count=len(self.known))}

    def save(self, folder):
        (folder / "words.json").write_text(json.dumps(self.known))

    def load(self, folder):
        self.known = json.loads((folder / "words.json").read_text())


class Counter_:
    def __init__(self, smooth, rate, words):
        self.smooth, self.rate, self.words, self.counts = smooth, rate, words, {}

    def learn(self, example):
        for word in example["words:question"]:
            self.counts.setdefault(word, Counter())[example["colour"]] += self.rate

    def predict(self, examples):
        for example in examples:
            if "colour" in example:
                raise AssertionError("the answer was shown")
            score = Counter(dict.fromkeys(COLOURS, self.smooth))
            for word in example["words:question"]:
                score.update(self.counts.get(word, {}))
            yield {"class:colour": max(range(3), key=lambda i: score[COLOURS[i]])}

    def sections(self):
        yield Section("Words", ["How often each was seen.", Table(["word"], [[w] for w in sorted(self.counts)])])

    def save(self, folder):
        (folder / "counts.json").write_text(json.dumps(self.counts, sort_keys=True))

    def load(self, folder):
        read = json.loads((folder / "counts.json").read_text())
        self.counts = {word: Counter(counts) for word, counts in read.items()}


class Stepper:
    def __init__(self, keep_every, fail_at):
        self.keep_every, self.fail_at = keep_every, fail_at

    def train(self, model, train, validation, run):
        start = run.restore(model=model) or 0
        for step in range(start + 1, len(train) + 1):
            if step == self.fail_at:
                raise RuntimeError("the toy broke")
            model.learn(train.take([step - 1])[0])
            run.step(step, len(train), loss=1 / step)
            if step % self.keep_every == 0 or run.stopping:
                run.keep(step, model=model)
            if run.stopping:
                break
        return {"steps": len(train)}


class Share:
    def rows(self, predictions, examples):
        for prediction, example in zip(predictions, examples, strict=True):
            yield float(prediction["colour"] == example["colour"])

    def total(self, rows):
        return sum(rows) / len(rows)


class Shouter:
    def run(self, system):
        print(system.predict({"question": "a red thing"})["colour"].upper())


def data(config, *, seed):
    return Data(config.rows, seed, config.leak)


def tokenizer(config):
    return Splitter(config.lower)


def architecture(config, *, signature, schedule, many):
    for make in many.values():
        make()
    return Counter_(config.smooth, schedule(), signature["words:question"].count)


def schedule(config):
    return config.rate


def optimizer(config):
    return Stepper(config.keep_every, config.fail_at)


def metric(config):
    return Share()


def serving(config):
    return Shouter()


@hookimpl
def toolkit_components():
    yield Component("data", "rows", Rows, "toy:data", example={"rows": 12}, licence="CC0-1.0")
    yield Component("tokenizer", "words", Words, "toy:tokenizer")
    yield Component("architecture", "counting", Counting, "toy:architecture")
    yield Component("optimizer", "steps", Steps, "toy:optimizer")
    yield Component("schedule", "constant", Constant, "toy:schedule")
    yield Component("metric", "right", Right, "toy:metric")
    yield Component("serving", "shout", Shout, "toy:serving")
