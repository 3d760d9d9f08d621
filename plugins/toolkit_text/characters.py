"""The tokenizer `characters`: one id a character, nothing else changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from toolkit.contracts import Example, Examples, Prediction, Size
from toolkit_text import fields
from toolkit_text.tokenizer_options import Characters as Options
from toolkit_text.vocabulary import Vocabulary

VOCABULARY = "vocabulary.json"


class Characters:
    """Turns text into ids of characters (Unicode code points) and back; exact for characters that it knows."""

    def __init__(self, columns: Sequence[str], size: int, min_count: int) -> None:
        self.columns, self.fields = columns, fields.keys(columns)
        self.vocabulary_size, self.min_count = size, min_count
        self.vocabulary = Vocabulary()

    def fit(self, examples: Examples) -> None:
        """Learn the characters of the training texts."""
        every = (character for text in fields.texts(examples, self.columns) for character in text)
        self.vocabulary = Vocabulary.of(every, self.vocabulary_size, self.min_count)

    def encode(self, examples: Iterable[Example]) -> Iterator[Example]:
        """Add `tokens:FIELD`, a list of ids."""
        return fields.encoded(examples, self.fields, lambda text: {"tokens": self.vocabulary.ids(text)})

    def decode(self, predictions: Iterable[Prediction]) -> Iterator[Prediction]:
        """Write ids as text."""
        return fields.decoded(predictions, lambda ids: "".join(self.vocabulary.of_ids(ids)))

    def signature(self) -> Mapping[str, Size]:
        """Return one Size, the same for each port."""
        size = self.vocabulary.size()
        return {f"tokens:{column}": size for column in self.columns}

    def save(self, folder: Path) -> None:
        """Write the vocabulary."""
        self.vocabulary.save(folder / VOCABULARY)

    def load(self, folder: Path) -> None:
        """Read the vocabulary."""
        self.vocabulary = Vocabulary.load(folder / VOCABULARY)


def make(config: Options, *, given: frozenset[str]) -> Characters:
    """Make the tokenizer `characters` for the text columns among `given`."""
    return Characters(config.columns(given), config.vocab_size, config.min_count)
