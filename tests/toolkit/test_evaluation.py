"""Figures and their intervals, and the examples that went most wrong."""

from __future__ import annotations

import math
import random

import pytest
from variants import toy_with

import toy
from toolkit.component import Component
from toolkit.errors import BuildError, ToolkitError
from toolkit.evaluation import Evaluation, Figure, evaluate, figure, groups, worst
from toolkit.examples import Examples
from toolkit.plan import ReportOptions
from toolkit.resolver import resolve
from toolkit.spec import parse

OPTIONS = ReportOptions()


class Mean:
    def rows(self, predictions, examples):
        return [prediction.get("score") for prediction in predictions]

    def total(self, rows):
        return sum(rows) / len(rows)


def measured(rows, group=None, seed=0, metric=None, **options):
    return figure(metric or Mean(), rows, group or range(len(rows)), ReportOptions(**options), seed)


# -- the figure and its interval ---------------------------------------------------------------------------------------


def test_the_figure_is_the_metric_over_all_rows():
    rows = [0.0, 1.0, 1.0, 0.5]
    found = measured(rows)
    assert (found.value, found.count) == (0.625, 4)
    assert found.low <= found.value <= found.high
    assert found.json() == {"value": 0.625, "low": found.low, "high": found.high, "count": 4}


@pytest.mark.parametrize(("interval", "z"), [(0.95, 1.95996), (0.8, 1.28155)])
def test_the_interval_of_a_mean_is_that_of_the_normal_law(interval, z):
    source = random.Random(3)
    rows = [source.gauss(10, 2) for _ in range(2000)]
    mean = sum(rows) / len(rows)
    error = math.sqrt(sum((row - mean) ** 2 for row in rows)) / len(rows)
    found = measured(rows, interval=interval, resamples=1500)
    assert found.low == pytest.approx(mean - z * error, abs=0.25 * error)
    assert found.high == pytest.approx(mean + z * error, abs=0.25 * error)


def test_the_interval_of_a_share_is_that_of_the_binomial_law():
    found = measured([1.0] * 150 + [0.0] * 50, resamples=2000)
    error = math.sqrt(0.75 * 0.25 / 200)
    assert (found.low, found.high) == pytest.approx((0.75 - 1.96 * error, 0.75 + 1.96 * error), abs=0.015)


def test_rows_that_belong_together_are_resampled_together():
    rows = [float(i // 20 % 2) for i in range(400)]
    alone = measured(rows)
    together = measured(rows, [i // 20 for i in range(400)])
    assert together.value == alone.value
    assert together.high - together.low > 3 * (alone.high - alone.low)


def test_the_interval_is_the_same_for_the_same_seed():
    rows = [float(i % 3) for i in range(50)]
    assert measured(rows, seed=1) == measured(rows, seed=1)
    assert measured(rows, seed=1) != measured(rows, seed=2)


def test_rows_of_none_are_not_counted():
    found = measured([None, 1.0, None, 0.0])
    assert (found.value, found.count) == (0.5, 2)
    assert measured([1.0, 0.0]).value == found.value


@pytest.mark.parametrize("rows", [[], [None], [None, None]])
def test_nothing_counted_is_no_figure(rows):
    class Never(Mean):
        def total(self, rows):
            pytest.fail("called with nothing")

    assert measured(rows, metric=Never()) == Figure(None, None, None, 0)


def test_one_row_or_one_group_has_no_interval():
    assert measured([1.0]) == Figure(1.0, None, None, 1)
    assert measured([1.0, 0.0], ["a", "a"]) == Figure(0.5, None, None, 2)
    assert measured([1.0, 0.0], resamples=0) == Figure(0.5, None, None, 2)


def test_equal_rows_have_an_interval_of_no_width():
    assert measured([1.0] * 9) == Figure(1.0, 1.0, 1.0, 9)


def test_a_metric_that_is_more_than_a_mean_is_resampled_whole():
    class Spread(Mean):
        def total(self, rows):
            return max(row[0] for row in rows) - min(row[0] for row in rows)

    found = measured([(i, "x") for i in range(10)], metric=Spread())
    assert found.value == 9
    assert 3 < found.low < found.high == 9


def test_a_resample_without_a_figure_is_left_out():
    class Rare(Mean):
        def total(self, rows):
            return sum(rows) / len(rows) if sum(rows) else math.nan

    found = measured([1.0] + [0.0] * 9, metric=Rare())
    assert math.isfinite(found.low) and found.low > 0


def test_a_figure_that_is_not_a_number_is_no_figure():
    """NaN is not JSON: the build would fail at its very end, when the report is written."""

    class Undefined(Mean):
        def total(self, rows):
            return math.nan

    assert measured([1.0, 0.0], metric=Undefined()).value is None


def test_large_sets_take_fewer_resamples(monkeypatch):
    class Counting(Mean):
        calls = 0

        def total(self, rows):
            Counting.calls += 1
            return 0.0

    monkeypatch.setattr("toolkit.evaluation.DRAWS", 25_000)
    measured([0.0] * 100, metric=Counting(), resamples=5000)
    assert Counting.calls == 251
    measured([0.0] * 1000, metric=Counting(), resamples=5000)
    assert Counting.calls == 251 + 201, "but never fewer than 200"


def test_rows_are_grouped_by_a_field():
    rows = [{"thread": 1}, {"thread": "1"}, {"thread": 2}]
    assert groups(rows, "") == [0, 1, 2]
    first, second, third = groups(rows, "thread")
    assert first == second != third


# -- a system on examples ----------------------------------------------------------------------------------------------


class Plain:
    def encode(self, rows):
        return iter(rows)

    def decode(self, predictions):
        return iter(predictions)


class Scorer:
    """Predicts what the row says; scores twice that."""

    def predict(self, examples):
        for example in examples:
            assert "answer" not in example
            yield {"score": example["x"]}

    def score(self, examples):
        for example in examples:
            yield {"score": 2 * example["x"] + 0 * len(example["answer"])}


class Likely(toy.Right):
    """Reads likelihoods."""

    def needs(self):
        return frozenset({"scores:likelihood"})


PLAN = resolve(
    parse("data: rows\narchitecture: counting\nmetrics: [right, likely]\n", "s.yaml", None),
    toy_with(
        Component("metric", "likely", Likely, "toy:metric"),
        Component(
            "architecture", "counting",
            type("Both", (toy.Counting,), {"__doc__": "B.", "gives": lambda s, g: frozenset(
                {"learns:steps", "predicts:class", "scores:likelihood"})}), "toy:architecture"),
    ),
)  # fmt: skip


def rows(*scores):
    return Examples([{"x": x, "answer": "a"} for x in scores], {}, Plain(), frozenset({"answer"}))


def test_every_metric_is_measured_on_predictions_or_on_scores():
    metrics = {"right": (PLAN.metrics["right"], Mean()), "likely": (PLAN.metrics["likely"], Mean())}
    found = evaluate(Scorer(), rows(1.0, 2.0), metrics, OPTIONS)
    assert found.figures["right"].value == 1.5
    assert found.figures["likely"].value == 3.0
    assert found.predictions == [{"score": 1.0}, {"score": 2.0}]
    assert found.rows == {"right": [1.0, 2.0], "likely": [2.0, 4.0]}


def test_without_examples_nothing_is_measured():
    class Untouched:
        def predict(self, examples):
            pytest.fail("asked")

    found = evaluate(Untouched(), rows(), {"right": (PLAN.metrics["right"], Mean())}, OPTIONS)
    assert found.figures == {"right": Figure(None, None, None, 0)}
    assert found.predictions == []


@pytest.mark.parametrize("way", ["rows", "total", "short"])
def test_a_metric_that_fails_is_named(way):
    class Broken(Mean):
        def rows(self, predictions, examples):
            if way == "rows":
                raise KeyError("score")
            return [1.0] if way == "short" else super().rows(predictions, examples)

        def total(self, rows):
            raise ZeroDivisionError

    with pytest.raises(BuildError, match=r"s\.yaml:3:11: metrics\[0\]: 'right' failed"):
        evaluate(Scorer(), rows(1.0, 2.0), {"right": (PLAN.metrics["right"], Broken())}, OPTIONS)


def test_a_model_that_answers_fewer_than_were_asked_is_not_measured():
    class Short(Scorer):
        def predict(self, examples):
            yield from list(super().predict(examples))[:-1]

    with pytest.raises((ToolkitError, ValueError)):
        evaluate(Short(), rows(1.0, 2.0), {}, OPTIONS)


def test_a_group_that_no_row_has_is_refused():
    """A misspelt field would put all rows in one group, and the interval would be gone without a word."""
    metrics = {"right": (PLAN.metrics["right"], Mean())}
    with pytest.raises(ToolkitError, match="thred"):
        evaluate(Scorer(), rows(1.0, 2.0), metrics, ReportOptions(group="thred"))


# -- the worst ---------------------------------------------------------------------------------------------------------


def found_worst(scores, better="higher", limit=3, **more):
    named = {"first": scores, **more}
    evaluation = Evaluation({}, [{"n": i} for i in range(len(scores))], named)
    examples = Examples([{"q": i, "answer": f"a{i}"} for i in range(len(scores))], {}, Plain(), frozenset({"answer"}))
    return worst(evaluation, examples, frozenset({"answer"}), {"first": better}, limit)


def test_the_worst_come_first_and_show_what_was_asked_expected_and_said():
    found = found_worst([1.0, 0.5, 0.0])
    assert found == [
        {"metric": "first", "score": 0.0, "input": {"q": 2}, "expected": {"answer": "a2"}, "prediction": {"n": 2}},
        {"metric": "first", "score": 0.5, "input": {"q": 1}, "expected": {"answer": "a1"}, "prediction": {"n": 1}},
    ]


@pytest.mark.parametrize(
    ("scores", "better", "order"),
    [
        ([0.2, 1.0, 0.1, 0.2, 0.3], "higher", [2, 0, 3]),
        ([0.2, 0.0, 9.0, 0.2, 3.0], "lower", [2, 4, 0]),
        ([1.0, 1.0], "higher", []),
        ([0.0, 0.0], "lower", []),
        ([True, False], "higher", [1]),
        ([1.0, None, 0.0], "higher", [2]),
        ([None, None], "higher", []),
        ([], "higher", []),
    ],
)
def test_the_order_of_the_worst(scores, better, order):
    assert [row["input"]["q"] for row in found_worst(scores, better)] == order


def test_where_everything_is_wrong_the_worst_are_shown():
    """The system that most needs looking at must not show an empty list."""
    assert len(found_worst([0.0, 0.0, 0.0, 0.0])) == 3


def test_the_worst_are_told_by_the_first_metric_with_a_number_a_row():
    found = found_worst([("a", 1), ("b", 2)], second=[0.0, 1.0])
    assert [(row["metric"], row["score"]) for row in found] == [("second", 0.0)]
    assert found_worst([0.0, 1.0], limit=0) == []
