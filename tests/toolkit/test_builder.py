"""The stages of a build: what each passes on, and who is named when one of them fails."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import pytest
from variants import toy_component, toy_made_by, toy_with

import toy
from toolkit import builder, fs
from toolkit.builder import check_same, digest
from toolkit.component import Component, Config
from toolkit.contracts import Section
from toolkit.errors import BuildError, DataError, ResourceError, RunError, ToolkitError
from toolkit.resolver import resolve
from toolkit.run import Run
from toolkit.spec import parse


@pytest.fixture
def stages(tmp_path):
    """Build without the folder around it: the system and the record."""

    def run(registry, text="data: rows\narchitecture: counting\n"):
        plan = resolve(parse(text, "s.yaml", tmp_path), registry)
        place = Run(tmp_path / "run")
        with place.held():
            return builder.build(plan, place, registry)

    return run


def test_a_build_goes_through_its_stages_and_remembers_what_happened(stages, registry):
    system, record = stages(registry)
    assert [stage["name"] for stage in record.stages] == ["data", "tokenizer", "train", "evaluate"]
    assert all(stage["seconds"] >= 0 and stage["peak_mb"] > 0 for stage in record.stages)
    assert sorted(record.digests) == ["facts", "test", "train", "validation"]
    assert {name: len(split) for name, split in record.splits.items()} == {"train": 10, "validation": 10, "test": 10}
    assert sorted(record.evaluations) == ["test", "validation"]
    assert record.evaluations["test"].figures["right"].value == 1.0
    assert record.facts == {"steps": 10}
    assert record.better == {"right": "higher"}
    assert [section.title for section in record.sections] == ["Words"]
    assert system.takes == {"question": {"type": "string"}}


def test_a_tokenizer_is_fitted_on_the_training_rows_alone(stages):
    seen = []

    class Watching(toy.Splitter):
        def fit(self, examples):
            seen.extend(row["question"] for row in examples.rows)
            super().fit(examples)

    stages(toy_made_by("tokenizer", lambda config: Watching(True), "watching"))
    assert len(seen) == 10
    assert all(int(question.split()[1]) % 3 == 0 for question in seen)


def test_a_tokenizer_may_read_side_tables_when_it_is_fitted(stages, registry):
    system, _ = stages(registry)
    assert {"sky", "the"} <= set(system.tokenizer.known)


def test_validation_and_test_rows_are_not_learnt_from(stages):
    seen = []

    class Watching(toy.Stepper):
        def train(self, model, train, validation, run):
            seen.extend(example["question"] for example in (*train, *validation))
            assert not hasattr(run, "test")
            return super().train(model, train, validation, run)

    stages(toy_made_by("optimizer", lambda config: Watching(5, -1), "watching"))
    assert all(int(question.split()[1]) % 3 != 2 for question in seen)


def test_the_better_direction_is_the_metric_s(stages):
    class Down(toy.Right):
        """Less is better."""

        better: ClassVar[str] = "lower"

    registry = toy_with(dataclasses.replace(toy_component("metric"), config=Down))
    assert stages(registry)[1].better == {"right": "lower"}


def test_data_without_rows_are_refused_before_anything_else(stages, registry):
    with pytest.raises(DataError, match=r"^s\.yaml:1:1: 'rows' has no row to learn from") as caught:
        stages(registry, "data: {use: rows, rows: 0}\narchitecture: counting\n")
    assert caught.value.exit_code == 3


def test_data_without_a_split_to_measure_on_build_all_the_same(stages, registry):
    _, record = stages(registry, "data: {use: rows, rows: 1}\narchitecture: counting\n")
    assert record.evaluations["test"].figures["right"].json() == {"value": None, "low": None, "high": None, "count": 0}


# -- who is to blame ---------------------------------------------------------------------------------------------------


class Failing:
    """Fails in one method."""

    broken = ""

    def __getattribute__(self, name):
        if name == object.__getattribute__(self, "broken"):
            raise RuntimeError(f"{name} is broken")
        return object.__getattribute__(self, name)


def failing(kind, method):
    made = {
        "data": lambda: (toy.Data, (12, 0, False)),
        "tokenizer": lambda: (toy.Splitter, (True,)),
        "architecture": lambda: (toy.Counter_, (1.0, 1.0, 3)),
        "optimizer": lambda: (toy.Stepper, (5, -1)),
        "metric": lambda: (toy.Share, ()),
    }[kind]()

    class Broken(Failing, made[0]):
        broken = method

    def factory(config):
        return Broken(*made[1])

    return toy_made_by(kind, factory, f"failing_{method}")


PLACES = {"data": 1, "architecture": 2, "tokenizer": 3, "optimizer": 4, "metric": 5}
LONG = "data: rows\narchitecture: counting\ntokenizer: words\noptimizer: steps\nmetrics:\n- right\n"


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("data", "split"),
        ("data", "table"),
        ("tokenizer", "fit"),
        ("tokenizer", "signature"),
        ("tokenizer", "encode"),
        ("tokenizer", "decode"),
        ("architecture", "predict"),
        ("architecture", "learn"),
        ("optimizer", "train"),
        ("metric", "rows"),
        ("metric", "total"),
    ],
)
def test_whoever_fails_is_named_with_its_place_and_cause(stages, kind, method):
    with pytest.raises(BuildError) as caught:
        stages(failing(kind, method), LONG)
    message = str(caught.value)
    names = {
        "data": "'rows'",
        "architecture": "'counting'",
        "tokenizer": "'words'",
        "optimizer": "'steps'",
        "metric": "'right'",
    }
    assert f"{method} is broken" in message
    assert message.startswith("s.yaml:")
    called_by = {"learn": "optimizer", "encode": "optimizer", "decode": "architecture"}  # as far as can be told
    wanted = {names[kind], names[called_by.get(method, kind)]}
    assert any(name in message for name in wanted), "another component is blamed, or none"
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_a_report_section_that_fails_is_named(stages):
    with pytest.raises(BuildError, match="'counting'"):
        stages(failing("architecture", "sections"), LONG)


def test_the_step_it_fails_at_is_reached(stages, registry):
    with pytest.raises(BuildError, match=r"s\.yaml:3:1: optimizer: 'steps' failed: RuntimeError: the toy broke"):
        stages(registry, "data: rows\narchitecture: counting\noptimizer: {use: steps, fail_at: 3}\n")


def test_what_an_optimizer_returns_must_be_facts(stages):
    class Silent(toy.Stepper):
        def train(self, *arguments):
            return None

    with pytest.raises(BuildError, match="'steps'"):
        stages(toy_made_by("optimizer", lambda config: Silent(5, -1), "silent"))


def test_running_out_of_memory_is_a_matter_of_resources(stages):
    class Big(toy.Stepper):
        def train(self, *arguments):
            raise MemoryError

    with pytest.raises((MemoryError, ResourceError)):
        stages(toy_made_by("optimizer", lambda config: Big(5, -1), "big"))


@pytest.mark.parametrize("value", [None, object(), {1, 2}, b"x"], ids=lambda v: type(v).__name__)
def test_a_row_that_cannot_be_written_as_json_is_refused_before_training(stages, value):
    """Rows are digested, shown and stored; whatever a plugin puts in them, the toolkit itself must not fail."""
    trained = []

    class Odd(toy.Data):
        def split(self, name):
            return [{**row, "question": value} if i == 2 else row for i, row in enumerate(super().split(name))]

    class Never(toy.Stepper):
        def train(self, *arguments):
            trained.append(True)
            return {}

    class Any_(toy.Splitter):
        def split(self, text):
            return str(text).split()

    data = toy_made_by("data", lambda config, *, seed: Odd(30, 0, False), "odd").find("data", "rows")[0]
    words = toy_made_by("tokenizer", lambda config: Any_(True), "any").find("tokenizer", "words")[0]
    never = toy_made_by("optimizer", lambda config: Never(5, -1), "never").find("optimizer", "steps")[0]
    with pytest.raises(ToolkitError) as caught:
        stages(toy_with(data, words, never))
    assert caught.value.exit_code in (3, 6)
    assert "rows" in str(caught.value)
    assert trained == [], "an hour of training would be lost"


def test_sections_of_every_component_come_in_order(stages):
    class Told(toy.Data):
        def sections(self):
            yield Section("Rows", ["all"])

    _, record = stages(toy_made_by("data", lambda config, *, seed: Told(30, 0, False), "told"))
    assert [section.title for section in record.sections] == ["Rows", "Words"]


def test_a_device_is_described(stages, monkeypatch):
    class Box(Config):
        """A box."""

        def gives(self, given):
            return frozenset({"device:box"})

    class Made:
        def describe(self):
            return {"threads": 3}

    monkeypatch.setattr(toy, "box", lambda config: Made(), raising=False)
    registry = toy_with(Component("device", "box", Box, "toy:box"))
    assert stages(registry, "data: rows\narchitecture: counting\ndevice: box\n")[1].device == {"threads": 3}


# -- digests -----------------------------------------------------------------------------------------------------------


def test_a_digest_tells_rows_apart_and_not_the_order_of_their_fields():
    assert digest([{"a": 1, "b": 2}]) == digest([{"b": 2, "a": 1}])
    assert len({digest([]), digest([{}]), digest([{"a": 1}]), digest([{"a": 1}, {"a": 1}]), digest([{"a": "1"}])}) == 5
    with pytest.raises(DataError, match="number 2"):
        digest([{"a": "你"}, {"a": "\ud800"}])


def test_going_on_with_other_data_is_refused():
    check_same({"train": "x"}, {})
    check_same({"train": "x"}, {"train": "x"})
    with pytest.raises(RunError, match="train is not what it was") as caught:
        check_same({"train": "x", "test": "y"}, {"train": "z", "test": "y"})
    assert "--overwrite" in caught.value.hint


def test_the_digests_are_in_the_log_before_anything_is_learnt(stages, registry, tmp_path):
    stages(registry)
    kinds = [event["kind"] for event in fs.read_lines(tmp_path / "run" / "events.jsonl")]
    assert kinds[:3] == ["stage", "data", "stage"]
