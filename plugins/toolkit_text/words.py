"""The tokenizer `words`: words to search with, and ids of words for models that learn.

The two differ on purpose. `words:FIELD` is for matching: stop words are left out, Chinese stands as overlapping
pairs of characters (which need no dictionary and match whatever the cut between words), a compound brings the
words inside it. `tokens:FIELD` is for reading and writing: every word and mark once, Chinese as single
characters, so that what a model writes can be put together again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from toolkit.contracts import Example, Examples, Prediction, Size
from toolkit.errors import PluginError
from toolkit_text import fields, normalise, stop_words
from toolkit_text.tokenizer_options import Words as Options
from toolkit_text.vocabulary import Vocabulary

VOCABULARY = "vocabulary.json"
Cut = Callable[[str], Iterable[str]]

_NO_BLANK_BEFORE = re.compile(r"[,.;:!?%)\]}'\"…»]")
_NO_BLANK_BEHIND = re.compile(r"[(\[{#$@/«]")
_BLANKLESS = re.compile(rf"[{normalise.HAN}\u3000-\u303f\uff00-\uff65]")


class Words:
    """Cuts text into words.

    Args:
        columns: the columns to read, as in `question` and `passages.question`.
        search, read: cut a run of Chinese into words to search with, and into tokens.
        stop: words that `words:FIELD` leaves out, unless nothing would be left.
    """

    def __init__(
        self, columns: Sequence[str], *, search: Cut, read: Cut, stop: frozenset[str], size: int, min_count: int
    ) -> None:
        self.columns, self.fields = columns, fields.keys(columns)
        self.search, self.read, self.stop = search, read, stop
        self.vocabulary_size, self.min_count = size, min_count
        self.vocabulary = Vocabulary()
        self._one: dict[str, str] = {}

    def fit(self, examples: Examples) -> None:
        """Learn the vocabulary of `tokens`."""
        every = (token for text in fields.texts(examples, self.columns) for token in self.tokens(_pieces(text)))
        self.vocabulary = Vocabulary.of(every, self.vocabulary_size, self.min_count)

    def encode(self, examples: Iterable[Example]) -> Iterator[Example]:
        """Add `words:FIELD`, a list of strings, and `tokens:FIELD`, a list of ids."""
        same: dict[str, str] = {}  # one object a word, however often it stands: a large table would not fit otherwise

        def read(text: str) -> Mapping[str, Any]:
            found = _pieces(text)
            words = [same.setdefault(word, word) for word in self.words(found)]
            return {"words": words, "tokens": self.vocabulary.ids(self.tokens(found))}

        return fields.encoded(examples, self.fields, read)

    def decode(self, predictions: Iterable[Prediction]) -> Iterator[Prediction]:
        """Write ids as text: a blank between words, none beside Chinese and before marks."""
        return fields.decoded(predictions, lambda ids: joined(self.vocabulary.of_ids(ids)))

    def signature(self) -> Mapping[str, Size]:
        """Return a Size for each port; all token ports share one vocabulary."""
        sizes = {"words": Size((None,)), "tokens": self.vocabulary.size()}
        return {f"{form}:{column}": size for column in self.columns for form, size in sizes.items()}

    def words(self, found: Sequence[tuple[normalise.Kind, str]]) -> list[str]:
        """Return the words of a text to search with."""
        every = [word for kind, piece in found if kind != "mark" for word in self._of_piece(kind, piece, self.stop)]
        return every or [word for kind, piece in found if kind != "mark" for word in self._of_piece(kind, piece)]

    def tokens(self, found: Sequence[tuple[normalise.Kind, str]]) -> Iterator[str]:
        """Yield the tokens of a text, marks included."""
        for kind, piece in found:
            if kind == "han":
                yield from self.read(piece)
            else:
                yield piece

    def _of_piece(self, kind: str, piece: str, stop: frozenset[str] = frozenset()) -> Iterator[str]:
        if kind == "han":
            yield from self.search(piece) if not stop else self.search_without(piece)
        else:
            yield from (word for word in (piece, *normalise.parts(piece)) if word not in stop)

    def save(self, folder: Path) -> None:
        """Write the vocabulary."""
        self.vocabulary.save(folder / VOCABULARY)

    def load(self, folder: Path) -> None:
        """Read the vocabulary."""
        self.vocabulary = Vocabulary.load(folder / VOCABULARY)
