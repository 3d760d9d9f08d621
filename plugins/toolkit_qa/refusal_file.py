"""How a calibrated refusal is kept: one JSON file, read strictly, whose numbers come back exactly.

threshold    up to which confidence is refused
why          how that came about, in words
learnt       null, or the factors with mean, scale, weights (f,) and bias each, and the corners x, y (m,) of the
             isotonic curve or null
questions    confidence, right, answerable (n,): what is said of the validation questions across folds
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from toolkit.errors import RunError
from toolkit_qa.calibration import Calibration, Isotonic, Logistic
from toolkit_qa.refusal_report import Questions


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)

    @model_validator(mode="after")
    def _equally_long(self) -> _Part:
        lengths = {name: len(value) for name, value in self if isinstance(value, list)}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"{', '.join(lengths)} should be equally long, not {list(lengths.values())}")
        return self


class _Curve(_Part):
    x: list[float] = Field(min_length=1)
    y: list[float]


class _Logistic(_Part):
    mean: list[float] = Field(min_length=1)
    scale: list[float]
    weights: list[float]
    bias: float


class _Learnt(BaseModel):
    model_config = _Part.model_config

    factors: list[_Logistic] = Field(min_length=1)
    isotonic: _Curve | None


class _Questions(_Part):
    confidence: list[float]
    right: list[bool]
    answerable: list[bool]


class _State(_Part):
    threshold: float = Field(ge=0, le=1)
    why: str
    learnt: _Learnt | None
    questions: _Questions


def save(file: Path, threshold: float, why: str, learnt: Calibration | None, questions: Questions) -> None:
    """Write it."""
    state = {
        "threshold": threshold,
        "why": why,
        "learnt": learnt and _plain(learnt),
        "questions": {name: values.tolist() for name, values in questions._asdict().items()},
    }
    text = json.dumps(state, sort_keys=True, ensure_ascii=False, allow_nan=False)
    file.write_text(text + "\n", encoding="utf-8")


def _plain(learnt: Calibration) -> dict[str, Any]:
    curve = learnt.isotonic
    return {
        "factors": [
            {"mean": one.mean.tolist(), "scale": one.scale.tolist(), "weights": one.weights.tolist(), "bias": one.bias}
            for one in learnt.factors
        ],
        "isotonic": {"x": curve.x.tolist(), "y": curve.y.tolist()} if curve else None,
    }


def load(file: Path) -> tuple[float, str, Calibration | None, Questions]:
    """Read what `save` wrote: threshold, why, what was learnt, and the questions; RunError where it is not whole."""
    try:
        state = _State.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{file} cannot be read: {error}") from error
    asked = state.questions
    questions = Questions(
        np.array(asked.confidence, float), np.array(asked.right, bool), np.array(asked.answerable, bool)
    )
    return state.threshold, state.why, _calibration(state.learnt), questions


def _calibration(found: _Learnt | None) -> Calibration | None:
    if found is None:
        return None
    curve = found.isotonic
    return Calibration(
        tuple(Logistic(np.array(f.mean), np.array(f.scale), np.array(f.weights), f.bias) for f in found.factors),
        Isotonic(np.array(curve.x), np.array(curve.y)) if curve else None,
    )
