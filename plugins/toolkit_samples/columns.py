"""Numbers and categories as one vector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from toolkit.contracts import Example, Examples, Prediction, Size
from toolkit.errors import InputError
from toolkit_samples import facts
from toolkit_samples.answers import Answers
from toolkit_samples.ports import fields
from toolkit_samples.scaling import Scaling, matrix, numbers
from toolkit_samples.tokenizer_options import Columns
from toolkit_samples.vocabulary import Vocabulary

FILE = "columns.json"
INPUTS = "columns:inputs"


class ColumnTokenizer:
    """`columns:inputs` is the numbers by name, then the categories by name, each one-hot over its sorted values."""

    def __init__(
        self, numbers: Sequence[str], categories: Sequence[str], answers: Answers, standardise: bool = True
    ) -> None:
        self.numbers = Scaling(numbers, standardise)
        self.categories = {name: Vocabulary() for name in categories}
        self.answers = answers

    @property
    def inputs(self) -> list[str]:
        """The fields that are read."""
        return [*self.numbers.names, *self.categories]

    def fit(self, examples: Examples) -> None:
        """Learn mean and deviation of the numbers, the values of the categories, and the answers."""
        self.answers.fit(examples.rows)
        self.numbers.fit(matrix(examples.rows, self.numbers.names))
        for name in self.categories:
            self.categories[name] = Vocabulary.of_rows(examples.rows, name)

    def encode(self, examples: Iterable[Example]) -> Iterator[Example]:
        """Add `columns:inputs`, float32 (n,), and the answers."""
        for row in examples:
            inputs = {INPUTS: self._inputs(row)} if any(name in row for name in self.inputs) else {}
            yield {**row, **inputs, **self.answers.encode(row)}

    def _inputs(self, row: Example) -> np.ndarray:
        found = [self.numbers.apply(numbers(row, self.numbers.names))]
        found += [self._one_hot(name, row) for name in self.categories]
        return np.concatenate(found).astype(np.float32)

    def _one_hot(self, name: str, row: Example) -> np.ndarray:
        value = row.get(name)
        if not isinstance(value, str):
            raise InputError(f"{name} should be a string, and is {value!r}")
        known = self.categories[name]
        hot = np.zeros(len(known))  # a value never seen in training stays all zeros
        found = known.find(value)
        if found is not None:
            hot[found] = 1.0
        return hot

    def decode(self, predictions: Iterable[Prediction]) -> Iterator[Prediction]:
        """Turn class ids into labels, and targets into numbers in their own unit."""
        return (self.answers.decode(prediction) for prediction in predictions)

    def signature(self) -> dict[str, Size]:
        """Return the length of the input vector, and the sizes of the answers."""
        width = len(self.numbers.names) + sum(len(known) for known in self.categories.values())
        return {**({INPUTS: Size((width,))} if self.inputs else {}), **self.answers.signature()}

    def save(self, folder: Path) -> None:
        """Write what was learnt."""
        categories = {name: known.names for name, known in self.categories.items()}
        state = {"numbers": self.numbers.state(), "categories": categories, **self.answers.state()}
        facts.write(folder / FILE, state)

    def load(self, folder: Path) -> None:
        """Read what `save` wrote."""
        path = folder / FILE
        state = facts.read(path)
        facts.expect(path, "the parts", state, ("numbers", "categories", "classes", "targets"))
        facts.expect(path, "categories", state["categories"], self.categories)
        self.answers.restore(state, path)
        self.numbers.restore(state["numbers"], f"{path}: numbers")
        for name, names in state["categories"].items():
            self.categories[name] = Vocabulary.of_state(names, f"{path}: categories.{name}")


def make(config: Columns, *, given: frozenset[str]) -> ColumnTokenizer:
    """Return a tokenizer of all columns that the data give."""
    answers = Answers(fields(given, "label"), fields(given, "target"), config.normalise_targets == "standardise")
    standardise = config.normalise == "standardise"
    return ColumnTokenizer(fields(given, "number"), fields(given, "category"), answers, standardise)
