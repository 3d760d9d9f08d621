"""What the report shows of a refusal: the threshold, coverage against risk, and how true the confidence is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from toolkit.contracts import Plot, Section, Table
from toolkit_qa import risk

#: Points of the curve that are drawn at most.
POINTS = 200


class Questions(NamedTuple):
    """What is said of the validation questions by fits that have not seen them; all (n,)."""

    confidence: np.ndarray
    right: np.ndarray
    answerable: np.ndarray

    @classmethod
    def none(cls) -> Questions:
        """Return no question."""
        return cls(np.zeros(0), np.zeros(0, bool), np.zeros(0, bool))


def section(why: str, threshold: float, questions: Questions) -> Section:
    """Return the section; without questions only how the threshold came about."""
    blocks: list[str | Table | Plot] = [f"Confidence up to {threshold:.4g} is refused. {why}"]
    if len(questions.right):
        blocks += [_reached(threshold, questions), _coverage_risk(threshold, questions)]
        blocks += [_truth(questions), _reliability(questions), _told_apart(questions)]
    return Section("Confidence and refusal", blocks)


def _reached(threshold: float, questions: Questions) -> str:
    answered = questions.confidence > threshold
    wrong, false = answered & ~questions.right, answered & ~questions.answerable
    total, given, without = len(answered), int(answered.sum()), int((~questions.answerable).sum())
    lost = int((~answered & questions.right).sum())
    shown = [
        f"Of the {total} validation questions {given} are answered, {_of(wrong.sum(), given)} wrongly",
        f"{lost} are refused whose first entry is right",
        f"of the {without} without an answer {_of(false.sum(), without)} are answered" if without else "",
    ]
    return "; ".join(filter(None, shown)) + ". Each was judged by a fit that had not seen it (cross-fitting)."


def _of(some: int, all_: int) -> str:
    return f"{some} ({some / all_:.1%})" if all_ else f"{some}"


def _coverage_risk(threshold: float, questions: Questions) -> Plot:
    curve = risk.Curve.of(questions.confidence, questions.right)
    total = len(questions.right)
    places = np.flatnonzero(curve.answers)[::-1]  # most sure first
    places = places[np.unique(np.linspace(0, len(places) - 1, min(POINTS, len(places))).astype(int))]
    series = {"any threshold": _points(curve.answers[places], curve.wrong[places], total)}
    answered = questions.confidence > threshold
    if answered.any():
        wrong = answered & ~questions.right
        series["the chosen threshold"] = _points(answered.sum(keepdims=True), wrong.sum(keepdims=True), total)
    return Plot("share of questions answered", "share of answers wrong", series)


def _points(answers: np.ndarray, wrong: np.ndarray, total: int) -> tuple[list[float], list[float]]:
    return (answers / total).tolist(), (wrong / answers).tolist()


def _truth(questions: Questions) -> str:
    error = risk.calibration_error(questions.confidence, questions.right)
    return (
        f"How true the confidence is, by bins of equal width: on average it is {error:.3f} from the share that is "
        "right (expected calibration error)."
    )


def _reliability(questions: Questions) -> Table:
    columns = ("confidence", "questions", "mean confidence", "share right")
    bins = risk.reliability(questions.confidence, questions.right)
    rows = [[f"{b.low:.1f} to {b.high:.1f}", b.count, round(b.confidence, 3), round(b.right, 3)] for b in bins]
    return Table(columns, rows)


def _told_apart(questions: Questions) -> Table:
    sides = {
        "a right first entry from a wrong one or none": questions.right,
        "a question with an answer from one without": questions.answerable,
    }
    rows = []
    for name, positive in sides.items():
        found = risk.auroc(questions.confidence, positive)
        rows.append(
            [name, "not measured" if found is None else round(found, 3), int(positive.sum()), int((~positive).sum())]
        )
    return Table(("what confidence tells apart", "AUROC", "questions on the one side", "on the other"), rows)
