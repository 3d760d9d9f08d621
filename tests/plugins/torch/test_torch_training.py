"""The loop: what is measured when, which weights are kept, what is logged, and how it stops."""

from __future__ import annotations

import pytest
import torch
from torch_toys import EveryStep, FakeRun, Toy, examples, optimizer, rows, same

from toolkit.errors import DataError, ToolkitError

TRAIN, HELD_OUT = rows(40), rows(20, seed=9)


class Scripted(Toy):
    """Its validation loss follows a script, whatever it has learnt."""

    def __init__(self, script):
        super().__init__()
        self.script = list(script)
        self.measured = []

    def loss(self, batch):
        if self.training:
            return super().loss(batch)
        self.measured.append(self.bits())
        return torch.tensor(self.script[len(self.measured) - 1])


def train(tmp_path, toy=None, validation=HELD_OUT, run=None, **options):
    toy = toy or Toy()
    run = run or FakeRun(tmp_path)
    options = {"lr": 0.05, "batch_size": 8, **({} if "steps" in options else {"epochs": 4}), **options}
    return toy, run, optimizer(**options).train(toy, examples(TRAIN), examples(validation), run)


def test_it_gets_better(tmp_path):
    toy, run, facts = train(tmp_path, epochs=15, lr=0.02)
    losses = [point["validation_loss"] for point in run.numbers if "validation_loss" in point]
    assert losses[0] > 1.2 * facts["best_validation_loss"]
    assert facts["best_validation_loss"] == min(losses) < 0.35
    right = [row["y"] == answer["y"] for row, answer in zip(HELD_OUT, toy.predict(HELD_OUT), strict=True)]
    assert sum(right) >= 17
    assert not toy.training


def test_the_same_seed_gives_the_same_bits_and_facts(tmp_path):
    one, first, facts = train(tmp_path / "a")
    two, second, again = train(tmp_path / "b")
    other, _, _ = train(tmp_path / "c", seed=4)
    assert same(one.bits(), two.bits())
    assert facts == again
    assert first.numbers == second.numbers
    assert not same(one.bits(), other.bits())


def test_what_the_caller_drew_before_does_not_matter(tmp_path):
    one, _, _ = train(tmp_path / "a")
    torch.manual_seed(99)
    two, _, _ = train(tmp_path / "b")
    assert same(one.bits(), two.bits())


def test_the_best_weights_come_back(tmp_path):
    script = [0.9, 0.5, 0.7, 0.6]
    toy, _, facts = train(tmp_path, Scripted(script), validation=HELD_OUT[:8])
    assert facts["best_step"] == 10
    assert facts["best_validation_loss"] == 0.5
    assert facts["weights"] == "best on validation"
    assert same(toy.bits(), toy.measured[1])
    assert not same(toy.bits(), toy.measured[3])
    assert facts["steps"] == 20


def test_training_stops_early_after_patience(tmp_path):
    script = [0.9, 0.5, 0.7, 0.5, 0.6, 0.4]  # as good as the best is not better
    toy, run, facts = train(tmp_path, Scripted(script), validation=HELD_OUT[:8], epochs=20, patience=3)
    assert (facts["steps"], facts["best_step"], facts["stopped_early"]) == (25, 10, True)
    assert [kind for kind, _ in run.events] == ["early-stop"]
    assert run.events[0][1] == {"step": 25, "best_step": 10, "best_loss": 0.5}
    assert run.kept[-1] == 25
    assert same(toy.bits(), toy.measured[1])


def test_a_finished_training_is_not_continued(tmp_path):
    script = [0.9, 0.5, 0.7, 0.8]
    toy, _, facts = train(tmp_path, Scripted(script), validation=HELD_OUT[:8], epochs=20, patience=2)
    again, run, same_facts = train(tmp_path, Scripted([]), validation=HELD_OUT[:8], epochs=20, patience=2)
    assert same_facts == facts
    assert run.numbers == []
    assert same(again.bits(), toy.bits())


def test_without_validation_the_last_weights_stay_and_the_facts_say_so(tmp_path):
    _, run, facts = train(tmp_path, validation=[])
    assert facts["weights"].startswith("last")
    assert "best_step" not in facts
    assert all("validation_loss" not in point for point in run.numbers)


def test_early_stopping_without_validation_is_refused(tmp_path):
    with pytest.raises(DataError, match="needs validation examples"):
        train(tmp_path, validation=[], patience=2)


def test_no_training_examples(tmp_path):
    with pytest.raises(DataError, match="no training example"):
        optimizer().train(Toy(), examples([]), examples(HELD_OUT), FakeRun(tmp_path))


def test_measurements_and_checkpoints_come_when_asked(tmp_path):
    _, run, _ = train(tmp_path, steps=20, evaluate_every=7, keep_every=9)
    assert [point["step"] for point in run.numbers if "validation_loss" in point] == [7, 14, 20]
    assert run.kept == [9, 18, 20]


def test_by_default_checkpoints_end_epochs_and_stand_apart(tmp_path):
    _, run, _ = train(tmp_path, epochs=90, validation=[])  # 5 steps an epoch
    assert run.kept == [200, 400, 450]
    _, run, _ = train(tmp_path / "larger", steps=60, batch_size=2, validation=[])  # 20 steps an epoch
    assert run.kept == [60]


def test_everything_about_a_step_is_logged_before_its_checkpoint(tmp_path):
    """A resume cuts the log back to the checkpoint; what came after it would be lost or doubled."""

    class Ordered(FakeRun):
        def keep(self, step, spare=(), **parts):
            super().keep(step, spare, **parts)
            self.numbers.append({"kept": step})

    run = Ordered(tmp_path)
    train(tmp_path, run=run, keep_every=5)
    last = 0
    for point in run.numbers:
        last = point.get("kept", last)
        assert point.get("step", last + 1) > last or "kept" in point


def test_few_points_are_logged(tmp_path):
    _, run, _ = train(tmp_path, steps=1200, evaluate_every=1200)
    losses = [point for point in run.numbers if "loss" in point]
    assert 200 <= len(losses) <= 310
    assert (losses[0]["step"], losses[-1]["step"]) == (1, 1200)
    assert all(point["of"] == 1200 for point in run.numbers)


def test_a_stop_is_seen_at_the_step(tmp_path):
    _, run, facts = train(tmp_path, run=EveryStep(tmp_path, stop_at=3), keep_every=100)
    assert run.kept == [3]
    assert facts["steps"] == 3


class Diverging(Toy):
    """Its loss is not finite from the n-th call on."""

    def __init__(self, at, value):
        super().__init__()
        self.at, self.value = at, value

    def loss(self, batch):
        loss = super().loss(batch)
        return loss * self.value if len(self.calls) == self.at else loss


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_stops_at_its_step(tmp_path, value):
    run = FakeRun(tmp_path)
    with pytest.raises(ToolkitError, match=r"step 9: the loss is .* gradient of network\.0\.weight") as caught:
        train(tmp_path, Diverging(9, value), run=run, validation=[], keep_every=4)
    assert "lower `lr`" in caught.value.hint
    assert run.kept == [4, 8]
    whole = Toy()
    whole.load(tmp_path / "step-00000008" / "model")
    assert all(torch.isfinite(tensor).all() for tensor in whole.bits().values())


class Exploding(Toy):
    """A weight becomes infinite at a step whose loss is finite."""

    def loss(self, batch):
        loss = super().loss(batch)
        return loss + 0 * loss + (1e38 * self.network[4].bias.sum() if len(self.calls) == 4 else 0.0)


def test_weights_that_are_not_finite_are_never_kept(tmp_path):
    run = FakeRun(tmp_path)
    with pytest.raises(ToolkitError, match=r"step 4: a weight is not finite; .* parameter network\.4\.bias"):
        optimizer("sgd", lr=100.0, epochs=2, batch_size=8, keep_every=2).train(
            Exploding(), examples(TRAIN), examples([]), run
        )
    assert run.kept == [2]


def test_a_validation_loss_that_is_not_finite_stops(tmp_path):
    with pytest.raises(ToolkitError, match="step 10: the validation loss is nan"):
        train(tmp_path, Scripted([0.5, float("nan")]), validation=HELD_OUT[:8])


class Optional(Toy):
    """Has every optional method of the contract, and writes down when each is called."""

    def __init__(self):
        super().__init__()
        self.log = []

    def prepare(self, train):
        self.log.append(("prepare", len(train)))

    def settle(self, train, validation):
        self.log.append(("settle", len(train), len(validation), self.network[0].weight.detach().clone()))

    def weight(self, batch):
        return sum(row["length"] % 3 for row in batch)

    def length(self, example):
        return example["length"]

    def loss(self, batch):
        if not self.training:
            self.log.append(("measure",))
        return super().loss(batch)

    def load(self, folder):
        self.log.append(("load",))
        super().load(folder)


def test_optional_methods_are_called_in_their_places(tmp_path):
    toy, _, _ = train(tmp_path, Optional(), epochs=2)
    assert [entry[0] for entry in toy.log if entry[0] != "measure"] == ["prepare", "settle", "settle", "settle"]
    assert toy.log[0] == ("prepare", 40)
    assert toy.log[1][0] == "settle"
    assert toy.log[2] == ("measure",)
    assert torch.equal(toy.log[-1][3], toy.network[0].weight)  # settled once more, on the weights that stay
    resumed, _, _ = train(tmp_path, Optional(), epochs=2)
    assert [entry[0] for entry in resumed.log] == ["prepare", "load", "settle"]


def test_examples_without_weight_are_left_out(tmp_path):
    toy, _, _ = train(tmp_path, Optional(), epochs=1)
    weightless = {id(row) for row in TRAIN + HELD_OUT if row["length"] % 3 == 0}
    seen = {each for _, batch in toy.calls for each in batch}
    assert weightless
    assert seen == {id(row) for row in TRAIN + HELD_OUT} - weightless


def test_bucketed_batches_are_of_like_length_and_can_be_switched_off(tmp_path):
    def spread(**options):
        toy, _, _ = train(tmp_path / str(options), Optional(), epochs=1, batch_size=2, **options)
        lengths = {id(row): row["length"] for row in TRAIN}
        batches = [[lengths[each] for each in batch] for training, batch in toy.calls if training]
        return sum(max(batch) - min(batch) for batch in batches)

    assert spread() < 0.7 * spread(bucket=False)
