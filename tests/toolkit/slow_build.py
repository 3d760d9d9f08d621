"""Runs the toolkit's command line with the toy as its only plugin, slowed down: `slow_build.py HOW WORDS...`.

HOW: `looks` (a step takes 50 ms, and the loop looks whether to stop), `blind` (never looks), `stuck` (looks once).
Says on stdout when it begins to learn.
"""

from __future__ import annotations

import sys
import time

import toy
from toolkit import cli
from toolkit.registry import Registry

learn = toy.Counter_.learn
steps = toy.Stepper.train


def slowly(model, example):
    if not model.counts:
        print("learning", flush=True)
    time.sleep(0.05)
    learn(model, example)


def endlessly(stepper, model, train, validation, run):
    if how == "stuck":
        assert not run.stopping
    print("learning", flush=True)
    time.sleep(60)


how, *words = sys.argv[1:]
toy.Counter_.learn = slowly
toy.Stepper.train = steps if how == "looks" else endlessly
registry = Registry.of({"toy": toy})
Registry.discover = classmethod(lambda cls, block=(): registry)
cli.main(words)
