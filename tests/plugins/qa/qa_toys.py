"""What the tests of retrieval share: an encoder that knows what words mean, entries, and models made by hand."""

from __future__ import annotations

import functools
import json
import re
import zlib
from types import SimpleNamespace
from typing import Literal

import numpy as np
import torch

import toolkit_encoders
import toolkit_measure
import toolkit_qa
import toolkit_text
import toolkit_torch
from toolkit.component import Component, Config
from toolkit.errors import RunError
from toolkit.examples import Examples
from toolkit.hookspecs import hookimpl
from toolkit.registry import Registry
from toolkit.run import Run
from toolkit_qa import bm25, calibrated, dual_encoder, hybrid
from toolkit_qa.configs_calibrated import Calibrated
from toolkit_qa.configs_retrieval import BM25, DualEncoder, Hybrid
from toolkit_torch import devices, optimizers, schedules
from toolkit_torch.configs_devices import Cpu
from toolkit_torch.configs_optimizers import Adam
from toolkit_torch.configs_schedules import Constant

DEVICE = SimpleNamespace(torch=torch.device("cpu"))
_WORD = re.compile(r"[a-z]+|[\u4e00-\u9fff]")


class ToyWords(Config):
    """The sum of a vector drawn for each word: case and the digits behind a word are no part of its meaning."""

    width: int = 32
    """Numbers in a vector."""
    blind: str = "x"
    """Words that begin so mean nothing."""
    reads: Literal["words", "nothing"] = "words"
    """Whether anything is read."""

    def needs(self):
        return frozenset({"text:question"})

    def gives(self, given):
        return frozenset({"learns:direct"})


class ToyEncoder:
    """See ToyWords; `calls` counts the texts that were encoded."""

    def __init__(self, width=32, blind="x", reads="words"):
        self.width, self.blind, self.reads, self.calls = width, blind, reads, []

    def encode(self, examples, field):
        texts = [example.get(field) or "" for example in examples]
        self.calls += texts
        vectors = np.zeros((len(texts), self.width), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.lower()) if self.reads == "words" else ():
                if not word.startswith(self.blind):
                    row += _drawn(word, self.width)
            row /= np.linalg.norm(row) or 1.0
        return vectors

    def save(self, folder):
        (folder / "toy.json").write_text(json.dumps({"blind": self.blind}))

    def load(self, folder):
        if json.loads((folder / "toy.json").read_text()) != {"blind": self.blind}:
            raise RunError(f"{folder / 'toy.json'}: another encoder")


@functools.cache
def _drawn(word, width):
    return np.random.default_rng(zlib.crc32(word.encode())).standard_normal(width)


def make_encoder(config):
    return ToyEncoder(config.width, config.blind, config.reads)


@hookimpl
def toolkit_components():
    yield Component("encoder", "toy-words", ToyWords, "qa_toys:make_encoder")


def registry():
    """Return the plugins that retrieval needs, without those that draw reports."""
    import qa_toys

    modules = [toolkit_text, toolkit_qa, toolkit_torch, toolkit_measure, toolkit_encoders, qa_toys]
    return Registry.of({module.__name__: module for module in modules})


class Blanks:
    """A tokenizer that cuts at blanks."""

    def encode(self, examples):
        for example in examples:
            fields = [field for field in ("question", "answer") if field in example]
            yield {**example, **{f"words:{field}": example[field].lower().split() for field in fields}}

    def decode(self, predictions):
        return predictions


def examples(rows=(), passages=()):
    """Return rows and passages as a model sees them."""
    return Examples(list(rows), {"passages": list(passages)}, Blanks(), frozenset({"answer", "gold_ids", "own_ids"}))


def refusal(**options):
    return lambda: calibrated.make(Calibrated.model_validate(options))


def lexical(**options):
    return bm25.make(BM25(**options), refusal=refusal())


def dense(encoder=None, **options):
    """Make a dual encoder around an encoder: that of ToyWords if none is given."""
    config = DualEncoder.model_validate(options)
    return dual_encoder.make(config, encoder=lambda: encoder or ToyEncoder(), refusal=refusal(), device=DEVICE)


def mixed(encoder=None, lexical_options=(), **options):
    """Make a hybrid; options are those of its dense part."""
    words = {"answer_weight": 1.0, "character_weight": 0.2, **dict(lexical_options)}
    return hybrid.make(
        Hybrid(), lexical=lambda: lexical(**words), dense=lambda: dense(encoder, **options), refusal=refusal()
    )


def fitted(model, passages, validation=(), train=()):
    """Fit a model that learns at once."""
    model.fit(examples(train, passages), examples(validation, passages))
    return model


def asked(model, *questions):
    return list(examples([{"question": question} for question in questions]).answered(model))


def first(model, *questions):
    """Return the id of the best entry for each question, None where there is none."""
    return [found["ranking"][0]["id"] if found["ranking"] else None for found in asked(model, *questions)]


class StopsAt(Run):
    """A run folder; a stop is asked for when the training loop looks for the nth time, which it does each step."""

    def __init__(self, folder, stop_at=None):
        folder.mkdir(exist_ok=True)
        super().__init__(folder)
        self.stop_at, self.looks = stop_at, 0

    @property
    def stopping(self):
        self.looks += 1
        return self.stop_at is not None and self.looks >= self.stop_at

    def losses(self):
        """Return the losses of training, in order."""
        return [event["loss"] for event in self.events() if "loss" in event]


def adam(**options):
    """Make the optimizer `adam` as the core would."""
    device = devices.cpu(Cpu(threads=1))
    schedule = functools.partial(schedules.constant, Constant())
    return optimizers.adam(Adam.model_validate(options), schedule=schedule, device=device, seed=3)


#: Several wordings of an entry are not beside each other.
PASSAGES = [
    {"id": "reset", "title": "Reset", "question": "reset my password", "answer": "open settings"},
    {"id": "vpn", "title": "VPN", "question": "connect to the vpn", "answer": "install the client then connect"},
    {"id": "reset", "title": "Reset", "question": "forgotten login code", "answer": "open settings"},
    {"id": "cake", "title": "Cake", "question": "bake a cake", "answer": "flour sugar butter"},
    {"id": "vpn", "title": "VPN", "question": "tunnel from home", "answer": "install the client then connect"},
]

MEANINGS = ["car", "sun", "tree", "milk", "door", "fish", "snow", "ring", "salt", "lamp", "boat", "king"]


def topics(count=12):
    """Entries that name a thing by its first word and a code: words know the code, the toy encoder other words."""
    return [
        {"id": f"e{i}", "title": f"T{i}", "question": f"{MEANINGS[i]}1 xq{i}", "answer": f"about {MEANINGS[i]}1"}
        for i in range(count)
    ]


def topic_queries(count=12, unanswerable=6):
    """Queries of which words know one half and the toy encoder the other; and some that nothing answers."""
    rows = [{"question": f"xq{i}", "gold_ids": [f"e{i}"]} for i in range(count)]
    rows += [{"question": f"{MEANINGS[i]}2", "gold_ids": [f"e{i}"]} for i in range(count)]
    return rows + [{"question": f"weather{i} nothing{i}", "gold_ids": []} for i in range(unanswerable)]


def write_jsonl(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def write_faq(folder, queries=True):
    """Write entries and queries as files; return the entry `data` of a spec."""
    entries = [{"id": row["id"], "question": [row["question"]], "answer": row["answer"]} for row in topics()]
    asked_ = [{"query": row["question"], "gold_ids": row["gold_ids"]} for row in topic_queries()]
    data = {"use": "faq", "entries": write_jsonl(folder / "entries.jsonl", entries)}
    if queries:
        files = {name: write_jsonl(folder / f"{name}.jsonl", asked_[start::2]) for start, name in enumerate(SPLITS)}
        data["queries"] = files
    return data


SPLITS = ("validation", "test")
