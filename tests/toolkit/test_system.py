"""A finished system: opened only when whole, refusing what is not of its form, answering the same from its folder."""

from __future__ import annotations

import dataclasses
import json
import shutil

import pytest
from variants import toy_component, toy_made_by, toy_with

import toy
from toolkit import api, fs
from toolkit.errors import InputError, PluginError, RunError, SpecError, ToolkitError
from toolkit.examples import CHUNK
from toolkit.registry import Registry
from toolkit.system import SCHEMA, System

TOY = Registry.of({"toy": toy})


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return api.build(
        {"data": "rows", "architecture": "counting", "serving": "shout"}, tmp_path_factory.mktemp("runs") / "run",
        registry=TOY,
    )  # fmt: skip


@pytest.fixture
def folder(built, tmp_path):
    """A copy of the run, to be spoilt."""
    return shutil.copytree(built.folder, tmp_path / "run")


def change(folder, name, content):
    """Change a file and seal the folder again, as a stranger would."""
    (folder / name).write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    fs.seal(folder, leave=("checkpoints", ".lock"), schema=SCHEMA)


# -- opening -----------------------------------------------------------------------------------------------------------


def test_a_run_is_opened_and_answers_as_it_did(built, folder):
    system = System.load(folder, TOY)
    questions = [{"question": f"Row {i} is blue today"} for i in range(5)]
    assert system.predict(questions) == built.predict(questions)
    assert (system.name, system.folder, dict(system.takes)) == (built.name, folder, dict(built.takes))
    assert system.report == built.report
    assert system.facts["takes"] == built.takes


def test_golden_examples_are_answered_the_same(folder):
    system = System.load(folder, TOY)
    golden = fs.read_lines(folder / "golden.jsonl")
    assert golden == fs.read_lines(folder / "predictions" / "test.jsonl")[: len(golden)]
    assert system.predict([row["input"] for row in golden]) == [row["prediction"] for row in golden]


def test_opening_imports_neither_data_nor_optimizer_nor_metric(folder):
    gone = [dataclasses.replace(toy_component(kind), factory="not_installed_any_more:make")
            for kind in ("data", "optimizer", "metric", "serving")]  # fmt: skip
    assert System.load(folder, toy_with(*gone)).predict({"question": "red"})["colour"] in toy.COLOURS


def test_opening_needs_no_file_that_the_data_named(tmp_path, build):
    (tmp_path / "data.csv").write_text("x")
    build({"data": {"use": "rows", "file": str(tmp_path / "data.csv")}, "architecture": "counting"})
    (tmp_path / "data.csv").unlink()
    assert System.load(tmp_path / "run", TOY).predict({"question": "red"})


def test_a_folder_may_be_moved(folder, tmp_path):
    moved = folder.rename(tmp_path / "数据 run")
    assert System.load(moved, TOY).predict({"question": "red"})
    assert System.load(str(moved), TOY).folder == moved


@pytest.mark.parametrize(
    "name", ["spec.yaml", "spec.resolved.yaml", "report.json", "run.json", "golden.jsonl", "events.jsonl",
             "model/counts.json", "model/MANIFEST.json", "tokenizer/words.json", "predictions/test.jsonl"],
)  # fmt: skip
@pytest.mark.parametrize("how", ["flipped", "cut", "missing", "empty"])
def test_damage_to_any_file_is_refused_and_the_file_named(folder, name, how):
    path = folder / name
    content = path.read_bytes()
    if how == "missing":
        path.unlink()
    else:
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]
        path.write_bytes({"flipped": flipped, "cut": content[:-1], "empty": b""}[how])
    with pytest.raises(RunError) as caught:
        System.load(folder, TOY)
    assert str(path) in str(caught.value)
    assert caught.value.exit_code == 4


def test_damage_to_what_only_a_resumed_build_reads_does_no_harm(folder):
    shutil.rmtree(folder / "checkpoints")
    assert System.load(folder, TOY)


def test_what_is_not_a_finished_run_is_refused_with_the_way_out(folder, tmp_path):
    with pytest.raises(RunError, match="there is no run folder") as caught:
        System.load(tmp_path / "none", TOY)
    assert "toolkit build" in caught.value.hint
    with pytest.raises(RunError, match="there is no run folder"):
        System.load(folder / "spec.yaml", TOY)
    (folder / "MANIFEST.json").unlink()
    with pytest.raises(RunError, match="is not a finished run") as caught:
        System.load(folder, TOY)
    assert "--resume" in caught.value.hint


@pytest.mark.parametrize(
    "manifest", [{"schema": SCHEMA + 1, "files": {}}, {"schema": 99, "entries": ["of another shape"]}]
)
def test_a_folder_from_the_future_is_refused_with_both_versions(folder, manifest):
    (folder / "MANIFEST.json").write_text(json.dumps(manifest))
    with pytest.raises(RunError) as caught:
        System.load(folder, TOY)
    assert str(manifest["schema"]) in str(caught.value)
    assert str(SCHEMA) in str(caught.value)


@pytest.mark.parametrize("missing", ["spec.resolved.yaml", "report.json", "model", "tokenizer"])
def test_a_folder_sealed_without_a_part_is_refused(folder, missing):
    fs.remove(folder / missing)
    fs.seal(folder, leave=("checkpoints", ".lock"), schema=SCHEMA)
    with pytest.raises(ToolkitError):
        System.load(folder, TOY)


@pytest.mark.parametrize(
    ("name", "content"),
    [("report.json", {}), ("report.json", []), ("report.json", {"takes": 3}), ("model/counts.json", []),
     ("model/counts.json", "{"), ("tokenizer/words.json", "nul")],
)  # fmt: skip
def test_a_folder_sealed_with_rubbish_is_refused(folder, name, content):
    change(folder, name, content)
    with pytest.raises(ToolkitError):
        System.load(folder, TOY).predict({"question": "red"})


def test_a_sealed_spec_that_is_wrong_is_refused_in_its_place(folder):
    change(folder, "spec.resolved.yaml", "data: rows\narchitecture: nope\n")
    with pytest.raises(SpecError) as caught:
        System.load(folder, TOY)
    assert str(caught.value).startswith(f"{folder / 'spec.resolved.yaml'}:2:1: ")


def test_a_plugin_that_is_gone_is_named_with_its_place(folder):
    gone = dataclasses.replace(toy_component("architecture"), factory="not_installed_any_more:make", extra="vision")
    with pytest.raises(PluginError, match=r"spec\.resolved\.yaml:\d+:1: architecture: 'counting'") as caught:
        System.load(folder, toy_with(gone))
    assert "onespec[vision]" in caught.value.hint


def test_options_may_be_laid_over_when_opening(folder):
    (folder.parent / "here.csv").write_text("x")
    assert System.load(folder, TOY, ["serving=shout", "report.golden=3"]).plan.report.golden == 3
    with pytest.raises(SpecError, match="--set serving=nope"):
        System.load(folder, TOY, ["serving=nope"])
    assert System.load(folder, TOY).plan.report.golden == 20, "the folder itself is left alone"


# -- asking ------------------------------------------------------------------------------------------------------------


def test_one_input_gives_one_prediction_and_many_give_many(built):
    one = built.predict({"question": "a red thing"})
    assert one["colour"] in toy.COLOURS
    assert built.predict([{"question": "a red thing"}]) == [one]
    assert built.predict([]) == []
    assert json.loads(json.dumps(one)) == one, "plain JSON"


def test_any_number_of_inputs_is_answered_a_chunk_at_a_time(built):
    asked = []

    def inputs():
        for i in range(2 * CHUNK + 3):
            asked.append(i)
            yield {"question": f"Row {i} is red"}

    found = built.stream(inputs())
    next(iter(found))
    assert len(asked) == CHUNK
    assert len(list(found)) == 2 * CHUNK + 2
    assert list(built.stream([])) == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({}, "question: this field is missing"),
        ({"question": "x", "colour": "red"}, "colour: no such field"),
        ({"questoin": "x"}, "questoin: no such field"),
        ({"question": 3}, "question: should be string, got int"),
        ({"question": None}, "question: should be string, got NoneType"),
        ({"question": True}, "question: should be string, got bool"),
        ({"question": ["x"]}, "question: should be string, got list"),
        ({"question": "half \ud800"}, "question: holds half a surrogate pair"),
        ("text", "an input is a mapping of fields"),
        (3, "an input is a mapping of fields"),
        (None, "an input is a mapping of fields"),
        ([], "an input is a mapping of fields"),
    ],
)
def test_an_input_of_another_form_is_refused_and_the_form_told(built, row, said):
    with pytest.raises(InputError) as caught:
        built.check(row)
    assert said in caught.value.message
    assert "question (string)" in caught.value.hint
    assert caught.value.exit_code == 3
    with pytest.raises(InputError):
        built.predict([row])


def test_a_wrong_input_among_many_is_refused_before_any_is_answered(built, monkeypatch):
    monkeypatch.setattr(built.model, "predict", lambda examples: pytest.fail("answered"))
    with pytest.raises(InputError):
        built.predict([{"question": "x"}, {"question": 3}])


@pytest.mark.parametrize("text", ["", "你好 😀", "\0", "\u202e", "x" * 100_000, "'; DROP TABLE", "{{7*7}}"])
def test_any_text_is_a_question(built, text):
    assert built.predict({"question": text})["colour"] in toy.COLOURS


# -- serving and measuring again ---------------------------------------------------------------------------------------


def test_a_system_is_served_by_the_target_of_its_spec(folder, capsys):
    System.load(folder, TOY).serve()
    assert capsys.readouterr().out.strip() in {colour.upper() for colour in toy.COLOURS}


def test_a_system_without_a_target_says_how_to_choose_one(build):
    with pytest.raises(SpecError, match="names no way to serve") as caught:
        build().serve()
    assert "--with" in caught.value.hint


def test_what_was_tested_is_what_is_served(folder):
    """The folder is whole, but the code behind it changed: golden examples come out otherwise."""

    class Other(toy.Counter_):
        def predict(self, examples):
            for found in super().predict(examples):
                yield {"class:colour": (found["class:colour"] + 1) % 3}

    changed = toy_made_by("architecture", lambda config, *, schedule: Other(1.0, 1.0, 3), "other")
    with pytest.raises(RunError, match="golden"):
        System.load(folder, changed).serve()


def test_a_system_is_measured_again_on_any_split(built):
    examples, found = built.evaluate("test")
    assert found.figures["right"].json() == built.report["metrics"]["right"]
    assert found.predictions == [
        row["prediction"] for row in fs.read_lines(built.folder / "predictions" / "test.jsonl")
    ]
    assert len(examples) == 10
    assert built.evaluate("train")[1].figures["right"].value == 1.0


def test_data_that_fail_when_measured_again_are_named(folder):
    class Gone(toy.Data):
        def split(self, name):
            raise RuntimeError("moved")

    registry = toy_made_by("data", lambda config, *, seed: Gone(3, 0, False), "gone")
    with pytest.raises(PluginError, match=r"data: 'rows' failed: RuntimeError: moved"):
        System.load(folder, registry).evaluate()


def test_a_component_with_nothing_to_save_is_opened_too(build, tmp_path):
    class Fixed:
        def predict(self, examples):
            return ({"class:colour": 1} for _ in examples)

    class Idle(toy.Stepper):
        def train(self, model, train, validation, run):
            return {}

    model = toy_made_by("architecture", lambda config: Fixed(), "fixed").find("architecture", "counting")[0]
    idle = toy_made_by("optimizer", lambda config: Idle(1, -1), "idle").find("optimizer", "steps")[0]
    registry = toy_with(model, idle)
    build(registry=registry)
    assert System.load(tmp_path / "run", registry).predict({"question": "x"}) == {"class:colour": 1, "colour": "green"}
