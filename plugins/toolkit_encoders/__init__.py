"""Encoders: texts as vectors, by a pretrained model or by one trained from scratch."""

from __future__ import annotations

from collections.abc import Iterator

from toolkit.component import Component
from toolkit.hookspecs import hookimpl
from toolkit_encoders.configs_learnt import Gru, NgramBag
from toolkit_encoders.configs_pretrained import SentenceTransformers, UniversalSentenceEncoder


@hookimpl
def toolkit_components() -> Iterator[Component]:
    """Yield the encoders."""
    yield Component(
        "encoder",
        "universal-sentence-encoder",
        UniversalSentenceEncoder,
        "toolkit_encoders.universal_sentence:make",
        extra="embedded",
        licence="Apache-2.0",
        homepage="https://aclanthology.org/2020.acl-demos.12/",
    )
    yield Component(
        "encoder",
        "sentence-transformers",
        SentenceTransformers,
        "toolkit_encoders.sentence_transformers_model:make",
        example={"model": "models/multilingual-e5-small"},
        extra="hf",
        homepage="https://sbert.net",
    )
    yield Component("encoder", "ngram-bag", NgramBag, "toolkit_encoders.ngram_bag:make")
    yield Component("encoder", "gru", Gru, "toolkit_encoders.gru:make")
