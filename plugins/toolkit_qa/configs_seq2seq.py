"""Options of the encoder-decoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field, model_validator

from toolkit.component import Config


class Seq2Seq(Config):
    """Encoder-decoder of recurrent networks that writes an answer token by token (Sutskever et al., 2014)."""

    source: str = "question"
    """Field that is read."""
    target: str = "answer"
    """Field that is written."""
    cell: Literal["rnn", "lstm", "gru"] = "lstm"
    """Recurrent cell of the encoder and the decoder."""
    width: int = Field(256, ge=2)
    """Size of the embeddings and of the hidden state."""
    layers: int = Field(1, ge=1)
    """Recurrent layers in the encoder, and as many in the decoder."""
    bidirectional: bool = True
    """Whether the encoder reads in both directions, with half the width for each."""
    attention: Literal["none", "luong"] = "luong"
    """How the decoder looks back at the source: not at all, or by Luong et al.'s global attention (2015)."""
    dropout: float = Field(0.1, ge=0, lt=1)
    """Share of the embeddings, and of what passes between layers and to the output, that is dropped in training."""
    word_dropout: float = Field(0.0, ge=0, lt=1)
    """Share of the source tokens that are read as unknown in training (Iyyer et al., 2015); for few training texts."""
    teacher_forcing: float = Field(1.0, ge=0, le=1)
    """Probability that the decoder is fed the true last token in training, not its own; 1 is far faster."""
    max_length: int = Field(200, ge=1)
    """Longest answer that is written, in tokens."""
    beam: int = Field(1, ge=1)
    """Answers that are followed at once by beam search; 1 is greedy decoding."""
    length_penalty: float = Field(1.0, ge=0)
    """Beams are compared by log-probability / length^penalty: 1 is the mean of a token, 0 favours short answers."""

    def needs(self) -> frozenset[str]:
        return frozenset({f"tokens:{self.source}", f"tokens:{self.target}", "device:torch"})

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return frozenset({"learns:gradient", "predicts:text", "scores:likelihood"})

    def suggests(self) -> Mapping[str, Sequence[str]]:
        return {
            "tokenizer": ["words", "characters"],
            "optimizer": ["adam"],
            "device": ["auto"],
            "metric": ["loss", "perplexity", "token-f1", "bleu", "exact-match"],
        }

    @model_validator(mode="after")
    def _directions_share_the_width(self) -> Seq2Seq:
        if self.bidirectional and self.width % 2:
            raise ValueError("with `bidirectional` the width is halved, so it must be even")
        return self
