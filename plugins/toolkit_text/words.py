"""The tokenizer `words`: words to search with, and ids of words for models that learn.

The two differ on purpose. `words:FIELD` is for matching: stop words are left out, Chinese stands as overlapping
pairs of characters (which match however a sentence is cut into words), a compound brings the words inside it.
`tokens:FIELD` is for reading and writing: every word and mark once, Chinese as single characters, so that what
a model writes can be put together again. With rjieba both hold its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.contracts import Example, Examples, Prediction, Size
from toolkit_text import chinese, fields, stop_words
from toolkit_text.normalise import HAN, Kind, normalise, pieces, with_parts
from toolkit_text.tokenizer_options import Words as Options
from toolkit_text.vocabulary import Vocabulary

VOCABULARY = "vocabulary.json"
Pieces = Sequence[tuple[Kind, str]]

_NONE_BEFORE = re.compile(rf"[{HAN}\u3000-\u303f,.;:!?%)\]}}/'’”»…]")
_NONE_BEHIND = re.compile(rf"[{HAN}\u3000-\u303f]+|[(\[{{$#@/‘“«]")


@dataclass(frozen=True)
class Search:
    """Which words of a text are searched for: `cut` for Chinese, those in `stop` left out."""

    cut: chinese.Cut
    stop: frozenset[str] = frozenset()

    def words(self, found: Pieces) -> Iterator[str]:
        """Yield the words of a text, compounds followed by what is inside them."""
        for kind, piece in found:
            if kind != "mark":
                every = self.cut(piece) if kind == "han" else with_parts(piece)
                yield from (word for word in every if word not in self.stop)


class Words:
    """Cuts text into words.

    Args:
        columns: the columns to read, as in `question` and `passages.question`.
        search: finds the words to search with.
        otherwise: finds those of a text in which `search` leaves nothing, such as "who are you".
        read: cuts Chinese into tokens.
    """

    def __init__(
        self, columns: Sequence[str], search: Search, otherwise: Search, read: chinese.Cut, size: int, min_count: int
    ) -> None:
        self.columns, self.fields = columns, fields.keys(columns)
        self.search, self.otherwise, self.read = search, otherwise, read
        self.vocabulary_size, self.min_count = size, min_count
        self.vocabulary = Vocabulary()

    def fit(self, examples: Examples) -> None:
        """Learn the vocabulary of the tokens."""
        every = (token for text in fields.texts(examples, self.columns) for token in self.tokens(cut(text)))
        self.vocabulary = Vocabulary.of(every, self.vocabulary_size, self.min_count)

    def encode(self, examples: Iterable[Example]) -> Iterator[Example]:
        """Add `words:FIELD`, a list of strings, and `tokens:FIELD`, a list of ids."""
        same: dict[str, str] = {}  # one object a word, however often it stands: else a large table takes ten times more

        def read(text: str) -> Mapping[str, Any]:
            found = cut(text)
            words = list(self.search.words(found)) or self.otherwise.words(found)
            return {
                "words": [same.setdefault(word, word) for word in words],
                "tokens": self.vocabulary.ids(self.tokens(found)),
            }

        return fields.encoded(examples, self.fields, read)

    def tokens(self, found: Pieces) -> Iterator[str]:
        """Yield the tokens of a text, marks included."""
        for kind, piece in found:
            yield from self.read(piece) if kind == "han" else (piece,)

    def decode(self, predictions: Iterable[Prediction]) -> Iterator[Prediction]:
        """Write ids as text; what was lower-cased stays so."""
        return fields.decoded(predictions, lambda ids: joined(self.vocabulary.of_ids(ids)))

    def signature(self) -> Mapping[str, Size]:
        """Return a Size for each port; all token ports share one vocabulary."""
        sizes = {"words": Size((None,)), "tokens": self.vocabulary.size()}
        return {f"{form}:{column}": size for column in self.columns for form, size in sizes.items()}

    def save(self, folder: Path) -> None:
        """Write the vocabulary."""
        self.vocabulary.save(folder / VOCABULARY)

    def load(self, folder: Path) -> None:
        """Read the vocabulary."""
        self.vocabulary = Vocabulary.load(folder / VOCABULARY)


def cut(text: str) -> Pieces:
    """Return the pieces of any text."""
    return list(pieces(normalise(text)))


def joined(tokens: Iterable[str]) -> str:
    """Return tokens as text: blanks between words, none beside Chinese, before closing or behind opening marks."""
    text, last = "", ""
    for token in tokens:
        together = not text or _NONE_BEFORE.match(token) or _NONE_BEHIND.fullmatch(last)
        text += token if together else f" {token}"
        last = token
    return text


def make(config: Options, *, given: frozenset[str]) -> Words:
    """Make the tokenizer `words` for the text columns among `given`."""
    stop = stop_words.LISTS[config.stop_words]
    if config.chinese == "rjieba":
        search, read = chinese.dictionary()
        with_stop, without = Search(search, stop), Search(search)
    else:
        with_stop, without, read = Search(chinese.bigrams(stop), stop), Search(chinese.bigrams()), list
    return Words(config.columns(given), with_stop, without, read, config.vocab_size, config.min_count)
