"""Systems of this plugin put together by hand, for its tests: data, tokenizer, model, no builder."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import torch

import toolkit_samples
from toolkit.examples import Examples

COMPONENTS = {(c.kind, c.name): c for c in toolkit_samples.toolkit_components()}
CPU = SimpleNamespace(torch=torch.device("cpu"))
SPLITS = ("train", "validation", "test")


def config(kind, name, /, **options):
    return COMPONENTS[kind, name].config.model_validate(options)


def factory(kind, name):
    module, _, function = COMPONENTS[kind, name].factory.partition(":")
    return getattr(importlib.import_module(module), function)


def data(name, /, seed=1, **options):
    return factory("data", name)(config("data", name, **options), seed=seed)


def tokenizer(name, given, **options):
    return factory("tokenizer", name)(config("tokenizer", name, **options), given=frozenset(given))


def fitted(name, given, rows, **options):
    made = tokenizer(name, given, **options)
    made.fit(Examples(rows, {}, made))
    return made


def model(name, signature, seed=2, **options):
    return factory("architecture", name)(
        config("architecture", name, **options), signature=signature, device=CPU, seed=seed
    )


def system(data_, tokenizer_, model_, seed=1):
    """Return dataset, tokenizer, model and the examples of each split; each argument is (name, options)."""
    (name, options) = data_
    settings = config("data", name, **options)
    dataset = data(name, seed=seed, **options)
    rows = {split: dataset.split(split) for split in SPLITS}
    made = fitted(tokenizer_[0], settings.gives(frozenset()), rows["train"], **tokenizer_[1])
    examples = {split: Examples(rows[split], {}, made, settings.answers()) for split in SPLITS}
    return dataset, made, model(model_[0], made.signature(), seed=seed + 1, **model_[1]), examples


def train(learner, examples, optimizer, epochs, batch_size=32, seed=0):
    """The plainest loop behind `learns:gradient`; returns the mean loss of each epoch."""
    rows = list(examples)
    order = torch.Generator().manual_seed(seed)
    losses = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for _ in range(epochs):
            learner.train()
            total = 0.0
            for batch in torch.randperm(len(rows), generator=order).split(batch_size):
                loss = learner.loss([rows[place] for place in batch.tolist()])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item() * len(batch)
            losses.append(total / len(rows))
    return losses


def share_right(learner, examples, field="label"):
    answers = examples.answered(learner)
    return sum(a[field] == row[field] for a, row in zip(answers, examples.rows, strict=True)) / len(examples)


def bits(learner):
    return {name: tensor.clone() for name, tensor in learner.state_dict().items()}


def same(one, two):
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)
