"""Users, items and the like as indices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from toolkit.contracts import Example, Examples, Prediction, Size
from toolkit.errors import InputError
from toolkit_samples import facts
from toolkit_samples.answers import Answers
from toolkit_samples.ports import fields
from toolkit_samples.tokenizer_options import Ids
from toolkit_samples.vocabulary import Vocabulary, is_name

FILE = "ids.json"


class IdTokenizer:
    """Counts the ids of each field from 1 in sorted order; 0 is an id never seen in training.

    Targets stay in their own unit, so that an error of 0.1 is a tenth of a rating wherever it is read.
    """

    def __init__(self, ids: Sequence[str], answers: Answers) -> None:
        self.ids = {name: Vocabulary() for name in ids}
        self.answers = answers

    def fit(self, examples: Examples) -> None:
        """Learn the ids of the training rows, and the answers."""
        self.answers.fit(examples.rows)
        for name in self.ids:
            self.ids[name] = Vocabulary.of_rows(examples.rows, name, whole_numbers=True)

    def encode(self, examples: Iterable[Example]) -> Iterator[Example]:
        """Add `index:FIELD` for each id, and the answers."""
        for row in examples:
            indices = {f"index:{name}": self._index(name, row[name]) for name in self.ids if name in row}
            yield {**row, **indices, **self.answers.encode(row)}

    def _index(self, name: str, value: Any) -> int:
        if not is_name(value):
            raise InputError(f"{name} should be a string or a whole number, and is {value!r}")
        found = self.ids[name].find(value)
        return 0 if found is None else found + 1

    def decode(self, predictions: Iterable[Prediction]) -> Iterator[Prediction]:
        """Give each target under its own name."""
        return (self.answers.decode(prediction) for prediction in predictions)

    def signature(self) -> dict[str, Size]:
        """Return the count of indices of each field, 0 included, and the sizes of the answers."""
        sizes = {f"index:{name}": Size((), len(known) + 1, digest=known.digest) for name, known in self.ids.items()}
        return {**sizes, **self.answers.signature()}

    def save(self, folder: Path) -> None:
        """Write what was learnt."""
        ids = {name: known.names for name, known in self.ids.items()}
        facts.write(folder / FILE, {"ids": ids, **self.answers.state()})

    def load(self, folder: Path) -> None:
        """Read what `save` wrote."""
        path = folder / FILE
        state = facts.read(path)
        facts.expect(path, "the parts", state, ("ids", "classes", "targets"))
        facts.expect(path, "id fields", state["ids"], self.ids)
        self.answers.restore(state, path)
        for name, names in state["ids"].items():
            self.ids[name] = Vocabulary.of_state(names, f"{path}: ids.{name}")


def make(config: Ids, *, given: frozenset[str]) -> IdTokenizer:
    """Return a tokenizer of all ids that the data give."""
    return IdTokenizer(fields(given, "id"), Answers(fields(given, "label"), fields(given, "target")))
