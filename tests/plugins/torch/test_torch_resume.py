"""A training that is stopped and resumed at any step ends with the same bits as one that never stopped."""

from __future__ import annotations

import pytest
from torch_toys import EveryStep, FakeRun, Toy, examples, optimizer, rows, same

from toolkit.run import Run

TRAIN, HELD_OUT = rows(40), rows(12, seed=9)
SETTINGS = {
    "adam": {},
    "momentum, clipped": {"name": "sgd", "lr": 0.05, "momentum": 0.9, "clip_norm": 0.5},
    "accumulation": {"batch_size": 4, "accumulation": 3, "name": "adamw"},
    "schedule": {"schedule": {"use": "cosine", "warmup": 0.3}, "l1": 1e-3},
    "buckets, patience": {"patience": 2, "lr": 1.5, "evaluate_every": 2},
}


class Lengths(Toy):
    def length(self, example):
        return example["length"]


def train(run, **options):
    toy = Lengths()
    options = {"lr": 0.02, "batch_size": 8, "steps": 12, "evaluate_every": 3, "keep_every": 5, **options}
    facts = optimizer(**options).train(toy, examples(TRAIN), examples(HELD_OUT), run)
    return toy, facts


@pytest.mark.parametrize("setting", SETTINGS)
def test_resuming_at_each_step_is_exact(tmp_path, setting):
    options = SETTINGS[setting]
    whole_run = FakeRun(tmp_path / "whole")
    whole, facts = train(whole_run, **options)
    assert facts["stopped_early"] == ("patience" in setting)
    for stop in range(1, facts["steps"]):
        folder = tmp_path / f"stop-{stop}"
        first = EveryStep(folder, stop_at=stop)
        train(first, **options)
        second = FakeRun(folder)
        resumed, again = train(second, **options)
        assert first.kept[-1] == stop
        assert second.numbers[0]["step"] == stop + 1
        assert same(resumed.bits(), whole.bits()), stop
        assert again == facts
        assert first.numbers + second.numbers == whole_run.numbers
        last = f"step-{facts['steps']:08d}"
        for file in ("optimizer/optimizer.safetensors", "optimizer/state.json", "model/toy.safetensors"):
            assert (folder / last / file).read_bytes() == (tmp_path / "whole" / last / file).read_bytes()


def test_many_stops_in_one_training(tmp_path):
    whole, facts = train(FakeRun(tmp_path / "whole"))
    for _ in range(5):
        train(EveryStep(tmp_path / "chain", stop_at=2))
    resumed, again = train(FakeRun(tmp_path / "chain"))
    assert same(resumed.bits(), whole.bits())
    assert again == facts


class Forgets(FakeRun):
    """A planted fault: says which step it found, and loads nothing."""

    def restore(self, step=None, **parts):
        return super().restore()


class FindsNothing(FakeRun):
    """A planted fault: never finds a checkpoint."""

    def restore(self, step=None, **parts):
        return None


@pytest.mark.parametrize("faulty", [Forgets, FindsNothing])
def test_a_loader_that_loads_nothing_does_not_go_unseen(tmp_path, faulty):
    train(EveryStep(tmp_path, stop_at=5))
    run = faulty(tmp_path)
    if faulty is Forgets:
        with pytest.raises(Exception, match="restored step 5, and the optimizer stands at 0"):
            train(run)
    else:  # a start from nothing ends with the same weights; the log gives it away
        train(run)
        assert run.numbers[0]["step"] == 1


def test_resume_in_a_real_run_folder(tmp_path):
    class Stopping(Run):
        looks = 0

        @property
        def stopping(self):
            self.looks += 1
            return self.looks >= 7

    whole = Run(tmp_path / "whole")
    whole.folder.mkdir()
    wanted, facts = train(whole)
    interrupted = Stopping(tmp_path / "run")
    interrupted.folder.mkdir()
    train(interrupted)
    resumed = Run(tmp_path / "run")
    toy, again = train(resumed)
    assert same(toy.bits(), wanted.bits())
    assert again == facts

    def steps(run):
        return [{**event, "seconds": 0} for event in run.events() if event["kind"] == "step"]

    assert steps(resumed) == steps(whole)
