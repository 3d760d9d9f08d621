"""The architecture `dual-encoder`: search by meaning alone."""

from __future__ import annotations

import importlib
from typing import Any

from toolkit_qa.configs_retrieval import DualEncoder
from toolkit_qa.dense import Dense
from toolkit_qa.mixing import Mixing
from toolkit_qa.retriever import Retriever


def make(config: DualEncoder, *, encoder: Any, refusal: Any, device: Any) -> Any:
    """Make the architecture `dual-encoder`; torch is loaded only where something has to be trained."""
    made = encoder()
    dense = Dense(made, config.answer_weight, config.adapts)
    retriever = Retriever({"dense": dense}, Mixing(dense.signals), refusal(), config.top_k)
    if not (config.adapts or hasattr(made, "named_parameters")):
        return retriever
    contrastive = importlib.import_module("toolkit_qa.contrastive")
    loss = contrastive.Loss(config.temperature, config.hard_negatives, config.random_negatives, config.stay)
    return contrastive.ContrastiveRetriever(retriever, loss, config.dropout, config.augment, device.torch)
