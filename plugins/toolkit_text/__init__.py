"""Text: question-and-answer files, pairs, plain text; characters, words and byte pairs."""

from __future__ import annotations

from collections.abc import Iterator

from toolkit.component import Component
from toolkit.hookspecs import hookimpl
from toolkit_text.data_options import Faq, Pairs, Text
from toolkit_text.tokenizer_options import BytePairs, Characters, Words


@hookimpl
def toolkit_components() -> Iterator[Component]:
    """Yield the data and the tokenizers."""
    yield Component("data", "faq", Faq, "toolkit_text.faq:make", {"entries": "faq.jsonl"})
    yield Component("data", "pairs", Pairs, "toolkit_text.pairs:make", {"path": "pairs.jsonl"})
    yield Component("data", "text", Text, "toolkit_text.documents:make", {"path": "notes.txt"})
    yield Component("tokenizer", "characters", Characters, "toolkit_text.characters:make")
    yield Component("tokenizer", "words", Words, "toolkit_text.words:make")
    yield Component("tokenizer", "bpe", BytePairs, "toolkit_text.bpe:make")
