"""Options of the tokenizers."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from toolkit.component import Config

#: Shown to people, not read by models, unless `fields` names it.
_FOR_DISPLAY = "title"


class TextTokenizer(Config):
    """What all tokenizers of text share."""

    forms: ClassVar[tuple[str, ...]] = ("tokens",)

    fields: list[str] | None = Field(None, min_length=1)
    """Text fields to encode, with their columns in side tables; all but `title` where none is named."""

    def needs(self) -> frozenset[str]:
        return frozenset(f"text:{field}" for field in self.fields or ())

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return frozenset(f"{form}:{column}" for column in self.columns(given) for form in self.forms)

    def columns(self, given: frozenset[str]) -> list[str]:
        """Return the text columns to encode, in order: `answer`, `passages.answer`."""
        every = sorted(port.removeprefix("text:") for port in given if port.startswith("text:"))
        if self.fields is None:
            return [column for column in every if column.rpartition(".")[2] != _FOR_DISPLAY]
        return [column for column in every if column in self.fields or column.rpartition(".")[2] in self.fields]


class Characters(TextTokenizer):
    """One id a character."""

    vocab_size: int = Field(10_000, ge=5)
    """Ids at most, the four marks counted; the most frequent characters are kept."""
    min_count: int = Field(1, ge=1)
    """How often a character has to stand in the training texts to be known."""


class Words(TextTokenizer):
    """Words, normalised (NFKC) and in lower case, to search with and to learn from."""

    forms: ClassVar[tuple[str, ...]] = ("words", "tokens")

    stop_words: Literal["none", "english", "chinese", "both"] = "both"
    """Languages whose words without a subject (`what`, `怎么`) are not searched for; models that learn read them."""
    chinese: Literal["bigrams", "rjieba"] = "bigrams"
    """How Chinese is cut: pairs of characters to search with and single ones to learn from, or words by rjieba."""
    vocab_size: int = Field(20_000, ge=5)
    """Ids of tokens at most, the four marks counted; the most frequent tokens are kept."""
    min_count: int = Field(1, ge=1)
    """How often a token has to stand in the training texts to have an id."""


class BytePairs(TextTokenizer):
    """Byte-pair encoding of bytes, learnt from the training texts; every text comes back as it was."""

    vocab_size: int = Field(1000, ge=260)
    """Ids at most, the four marks and the 256 single bytes counted."""
    min_count: int = Field(2, ge=1)
    """How often a pair has to stand in the training texts to become one id."""
