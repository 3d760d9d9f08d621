"""When to refuse: the threshold on confidence that tells best what has an answer from what has none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from toolkit.errors import RunError


@dataclass(frozen=True)
class Refusal:
    """Confidence up to `threshold` is refused; 0, with which it begins, refuses only where nothing was found."""

    threshold: float = 0.0
    balanced_accuracy: float = 0.0
    """Mean of the shares answered, and refused, rightly among the questions that it was chosen on."""
    answerable: int = 0
    unanswerable: int = 0
    """How many questions it was chosen on."""

    @classmethod
    def learn(cls, confidence: Sequence[float], answerable: Sequence[bool]) -> Refusal:
        """Return the threshold of the best balanced accuracy, half-way between two confidences; the lowest of equals.

        Where one of the two sides is missing there is nothing to tell apart, and nothing is learnt.
        """
        value, has_answer = np.asarray(confidence, float), np.asarray(answerable, bool)
        yes, no = int(has_answer.sum()), int((~has_answer).sum())
        if not (yes and no):
            return cls()
        levels, place = np.unique(np.append(0.0, value), return_inverse=True)  # ascending, 0 first
        # (levels,) how many with, and without, an answer lie at or below each level
        lost, caught = (np.cumsum(np.bincount(place[1:], side, len(levels))) for side in (has_answer, ~has_answer))
        accuracy = ((yes - lost) / yes + caught / no) / 2
        best = int(np.argmax(accuracy[: max(1, len(levels) - 1)]))  # never so high that everything is refused
        threshold = (levels[best] + levels[best + 1]) / 2 if best else 0.0
        return cls(float(threshold), float(accuracy[best]), yes, no)

    def refuses(self, confidence: float) -> bool:
        """Return whether an answer of this confidence is held back."""
        return confidence <= self.threshold

    def save(self, file: Path) -> None:
        """Write it as JSON."""
        file.write_text(json.dumps(asdict(self), indent=1, sort_keys=True) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> Refusal:
        """Read what `save` wrote, or raise RunError."""
        try:
            state = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"{file} cannot be read: {error}") from error
        wanted = {field.name for field in fields(cls)}
        if not isinstance(state, dict) or set(state) != wanted or not all(_is_number(v) for v in state.values()):
            raise RunError(f"{file} should hold the numbers {', '.join(sorted(wanted))}")
        return cls(**state)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
