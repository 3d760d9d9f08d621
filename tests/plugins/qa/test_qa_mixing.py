import json
import math

import numpy as np
import pytest
from scipy.optimize import minimize

from toolkit.errors import RunError
from toolkit_qa import mixing
from toolkit_qa.mixing import RIDGE, Candidates, Mixing, weighted

DEFAULT = {"a": 1.0, "b": 10.0, "out": 0.0, "c": 0.3}
USED = [0, 1, 3]


def questions(seed=0, n=30, truth=(2.0, 0.5, 1.0), right=1):
    """Questions whose right entries are likelier the higher `truth` scores them; signals of unlike sizes."""
    source = np.random.default_rng(seed)
    found = []
    for _ in range(n):
        signals = source.standard_normal((12, 4)).astype(np.float32) / [1, 10, 1, 0.3]
        scores = signals[:, USED] * [DEFAULT[name] for name in "abc"] @ truth + source.gumbel(size=12)
        found.append(Candidates(signals, np.isin(np.arange(12), np.argsort(-scores)[:right])))
    return found


def by_the_formula(w, asked):
    """The loss as the module's docstring writes it; w: the weights themselves."""
    w = np.asarray(w, float)
    v = np.array([DEFAULT[name] for name in "abc"])
    losses = []
    for signals, right in asked:
        scores = [sum(w[k] * float(x[USED[k]]) for k in range(3)) for x in signals]
        wanted = [score for score, yes in zip(scores, right, strict=True) if yes]
        losses.append(math.log(sum(map(math.exp, scores))) - sum(wanted) / len(wanted))
    return sum(losses) / len(losses) + RIDGE * sum((w / v - 1) ** 2)


def minimum(asked):
    """What scipy finds, by gradients taken as differences."""
    v = np.array([DEFAULT[name] for name in "abc"])
    found = minimize(lambda u: by_the_formula(u * v, asked), np.ones(3), bounds=[(0, None)] * 3, tol=1e-12)
    return found.x * v


@pytest.mark.parametrize("right", [1, 3])
@pytest.mark.parametrize(
    "truth",
    [(2.0, 0.5, 1.0), (0.1, 0.1, 3.0), (1.0, -2.0, 1.0), (-1.0, -1.0, -1.0), (-3.0, 2.0, 0.0), (40.0, 1.0, 0.0)],
)
def test_the_weights_are_those_of_the_least_loss(truth, right):
    asked = questions(truth=truth, right=right)
    found = Mixing(DEFAULT).learnt(asked).weights[USED]
    expected = minimum(asked)
    assert found == pytest.approx(expected, rel=1e-3, abs=1e-3)
    assert by_the_formula(found, asked) <= by_the_formula(expected, asked) + 1e-7
    assert (found >= 0).all() and (min(truth) >= 0 or (found == 0).any())


def test_gradient_and_curvature_equal_finite_differences():
    asked = questions(right=2)
    signals = [each.signals[:, USED].astype(float) for each in asked]
    targets = [each.right / each.right.sum() for each in asked]
    w, h = np.array([0.7, 1.5, 0.2]), 1e-5
    _, gradient, curvature = mixing._loss(w, signals, targets)
    for k, step in enumerate(np.eye(3) * h):
        up, down = (mixing._loss(w + sign * step, signals, targets) for sign in (1, -1))
        assert (up[0] - down[0]) / (2 * h) == pytest.approx(gradient[k], abs=1e-7)
        assert (up[1] - down[1]) / (2 * h) == pytest.approx(curvature[k], abs=1e-6)
    v = np.array([DEFAULT[name] for name in "abc"])
    assert mixing._loss(w, [x * v for x in signals], targets)[0] == pytest.approx(by_the_formula(w * v, asked))


def test_signals_that_are_sure_and_mostly_wrong_are_put_right():
    """Where all is decided, wrongly, the loss is nearly straight, and a whole step leads far beyond the minimum."""
    for seed in range(40):
        source = np.random.default_rng(seed)
        signals = [100 * source.standard_normal((6, 3)) for _ in range(10)]
        targets = [np.eye(6)[source.integers(6)] for _ in signals]
        asked = [Candidates(x, target > 0) for x, target in zip(signals, targets, strict=True)]
        found = mixing._minimum(asked, np.arange(3), np.ones(3))
        expected = min(
            minimize(mixing_loss, start, (signals, targets), "L-BFGS-B", jac=True, bounds=[(0, None)] * 3).fun
            for start in (np.ones(3), np.zeros(3))
        )
        assert mixing_loss(found, signals, targets)[0] <= expected + 1e-5


def mixing_loss(w, signals, targets):
    return mixing._loss(w, signals, targets)[:2]


def test_a_signal_of_weight_0_stays_out_and_the_default_stays_as_it_is():
    before = Mixing(DEFAULT)
    after = before.learnt(questions())
    assert after.weights[2] == 0.0 and after.questions == 30
    assert before.weights.tolist() == pytest.approx(list(DEFAULT.values())) and before.questions == 0
    assert after.learnt(questions(1)).weights.tolist() == before.learnt(questions(1)).weights.tolist()


def test_few_questions_leave_the_weights_near_the_default():
    def away(n):
        return np.abs(Mixing(DEFAULT).learnt(questions(n=n)).weights[USED] / [1, 10, 0.3] - 1).max()

    separable = Candidates(np.eye(4, dtype=np.float32), np.array([True, False, False, False]))
    assert Mixing(DEFAULT).learnt([separable]).weights[0] < 20
    assert away(30) > 0.1


def test_without_a_question_that_has_an_answer_nothing_is_learnt():
    nothing = Candidates(np.ones((3, 4), np.float32), np.zeros(3, bool))
    for asked in ([], [nothing]):
        found = Mixing(DEFAULT).learnt(asked)
        assert found.weights.tolist() == pytest.approx(list(DEFAULT.values())) and found.questions == 0
    assert Mixing(DEFAULT).learnt([nothing, *questions()]).questions == 30
    assert Mixing({"only": 2.0}).learnt([Candidates(np.ones((2, 1)), np.array([True, False]))]).weights.tolist() == [
        2.0
    ]


def test_huge_and_equal_signals_do_no_harm():
    right = np.array([True, False])
    for signals in (np.full((2, 4), 1e6), np.zeros((2, 4)), np.array([[1e8] * 4, [-1e8] * 4])):
        assert np.isfinite(Mixing(DEFAULT).learnt([Candidates(signals.astype(np.float32), right)]).weights).all()


def test_equal_entries_score_equally_wherever_they_stand():
    column = np.random.default_rng(0).standard_normal((7, 1)).astype(np.float32)
    scores = weighted(np.linspace(0.1, 3, 7, dtype=np.float32), np.repeat(column, 1001, axis=1))
    assert len(set(scores.tolist())) == 1
    assert scores[0] == pytest.approx(float(np.linspace(0.1, 3, 7) @ column[:, 0]), abs=1e-5)


def test_saved_and_loaded_the_weights_are_the_same(tmp_path):
    before = Mixing(DEFAULT).learnt(questions())
    before.save(tmp_path)
    after = Mixing(DEFAULT)
    after.load(tmp_path)
    assert after.weights.tolist() == before.weights.tolist() and after.questions == 30
    assert after.weights.dtype == np.float32


STATE = {"questions": 3, "weights": {"a": 1.0, "b": 2.0, "out": 0.0, "c": 0.1}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        "null",
        "[]",
        json.dumps({**STATE, "weights": {**STATE["weights"], "more": 1.0}}),
        json.dumps({**STATE, "weights": {"a": 1.0}}),
        json.dumps({**STATE, "weights": [1.0]}),
        json.dumps({**STATE, "weights": {**STATE["weights"], "a": math.nan}}),
        json.dumps({**STATE, "weights": {**STATE["weights"], "a": math.inf}}),
        json.dumps({**STATE, "weights": {**STATE["weights"], "a": 1e300}}),
        json.dumps({**STATE, "weights": {**STATE["weights"], "a": "x"}}),
        json.dumps({**STATE, "weights": {**STATE["weights"], "a": 10**400}}),
        json.dumps({**STATE, "weights": {**STATE["weights"], "a": None}}),
        json.dumps({**STATE, "questions": math.inf}),
        json.dumps({"weights": STATE["weights"]}),
        None,
    ],
)
def test_a_file_that_is_not_whole_is_named(tmp_path, text):
    if text is not None:
        (tmp_path / "mixing.json").write_text(text)
    with pytest.raises(RunError, match=r"mixing\.json"):
        Mixing(DEFAULT).load(tmp_path)
