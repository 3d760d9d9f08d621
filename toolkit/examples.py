"""Examples: one split as a model sees it, encoded once and kept, with the answers taken away when it predicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from toolkit.contracts import Example, Model, Prediction, Tokenizer

#: Rows that are encoded, predicted and decoded at a time.
CHUNK = 256


class Examples:
    """Rows of one split and the side tables, encoded by a tokenizer on first use."""

    def __init__(
        self,
        rows: Sequence[Example],
        tables: Mapping[str, Sequence[Example]],
        tokenizer: Tokenizer,
        answers: frozenset[str] = frozenset(),
    ) -> None:
        self.rows = rows
        self._tables = tables
        self._tokenizer = tokenizer
        self._answers = answers
        self._encoded: list[Example] | None = None
        self._encoded_tables: dict[str, list[Example]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Example]:
        return iter(self._tokenizer.encode(self.rows) if self._encoded is None else self._encoded)

    def take(self, positions: Iterable[int]) -> list[Example]:
        """Return the encoded examples at `positions`; all are encoded at the first call and kept."""
        if self._encoded is None:
            self._encoded = list(self)
        return [self._encoded[position] for position in positions]

    def table(self, name: str) -> Sequence[Example]:
        """Return a side table, encoded at the first call and kept."""
        if name not in self._encoded_tables:
            self._encoded_tables[name] = list(self._tokenizer.encode(self.raw(name)))
        return self._encoded_tables[name]

    def raw(self, name: str) -> Sequence[Example]:
        """Return a side table as the data gave it."""
        return self._tables[name]

    def asked(self) -> Examples:
        """Return the same examples without answers: what is left is what a request holds."""
        return Examples([self._without_answers(row) for row in self.rows], self._tables, self._tokenizer)

    def answered(self, model: Model) -> Iterator[Prediction]:
        """Yield the decoded prediction for each example."""
        for start in range(0, len(self.rows), CHUNK):
            rows = [self._without_answers(row) for row in self.rows[start : start + CHUNK]]
            yield from self._tokenizer.decode(model.predict(self._tokenizer.encode(rows)))

    def _without_answers(self, row: Example) -> dict[str, Any]:
        return {name: value for name, value in row.items() if name not in self._answers}
