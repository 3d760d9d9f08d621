"""A run while it is built: the log, checkpoints, one writer at a time, and a stop at any moment that loses nothing."""

from __future__ import annotations

import inspect
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from faults import deaths
from variants import toy_made_by

import toy
from toolkit import contracts, fs
from toolkit.errors import BusyError, Interrupted, ResourceError, RunError, ToolkitError
from toolkit.run import CHECKPOINTS, EVENTS, LOCK, Run, peak_memory

FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
SIGNALS = pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(), reason="signals come to the main thread"
)


class Part:
    """Something that has learnt a word."""

    def __init__(self, word=""):
        self.word = word

    def save(self, folder):
        (folder / "word.json").write_text(json.dumps(self.word))

    def load(self, folder):
        self.word = json.loads((folder / "word.json").read_text())


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path / "run")
    run.folder.mkdir()
    return run


def steps(run):
    return sorted(int(path.name[5:]) for path in (run.folder / CHECKPOINTS).iterdir())


def kept(run, *numbers, **options):
    for number in numbers:
        run.keep(number, model=Part(f"at {number}"), **options)


def spoil(run, step, name="model/word.json"):
    (run.folder / CHECKPOINTS / f"step-{step:08d}" / name).write_bytes(b"x")


def test_it_keeps_the_contract_that_optimizers_rely_on():
    for name, promised in inspect.getmembers(contracts.Run, inspect.isfunction):
        if not name.startswith("_"):
            given = inspect.signature(getattr(Run, name)).parameters
            assert list(given) == list(inspect.signature(promised).parameters)


# -- the log -----------------------------------------------------------------------------------------------------------


def test_events_are_logged_in_order_and_heard(tmp_path):
    heard = []
    run = Run(tmp_path, [heard.append])
    run.event("started", name="你好")
    run.step(1, 3, loss=0.5, lr=1e-3)
    run.event("early-stop", why="enough")
    assert run.events() == heard
    assert [event["kind"] for event in heard] == ["started", "step", "early-stop"]
    assert {"step": 1, "of": 3, "loss": 0.5, "lr": 1e-3}.items() <= heard[1].items()
    assert all(event["seconds"] >= 0 for event in heard)


def test_all_but_steps_are_logged_at_once_and_steps_soon(run):
    run.event("started")
    assert len(fs.read_lines(run.folder / EVENTS)) == 1
    for step in range(250):
        run.step(step, 250)
    assert len(fs.read_lines(run.folder / EVENTS)) > 200
    assert len(run.events()) == 251


def test_a_number_that_is_none_does_not_spoil_the_log(run):
    run.step(1, 2, loss=float("nan"))
    run.step(2, 2, loss=float("inf"))
    text = (run.flush(), (run.folder / EVENTS).read_text())[1]
    assert "NaN" not in text and "Infinity" not in text, "no other program reads that"
    assert [event["step"] for event in run.events()] == [1, 2]


def test_a_log_that_cannot_be_written_is_a_resource_error(run):
    (run.folder / EVENTS).mkdir()
    with pytest.raises(ToolkitError, match="events"):
        run.event("started")


# -- checkpoints -------------------------------------------------------------------------------------------------------


def test_the_newest_is_restored(run):
    assert run.restore(model=Part()) is None
    kept(run, 5, 10)
    part = Part()
    assert run.restore(model=part) == 10
    assert part.word == "at 10"
    assert run.events()[-1]["kind"] == "resumed" and run.events()[-1]["step"] == 10


def test_one_step_is_restored_by_its_number_and_without_a_word(run):
    kept(run, 5, 10)
    part = Part()
    run.step(7, 10)
    assert run.restore(5, model=part) == 5
    assert part.word == "at 5"
    assert [event["kind"] for event in run.events()] == ["step"], "the log is not cut back"
    with pytest.raises(RunError, match="step-00000007"):
        run.restore(7, model=part)


def test_several_parts_are_kept_side_by_side(run):
    run.keep(1, model=Part("m"), optimizer=Part("o"))
    model, optimizer = Part(), Part()
    run.restore(model=model, optimizer=optimizer)
    assert (model.word, optimizer.word) == ("m", "o")


def test_the_last_two_are_kept_and_those_to_spare(run):
    kept(run, 1, 2, 3)
    assert steps(run) == [2, 3]
    kept(run, 4, 5, spare=[3])
    assert steps(run) == [3, 4, 5]
    kept(run, 6)
    assert steps(run) == [5, 6]
    kept(run, 100_000_000, 7)
    assert 7 in steps(run), "the one that was just written stays, whatever its number"


@pytest.mark.parametrize("name", ["model/word.json", "MANIFEST.json"])
def test_a_damaged_one_is_passed_over_and_named(run, name):
    kept(run, 5, 10)
    spoil(run, 10, name)
    part = Part()
    assert run.restore(model=part) == 5
    assert part.word == "at 5"
    damaged = [event for event in run.events() if event["kind"] == "damaged"]
    assert [event["checkpoint"] for event in damaged] == ["step-00000010"]
    assert Path(name).name in damaged[0]["reason"]


def test_where_all_are_damaged_there_is_none(run):
    kept(run, 5, 10)
    spoil(run, 5)
    spoil(run, 10)
    part = Part("untouched")
    assert run.restore(model=part) is None
    assert part.word == "untouched"
    with pytest.raises(RunError, match=r"word\.json is damaged"):
        run.restore(5, model=part)


def test_a_damaged_one_is_not_counted_among_the_last_two(run):
    """Two whole ones must stand behind a resumed build: one more may be damaged tomorrow."""
    kept(run, 5, 10)
    spoil(run, 10)
    run.restore(model=Part())
    kept(run, 8)
    spoil(run, 8)
    assert run.restore(model=Part()) == 5


@pytest.mark.parametrize("wrong", ["step-00000010", "step-00000002"])
def test_one_under_the_name_of_another_is_not_restored_as_that(run, wrong):
    """Renamed or swapped folders: G5 counts them as damage."""
    kept(run, 5)
    (run.folder / CHECKPOINTS / "step-00000005").rename(run.folder / CHECKPOINTS / wrong)
    assert run.restore(model=Part()) in (None, 5)


@pytest.mark.parametrize("name", ["step-00000005.bak", "step-old", "step-", "notes"])
def test_a_folder_of_another_name_is_left_alone(run, name):
    kept(run, 5)
    there = run.folder / CHECKPOINTS / "step-00000005"
    other = there.with_name(name)
    other.mkdir()
    (other / fs.MANIFEST).write_bytes((there / fs.MANIFEST).read_bytes())
    assert run.restore(model=Part()) == 5
    kept(run, 6, 7, 8)
    assert other.is_dir()


def test_a_checkpoint_that_fails_leaves_the_one_before(run):
    class Full(Part):
        def save(self, folder):
            super().save(folder)
            raise OSError(28, "No space left on device")

    kept(run, 5)
    with pytest.raises(ResourceError, match="step-00000010"):
        run.keep(10, model=Full("x"))
    assert steps(run) == [5]
    assert run.restore(model=Part()) == 5


def test_none_is_removed_before_the_new_one_was_read_back(run, monkeypatch):
    kept(run, 1, 2)

    def refuse(place):
        raise RunError("does not hold")

    monkeypatch.setattr("toolkit.fs.check", refuse)
    with pytest.raises(RunError):
        kept(run, 3)
    assert steps(run) == [1, 2, 3]


@FORKS
def test_a_death_at_any_moment_of_keeping_loses_no_more_than_that_one(run):
    kept(run, 1, 2)
    seen = []
    for _ in deaths(lambda: kept(run, 3)):
        fs.sweep(run.folder)
        part = Part()
        seen.append(Run(run.folder).restore(model=part))
        assert part.word == f"at {seen[-1]}"
        fs.remove(run.folder / CHECKPOINTS)
        (run.folder / EVENTS).unlink()
        kept(run, 1, 2)
    assert set(seen) == {2, 3}


@FORKS
def test_what_a_death_left_half_removed_is_removed_later(run):
    """A resumed build must end with the same files as one that was never interrupted."""
    for _ in range(3):
        kept(run, 1, 2)
        for _ in deaths(lambda: kept(run, 3), below="step-00000001"):
            kept(run, 4, 5)
            assert steps(run) == [4, 5]
            fs.remove(run.folder / CHECKPOINTS)
            kept(run, 1, 2)
        fs.remove(run.folder / CHECKPOINTS)


# -- the log is cut back -----------------------------------------------------------------------------------------------


def test_the_log_is_cut_back_to_the_step_that_is_restored(run):
    run.event("started")
    for step in range(1, 9):
        run.step(step, 10, loss=1.0)
        if step == 5:
            kept(run, 5)
    run.event("failed", error="x")
    again = Run(run.folder)
    again.restore(model=Part())
    for step in range(6, 11):
        again.step(step, 10, loss=1.0)
    assert [event["step"] for event in again.events() if event["kind"] == "step"] == list(range(1, 11))
    assert again.events()[0]["kind"] == "started"


def test_the_log_is_cut_back_to_nothing_where_there_is_no_checkpoint(run):
    """Each step stands in the log once, however the build before ended."""
    for step in (1, 2, 3):
        run.step(step, 10)
    run.flush()
    again = Run(run.folder)
    assert again.restore(model=Part()) is None
    for step in (1, 2, 3, 4):
        again.step(step, 10)
    assert [event["step"] for event in again.events()] == [1, 2, 3, 4]


@pytest.mark.parametrize("torn", ['{"kind": "st', '{"kind": "step", "step": 6}', "{", '{"a": "\u4f60'])
@pytest.mark.parametrize("checkpoint", [True, False])
def test_a_last_line_torn_by_a_crash_does_not_spoil_what_comes_after(run, torn, checkpoint):
    run.event("started")
    if checkpoint:
        kept(run, 5)
    with (run.folder / EVENTS).open("ab") as log:
        log.write(torn.encode()[: -1 if torn.endswith("你") else None])
    again = Run(run.folder)
    with again.held():
        again.event("started")
        again.restore(model=Part())
        again.step(6, 10)
        assert again.events()[0]["kind"] == "started"
        assert again.events()[-1]["step"] == 6


# -- one writer --------------------------------------------------------------------------------------------------------


def test_a_second_writer_is_told_to_wait(tmp_path):
    with Run(tmp_path / "run").held():
        with pytest.raises(BusyError) as caught, Run(tmp_path / "run").held():
            pytest.fail("two at once")
        assert caught.value.exit_code == 75
        assert str(tmp_path / "run") in str(caught.value)
        assert "--out" in caught.value.hint
    with Run(tmp_path / "run").held():
        pass


@FORKS
def test_a_second_process_is_told_to_wait_and_a_killed_one_does_not_block(tmp_path):
    ready, tell = os.pipe()
    child = os.fork()
    if not child:
        try:
            with Run(tmp_path / "run").held():
                os.write(tell, b"x")
                time.sleep(60)
        finally:
            os._exit(1)
    assert os.read(ready, 1) == b"x"
    try:
        with pytest.raises(BusyError), Run(tmp_path / "run").held():
            pytest.fail("two at once")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    with Run(tmp_path / "run").held():
        pass


def test_the_lock_s_file_stays(tmp_path):
    """Removing it after its release would give the one who waits for it a lock that nobody else sees."""
    with Run(tmp_path / "run").held():
        pass
    assert (tmp_path / "run" / LOCK).is_file()


def test_what_a_killed_process_left_is_swept(tmp_path):
    (tmp_path / "run" / CHECKPOINTS / ".tmp-step-00000005-77").mkdir(parents=True)
    with Run(tmp_path / "run").held():
        assert list((tmp_path / "run" / CHECKPOINTS).iterdir()) == []


@pytest.mark.parametrize("way", ["a file", "below a file", "a long name", "read only"])
def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path, way, monkeypatch):
    (tmp_path / "file").write_text("x")
    folder = {"a file": "file", "below a file": "file/run", "a long name": "x" * 300, "read only": "run"}[way]
    if way == "read only":  # as root nothing is read only
        monkeypatch.setattr(
            os, "mkdir", lambda *a, **k: (_ for _ in ()).throw(PermissionError(13, "Permission denied"))
        )
    with pytest.raises(ToolkitError) as caught, Run(tmp_path / folder).held():
        pass
    assert str(tmp_path / folder) in str(caught.value)


# -- stopping ----------------------------------------------------------------------------------------------------------


@SIGNALS
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_loop_that_looks_is_asked_to_stop(tmp_path, number, code):
    run = Run(tmp_path / "run")
    before = signal.getsignal(number)
    with pytest.raises(Interrupted) as caught, run.held():
        assert not run.stopping
        run.leave_if_stopping()
        os.kill(os.getpid(), number)
        assert run.stopping
        run.keep(3, model=Part("x"))
        run.leave_if_stopping()
    assert caught.value.exit_code == code
    assert "--resume" in caught.value.hint
    assert steps(run) == [3]
    assert signal.getsignal(number) == before


@SIGNALS
def test_who_does_not_look_is_stopped_at_once(tmp_path):
    run = Run(tmp_path / "run")
    with pytest.raises(Interrupted), run.held():
        os.kill(os.getpid(), signal.SIGINT)
        pytest.fail("went on")


@SIGNALS
def test_who_looked_long_ago_is_stopped_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit.run.PATIENCE", 0.01)
    run = Run(tmp_path / "run")
    with pytest.raises(Interrupted), run.held():
        assert not run.stopping
        time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)
        pytest.fail("went on")


@SIGNALS
def test_the_second_signal_stops_at_once(tmp_path):
    run = Run(tmp_path / "run")
    with pytest.raises(Interrupted), run.held():
        assert not run.stopping
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        pytest.fail("went on")


@SIGNALS
def test_a_stage_behind_the_loop_does_not_make_a_stop_wait(tmp_path, registry, build):
    """The loop has just looked for the last time; measuring, which never looks, takes long."""

    class Slow(toy.Share):
        def rows(self, predictions, examples):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.3)
            pytest.fail("went on measuring")

    with pytest.raises(Interrupted):
        build(registry=toy_made_by("metric", lambda config: Slow(), "slow"))


def test_beside_the_main_thread_signals_are_left_alone(tmp_path):
    done = []

    def work():
        with Run(tmp_path / "run").held():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


def started(how, tmp_path, *words):
    """A build in a process of its own that has begun to learn."""
    paths = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, str(Path(__file__).with_name("slow_build.py")), how, "build", "spec.yaml", *words]
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "learning\n", process.communicate()[1]
    return process


def ended(process):
    """Exit code, seconds it took, and what was said."""
    start = time.monotonic()
    out, err = process.communicate(timeout=30)
    return process.returncode, time.monotonic() - start, out + err


def same_as_uninterrupted(folder, build, text="data: rows\narchitecture: counting\n"):
    """Resume the build in `folder`; raise AssertionError where it is not what it would have been without a stop."""
    spec = folder.parent / "spec.yaml"
    spec.write_text(text)
    learnt = []
    learn = toy.Counter_.learn
    toy.Counter_.learn = lambda model, example: (learnt.append(example), learn(model, example))
    try:
        system = build(spec, folder, resume=True)
    finally:
        toy.Counter_.learn = learn
    whole = build(spec, folder.parent / "whole")
    model = (folder / "model" / "counts.json").read_bytes()
    assert model == (folder.parent / "whole" / "model" / "counts.json").read_bytes()
    assert system.report["curves"] == whole.report["curves"]
    assert system.report["metrics"] == whole.report["metrics"]
    assert len(learnt) < 10, "nothing was resumed: all ten rows were learnt again"
    names = [sorted(p.relative_to(f).as_posix() for p in f.rglob("*")) for f in (folder, folder.parent / "whole")]
    assert names[0] == names[1]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_build_stops_on_demand_and_goes_on_to_the_same_bytes(tmp_path, number, code, build):
    (tmp_path / "spec.yaml").write_text("data: rows\narchitecture: counting\n")
    process = started("looks", tmp_path, "--out", "run")
    time.sleep(0.12)
    process.send_signal(number)
    status, seconds, said = ended(process)
    assert status == code
    assert seconds < 5
    assert "--resume" in said
    assert "Traceback" not in said
    folder = tmp_path / "run"
    record = fs.read_json(folder / "run.json")
    assert record["status"] == "interrupted"
    assert not (folder / fs.MANIFEST).exists()
    assert len(list((folder / CHECKPOINTS).iterdir())) == 1, "the step that it stopped at was kept"
    same_as_uninterrupted(folder, build)


@pytest.mark.parametrize("how", ["blind", "stuck"])
def test_a_build_that_never_looks_stops_too(tmp_path, how):
    (tmp_path / "spec.yaml").write_text("data: rows\narchitecture: counting\n")
    process = started(how, tmp_path, "--out", "run")
    process.send_signal(signal.SIGINT)
    if how == "stuck":
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
    status, seconds, said = ended(process)
    assert (status, "Traceback" in said) == (130, False)
    assert seconds < 5


class Stop(BaseException):
    """Raised by a listener to end a build at a step; no component is to be blamed for it."""


def stopped_at(step):
    def listen(event):
        if event.get("step") == step and event["kind"] == "step":
            raise Stop

    return listen


@pytest.mark.parametrize("step", range(1, 11))
def test_a_build_that_breaks_at_any_step_goes_on_to_the_same_bytes(tmp_path, build, step):
    spec = tmp_path / "spec.yaml"
    text = "data: rows\narchitecture: counting\noptimizer: {use: steps, keep_every: 1}\n"
    spec.write_text(text)
    with pytest.raises(Stop):
        build(spec, "run", listeners=[stopped_at(step)])
    if step == 1:  # it broke before anything was kept
        build(spec, "run", resume=True)
    else:
        same_as_uninterrupted(tmp_path / "run", build, text)


def test_a_planted_fault_a_loader_that_finds_nothing_is_noticed(tmp_path, build, monkeypatch):
    """The check above must be able to fail."""
    spec = tmp_path / "spec.yaml"
    spec.write_text("data: rows\narchitecture: counting\n")
    with pytest.raises(Stop):
        build(spec, "run", listeners=[stopped_at(8)])
    monkeypatch.setattr(Run, "restore", lambda run, step=None, **parts: None)
    with pytest.raises(AssertionError):
        same_as_uninterrupted(tmp_path / "run", build)


def test_memory_is_told_in_megabytes():
    assert 5 < peak_memory() < 100_000
