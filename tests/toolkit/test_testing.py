"""The conformance kit: it passes what holds, and each planted fault is caught by the check that is there for it."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated

import pytest
from pydantic import Field
from variants import toy_component, toy_made_by, toy_with

import toy
from toolkit import testing
from toolkit.component import Component, Config, Entry, Slot
from toolkit.errors import ToolkitError
from toolkit.registry import Registry
from toolkit.testing import COMPONENT_CHECKS, LIGHT, SPEC_CHECKS, Broken, Trial, component_checks, spec_checks

SPEC = {"data": {"use": "rows", "rows": 12}, "architecture": "counting", "report": {"resamples": 20}}

# The very lines that an author writes.
test_component = component_checks(toy)
test_spec = spec_checks(SPEC, registry=Registry.of({"toy": toy}))
test_settings = spec_checks(SPEC, sets=["optimizer={use: steps, keep_every: 2}"], registry=Registry.of({"toy": toy}))


def test_every_check_is_run_by_those_lines():
    def names(test):
        return next(mark for mark in test.pytestmark if mark.name == "parametrize").args[1]

    ids = [case.id for case in names(test_component)]
    assert ids[0] == "toy-light_import"
    assert len(ids) == 1 + 7 * len(COMPONENT_CHECKS)
    assert "architecture.counting-example" in ids
    assert len(names(test_spec)) == len(SPEC_CHECKS) == 6


# -- components --------------------------------------------------------------------------------------------------------


def caught(component):
    """The names of the checks that a component does not pass; whatever else a check raises is a fault of the kit."""
    failed = []
    for check in COMPONENT_CHECKS:
        try:
            check(component)
        except Broken as error:
            assert str(error)
            failed.append(check.__name__.removeprefix("check_"))
    return failed


def component(config=None, factory="toy:schedule", kind="schedule", **example):
    return Component(kind, "broken", config or toy.Constant, factory, example=example)


class Silent(Config):
    """Says nothing of its option."""

    rate: float = 1.0


class Nameless(Config):
    rate: float = 1.0
    """The rate."""


class Needy(Config):
    """Cannot be left alone."""

    rate: float
    """The rate."""


class Forgetful(Config):
    """Is another once it was written out."""

    rate: float = Field(1.0, exclude=True)
    """The rate."""

    twice: float = 0.0
    """Twice the rate."""

    def model_post_init(self, context):
        object.__setattr__(self, "twice", self.twice + self.rate)


class Loose(Config):
    """Gives its ports as a list."""

    rate: float = 1.0
    """The rate."""

    def needs(self):
        return ["x"]


class Loud(Config):
    """Gives ports that are none."""

    rate: float = 1.0
    """The rate."""

    def gives(self, given):
        return "words:question"


class Failing(Config):
    """Fails when it is asked."""

    rate: float = 1.0
    """The rate."""

    def needs(self):
        raise KeyError("oops")


class Slotted(Config):
    """Has a slot."""

    part: Annotated[Entry, Slot("schedule")] = Entry(use="constant")
    """A part."""


def no_parameters():
    return None


def another_first(options):
    return None


def too_much(config, *, colour):
    return None


def as_it_likes(config, *, colour=3):
    return None


def ignores_its_slot(config):
    return None


def takes_its_slot(config, *, part):
    return None


HERE = "test_testing:"


@pytest.mark.parametrize(
    ("made", "check"),
    [
        (component(), []),
        (component(Silent), ["documented"]),
        (component(Nameless), ["documented"]),
        (component(Needy), ["example"]),
        (component(Needy, rate=2.0), []),
        (component(rate="fast"), ["example"]),
        (component(rat=2.0), ["example"]),
        (component(Forgetful, rate=2.0), ["example"]),
        (component(Loose), ["example"]),
        (component(Loud), ["example"]),
        (component(Failing), ["example"]),
        (component(factory="toy:nothing"), ["factory"]),
        (component(factory="nowhere_at_all:make"), ["factory"]),
        (component(factory="toy"), ["factory"]),
        (component(factory="toy:COLOURS"), ["factory"]),
        (component(factory=HERE + "no_parameters"), ["factory"]),
        (component(factory=HERE + "another_first"), ["factory"]),
        (component(factory=HERE + "too_much", kind="metric"), ["factory"]),
        (component(factory=HERE + "too_much", kind="schedule"), []),
        (component(factory=HERE + "as_it_likes", kind="metric"), []),
        (component(Slotted, HERE + "ignores_its_slot"), ["factory"]),
        (component(Slotted, HERE + "takes_its_slot", kind="optimizer"), []),
    ],
    ids=lambda value: (
        f"{value.config.__name__}-{value.factory}-{dict(value.example)}" if isinstance(value, Component) else None
    ),
)
def test_a_broken_component_is_caught_by_the_check_for_it(made, check):
    assert caught(made) == check


@pytest.mark.parametrize("kind", testing.PARAMETERS)
def test_a_factory_may_name_what_its_kind_is_given_and_nothing_else(kind):
    module = sys.modules[__name__]
    for name in ("seed", "given", "signature", "device"):
        module.named = eval(f"lambda config, *, {name}: None")
        allowed = name in testing.PARAMETERS[kind]
        assert caught(component(factory=HERE + "named", kind=kind)) == ([] if allowed else ["factory"])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import toolkit.component, pydantic, json", ""),
        ("import numpy", "numpy"),
        ("import toolkit.component, rich", "rich"),
        ("raise RuntimeError('no driver')", "no driver"),
    ],
)
def test_a_plugin_that_imports_something_heavy_is_caught(tmp_path, monkeypatch, code, said):
    (tmp_path / "probe_plugin.py").write_text(code + "\n")
    monkeypatch.syspath_prepend(tmp_path)
    module = ModuleType("probe_plugin")
    if not said:
        testing.check_light_import(module)
    else:
        with pytest.raises(Broken, match=said):
            testing.check_light_import(module)


def test_what_counts_as_light_is_what_the_core_needs():
    assert not {"torch", "numpy", "jinja2", "starlette", "rich"} & LIGHT


# -- specs -------------------------------------------------------------------------------------------------------------


def trial_of(registry, tmp_path, spec=SPEC):
    return Trial(spec, tmp_path, registry, [])


def faults(registry, tmp_path, spec=SPEC):
    """The names of the spec checks that fail; the trial itself must be built."""
    made, failed = trial_of(registry, tmp_path, spec), []
    for check in SPEC_CHECKS:
        try:
            check(made)
        except Broken as error:
            assert str(error)
            failed.append(check.__name__.removeprefix("check_"))
    return failed


def test_the_toy_passes(tmp_path, registry):
    assert faults(registry, tmp_path) == []


class Promising(toy.Words):
    """Declares more than it gives."""

    def gives(self, given):
        return super().gives(given) | {"tokens:question"}


def test_a_port_that_is_declared_and_never_given_is_caught_by_ports(tmp_path):
    words = dataclasses.replace(toy_component("tokenizer"), config=Promising)
    assert faults(toy_with(words), tmp_path) == ["ports"]


class PromisingData(toy.Rows):
    """Declares a field that no row holds."""

    def gives(self, given):
        return super().gives(given) | {"text:title"}


def test_a_field_that_is_declared_and_in_no_row_is_caught_by_ports(tmp_path):
    rows = dataclasses.replace(toy_component("data"), config=PromisingData)
    assert faults(toy_with(rows), tmp_path) == ["ports"]


def test_a_shown_answer_is_caught_by_answers_hidden(tmp_path):
    class Telling(toy.Splitter):
        """Remembers the answers it was fitted on, and adds them."""

        def encode(self, examples):
            for row in super().encode(examples):
                yield {**row, "class:colour": 0}

    registry = toy_made_by("tokenizer", lambda config: Telling(True), "telling")
    assert faults(registry, tmp_path) == ["answers_hidden"]


def test_a_model_that_differs_from_build_to_build_is_caught_by_deterministic(tmp_path):
    builds = []

    class Moody(toy.Counter_):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            builds.append(True)
            self.mood = len(builds)

        def save(self, folder):
            super().save(folder)
            (folder / "mood.json").write_text(str(self.mood))

    registry = toy_made_by("architecture", lambda config: Moody(1.0, 1.0, 3), "moody")
    assert faults(registry, tmp_path) == ["deterministic"]


def test_predictions_that_differ_from_build_to_build_are_caught_by_deterministic(tmp_path):
    builds = []

    class Moody(toy.Counter_):
        def predict(self, examples):
            for found in super().predict(examples):
                yield {**found, "mood": self.mood}

    def architecture(config):
        model = Moody(1.0, 1.0, 3)
        builds.append(model)
        model.mood = 1 if len(builds) == 1 else 2
        return model

    found = faults(toy_made_by("architecture", architecture, "moody"), tmp_path)
    assert "deterministic" in found


def test_a_model_that_does_not_save_all_it_learnt_is_caught_by_saved(tmp_path):
    class Forgetting(toy.Counter_):
        def load(self, folder):
            self.counts = {}

    registry = toy_made_by("architecture", lambda config: Forgetting(1.0, 1.0, 3), "forgetting")
    assert faults(registry, tmp_path) == ["saved"]


def test_a_model_that_reads_the_data_when_it_is_opened_is_caught_by_saved(tmp_path):
    """Its rows come through a file that is there while building, and not later."""
    (tmp_path / "rows.txt").write_text("x")
    made = []

    class Reading(toy.Counter_):
        def load(self, folder):
            super().load(folder)
            made[0].split("train")

    def data(config, *, seed):
        made[:] = [toy.data(config, seed=seed)]
        return made[0]

    class Gone:
        def split(self, name):
            raise Broken("opening a run must not read its data")

    model = toy_made_by("architecture", lambda config: Reading(1.0, 1.0, 3), "reading").find(
        "architecture", "counting"
    )[0]
    rows = toy_made_by("data", data, "reading").find("data", "rows")[0]
    trial = trial_of(toy_with(model, rows), tmp_path)
    made[:] = [Gone()]
    with pytest.raises((Broken, ToolkitError), match="must not read its data"):
        testing.check_saved(trial)


def test_a_prediction_that_depends_on_its_neighbours_is_caught_by_batching(tmp_path):
    class Sociable(toy.Counter_):
        def predict(self, examples):
            found = list(super().predict(examples))
            return ({**one, "together": float(len(found))} for one in found)

    registry = toy_made_by("architecture", lambda config: Sociable(1.0, 1.0, 3), "sociable")
    assert faults(registry, tmp_path) == ["batching"]


@pytest.mark.parametrize("way", ["write_text", "append", "open", "mkdir", "rename", "unlink"])
def test_a_component_that_writes_elsewhere_is_caught_by_nothing_outside(tmp_path, way):
    outside = tmp_path / "outside"
    outside.mkdir()
    for number in range(9):  # what is to be renamed or removed has to be there, in each build
        (outside / f"{number}").touch()

    class Littering(toy.Stepper):
        def train(self, model, train, validation, run):
            self.litter()
            return super().train(model, train, validation, run)

        def litter(self):
            first = min(outside.glob("[0-9]"))
            if way == "write_text":
                first.write_text("x")
            elif way == "append":
                with first.open("a") as file:
                    file.write("x")
            elif way == "open":
                os.close(os.open(outside / "new", os.O_CREAT | os.O_WRONLY))
            elif way == "mkdir":
                (outside / f"{len(list(outside.iterdir()))}-folder").mkdir()
            elif way == "rename":
                first.rename(outside / f"{first.name}-renamed")
            else:
                first.unlink()

    registry = toy_made_by("optimizer", lambda config: Littering(5, -1), "littering")
    assert faults(registry, tmp_path / "trial") == ["nothing_outside"]


def test_a_spec_without_test_rows_is_checked_on_training_rows(tmp_path, registry):
    spec = {**SPEC, "data": {"use": "rows", "rows": 1}}
    assert faults(registry, tmp_path, spec) == []


# -- helpers -----------------------------------------------------------------------------------------------------------


def test_writes_are_watched_only_meanwhile(tmp_path):
    with testing.watched_writes() as written:
        (tmp_path / "a").write_text("x")
        (tmp_path / "a").read_text()
        with testing.watched_writes() as inner:
            (tmp_path / "b").write_text("x")
        (tmp_path / "c").write_text("x")
    (tmp_path / "d").write_text("x")
    assert {str(tmp_path / "a"), str(tmp_path / "c")} <= written
    assert inner == {str(tmp_path / "b")}
    assert str(tmp_path / "d") not in written


def test_a_spec_may_be_a_file(tmp_path, registry):
    (tmp_path / "spec.yaml").write_text("data: {use: rows, rows: 12}\narchitecture: counting\n")
    assert Trial(Path(tmp_path / "spec.yaml"), tmp_path / "trial", registry, []).system.name == "spec"


def test_what_an_extra_would_bring_is_passed_over_and_what_is_broken_is_not(tmp_path, monkeypatch):
    (tmp_path / "toy_extra.py").write_text("import fairy_dust\n\n\ndef make(config): ...\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    lacking = Component("metric", "m", Config, "toy_extra:make", extra="more")
    with pytest.raises(testing.Absent, match=r"fairy_dust is not installed \(extra `more`\)"):
        testing.check_factory(lacking)
    with pytest.raises(Broken, match="fairy_dust"):
        testing.check_factory(dataclasses.replace(lacking, extra=""))
    with pytest.raises(Broken, match="toy_nowhere"):
        testing.check_factory(dataclasses.replace(lacking, factory="toy_nowhere:make"))
