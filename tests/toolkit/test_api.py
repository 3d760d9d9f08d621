"""Building into a folder and opening it: what it holds, what is never overwritten, and what any interruption leaves."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import shutil

import pytest
from faults import at_operation, deaths
from variants import toy_made_by, toy_with

import toolkit
import toy
from toolkit import api, fs
from toolkit.component import Component, Config
from toolkit.errors import (
    BuildError,
    BusyError,
    PluginError,
    ResourceError,
    RunError,
    SpecError,
    ToolkitError,
)
from toolkit.run import Run

FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
#: At every 23rd operation of a build when in a hurry; at each of them in the long tier.
QUICK_AND_WHOLE = pytest.mark.parametrize("every", [23, pytest.param(1, marks=pytest.mark.slow)])
TEXT = "# A toy.\ndata: {use: rows, rows: 12}\narchitecture: counting\nreport: {resamples: 20}\n"
#: What a finished run holds, beside its checkpoints.
PARTS = {
    "MANIFEST.json", "events.jsonl", "golden.jsonl", "model/MANIFEST.json", "model/counts.json",
    "predictions/test.jsonl", "report.json", "run.json", "spec.resolved.yaml", "spec.yaml",
    "tokenizer/MANIFEST.json", "tokenizer/words.json",
}  # fmt: skip
#: The declared clock: the only things in which two builds of one spec may differ.
CLOCK = re.compile(rb'"(seconds|started|finished|peak_mb)": ("[^"]*"|[-0-9.e]+)')


def contents(folder):
    """Every file of a run, the declared clock taken out, and with it the digests of what holds it."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name != ".lock":
            found[name] = CLOCK.sub(rb'"\1": 0', path.read_bytes())
    manifest = json.loads(found["MANIFEST.json"])
    for name in ("run.json", "report.json", "events.jsonl", "report.html", "README.md"):
        manifest["files"].pop(name, None)
    return {**found, "MANIFEST.json": fs.dumps(manifest).encode()}


def tree(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


# -- what a finished run holds -----------------------------------------------------------------------------------------


def test_a_finished_run_holds_its_parts(build, spec_file, tmp_path):
    system = build(spec_file(TEXT))
    names = {name for name in tree(tmp_path / "run") if not name.startswith("checkpoints/") and name != ".lock"}
    assert names == PARTS
    assert (tmp_path / "run" / "spec.yaml").read_text() == TEXT, "verbatim"
    manifest = fs.check(tmp_path / "run")
    assert set(manifest["files"]) == PARTS - {"MANIFEST.json"}
    assert manifest["schema"] == 1
    assert system.folder == tmp_path / "run"
    assert not list((tmp_path / "run").rglob(".tmp-*"))


def test_run_json_says_what_happened(build, spec_file, tmp_path):
    build(spec_file(TEXT), sets=["seed=3"])
    run = fs.read_json(tmp_path / "run" / "run.json")
    assert (run["schema"], run["status"], run["name"], run["seed"], run["sets"]) == (
        1,
        "finished",
        "spec",
        3,
        ["seed=3"],
    )
    assert list(run["plugins"]) == ["toy"]
    assert sorted(run["data"]) == ["facts", "test", "train", "validation"]
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in run["data"].values())
    assert run["started"] <= run["finished"]
    assert run["environment"]["python"]
    assert "error" not in run


def test_golden_examples_are_the_first_predictions(build, spec_file, tmp_path):
    build(spec_file(TEXT), sets=["report.golden=2"])
    golden = fs.read_lines(tmp_path / "run" / "golden.jsonl")
    predictions = fs.read_lines(tmp_path / "run" / "predictions" / "test.jsonl")
    assert len(golden) == 2 and golden == predictions[:2] and len(predictions) == 4
    assert golden[0].keys() == {"input", "prediction"}
    assert golden[0]["input"].keys() == {"question"}, "no answer stands in a golden input"


def test_without_test_questions_golden_examples_are_those_of_validation(build, spec_file, tmp_path, untested):
    build(spec_file(TEXT))
    golden = fs.read_lines(tmp_path / "run" / "golden.jsonl")
    assert golden and fs.read_lines(tmp_path / "run" / "predictions" / "test.jsonl") == []


def test_the_log_of_a_build_tells_its_story(build, spec_file, tmp_path):
    heard = []
    build(spec_file(TEXT), listeners=[heard.append])
    logged = fs.read_lines(tmp_path / "run" / "events.jsonl")
    assert logged == heard
    assert [e["kind"] for e in logged if e["kind"] != "step"] == [
        "started", "stage", "data", "stage", "stage", "stage", "finished",
    ]  # fmt: skip
    assert [e["step"] for e in logged if e["kind"] == "step"] == [1, 2, 3, 4]
    assert logged[-1]["metrics"] == {"right": 0.5}


def test_two_builds_of_one_spec_give_the_same_bytes(build, spec_file, tmp_path):
    file = spec_file(TEXT)
    build(file, "one")
    build(file, "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_planted_fault_two_builds_of_two_seeds_are_told_apart(build, spec_file, tmp_path):
    file = spec_file(TEXT)
    build(file, "one")
    build(file, "two", sets=["seed=1"])
    assert contents(tmp_path / "one") != contents(tmp_path / "two")


def test_the_resolved_spec_builds_the_same_again(build, spec_file, tmp_path):
    build(spec_file(TEXT), "one")
    shutil.copy(tmp_path / "one" / "spec.resolved.yaml", tmp_path / "again.yaml")
    build(tmp_path / "again.yaml", "two")
    for name in ("model/counts.json", "tokenizer/words.json", "spec.resolved.yaml", "predictions/test.jsonl"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_by_default_a_run_stands_under_its_name(registry, tmp_path, monkeypatch, spec_file):
    monkeypatch.chdir(tmp_path)
    assert api.build(spec_file(TEXT), registry=registry).folder == api.RUNS / "spec"
    assert (tmp_path / "runs" / "spec" / "MANIFEST.json").exists()


@pytest.mark.parametrize("out", ["运行 一", "a/b c/d", "x" * 200])
def test_a_run_may_stand_anywhere(build, spec_file, tmp_path, out):
    build(spec_file(TEXT, "规格 文件夹/规格.yaml"), out)
    assert api.open(tmp_path / out, toy_with()).predict({"question": "x"})


def test_the_package_offers_build_open_and_evaluate(only_toy, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    system = toolkit.build({"data": "rows", "architecture": "counting"}, "run")
    assert toolkit.open("run").predict({"question": "red"}) == system.predict({"question": "red"})
    assert toolkit.evaluate("run").figures["right"].json() == system.report["metrics"]["right"]
    assert toolkit.evaluate("run", "validation").figures["right"].count == 10
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        toolkit.nothing  # noqa: B018


# -- a spec as a mapping -----------------------------------------------------------------------------------------------


def test_a_spec_may_be_a_mapping(build, tmp_path):
    (tmp_path / "there").write_text("x")
    spec = {
        "name": "帮助台",
        "data": {"use": "rows", "rows": 12, "file": tmp_path / "there"},
        "architecture": "counting",
    }
    system = build(spec)
    assert system.name == "帮助台"
    assert system.plan.data.config.file == tmp_path / "there"


def test_a_spec_as_a_mapping_keeps_every_character(build, tmp_path):
    name = "数据 😀.txt"
    (tmp_path / name).write_text("x")
    system = build({"data": {"use": "rows", "file": str(tmp_path / name)}, "architecture": "counting"})
    assert system.plan.data.config.file == tmp_path / name


def test_a_mistake_in_a_mapping_is_named(build, tmp_path):
    with pytest.raises(SpecError) as caught:
        build({"data": "rows", "architecture": {"use": "counting", "smoth": 1.0}})
    assert caught.value.problems[0].path == "architecture.smoth"
    assert not (tmp_path / "run").exists()


# -- what is there already ---------------------------------------------------------------------------------------------


def test_a_finished_run_is_not_built_over(build, spec_file, tmp_path):
    file = spec_file(TEXT)
    build(file)
    before = tree(tmp_path / "run")
    with pytest.raises(SpecError) as caught:
        build(file)
    message = str(caught.value)
    assert f"{tmp_path / 'run'} is finished already" in message
    assert f"toolkit predict {tmp_path / 'run'}" in message and "--overwrite" in message and "--out" in message
    assert caught.value.exit_code == 2
    assert tree(tmp_path / "run") == before


def test_going_on_with_a_finished_run_opens_it(build, spec_file, tmp_path):
    file = spec_file(TEXT)
    build(file)
    before = tree(tmp_path / "run")
    assert build(file, resume=True).predict({"question": "x"})
    assert tree(tmp_path / "run") == before


def test_going_on_where_nothing_is_starts(build, spec_file, tmp_path):
    file = spec_file(TEXT)
    assert build(file, "none", resume=True)
    (tmp_path / "empty").mkdir()
    assert build(file, "empty", resume=True)
    (tmp_path / "only lock").mkdir()
    (tmp_path / "only lock" / ".lock").touch()
    assert build(file, "only lock")


def test_going_on_with_another_spec_is_refused_and_the_difference_shown(build, spec_file, tmp_path):
    file = spec_file(TEXT)
    build(file)
    before = tree(tmp_path / "run")
    with pytest.raises(SpecError, match=r"smooth: 2\.0") as caught:
        build(file, resume=True, sets=["architecture.smooth=2.0"])
    assert "--overwrite" in caught.value.hint and "--out" in caught.value.hint
    assert tree(tmp_path / "run") == before


class Stop(BaseException):
    """Raised by a listener; nobody's fault."""


def stop_at(kind, name=""):
    def listen(event):
        if event["kind"] == kind and event.get("name", "") == name:
            raise Stop("stopped")

    return listen


@pytest.fixture
def begun(build, spec_file):
    """A build that broke off after its data were read and something was learnt."""
    file = spec_file(TEXT + "optimizer: {use: steps, keep_every: 1}\n")
    with pytest.raises(Stop):
        build(file, listeners=[stop_at("stage", "evaluate")])
    return file


def test_an_unfinished_run_is_not_built_over_by_surprise(build, begun, tmp_path):
    before = tree(tmp_path / "run")
    with pytest.raises(SpecError, match="was begun before and not finished") as caught:
        build(begun)
    assert "--resume" in caught.value.hint and "--overwrite" in caught.value.hint
    assert tree(tmp_path / "run") == before
    assert build(begun, resume=True).report["metrics"]["right"]["count"] == 4


def test_an_unfinished_run_cannot_be_opened(begun, tmp_path, registry):
    with pytest.raises(RunError, match="is not a finished run"):
        api.open(tmp_path / "run", registry)


def test_going_on_with_other_data_is_refused(build, begun, tmp_path):
    class Changed(toy.Data):
        def split(self, name):
            return [{**row, "question": row["question"] + "!"} for row in super().split(name)]

    registry = toy_made_by("data", lambda config, *, seed: Changed(config.rows, seed, False), "changed")
    with pytest.raises(RunError, match="the data changed since this build began") as caught:
        build(begun, resume=True, registry=registry)
    assert caught.value.exit_code == 4
    assert build(begun, resume=True), "with the old data back it goes on"


def test_going_on_keeps_the_time_it_began(build, begun, tmp_path):
    run = tmp_path / "run" / "run.json"
    fs.write_json(run, {**fs.read_json(run), "started": "2020-02-02T00:00:00+00:00"})
    build(begun, resume=True)
    assert fs.read_json(run)["started"] == "2020-02-02T00:00:00+00:00"


def test_overwriting_builds_anew(build, spec_file, tmp_path):
    build(spec_file(TEXT))
    (tmp_path / "run" / "stray").write_text("x")
    build(spec_file(TEXT), overwrite=True, sets=["seed=5"])
    assert not (tmp_path / "run" / "stray").exists()
    assert fs.read_json(tmp_path / "run" / "run.json")["seed"] == 5
    fs.check(tmp_path / "run")


def test_overwriting_with_a_wrong_spec_removes_nothing(build, spec_file, tmp_path):
    build(spec_file(TEXT))
    before = tree(tmp_path / "run")
    with pytest.raises(SpecError):
        build(spec_file(TEXT), overwrite=True, sets=["dta=5"])
    assert tree(tmp_path / "run") == before


@pytest.mark.parametrize("options", [{}, {"resume": True}, {"overwrite": True}], ids=str)
def test_a_folder_that_is_no_run_is_left_alone(build, spec_file, tmp_path, options):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("years of work")
    with pytest.raises(SpecError, match="holds something that is not a run"):
        build(spec_file(TEXT), **options)
    assert tree(tmp_path / "run") == {"thesis.tex": b"years of work"}


@pytest.mark.parametrize("options", [{}, {"resume": True}, {"overwrite": True}], ids=str)
def test_a_file_in_the_place_of_the_folder_is_left_alone(build, spec_file, tmp_path, options):
    (tmp_path / "run").write_text("years of work")
    with pytest.raises(ToolkitError, match="run"):
        build(spec_file(TEXT), **options)
    assert (tmp_path / "run").read_text() == "years of work"


def test_to_go_on_and_to_build_anew_contradict_each_other(build, begun, tmp_path):
    with pytest.raises(SpecError):
        build(begun, resume=True, overwrite=True)
    assert (tmp_path / "run" / "checkpoints").exists()


def test_a_linked_part_of_a_run_is_overwritten_without_touching_what_it_leads_to(build, spec_file, tmp_path):
    """Checkpoints on a larger disk, as people arrange it."""
    file = spec_file(TEXT + "optimizer: {use: steps, keep_every: 1}\n")
    build(file)
    shutil.move(tmp_path / "run" / "checkpoints", tmp_path / "large disk")
    (tmp_path / "large disk" / "MANIFEST.json").write_text("of somebody else")
    (tmp_path / "run" / "checkpoints").symlink_to(tmp_path / "large disk")
    before = tree(tmp_path / "large disk")
    build(file, overwrite=True)
    assert tree(tmp_path / "large disk") == before


def test_while_one_builds_another_is_told_to_wait(build, spec_file, tmp_path):
    seen = []

    def meanwhile(event):
        if event["kind"] == "step" and not seen:
            seen.append(True)
            for options in ({"resume": True}, {"overwrite": True}):
                with pytest.raises(BusyError):
                    build(spec_file(TEXT), **options)

    build(spec_file(TEXT), listeners=[meanwhile])
    assert seen
    assert fs.read_json(tmp_path / "run" / "run.json")["status"] == "finished"


# -- what fails leaves nothing that looks finished ---------------------------------------------------------------------


def unfinished(folder, status="failed"):
    """Whether a folder says of itself that its build ended that way, and holds nothing half-written."""
    run = fs.read_json(folder / "run.json")
    assert run["status"] == status
    assert run["error"] or status == "interrupted"
    assert not (folder / fs.MANIFEST).exists()
    for part in ("model", "tokenizer"):
        if (folder / part).exists():
            fs.check(folder / part)
    for path in folder.rglob("*.json"):
        json.loads(path.read_text())
    assert not list(folder.rglob(".tmp-*"))
    with pytest.raises(RunError, match="not a finished run"):
        api.open(folder, toy_with())
    return run


def test_a_component_that_fails_leaves_a_run_that_says_which(build, spec_file, tmp_path):
    with pytest.raises(BuildError):
        build(spec_file(TEXT + "optimizer: {use: steps, fail_at: 3}\n"))
    run = unfinished(tmp_path / "run")
    assert "optimizer: 'steps' failed: RuntimeError: the toy broke" in run["error"]
    failed = fs.read_lines(tmp_path / "run" / "events.jsonl")[-1]
    assert failed["kind"] == "failed" and "'steps'" in failed["error"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("stage", "data"),
        ("data", ""),
        ("stage", "tokenizer"),
        ("stage", "train"),
        ("stage", "evaluate"),
        ("finished", ""),
    ],
)
def test_a_stop_at_any_stage_leaves_nothing_half_written_and_goes_on(build, spec_file, tmp_path, kind, name):
    file = spec_file(TEXT)
    with pytest.raises(Stop):
        build(file, listeners=[stop_at(kind, name)])
    unfinished(tmp_path / "run", "failed")
    build(file, resume=True)
    build(file, "whole")
    kept = [contents(tmp_path / name) for name in ("run", "whole")]
    for found in kept:
        del found["events.jsonl"], found["MANIFEST.json"]
    assert kept[0] == kept[1]


@pytest.mark.parametrize("part", ["architecture", "tokenizer"])
def test_what_cannot_be_saved_is_named(build, spec_file, tmp_path, part):
    class Unsaved:
        def save(self, folder):
            (folder / "half").write_text("x")
            raise ValueError("cannot be saved")

    made = (
        type("Model", (Unsaved, toy.Counter_), {}) if part == "architecture" else type("T", (Unsaved, toy.Splitter), {})
    )
    arguments = (1.0, 1.0, 3) if part == "architecture" else (True,)
    registry = toy_made_by(part, lambda config: made(*arguments), "unsaved")
    with pytest.raises(BuildError, match=f"{part}: '(counting|words)'"):
        build(spec_file(TEXT + "optimizer: {use: steps, keep_every: 100}\n"), registry=registry)
    unfinished(tmp_path / "run")
    assert not (tmp_path / "run" / ("model" if part == "architecture" else "tokenizer")).exists()


@pytest.mark.parametrize("count", [3, 5])
def test_a_model_that_answers_another_number_than_was_asked_is_named(build, spec_file, count):
    class Odd(toy.Counter_):
        def predict(self, examples):
            found = list(super().predict(examples))
            return (found + found)[:count]

    registry = toy_made_by("architecture", lambda config: Odd(1.0, 1.0, 3), "odd")
    with pytest.raises(PluginError, match=rf"'counting'|{count} predictions for 4 examples"):
        build(spec_file(TEXT), registry=registry)


def test_a_render_that_fails_leaves_an_unfinished_run(build, spec_file, tmp_path):
    def toolkit_render(document, templates):
        raise RuntimeError("no template")

    with pytest.raises(PluginError):
        build(spec_file(TEXT), registry=toy_with(toolkit_render=toolkit_render))
    unfinished(tmp_path / "run")
    assert build(spec_file(TEXT), resume=True)


@QUICK_AND_WHOLE
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_full_disk_is_a_clean_stop_and_the_build_goes_on_once_there_is_room(build, spec_file, tmp_path, code, every):
    file = spec_file(TEXT)
    build(file, "whole")

    def strike(name):
        raise OSError(code, os.strerror(code))

    with at_operation(0, strike, below=str(tmp_path)) as count:
        build(file, "counted")
    total = count[0]
    assert total > 80
    for nth in range(1, total + 1, every):
        try:
            with at_operation(nth, strike, below=str(tmp_path)):
                build(file, "run")
        except ResourceError as error:
            assert str(tmp_path) in str(error) and os.strerror(code) in str(error)
        else:  # what is already there need not be made, and what is not read again need not be removed
            pass
        build(file, "run", resume=True)
        assert contents(tmp_path / "run")["model/counts.json"] == contents(tmp_path / "whole")["model/counts.json"]
        fs.remove(tmp_path / "run")


@FORKS
@QUICK_AND_WHOLE
def test_a_death_at_any_durable_operation_loses_nothing(build, spec_file, tmp_path, every):
    """Kill it anywhere, resume, get the same files as without."""
    file = spec_file(TEXT + "optimizer: {use: steps, keep_every: 1}\n")
    build(file, "run")
    whole = contents(tmp_path / "run")
    del whole["events.jsonl"], whole["MANIFEST.json"]
    fs.remove(tmp_path / "run")
    points = 0
    for points in deaths(lambda: build(file, "run"), str(tmp_path), every):  # noqa: B007
        build(file, "run", resume=True)
        found = contents(tmp_path / "run")
        steps = [e["step"] for e in fs.read_lines(tmp_path / "run" / "events.jsonl") if e["kind"] == "step"]
        del found["events.jsonl"], found["MANIFEST.json"]
        assert found == whole
        assert steps == [1, 2, 3, 4], "each step stands in the log once"
        fs.remove(tmp_path / "run")
    assert points > 80


@FORKS
def test_a_death_while_overwriting_leaves_a_run_that_can_be_overwritten(build, spec_file, tmp_path):
    build(spec_file(TEXT), "kept")
    shutil.copytree(tmp_path / "kept", tmp_path / "run")

    def overwrite():
        with Run(tmp_path / "run").held():
            api._clear(tmp_path / "run")

    for _ in deaths(overwrite, str(tmp_path), every=2):
        left = [path for path in (tmp_path / "run").iterdir() if path.name != ".lock"]
        assert (tmp_path / "run" / "MANIFEST.json").exists() or not left or (tmp_path / "run" / "run.json").exists()
        build(spec_file(TEXT), "run", overwrite=True)
        fs.check(tmp_path / "run")
        shutil.rmtree(tmp_path / "run")
        shutil.copytree(tmp_path / "kept", tmp_path / "run")


# -- rendering again ---------------------------------------------------------------------------------------------------


def page(document, templates):
    return {"report.html": f"<h1>{document['name']}</h1>", "README.md": "# card\n"}


def test_a_report_is_rendered_and_sealed_with_the_run(build, spec_file, tmp_path):
    registry = toy_with(toolkit_render=page)
    build(spec_file(TEXT), registry=registry)
    assert (tmp_path / "run" / "report.html").read_text() == "<h1>spec</h1>"
    assert {"report.html", "README.md"} <= set(fs.check(tmp_path / "run")["files"])


def test_a_report_is_rendered_again_without_data_or_model(build, spec_file, tmp_path):
    build(spec_file(TEXT))
    made = api.render(tmp_path / "run", toy_with(toolkit_render=lambda document, templates: {"report.html": "new"}))
    assert made == tmp_path / "run" / "report.html"
    assert made.read_text() == "new"
    assert api.open(tmp_path / "run", toy_with()).predict({"question": "x"})


def test_rendering_again_does_not_make_a_damaged_run_whole(build, spec_file, tmp_path):
    """It seals the folder anew; what was damaged before must not be sealed as right."""
    build(spec_file(TEXT))
    (tmp_path / "run" / "model" / "counts.json").write_text('{"red": {"red": 1.0}}')
    with pytest.raises(RunError, match=r"counts\.json"):
        api.render(tmp_path / "run", toy_with(toolkit_render=page))
    with pytest.raises(RunError, match=r"counts\.json"):
        api.open(tmp_path / "run", toy_with())


def test_rendering_again_does_not_make_an_unfinished_run_finished(build, begun, tmp_path):
    fs.write_json(tmp_path / "run" / "report.json", {"name": "x"})
    with pytest.raises(RunError):
        api.render(tmp_path / "run", toy_with(toolkit_render=page))
    assert not (tmp_path / "run" / fs.MANIFEST).exists()


def test_there_must_be_something_to_render(tmp_path):
    with pytest.raises(RunError, match="holds no report"):
        api.render(tmp_path, toy_with())


def test_a_rendered_file_stays_within_the_run(build, spec_file, tmp_path):
    with pytest.raises(PluginError):
        build(spec_file(TEXT), registry=toy_with(toolkit_render=lambda document, templates: {"../outside.html": "x"}))
    assert not (tmp_path / "outside.html").exists()


# -- how to do it again ------------------------------------------------------------------------------------------------


def test_how_to_reproduce_can_be_typed(build, spec_file):
    system = build(spec_file(TEXT, "我的 spec.yaml"), sets=["name=x", "report={resamples: 10}"])
    (line,) = system.report["reproduce"]
    words = shlex.split(line)
    assert words == ["toolkit", "build", "我的 spec.yaml", "--set", "name=x", "--set", "report={resamples: 10}"]


def test_what_to_type_for_a_finished_run_can_be_typed(build, spec_file, tmp_path):
    build(spec_file(TEXT), "my run")
    with pytest.raises(SpecError) as caught:
        build(spec_file(TEXT), "my run")
    command = re.search(r"toolkit predict .*?(?=;)", caught.value.hint)[0]
    assert shlex.split(command) == ["toolkit", "predict", str(tmp_path / "my run")]


# -- promises of the run folder ----------------------------------------------------------------------------------------


def test_run_json_holds_a_digest_of_each_plugin_and_a_change_is_reported(build, begun, tmp_path):
    """A plugin that changed between kill and resume gives another model under the same name."""
    run = tmp_path / "run" / "run.json"
    facts = fs.read_json(run)
    assert re.search(r"[0-9a-f]{16}", json.dumps(facts["plugins"])), (
        "name and version alone do not tell a checkout apart"
    )


def test_run_json_holds_what_the_device_says_of_itself(build, spec_file, tmp_path, monkeypatch):
    """The number of threads among it, which changes the last bits of sums on a CPU."""

    class Box(Config):
        """A box."""

        def gives(self, given):
            return frozenset({"device:box"})

    class Made:
        def describe(self):
            return {"threads": 3}

    monkeypatch.setattr(toy, "box", lambda config: Made(), raising=False)
    registry = toy_with(Component("device", "box", Box, "toy:box"))
    system = build(spec_file(TEXT + "device: box\n"), registry=registry)
    assert fs.read_json(tmp_path / "run" / "run.json")["device"] == {"threads": 3}
    assert system.report["environment"]["threads"] == 3


def test_templates_are_found_in_the_package_first(tmp_path, monkeypatch):
    package = tmp_path / "somewhere" / "toolkit"
    monkeypatch.setattr(api, "__file__", str(package / "api.py"))
    assert api.own_templates() == tmp_path / "somewhere" / "templates"
    (package / "templates").mkdir(parents=True)
    assert api.own_templates() == package / "templates"
