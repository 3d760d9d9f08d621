"""Question answering: finding the answer among given ones, or writing it."""

from __future__ import annotations

from collections.abc import Iterator

from toolkit.component import Component
from toolkit.hookspecs import hookimpl
from toolkit_qa.configs_calibrated import Calibrated
from toolkit_qa.configs_retrieval import BM25, DualEncoder, Hybrid
from toolkit_qa.configs_seq2seq import Seq2Seq


@hookimpl
def toolkit_components() -> Iterator[Component]:
    """Yield the architectures, and how they know when to refuse."""
    yield Component("architecture", "bm25", BM25, "toolkit_qa.bm25:make")
    yield Component("architecture", "dual-encoder", DualEncoder, "toolkit_qa.dual_encoder:make")
    yield Component("architecture", "hybrid", Hybrid, "toolkit_qa.hybrid:make")
    yield Component("architecture", "seq2seq", Seq2Seq, "toolkit_qa.seq2seq:make", example={"cell": "gru"})
    yield Component("refusal", "calibrated", Calibrated, "toolkit_qa.calibrated:make")
