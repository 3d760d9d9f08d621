"""Every spec under specs/: it validates, it opens with what a reader needs, it builds, it keeps its score."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from toolkit import api, spec
from toolkit.record import opening_comment
from toolkit.registry import Registry
from toolkit.resolver import resolve

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))
#: The least that the score on the test split must be (the most, for a loss), and the seconds a build may take.
FLOORS = {
    "helpdesk": ("hit@1", 0.88, 60),
    "qa-lstm": ("token-f1", 0.06, 240),
    "worked-example": ("loss", -0.50015, 60),
    "digits-cnn": ("accuracy", 0.97, 60),
    "ratings-als": ("rmse", -0.285, 60),
}
QUICK = {"helpdesk", "worked-example", "ratings-als"}


def path(name: str) -> Path:
    return next(file for file in SPECS if file.stem == name)


def test_every_spec_has_a_floor():
    assert {file.stem for file in SPECS} == set(FLOORS)


@pytest.mark.parametrize("file", SPECS, ids=lambda file: file.stem)
def test_validates(file):
    assert resolve(spec.read(file), Registry.discover()).name == file.stem


@pytest.mark.parametrize("file", SPECS, ids=lambda file: file.stem)
def test_opens_with_what_a_reader_needs(file):
    comment = opening_comment(file.read_text(encoding="utf-8"))
    assert f"toolkit build specs/{file.name}" in comment
    assert re.search(r"[Ss]core to expect: .*\d", comment)


def keeps(name: str, folder: Path, sets: tuple[str, ...] = ()) -> None:
    metric, floor, limit = FLOORS[name]
    start = time.monotonic()
    system = api.build(path(name), folder, sets=sets)
    seconds = time.monotonic() - start
    value = system.report["metrics"][metric]["value"]
    assert value >= floor if floor >= 0 else value <= -floor, f"{name}: {metric} {value}"
    # Timings of shared machines are doubled and more; the limit is for what went wrong altogether.
    assert seconds < 4 * limit, f"{name} took {seconds:.0f} s"


@pytest.mark.parametrize("name", sorted(QUICK))
def test_builds_whole(name, tmp_path):
    keeps(name, tmp_path / "run")


def test_digits_in_a_small_setting(tmp_path):
    system = api.build(
        path("digits-cnn"), tmp_path / "run", sets=["optimizer.epochs=3", "architecture.channels=[8, 16]"]
    )
    assert system.report["metrics"]["accuracy"]["value"] > 0.8


def test_the_lstm_in_a_small_setting(tmp_path):
    """An epoch of a narrow network: far better than chance, which is a perplexity of some 4,000 words."""
    sets = ["architecture.width=32", "optimizer.epochs=1", "optimizer.evaluate_every=127"]
    metrics = api.build(path("qa-lstm"), tmp_path / "run", sets=sets).report["metrics"]
    assert metrics["perplexity"]["value"] < 600
    assert metrics["token-f1"]["count"] == 160, "questions that must be refused have no reference"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(FLOORS) - QUICK))
def test_keeps_its_score(name, tmp_path):
    keeps(name, tmp_path / "run")
