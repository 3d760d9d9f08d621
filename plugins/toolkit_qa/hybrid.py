"""The architecture `hybrid`: search by words and by meaning, in one ranking."""

from __future__ import annotations

from typing import Any

from toolkit_qa.configs_retrieval import Hybrid
from toolkit_qa.mixing import Mixing
from toolkit_qa.retriever import SAME_LANGUAGE, Retriever

#: How much a point of BM25 counts, a cosine counting 10, and how much the same language, where no validation says
#: better: chosen on the questions in benchmarks/questions and the help desk's validation questions.
WORDS, LANGUAGE = 0.3, 3.0


def make(config: Hybrid, *, lexical: Any, dense: Any, refusal: Any) -> Any:
    """Make the architecture `hybrid`; what has to be trained in the dense part is trained behind the whole."""
    words, meaning = lexical(), dense()
    searchers = {**words.searchers, **meaning.searchers}
    weights = {name: WORDS * weight for name, weight in searchers["lexical"].signals.items()}
    mixing = Mixing({**weights, **searchers["dense"].signals, SAME_LANGUAGE: LANGUAGE})
    retriever = Retriever(searchers, mixing, refusal(), config.top_k, learns_weights=True)
    return meaning.behind(retriever) if hasattr(meaning, "behind") else retriever
