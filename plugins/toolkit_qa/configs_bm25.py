"""Options of the architecture `bm25`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from toolkit.component import Config


class BM25(Config):
    """Finds the entry whose question and answer share the rarest words with what is asked, and says how sure it is."""

    k1: float = Field(1.2, ge=0, le=10)
    """How much a word counts that stands several times; 0: no more than once."""
    b: float = Field(0.75, ge=0, le=1)
    """How much long texts are held back; 0: not at all."""
    answer_weight: float = Field(0.5, ge=0, le=10)
    """How much the words of the answers count, those of the questions counting 1; 0: questions alone are searched."""
    top_k: int = Field(10, ge=1, le=1000)
    """Entries ranked for a question."""

    def needs(self) -> frozenset[str]:
        return frozenset({"words:question", "words:passages.question", "words:passages.answer", "id:passages.id"})

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return frozenset({"learns:direct", "predicts:ranking", "predicts:text"})

    def suggests(self) -> Mapping[str, Sequence[str]]:
        return {"optimizer": ["direct"], "tokenizer": ["words"]}
