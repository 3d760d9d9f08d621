"""Options of the architectures that find the answer among given ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from toolkit.component import Config, Entry, Slot

WORDS = frozenset({"words:question", "words:passages.question", "words:passages.answer"})
TEXTS = frozenset({"text:question", "text:passages.question", "text:passages.answer", "id:passages.id"})
RANKS = frozenset({"predicts:ranking", "predicts:text"})


def _default(use: str, **options: Any) -> Any:
    return Entry.model_validate({"use": use, **options})


class Retrieval(Config):
    """What every architecture of this kind is told."""

    refusal: Annotated[Entry, Slot("refusal")] = _default("calibrated")
    """How it knows when to refuse, and what it then says."""
    top_k: int = Field(10, ge=1, le=1000)
    """Entries ranked for a question."""


class BM25(Retrieval):
    """Finds the entry whose question and answer share the rarest words with what is asked, and says how sure it is."""

    k1: float = Field(1.2, ge=0, le=10)
    """How much a word counts that stands several times; 0: no more than once."""
    b: float = Field(0.75, ge=0, le=1)
    """How much long texts are held back; 0: not at all."""
    answer_weight: float = Field(0.5, ge=0, le=10)
    """How much the words of the answers count, those of the questions counting 1; 0: questions alone are searched."""
    character_weight: float = Field(0.0, ge=0, le=10)
    """How much stretches of three and four characters of the questions count; they forgive endings and typing slips."""

    def needs(self) -> frozenset[str]:
        return WORDS | TEXTS

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return RANKS | {"learns:direct", "searches:words"}

    def suggests(self) -> Mapping[str, Sequence[str]]:
        return {"optimizer": ["direct"], "tokenizer": ["words"]}


class DualEncoder(Retrieval):
    """Finds the entry whose question and answer are nearest in meaning: vectors of one encoder for both sides.

    With `adapter: linear` a matrix behind the encoder is learnt from the entries' own questions and answers, so that a
    question comes to lie near its answer and far from the others (contrastive, Chen et al., 2020; Karpukhin et al.,
    2020). Encoders that are trained from scratch learn by the same loss.
    """

    encoder: Annotated[Entry, Slot("encoder", passes=("learns:",))] = _default("universal-sentence-encoder")
    """What turns texts into vectors."""
    answer_weight: float = Field(1.0, ge=0, le=10)
    """How much nearness to the answer counts, that to the question counting 1; 0: answers are not encoded."""
    adapter: Literal["none", "linear"] = "none"
    """What is learnt behind the encoder: nothing, or a matrix that starts as the identity."""
    temperature: float = Field(0.05, gt=0, le=10)
    """By what the cosines are divided in the loss; the smaller, the more the nearest wrong answers count."""
    hard_negatives: int = Field(8, ge=0, le=1000)
    """Wrong entries for each question that BM25 ranks highest and that the loss sets against the right one."""
    random_negatives: int = Field(500, ge=0, le=100_000)
    """Further wrong entries in each step, all of them where there are no more; only behind an encoder that is fixed."""
    dropout: float = Field(0.1, ge=0, lt=1)
    """Share of the numbers of a fixed encoder's vectors that are dropped in training."""
    augment: float = Field(0.15, ge=0, lt=1)
    """Share of the words that are left out of half of the questions in training."""
    stay: float = Field(0.001, ge=0, le=10)
    """How strongly the matrix is drawn to the identity: what the sum of its squares is multiplied by in the loss."""

    @property
    def adapts(self) -> bool:
        """Whether something behind the encoder is learnt."""
        return self.adapter != "none"

    def needs(self) -> frozenset[str]:
        return TEXTS | (WORDS | {"device:torch"} if self.adapts else frozenset())

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        learns = {port for port in given if port.startswith("learns:")}
        return RANKS | {"searches:meaning", "embeds:question"} | ({"learns:gradient"} if self.adapts else learns)

    def suggests(self) -> Mapping[str, Sequence[str | Mapping[str, Any]]]:
        learns = {"use": "adam", "lr": 1e-3, "steps": 150, "batch_size": 256}
        way: dict[str, Any] = {"optimizer": [learns], "device": ["auto"]} if self.adapts else {"optimizer": ["direct"]}
        return {**way, "tokenizer": ["words"]}


class Hybrid(Retrieval):
    """Finds the entry by words and by meaning together; how much each counts is learnt on the validation questions.

    There is one ranking and one refusal: `top_k` and `refusal` of the parts make no difference.
    """

    dense: Annotated[
        Entry, Slot("architecture", gives=frozenset({"searches:meaning"}), passes=("learns:", "embeds:"))
    ] = _default("dual-encoder")
    """What searches by meaning; what it suggests, such as a way to learn, goes before what `lexical` does."""
    lexical: Annotated[Entry, Slot("architecture", gives=frozenset({"searches:words"}))] = _default(
        "bm25", answer_weight=1.0, character_weight=0.2
    )
    """What searches by words."""

    def needs(self) -> frozenset[str]:
        return TEXTS

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return RANKS | {port for port in given if port.startswith(("learns:", "embeds:"))}
