"""`als`: what it minimises never rises, it gets better, and a killed run goes on to the same bits."""

from itertools import pairwise

import pytest
from samples_toys import bits, config, factory, same, system

from toolkit.run import Run

RATINGS = ("ratings", {"users": 40, "items": 30, "rank": 2, "density": 0.6})


def als(**options):
    return factory("optimizer", "als")(config("optimizer", "als", **{"iterations": 6, **options}))


def ready():
    *_, made, examples = system(RATINGS, ("ids", {}), ("matrix-factorization", {"factors": 2}))
    return made, examples


def steps(run):
    return [event for event in run.events() if event["kind"] == "step"]


class Stopping(Run):
    """A run that a signal reaches after a step."""

    def __init__(self, folder, after):
        super().__init__(folder)
        self.after = after

    @property
    def stopping(self):
        return len(steps(self)) >= self.after


def run(folder, after=None):
    folder.mkdir(exist_ok=True)
    return Run(folder) if after is None else Stopping(folder, after)


def test_the_objective_never_rises_and_the_error_falls(tmp_path):
    made, examples = ready()
    log = run(tmp_path)
    facts = als(regularisation=0.1).train(made, examples["train"], examples["validation"], log)
    found = steps(log)
    objectives = [step["objective"] for step in found]
    assert all(later <= earlier * (1 + 1e-6) for earlier, later in pairwise(objectives))
    assert objectives[-1] < objectives[0] / 2 and found[-1]["validation_rmse"] < found[0]["validation_rmse"] / 1.5
    assert [(step["step"], step["of"]) for step in found] == [(place, 12) for place in range(1, 13)]
    assert facts["rmse"] == found[-1]["rmse"] and facts["iterations"] == 6


def test_the_error_that_is_logged_is_that_of_the_model(tmp_path):
    made, examples = ready()
    facts = als().train(made, examples["train"], examples["validation"], run(tmp_path))
    answers = examples["validation"].answered(made)
    squares = [(a["rating"] - row["rating"]) ** 2 for a, row in zip(answers, examples["validation"].rows, strict=True)]
    assert facts["validation_rmse"] == pytest.approx((sum(squares) / len(squares)) ** 0.5, rel=1e-5)


def test_without_validation(tmp_path):
    made, examples = ready()
    examples["validation"].rows = []
    facts = als(iterations=1).train(made, examples["train"], examples["validation"], run(tmp_path))
    assert "validation_rmse" not in facts and facts["rmse"] > 0


@pytest.mark.parametrize("after", [1, 4, 7])
def test_a_stopped_run_goes_on_to_the_same_bits(tmp_path, after):
    whole, examples = ready()
    als().train(whole, examples["train"], examples["validation"], run(tmp_path / "whole"))
    first, _ = ready()
    als().train(first, examples["train"], examples["validation"], run(tmp_path / "parts", after))
    assert not same(bits(first), bits(whole))
    second, _ = ready()
    log = run(tmp_path / "parts")
    als().train(second, examples["train"], examples["validation"], log)
    assert same(bits(second), bits(whole))
    assert [step["step"] for step in steps(log)] == list(range(1, 13))


def test_a_finished_run_is_left_as_it_is(tmp_path):
    made, examples = ready()
    log = run(tmp_path)
    als().train(made, examples["train"], examples["validation"], log)
    again, _ = ready()
    als().train(again, examples["train"], examples["validation"], log)
    assert same(bits(made), bits(again)) and len(steps(log)) == 12


def test_the_same_twice(tmp_path):
    found = []
    for name in ("one", "two"):
        made, examples = ready()
        als().train(made, examples["train"], examples["validation"], run(tmp_path / name))
        found.append(bits(made))
    assert same(*found)
