"""report.json: the one document that every rendering starts from, plain and the same for the same build."""

from __future__ import annotations

import json
import math

import pytest
from variants import toy_component, toy_made_by

import toy
from toolkit import fs, record
from toolkit.contracts import Matrix, Plot, Section, Table
from toolkit.registry import Plugin, Registry
from toolkit.resolver import resolve
from toolkit.spec import parse

NUMBER = (int, float)
FIGURE = {"value": NUMBER, "low": NUMBER, "high": NUMBER, "count": int}
#: What programs that read report.json rely on.
SHAPE = {
    "schema": int,
    "name": str,
    "about": str,
    "seed": int,
    "metrics": {"right": FIGURE},
    "validation": {"right": FIGURE},
    "better": {"right": str},
    "order": [str],
    "interval": NUMBER,
    "ports": [str],
    "notes": list,
    "components": [{"path": str, "kind": str, "use": str, "summary": str, "plugin": str, "version": str,
                    "licence": str, "homepage": str}],
    "data": {"digests": {"train": str, "validation": str, "test": str, "facts": str}},
    "curves": {"loss": [[NUMBER]]},
    "worst": [{"metric": str, "score": NUMBER, "input": dict, "expected": dict, "prediction": dict}],
    "stages": [{"name": str, "seconds": NUMBER, "peak_mb": NUMBER}],
    "facts": dict,
    "sections": [{"title": str, "blocks": list}],
    "spec": str,
    "environment": {"python": str, "platform": str, "toolkit": str, "packages": dict, "byteorder": str},
    "takes": {"question": {"type": str}},
    "reproduce": [str],
    "clock": {"seconds": NUMBER},
}  # fmt: skip


def check(value, shape, path="report"):
    """Raise AssertionError where a value is not of a shape."""
    if isinstance(shape, dict):
        assert isinstance(value, dict) and value.keys() == shape.keys(), f"{path}: {sorted(value)} for {sorted(shape)}"
        for name, inner in shape.items():
            check(value[name], inner, f"{path}.{name}")
    elif isinstance(shape, list):
        assert isinstance(value, list), path
        for inner in value:
            check(inner, shape[0], f"{path}[]")
    else:
        assert isinstance(value, shape) and not (isinstance(value, bool) and shape is not bool), f"{path}: {value!r}"


TEXT = "# A toy.\n# Learns colours.\ndata: {use: rows, rows: 60}\narchitecture: counting\nmetrics: [right]\nseed: 3\n"


@pytest.fixture
def half_right():
    """A registry whose model is wrong now and then."""

    class Unsure(toy.Counter_):
        def predict(self, examples):
            examples = list(examples)
            for found, example in zip(super().predict(examples), examples, strict=True):
                odd = int(example["question"].split()[1]) % 2
                yield {"class:colour": (found["class:colour"] + odd) % 3}

    return toy_made_by("architecture", lambda config, *, schedule: Unsure(1.0, 1.0, 3), "unsure")


def test_the_document_has_the_shape_that_programs_rely_on(build, spec_file, half_right, tmp_path):
    system = build(spec_file(TEXT), registry=half_right)
    document = fs.read_json(tmp_path / "run" / "report.json")
    assert document == json.loads(fs.dumps(system.report))
    check(document, SHAPE)
    assert document["name"] == "spec" and document["seed"] == 3
    assert document["about"] == "A toy.\nLearns colours."
    figure = document["metrics"]["right"]
    assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1
    assert figure["count"] == 20
    assert document["worst"] and len(document["worst"]) <= 12
    assert "colour" in document["worst"][0]["expected"] and "question" in document["worst"][0]["input"]
    assert document["reproduce"] == ["toolkit build spec.yaml"]
    assert document["spec"] == (tmp_path / "run" / "spec.resolved.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("spoil", ["missing", "type", "more"])
def test_a_planted_fault_a_document_of_another_shape_is_noticed(spoil):
    document = {"a": 1, "b": [{"c": "x"}]}
    shape = {"a": int, "b": [{"c": str}]}
    check(document, shape)
    if spoil == "missing":
        del document["b"][0]["c"]
    elif spoil == "type":
        document["b"][0]["c"] = True
    else:
        document["z"] = 1
    with pytest.raises(AssertionError):
        check(document, shape)


def test_the_clock_stands_in_declared_places_only(build, spec_file, half_right):
    """Two builds of one spec give the same document but for the time they took."""
    one, two = (
        json.loads(fs.dumps(build(spec_file(TEXT), name, registry=half_right).report)) for name in ("one", "two")
    )
    for document in (one, two):
        del document["clock"]
        for stage in document["stages"]:
            del stage["seconds"], stage["peak_mb"]
    assert one == two


def test_numbers_that_are_not_finite_do_not_lose_a_finished_build(build, tmp_path):
    """A loss may overflow on the way; the report must still be written, as JSON."""

    class Wild(toy.Stepper):
        def train(self, model, train, validation, run):
            run.step(1, 3, loss=math.inf, best=0.5)
            run.step(2, 3, loss=math.nan, best=0.25)
            run.step(3, 3, loss=0.5, best=0.125)
            return {"final": math.nan}

    system = build(registry=toy_made_by("optimizer", lambda config: Wild(5, -1), "wild"))
    document = json.loads((tmp_path / "run" / "report.json").read_text(), parse_constant=pytest.fail)
    assert [3, 0.5] in document["curves"]["loss"]
    assert document["curves"]["best"] == [[1, 0.5], [2, 0.25], [3, 0.125]]
    assert system.folder == tmp_path / "run"


def test_sections_are_shown_as_plain_json():
    section = Section(
        "T", ["text", Table(("a",), [(1,)]), Plot("x", "y", {"s": ([1], [2.0])}, "bar"), Matrix(["r"], ["c"], [[0.5]])]
    )
    assert json.loads(fs.dumps(record.shown(section))) == {
        "title": "T",
        "blocks": [
            {"text": "text"},
            {"table": {"columns": ["a"], "rows": [[1]]}},
            {"plot": {"x": "x", "y": "y", "series": {"s": [[1], [2.0]]}, "form": "bar"}},
            {"matrix": {"rows": ["r"], "columns": ["c"], "values": [[0.5]], "x": "", "y": ""}},
        ],
    }


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("# One.\n#Two.\ndata: x\n# three\n", "One.\nTwo."),
        ("data: x\n# late\n", ""),
        ("", ""),
        ("# yaml-language-server: $schema=x\n# One.\n", "One."),
        ("#\n# One.\n#\n", "One."),
        ("# 帮助台\n", "帮助台"),
    ],
)
def test_the_opening_comment_says_what_a_spec_is_about(text, comment):
    assert record.opening_comment(text) == comment


def test_curves_are_the_numbers_of_steps():
    events = [
        {"kind": "started", "seconds": 0},
        {"kind": "step", "step": 1, "of": 2, "loss": 0.5, "seconds": 1},
        {"kind": "resumed", "step": 1, "seconds": 1},
        {"kind": "step", "step": 2, "of": 2, "loss": 0.25, "lr": 0.1, "seconds": 2},
    ]
    assert record.curves(events) == {"loss": [[1, 0.5], [2, 0.25]], "lr": [[2, 0.1]]}
    assert record.curves([]) == {}


def test_what_a_reader_must_know_first_is_noted(build):
    assert build().report["notes"] == []
    notes = build({"data": {"use": "rows", "rows": 1}, "architecture": "counting"}, "small").report["notes"]
    assert len(notes) == 2
    assert "no validation examples" in notes[0] and "no test examples" in notes[1]


def test_components_say_where_they_come_from(build):
    registry = Registry.of({"toy": toy})
    listed = build(registry=registry).report["components"]
    assert [(c["path"], c["use"]) for c in listed] == [
        ("data", "rows"), ("tokenizer", "words"), ("architecture", "counting"), ("architecture.schedule", "constant"),
        ("optimizer", "steps"), ("metrics[0]", "right"),
    ]  # fmt: skip
    assert listed[0]["licence"] == toy_component("data").licence == "CC0-1.0"
    assert {c["plugin"] for c in listed} == {"toy"}


def test_plugins_that_are_used_are_recorded_with_their_version():
    registry = Registry.of({"toy": toy})
    registry.plugins = {"toy": Plugin("toy", "toy", "toolkit-toy", "1.2")}
    registry._components = {key: (one, registry.plugins["toy"]) for key, (one, _) in registry._components.items()}
    plan = resolve(parse("data: rows\narchitecture: counting\n", "s.yaml", None), registry)
    found = record.plugins(plan, registry)
    assert list(found) == ["toy"]
    assert found["toy"].startswith("toolkit-toy 1.2 ")
    assert record.components(plan, registry)[0]["plugin"] == "toolkit-toy"
    assert record.sections_of(plan) == {
        "data": "rows", "tokenizer": "words", "architecture": "counting", "optimizer": "steps",
    }  # fmt: skip


def test_the_environment_names_versions_and_nothing_of_the_machine_s_owner():
    found = record.environment()
    text = json.dumps(found)
    assert found["python"].startswith("3.")
    assert "/" not in text.replace("https://", ""), "no path"
    assert record.version("pydantic")
    assert record.version("no-such-distribution-anywhere") == ""
