"""What is to be predicted, as numbers and back: labels as class ids, targets as one vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.contracts import Example, Prediction, Size
from toolkit.errors import DataError, RunError
from toolkit_samples import facts
from toolkit_samples.scaling import Scaling, matrix, numbers
from toolkit_samples.vocabulary import Vocabulary

TARGETS = "columns:targets"


class Answers:
    """The label and target fields of a tokenizer; absent fields are passed over."""

    def __init__(self, labels: Sequence[str], targets: Sequence[str], standardise: bool = False) -> None:
        self.classes = {name: Vocabulary() for name in labels}
        self.targets = Scaling(targets, standardise)

    def fit(self, rows: Sequence[Example]) -> None:
        """Learn the classes, and the mean and scale of the targets, from the training rows."""
        for name in self.classes:
            self.classes[name] = Vocabulary.of_rows(rows, name)
        self.targets.fit(matrix(rows, self.targets.names))

    def encode(self, row: Example) -> dict[str, Any]:
        """Return `class:FIELD` for each label and `columns:targets`, float32 (m,), as far as the row has them."""
        made: dict[str, Any] = {}
        for name in self.classes:
            if name in row:
                made[f"class:{name}"] = self._class(name, row[name])
        if self.targets.names and all(name in row for name in self.targets.names):
            made[TARGETS] = self.targets.apply(numbers(row, self.targets.names)).astype(np.float32)
        return made

    def _class(self, name: str, label: Any) -> int:
        found = self.classes[name].find(label) if isinstance(label, str) else None
        if found is None:
            hint = "every class needs a row in the training split"
            raise DataError(f"the {name} {label!r} is none of those seen in training", hint)
        return found

    def decode(self, prediction: Prediction) -> dict[str, Any]:
        """Return a prediction with class ids as names and targets as numbers under their own names."""
        made = dict(prediction)
        for name, classes in self.classes.items():
            if f"class:{name}" in made:
                made[name] = classes.names[made.pop(f"class:{name}")]
            if f"probabilities:{name}" in made:
                shares = made.pop(f"probabilities:{name}")
                made["probabilities"] = {str(key): float(p) for key, p in zip(classes.names, shares, strict=True)}
        if self.targets.names and TARGETS in made:
            values = self.targets.undo(np.asarray(made.pop(TARGETS), dtype=np.float64)).tolist()
            made |= dict(zip(self.targets.names, values, strict=True))
        return made

    def signature(self) -> dict[str, Size]:
        """Return a Size for each port that `encode` adds."""
        sizes = {f"class:{name}": Size((), len(found), digest=found.digest) for name, found in self.classes.items()}
        return {**sizes, TARGETS: Size((len(self.targets.names),))} if self.targets.names else sizes

    def state(self) -> dict[str, Any]:
        """Return what was learnt as JSON values."""
        classes = {name: vocabulary.names for name, vocabulary in self.classes.items()}
        return {"classes": classes, "targets": self.targets.state()}

    def restore(self, state: Mapping[str, Any], path: Path) -> None:
        """Take what `state` returned, or raise RunError that names the file."""
        classes = state["classes"]
        if not isinstance(classes, dict):
            raise RunError(f"{path}: classes should be a mapping")
        facts.expect(path, "labels", classes, self.classes)
        for name, names in classes.items():
            self.classes[name] = Vocabulary.of_state(names, f"{path}: classes.{name}")
        self.targets.restore(state["targets"], f"{path}: targets")
