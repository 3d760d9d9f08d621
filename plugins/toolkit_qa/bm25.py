"""The architecture `bm25`: search by words alone."""

from __future__ import annotations

from typing import Any

from toolkit_qa.configs_retrieval import BM25
from toolkit_qa.lexical import Lexical
from toolkit_qa.mixing import Mixing
from toolkit_qa.retriever import Retriever


def make(config: BM25, *, refusal: Any) -> Retriever:
    """Make the architecture `bm25`."""
    lexical = Lexical(config.k1, config.b, config.answer_weight, config.character_weight)
    return Retriever({"lexical": lexical}, Mixing(lexical.signals), refusal(), config.top_k)
