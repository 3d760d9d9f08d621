"""Resolving a spec: what fits, what does not and where it says so, what comes out, and what factories are given."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated, Literal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, model_validator
from variants import STEADY, toy_component, toy_made_by, toy_with

import toy
from toolkit import record
from toolkit.component import Component, Config, Entry, Slot
from toolkit.errors import BuildError, PluginError, ResourceError, SpecError
from toolkit.plan import Plan, derive, slots
from toolkit.registry import Registry
from toolkit.resolver import closest, resolve
from toolkit.spec import parse, plain, read

TOY = Registry.of({"toy": toy})
GOOD = "data: rows\narchitecture: counting\n"


def planned(text, registry=TOY, sets=(), base=None, paths=True) -> Plan:
    return resolve(parse(text, "s.yaml", base or Path.cwd(), sets), registry, paths)


def problems(text, registry=TOY, sets=()):
    """The problems of a spec as (place, path, message, hint)."""
    with pytest.raises(SpecError) as caught:
        planned(text, registry, sets)
    return [(str(p.where), p.path, p.message, p.hint) for p in caught.value.problems]


def problem(text, registry=TOY, sets=()):
    found = problems(text, registry, sets)
    assert len(found) == 1, found
    return found[0]


# -- what a spec means -------------------------------------------------------------------------------------------------


def test_the_shortest_spec_is_filled_up_by_suggestions_and_defaults():
    plan = planned(GOOD)
    assert (plan.name, plan.seed, plan.device, plan.serving) == ("s", 0, None, None)
    assert (plan.tokenizer.use, plan.optimizer.use, list(plan.metrics)) == ("words", "steps", ["right"])
    assert plan.architecture.parts["schedule"].use == "constant"
    assert plan.architecture.parts["many"] == {}
    assert plan.given == {"text:question", "label:colour", "text:facts.text"}
    assert plan.tables() == ["facts"]
    assert [bound.path for bound in plan.bound()] == [
        "data", "tokenizer", "architecture", "architecture.schedule", "optimizer", "metrics[0]",
    ]  # fmt: skip


def test_what_is_written_wins_over_what_is_suggested():
    plan = planned(
        GOOD + "tokenizer: {use: words, lower: false}\nmetrics: []\noptimizer: {use: steps, keep_every: 2}\n"
    )
    assert plan.tokenizer.config.lower is False
    assert plan.optimizer.config.keep_every == 2
    assert dict(plan.metrics) == {}


def test_sections_in_any_order():
    text = "serving: shout\nmetrics: [right]\noptimizer: steps\narchitecture: counting\ntokenizer: words\ndata: rows\n"
    assert planned(text).serving.use == "shout"


class Wide(Config):
    """Every kind of slot."""

    one: Annotated[Entry, Slot("schedule")] = Entry(use="constant", rate=3.0)
    """One."""
    none: Annotated[Entry, Slot("schedule")] | None = None
    """Perhaps one."""
    several: list[Annotated[Entry, Slot("schedule")]] = []
    """Some."""
    named: dict[str, Annotated[Entry, Slot("schedule")]] = {}
    """By name."""
    deep: dict[str, list[Annotated[Entry, Slot("schedule")]]] = {}
    """Both."""

    def gives(self, given):
        return frozenset({"learns:steps", "predicts:class"})

    def suggests(self):
        return {
            "tokenizer": ["nowhere", "words"],
            "optimizer": [{"use": "steps", "keep_every": 7}],
            "metric": ["right"],
        }


WIDE = toy_with(Component("architecture", "wide", Wide, "toy:architecture"))


def test_slots_hold_one_some_or_named_components():
    plan = planned(
        "data: rows\n"
        "architecture:\n"
        "  use: wide\n"
        "  one: {use: constant, rate: 2.0}\n"
        "  none: constant\n"
        "  several: [constant, {use: constant, rate: 4.0}]\n"
        "  named: {a: constant, b: {use: constant, rate: 5.0}}\n"
        "  deep: {x: [constant, {use: constant, rate: 6.0}]}\n",
        WIDE,
    )
    parts = plan.architecture.parts
    assert parts["one"].config.rate == 2.0
    assert parts["several"][1].config.rate == 4.0
    assert parts["named"]["b"].config.rate == 5.0
    assert parts["deep"]["x"][1].config.rate == 6.0
    assert [bound.path for bound in plan.architecture.bound()] == [
        "architecture",
        "architecture.one",
        "architecture.none",
        "architecture.several[0]",
        "architecture.several[1]",
        "architecture.named.a",
        "architecture.named.b",
        "architecture.deep.x[0]",
        "architecture.deep.x[1]",
    ]
    assert slots(Wide).keys() == {"one", "none", "several", "named", "deep"}


def test_a_slot_left_alone_keeps_its_default_and_a_suggestion_its_options():
    plan = planned("data: rows\narchitecture: wide\n", WIDE)
    assert plan.architecture.parts["one"].config.rate == 3.0
    assert "none" not in plan.architecture.parts
    assert plan.tokenizer.use == "words", "the first suggestion is not installed, the second is"
    assert plan.optimizer.config.keep_every == 7


@pytest.mark.parametrize(
    ("options", "place", "path"),
    [
        ("one: {use: constant, rate: -1}", "s.yaml:4:24", "architecture.one.rate"),
        ("one: {use: constant, rat: 1.0}", "s.yaml:4:24", "architecture.one.rat"),
        ("one: nope", "s.yaml:4:3", "architecture.one"),
        ("several: [constant, nope]", "s.yaml:4:23", "architecture.several[1]"),
        ("several: [{use: constant, rate: x}]", "s.yaml:4:29", "architecture.several[0].rate"),
        ("named: {a: {use: nope}}", "s.yaml:4:15", "architecture.named.a"),
        ("deep: {x: [constant, {use: constant, rate: 0}]}", "s.yaml:4:40", "architecture.deep.x[1].rate"),
        ("one: 3", "s.yaml:4:3", "architecture.one"),
        ("one: {rate: 2.0}", "s.yaml:4:3", "architecture.one"),
        ("several: constant", "s.yaml:4:3", "architecture.several"),
    ],
)
def test_a_mistake_in_a_slot_is_reported_where_it_stands(options, place, path):
    found = problem(f"data: rows\narchitecture:\n  use: wide\n  {options}\n", WIDE)
    assert found[:2] == (place, path)


class Hungry(toy.Constant):
    """Needs a device."""

    def needs(self):
        return frozenset({"device:cpu"})


class Ready(toy.Counting):
    """Asks its part for something."""

    schedule: Annotated[Entry, Slot("schedule", gives=frozenset({"rate:ready"}))] = Entry(use="constant")
    """How much."""


def test_what_a_part_needs_rises_to_its_owner():
    registry = toy_with(Component("schedule", "hungry", Hungry, "toy:schedule"))
    place, path, message, _ = problem("data: rows\narchitecture: {use: counting, schedule: hungry}\n", registry)
    assert (place, path) == ("s.yaml:2:1", "architecture")
    assert "'device:cpu'" in message


def test_a_slot_refuses_a_part_that_does_not_give_what_it_asks_for():
    registry = toy_with(Component("architecture", "counting", Ready, "toy:architecture"))
    place, path, message, _ = problem("data: rows\narchitecture:\n  use: counting\n  schedule: constant\n", registry)
    assert (place, path) == ("s.yaml:4:3", "architecture.schedule")
    assert "rate:ready" in message


class Hit(Config):
    """Share of right answers among the first k."""

    k: int = Field(1, ge=1)
    """How many."""
    field: str = "x"
    """Which."""


HIT = toy_with(Component("metric", "hit@k", Hit, "toy:metric"))


def test_a_metric_at_k_takes_its_number_from_its_name():
    plan = planned(GOOD + "metrics: [hit@3, {use: hit@10, field: y}, hit@k, right]\n", HIT)
    assert {name: bound.config.k for name, bound in plan.metrics.items() if name != "right"} == {
        "hit@3": 3, "hit@10": 10, "hit@k": 1,
    }  # fmt: skip
    assert plan.metrics["hit@10"].config.field == "y"
    assert plan.resolved()["metrics"][0]["use"] == "hit@3"
    assert again(plan, HIT).resolved() == plan.resolved(), "a run is opened from its resolved spec"


@pytest.mark.parametrize("name", ["hit@", "hit@x", "hit@-1", "hit@1.5", "@3", "right@3", "hit@" + "9" * 5000])
def test_what_only_looks_like_a_metric_at_k_is_unknown(name):
    assert "no metric is called" in problem(GOOD + f"metrics: ['{name}']\n", HIT)[2]


def test_a_metric_at_0_is_out_of_range():
    place, path, message, _ = problem(GOOD + "metrics: [right, hit@0]\n", HIT)
    assert (place, path) == ("s.yaml:3:18", "metrics[1].k")
    assert "greater than or equal to 1" in message


def test_a_number_in_the_name_and_another_beside_it_contradict_each_other():
    assert problem(GOOD + "metrics: [{use: hit@3, k: 5}]\n", HIT)[1].startswith("metrics[0]")


# -- what wrong input gets ---------------------------------------------------------------------------------------------

MISTAKES = [
    ("dta: rows\n" + GOOD, "s.yaml:1:1", "dta", "unknown section", "did you mean `data`?"),
    (GOOD + "optimiser: steps\n", "s.yaml:3:1", "optimiser", "unknown section", "`optimizer`"),
    (GOOD + "zzz: 1\n", "s.yaml:3:1", "zzz", "unknown section", "allowed here: data, device, tokenizer"),
    ("data: row\narchitecture: counting\n", "s.yaml:1:1", "data", "no data is called 'row'", "did you mean `rows`?"),
    ("data: rows\narchitecture: {use: countin}\n", "s.yaml:2:16", "architecture", "'countin'", "`counting`"),
    ("data: counting\narchitecture: counting\n", "s.yaml:1:1", "data", "'counting'", "of kind architecture"),
    ("data: {use: rows, row: 3}\narchitecture: counting\n", "s.yaml:1:19", "data.row", "unknown option", "`rows`"),
    (
        "data: {use: rows, zz: 3}\narchitecture: counting\n",
        "s.yaml:1:19",
        "data.zz",
        "unknown option",
        "rows, file, leak",
    ),
    (
        "data:\n  use: rows\n  rows: many\narchitecture: counting\n",
        "s.yaml:3:3",
        "data.rows",
        "valid integer",
        "'many'",
    ),
    ("data: {use: rows, rows: 3.5}\narchitecture: counting\n", "s.yaml:1:19", "data.rows", "integer", "3.5"),
    ("data: {use: rows, rows: 3.0}\narchitecture: counting\n", "s.yaml:1:19", "data.rows", "integer", "3.0"),
    ("data: {use: rows, rows: true}\narchitecture: counting\n", "s.yaml:1:19", "data.rows", "integer", "True"),
    ("data: {use: rows, rows: '3'}\narchitecture: counting\n", "s.yaml:1:19", "data.rows", "integer", "'3'"),
    ("data: {use: rows, rows:}\narchitecture: counting\n", "s.yaml:1:19", "data.rows", "integer", "None"),
    ("data: {use: rows, rows: -1}\narchitecture: counting\n", "s.yaml:1:19", "data.rows", "equal to 0", "-1"),
    ("data: {use: rows, leak: no}\narchitecture: counting\n", "s.yaml:1:19", "data.leak", "boolean", "'no'"),
    ("data: {use: rows, leak: 1}\narchitecture: counting\n", "s.yaml:1:19", "data.leak", "boolean", "1"),
    (
        "data: {use: rows, file: none.csv}\narchitecture: counting\n",
        "s.yaml:1:19",
        "data.file",
        "nothing at",
        "none.csv",
    ),
    ("data: {use: rows, file: 3}\narchitecture: counting\n", "s.yaml:1:19", "data.file", "Path", "3"),
    ("data: 3\narchitecture: counting\n", "s.yaml:1:1", "data", "`use` is missing", "as in `data: rows`"),
    ("data: [rows]\narchitecture: counting\n", "s.yaml:1:1", "data", "`use` is missing", "as in `data: rows`"),
    ("data: {}\narchitecture: counting\n", "s.yaml:1:1", "data", "`use` is missing", "as in `data: rows`"),
    ("data: {rows: 3}\narchitecture: counting\n", "s.yaml:1:1", "data", "`use` is missing", "{use: rows, ...}"),
    ("data: {use: [rows]}\narchitecture: counting\n", "s.yaml:1:1", "data", "`use` is missing", "as in"),
    ("data: {use: 3}\narchitecture: counting\n", "s.yaml:1:1", "data", "`use` is missing", "as in"),
    ("data:\narchitecture: counting\n", "s.yaml:1:1", "data", "is empty", "`data: rows`"),
    (GOOD + "serving:\n", "s.yaml:3:1", "serving", "is empty", "`serving: shout`"),
    (
        GOOD + "device: cpu\n",
        "s.yaml:3:1",
        "device",
        "no device is called 'cpu'",
        "no installed plugin offers any device",
    ),
    ("architecture: counting\n", "s.yaml:1:1", "", "section `data` is missing", "add `data: rows`"),
    ("data: rows\n", "s.yaml:1:1", "", "section `architecture` is missing", "add `architecture: counting`"),
    (GOOD + "metrics: right\n", "s.yaml:3:1", "metrics", "should be a list", "[accuracy"),
    (GOOD + "metrics: {use: right}\n", "s.yaml:3:1", "metrics", "should be a list", "["),
    (
        GOOD + "metrics: [right, wrong]\n",
        "s.yaml:3:18",
        "metrics[1]",
        "no metric is called 'wrong'",
        "there are: right",
    ),
    (GOOD + "metrics: [right, 3]\n", "s.yaml:3:18", "metrics[1]", "`use` is missing", "right"),
    (GOOD + "metrics: [right, right]\n", "s.yaml:3:18", "metrics[1]", "stands twice", ""),
    (GOOD + "seed: 1.5\n", "s.yaml:3:1", "seed", "whole number", ""),
    (GOOD + "seed: true\n", "s.yaml:3:1", "seed", "whole number", ""),
    (GOOD + "seed: '1'\n", "s.yaml:3:1", "seed", "whole number", ""),
    (GOOD + "seed:\n", "s.yaml:3:1", "seed", "whole number", ""),
    (GOOD + "name: 3\n", "s.yaml:3:1", "name", "a word", ""),
    (GOOD + "name: [a]\n", "s.yaml:3:1", "name", "a word", ""),
    (GOOD + "report: {resample: 3}\n", "s.yaml:3:10", "report.resample", "unknown option", "`resamples`"),
    (GOOD + "report: {resamples: -3}\n", "s.yaml:3:10", "report.resamples", "equal to 0", "-3"),
    (GOOD + "report: {interval: 1.0}\n", "s.yaml:3:10", "report.interval", "less than 1", "1.0"),
    (GOOD + "report: [3]\n", "s.yaml:3:1", "report", "mapping of options", ""),
    (GOOD + "report: false\n", "s.yaml:3:1", "report", "mapping of options", ""),
    (GOOD + "report: ''\n", "s.yaml:3:1", "report", "mapping of options", ""),
]


@pytest.mark.parametrize(("text", "place", "path", "message", "hint"), MISTAKES, ids=[row[0] for row in MISTAKES])
def test_every_mistake_has_its_place_and_a_way_out(text, place, path, message, hint):
    found = problem(text)
    assert found[:2] == (place, path)
    assert message in found[2]
    assert hint in found[2] + " " + found[3]


@pytest.mark.parametrize(
    "name", ["a/b", "..", ".", "", "a b", "a\\b", "-x", ".x", "a:b", "x" * 101, "a\tb", "CO\u202eN"]
)
def test_a_name_that_is_no_folder_is_refused(name):
    text = GOOD + "name: " + yaml.safe_dump(name, default_style='"', width=1000)
    place, path, message, _ = problem(text)
    assert (place, path) == ("s.yaml:3:1", "name")
    assert "cannot be a folder's name" in message


@pytest.mark.parametrize("name", ["a", "帮助台", "a-b_c.1", "1", "x" * 100])
def test_a_name_that_is_a_folder_is_taken(name):
    assert planned(GOOD + f"name: '{name}'\n").name == name


@pytest.mark.parametrize("file", ["my spec.yaml", "帮助 台.yaml", "-x.yaml", "(1).yaml"])
def test_a_spec_file_of_any_name_resolves(tmp_path, file):
    """Nobody wrote a name, so none can be wrong."""
    (tmp_path / file).write_text(GOOD, encoding="utf-8")
    assert resolve(read(tmp_path / file), TOY).name


@pytest.mark.parametrize("path", ["x" * 300, "a\\0b", "x/" * 3000, ""])
def test_a_path_that_cannot_be_is_missing_like_any_other(path):
    found = problem(f'data:\n  use: rows\n  file: "{path}"\narchitecture: counting\n')
    assert found[:2] == ("s.yaml:3:3", "data.file")


def test_a_path_is_looked_for_from_the_spec(tmp_path):
    (tmp_path / "数据 1.csv").write_text("x")
    text = "data: {use: rows, file: 数据 1.csv}\narchitecture: counting\n"
    assert planned(text, base=tmp_path).data.config.file == tmp_path / "数据 1.csv"
    assert "nothing at" in problem(text)[2]
    assert planned(text, paths=False).data.config.file.name == "数据 1.csv"


def test_a_path_on_the_command_line_is_looked_for_from_here(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "x.csv").write_text("x")
    monkeypatch.chdir(tmp_path / "here")
    plan = planned(GOOD, sets=["data.file=x.csv"], base=tmp_path)
    assert plan.data.config.file == tmp_path / "here" / "x.csv"


def test_all_problems_come_at_once_in_the_order_of_the_file():
    text = (
        "name: a/b\n"
        "dta: 1\n"
        "data: {use: rows, rows: x, leak: 3, zz: 1}\n"
        "architecture:\n"
        "  use: counting\n"
        "  smooth: 0\n"
        "  schedule: {use: constant, rate: 0}\n"
        "  many: {a: nope}\n"
        "tokenizer: word\n"
        "metrics: [nope, right]\n"
        "seed: x\n"
        "report: {golden: 0}\n"
    )
    found = problems(text)
    assert [(place.removeprefix("s.yaml:"), path) for place, path, *_ in found] == [
        ("1:1", "name"),
        ("2:1", "dta"),
        ("3:19", "data.rows"),
        ("3:28", "data.leak"),
        ("3:37", "data.zz"),
        ("6:3", "architecture.smooth"),
        ("9:1", "tokenizer"),
        ("10:11", "metrics[0]"),
        ("11:1", "seed"),
        ("12:10", "report.golden"),
    ]
    found = problems(text.replace("  smooth: 0\n", ""))
    assert ("s.yaml:6:29", "architecture.schedule.rate") in [row[:2] for row in found]
    assert ("s.yaml:7:10", "architecture.many.a") in [row[:2] for row in found]


def test_a_wrong_section_brings_no_second_complaint():
    """The tokenizer and the optimizer are suggested by the architecture, which cannot be read."""
    assert problem("data: rows\narchitecture: {use: counting, smooth: 0}\n")[1] == "architecture.smooth"


@pytest.mark.parametrize(
    ("option", "path"),
    [("data.rows=x", "data.rows"), ("dta=1", "dta"), ("data=", "data"), ("seed=", "seed"), ("metrics.0=x", "metrics")],
)
def test_a_mistake_on_the_command_line_is_reported_there(option, path):
    assert problem(GOOD, sets=[option])[:2] == (f"--set {option}", path)


class Inner(BaseModel):
    """Files by split."""

    model_config = ConfigDict(extra="forbid", strict=True)
    validation: str = ""
    test: str = ""


class Choosy(Config):
    """Nested, chosen and checked options."""

    queries: Inner = Inner()
    """Files."""
    way: Literal["left", "right"] = "left"
    """Where to."""
    both: int | Literal["all"] | list[int] = 1
    """A number or all."""
    low: int = 0
    """Least."""
    high: int = 9
    """Most."""
    anything: dict[str, float] = {}
    """Numbers by name."""

    @model_validator(mode="after")
    def _ordered(self):
        if self.low > self.high:
            raise ValueError("low should not be above high")
        return self

    def gives(self, given):
        return frozenset({"text:question", "label:colour", "text:facts.text"})


CHOOSY = toy_with(Component("data", "rows", Choosy, "toy:data"))


@pytest.mark.parametrize(
    ("option", "place", "path", "said"),
    [
        ("queries: {tset: x}", "s.yaml:3:13", "data.queries.tset", "did you mean `test`?"),
        ("way: up", "s.yaml:3:3", "data.way", "'left' or 'right'"),
        ("anything: {a: 1.0, b: x}", "s.yaml:3:22", "data.anything.b", "valid number"),
        ("{low: 5, high: 3}", "s.yaml:1:1", "data", "low should not be above high"),
        ("queries: 3", "s.yaml:3:3", "data.queries", "Inner"),
    ],
)
def test_options_within_options_are_checked_in_their_place(option, place, path, said):
    if option.startswith("{"):
        text = "data: {use: rows, " + option[1:] + "\narchitecture: counting\n"
    else:
        text = f"data:\n  use: rows\n  {option}\narchitecture: counting\n"
    found = problem(text, CHOOSY)
    assert found[:2] == (place, path)
    assert said in found[2] + found[3]


def test_none_of_several_types_is_reported_once_in_one_place():
    found = problems("data:\n  use: rows\n  both: [x]\narchitecture: counting\n", CHOOSY)
    assert {place for place, *_ in found} <= {"s.yaml:3:3", "s.yaml:3:10"}
    assert all(path in ("data.both", "data.both[0]") for _, path, *_ in found), (
        "the union's branch is pydantic's business"
    )


def test_a_long_value_is_shown_in_short():
    assert len(problem(f"data: {{use: rows, rows: {'x' * 5000}}}\narchitecture: counting\n")[3]) <= 250


# -- ports -------------------------------------------------------------------------------------------------------------


class Numbers(Config):
    """Numbers only."""

    def gives(self, given):
        return frozenset({"number:x", "label:colour"})


class Picky(toy.Words):
    """Needs a text."""

    def needs(self):
        return frozenset({"text:question"})


def test_what_does_not_fit_is_said_with_who_would():
    registry = toy_with(
        Component("data", "numbers", Numbers, "toy:data"), Component("tokenizer", "words", Picky, "toy:x")
    )
    found = problems("data: numbers\narchitecture: counting\n", registry)
    assert [row[:2] for row in found] == [("s.yaml:1:1", "tokenizer"), ("s.yaml:2:1", "architecture")]
    assert "needs 'text:question', and nothing before it gives that" in found[0][2]
    assert "data `rows` gives it" in found[0][3]
    assert "'words:question'" in found[1][2]


def test_what_nothing_gives_says_what_there_is():
    class Odd(toy.Right):
        """Odd."""

        def needs(self):
            return frozenset({"label:size", "smell:x"})

    registry = toy_with(Component("metric", "right", Odd, "toy:metric"))
    one, two = problems(GOOD, registry)
    assert "given are: label:colour" in one[3]
    assert "nothing in this spec gives any such port" in two[3]


def test_a_suggestion_that_does_not_fit_is_refused_too():
    class Other(toy.Steps):
        """Drives something else."""

        def needs(self):
            return frozenset({"learns:otherwise"})

    found = problem(GOOD, toy_with(Component("optimizer", "steps", Other, "toy:optimizer")))
    assert found[1] == "optimizer"


# -- a plugin that breaks its promise ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["needs", "gives", "suggests"])
def test_a_config_that_fails_is_named_and_not_the_toolkit(method):
    def broken(self, *given):
        raise KeyError("oops")

    made = type("Broken", (toy.Counting,), {method: broken, "__doc__": "Broken."})
    with pytest.raises(PluginError, match="counting"):
        planned(GOOD, toy_with(Component("architecture", "counting", made, "toy:architecture")))


def test_a_validator_that_fails_is_named_and_not_the_toolkit():
    class Careless(toy.Rows):
        """Careless."""

        @model_validator(mode="after")
        def _check(self):
            raise AttributeError("oops")

    with pytest.raises(PluginError, match="rows"):
        planned(GOOD, toy_with(Component("data", "rows", Careless, "toy:data")))


# -- what comes out ----------------------------------------------------------------------------------------------------


def again(plan, registry):
    """The plan that the resolved spec resolves to."""
    return planned(record.resolved_text(plan), registry, paths=False)


def test_the_resolved_spec_shows_every_default_and_reads_back_the_same():
    plan = planned(
        "data: {use: rows, rows: 12}\narchitecture: {use: wide, several: [constant]}\nserving: shout\n", WIDE
    )
    resolved = plan.resolved()
    assert list(resolved) == [
        "name",
        "seed",
        "data",
        "tokenizer",
        "architecture",
        "optimizer",
        "serving",
        "metrics",
        "report",
    ]
    assert resolved["architecture"] == {
        "use": "wide",
        "one": {"use": "constant", "rate": 3.0},
        "none": None,
        "several": [{"use": "constant", "rate": 1.0}],
        "named": {},
        "deep": {},
    }
    assert again(plan, WIDE).resolved() == resolved


class Words(Config):
    """Words of any kind."""

    word: str = ""
    """A word."""
    words: list[str] = []
    """Words."""
    by_name: dict[str, str] = {}
    """Words by name."""
    number: float = 0.0
    """A number."""
    numbers: list[int] = []
    """Numbers."""

    def gives(self, given):
        return frozenset({"text:question", "label:colour", "text:facts.text"})


WORDS = toy_with(Component("data", "rows", Words, "toy:data"))
TRICKY = [
    "1e-3", "0o17", "0x1F", "08", "012", "1e5", "1.", "+1", "no", "yes", "null", "true", "~", "", "12:30", "2024-01-01",
    ".inf", "=", "<<", "1_000", "- a", "a: b", "#x", "'", '"', "\n", "a\nb\n", " a ", "\t", "&a", "*a", "!a", "%a",
    "@a", "`a", "-", "?", "[", "{", "你好", "😀", "\x85", "\u2028", "\ufeff", "\x1b[31m", "x" * 300, "a " * 100,
]  # fmt: skip


@pytest.mark.parametrize("word", TRICKY, ids=ascii)
def test_any_word_survives_the_resolved_spec(word):
    """The resolved spec is what a run is opened from; a word that comes back as a number loses the run."""
    spec = parse(GOOD, "s.yaml", Path.cwd())
    spec.value["data"] = {"use": "rows", "word": word, "words": [word], "by_name": {word: word}}
    plan = resolve(spec, WORDS)
    assert plan.data.config.word == word
    assert again(plan, WORDS).data.config == plan.data.config


@settings(STEADY, max_examples=120)
@given(
    st.text(max_size=20) | st.from_regex(r"[-+]?0?[ox]?[0-9]{1,3}[.:eE]?[-+]?[0-9]?", fullmatch=True),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.integers(), max_size=3),
)
def test_any_value_survives_the_resolved_spec(word, number, numbers):
    spec = parse(GOOD, "s.yaml", Path.cwd())
    spec.value["data"] = {"use": "rows", "word": word, "number": number, "numbers": numbers, "by_name": {word: "x"}}
    plan = resolve(spec, WORDS)
    assert again(plan, WORDS).data.config == plan.data.config


def test_a_large_table_in_a_spec_survives_the_resolved_spec(monkeypatch):
    """Written out, a spec grows: it must not outgrow what may be read."""
    text = f"data: {{use: rows, numbers: [{', '.join(['7'] * 900)}]}}\narchitecture: counting\n"
    monkeypatch.setattr("toolkit.spec.LARGEST", len(text))
    plan = planned(text, WORDS)
    assert len(again(plan, WORDS).data.config.numbers) == 900


@pytest.mark.parametrize("seed", [0, -1, 2**40, 10**300])
def test_any_whole_number_is_a_seed(seed):
    assert planned(GOOD + f"seed: {seed}\n").seed == seed


def test_derived_seeds_are_stable_and_differ_by_path():
    assert derive(0, "architecture") == 6_667_220_373_514_331_870, "no run of before could be built again"
    assert 0 <= derive(-5, "x") < 2**63
    assert len({derive(seed, path) for seed in range(10) for path in ("data", "tokenizer", "a.b", "a.b[0]")}) == 40
    assert type(derive(10**300, "你")) is int


# -- factories ---------------------------------------------------------------------------------------------------------


def test_a_factory_gets_what_it_names_and_no_more():
    given = {}

    def architecture(config, *, seed, signature, schedule, many):
        given.update(seed=seed, signature=signature, rate=schedule(), named=sorted(many))
        return "model"

    plan = planned("data: rows\narchitecture: {use: counting, many: {b: constant, a: constant}}\nseed: 3\n",
                   toy_made_by("architecture", architecture))  # fmt: skip
    assert plan.architecture.make(seed=3, signature="S", device="D", given=frozenset()) == "model"
    assert given == {"seed": derive(3, "architecture"), "signature": "S", "rate": 1.0, "named": ["a", "b"]}


def test_equal_parts_in_two_places_have_two_seeds():
    seeds = []

    def schedule(config, *, seed, width):
        seeds.append((seed, width))

    def architecture(config, *, schedule, many):
        schedule(width=1)
        many["a"](width=2)

    registry = toy_made_by("schedule", schedule)
    made = toy_made_by("architecture", architecture).find("architecture", "counting")[0]
    registry = toy_with(registry.find("schedule", "constant")[0], made)
    plan = planned("data: rows\narchitecture: {use: counting, many: {a: constant}}\n", registry)
    plan.architecture.make(seed=0)
    (one, width_one), (two, width_two) = seeds
    assert (width_one, width_two) == (1, 2)
    assert one != two
    seeds.clear()
    plan.architecture.make(seed=0)
    assert [seed for seed, _ in seeds] == [one, two], "the same on every call"


@pytest.mark.parametrize(
    "wrong", [ValueError("odd"), ZeroDivisionError(), AssertionError("x"), RuntimeError("你\nzwei")]
)
def test_a_factory_that_raises_is_named_with_its_place_and_its_cause(wrong):
    def architecture(config):
        raise wrong

    plan = planned(GOOD, toy_made_by("architecture", architecture))
    with pytest.raises(BuildError) as caught:
        plan.architecture.make()
    assert caught.value.__cause__ is wrong
    assert str(caught.value).startswith("s.yaml:2:1: architecture: 'counting' failed: ")
    assert type(wrong).__name__ in str(caught.value)
    assert "--debug" in str(caught.value)


def test_what_the_toolkit_itself_says_is_not_wrapped_again():
    def architecture(config):
        raise ResourceError("too small")

    with pytest.raises(ResourceError, match=r"^too small$"):
        planned(GOOD, toy_made_by("architecture", architecture)).architecture.make()


def test_running_out_of_memory_is_not_a_plugin_s_fault():
    """Exit code 5 says: another machine; exit code 6 says: another plugin."""

    def architecture(config):
        raise MemoryError

    with pytest.raises((MemoryError, ResourceError)):
        planned(GOOD, toy_made_by("architecture", architecture)).architecture.make()


def test_a_stop_is_let_through():
    def architecture(config):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        planned(GOOD, toy_made_by("architecture", architecture)).architecture.make()


@pytest.mark.parametrize(("extra", "hint"), [("vision", "pip install 'onespec[vision]'"), ("", "installed whole")])
def test_what_cannot_be_imported_says_what_to_install(extra, hint):
    part = dataclasses.replace(toy_component("architecture"), factory="toolkit_nowhere.module:make", extra=extra)
    with pytest.raises(PluginError) as caught:
        planned(GOOD, toy_with(part)).architecture.make()
    assert caught.value.exit_code == 6
    assert str(caught.value).startswith("s.yaml:2:1: architecture: 'counting' cannot be imported")
    assert "toolkit_nowhere" in str(caught.value)
    assert hint in caught.value.hint


def test_a_factory_that_is_not_there_is_a_plugin_s_fault():
    part = dataclasses.replace(toy_component("architecture"), factory="toy:nothing")
    with pytest.raises(PluginError, match=r"s\.yaml:2:1: architecture: 'counting'"):
        planned(GOOD, toy_with(part)).architecture.make()


def test_a_module_that_fails_while_it_is_imported_is_a_plugin_s_fault(tmp_path, monkeypatch):
    (tmp_path / "half_a_module.py").write_text("raise RuntimeError('no driver')\n")
    monkeypatch.syspath_prepend(tmp_path)
    part = dataclasses.replace(toy_component("architecture"), factory="half_a_module:make")
    with pytest.raises(PluginError, match="no driver"):
        planned(GOOD, toy_with(part)).architecture.make()


def test_resolving_imports_no_implementation(monkeypatch):
    module = ModuleType("toy_untouched")
    module.__getattr__ = lambda name: pytest.fail("touched")
    monkeypatch.setitem(sys.modules, "toy_untouched", module)
    parts = [dataclasses.replace(component, factory="toy_untouched:make") for component in toy.toolkit_components()]
    assert planned(GOOD + "serving: shout\n", toy_with(*parts)).resolved()


# -- helpers -----------------------------------------------------------------------------------------------------------


def test_closest():
    assert closest("optimiser", ["data", "optimizer"]) == "did you mean `optimizer`? allowed here: data, optimizer"
    assert closest("zzz", ["data"]) == "allowed here: data"
    assert closest("zzz", []) == "it has no options"


SPECISH = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("abc.@[]", max_size=4)
    | st.sampled_from(["rows", "counting", "words", "steps", "right", "constant", "shout"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["use", "rows", "file", "schedule", "many", "rate", "self"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(STEADY, max_examples=120)
@given(
    st.dictionaries(
        st.sampled_from(["data", "architecture", "tokenizer", "optimizer", "metrics", "name", "seed", "report", "zz"]),
        SPECISH,
        max_size=5,
    )
)  # fmt: skip
def test_no_spec_raises_anything_but_a_spec_error(made):
    text = json.dumps(made)
    try:
        plan = planned(text)
    except SpecError as error:
        assert error.problems
        assert all(str(problem) for problem in error.problems)
    else:
        assert plain(plan.resolved()) == again(plan, TOY).resolved()
