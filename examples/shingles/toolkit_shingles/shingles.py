"""The tokenizer: nothing to learn, so nothing to save."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from toolkit.contracts import Size


class Shingles:
    """Adds `shingles:FIELD`, a sorted list of strings, for each text field of a row."""

    def __init__(self, length: int, ports: frozenset[str]) -> None:
        self.length = length
        self.fields = sorted({port.partition(":")[2].rpartition(".")[2] for port in ports})

    def fit(self, examples: Any) -> None:
        """Learn nothing."""

    def encode(self, examples: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Add the shingles of each text field that a row has."""
        for row in examples:
            texts = {name: row[name] for name in self.fields if isinstance(row.get(name), str)}
            yield {**row, **{f"shingles:{name}": self.cut(text) for name, text in texts.items()}}

    def cut(self, text: str) -> list[str]:
        """Return the sorted shingles of a text, case folded, its blanks made one."""
        padded = f" {' '.join(text.casefold().split())} "
        return sorted({padded[i : i + self.length] for i in range(max(1, len(padded) - self.length + 1))})

    def decode(self, predictions: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
        """Predictions hold plain answers already."""
        return predictions

    def signature(self) -> dict[str, Size]:
        """Say what is added: lists of any length."""
        return {f"shingles:{name}": Size((None,)) for name in self.fields}


def make(config: Any, *, given: frozenset[str]) -> Shingles:
    """Make the tokenizer for the text ports that are given."""
    return Shingles(config.length, frozenset(port for port in given if port.startswith("text:")))
