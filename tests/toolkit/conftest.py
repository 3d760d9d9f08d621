"""What the tests of the core share: the toy plugin as the only one, its command line, and builds of it."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

import toy
from toolkit import api, cli
from toolkit.registry import Registry

#: The shortest spec that builds.
SPEC = {"data": "rows", "architecture": "counting"}


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch):
    """Flush to nowhere: no test cuts the power, and the disk is what most of them would wait for."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture
def registry():
    """A registry of the toy plugin alone."""
    return Registry.of({"toy": toy})


@pytest.fixture
def only_toy(registry, monkeypatch):
    """Whoever discovers plugins finds the toy alone, and relative folders start in the test's own."""
    monkeypatch.setattr(Registry, "discover", classmethod(lambda cls, block=(): registry))
    monkeypatch.delenv("TOOLKIT_DISABLE_PLUGINS", raising=False)
    return registry


@pytest.fixture
def command(only_toy, monkeypatch, capsys, tmp_path):
    """Run the command line in this process, in the test's own folder; returns `code`, `out` and `err`."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        try:
            cli.main([str(word) for word in words])
            code = 0
        except SystemExit as error:
            code = error.code or 0
        shown = capsys.readouterr()
        return SimpleNamespace(code=code, out=shown.out, err=shown.err)

    return run


@pytest.fixture
def build(registry, tmp_path):
    """Build a spec with the toy plugin (or another registry) below the test's own folder."""

    def run(spec=SPEC, out="run", **options):
        options.setdefault("registry", registry)
        return api.build(spec, tmp_path / out, **options)

    return run


@pytest.fixture
def spec_file(tmp_path):
    """Write a spec and return its path; without a text, the shortest that builds."""

    def write(text="data: rows\narchitecture: counting\n", name="spec.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def untested(monkeypatch):
    """The toy's data have no test split."""
    whole = toy.Data.split
    monkeypatch.setattr(toy.Data, "split", lambda self, name: [] if name == "test" else whole(self, name))
