"""Metrics: what a system's predictions are worth, each held equal to its reference by a test."""

from __future__ import annotations

from collections.abc import Iterator

from toolkit.component import Component
from toolkit.hookspecs import hookimpl
from toolkit_measure import configs


@hookimpl
def toolkit_components() -> Iterator[Component]:
    """Offer the metrics."""
    yield from _of_classes()
    yield from _of_texts()
    yield from _of_rankings()
    yield from _of_numbers()


def _of_classes() -> Iterator[Component]:
    yield Component("metric", "accuracy", configs.Accuracy, "toolkit_measure.classification:accuracy")
    yield Component("metric", "precision", configs.Precision, "toolkit_measure.classification:precision")
    yield Component("metric", "recall", configs.Recall, "toolkit_measure.classification:recall")
    yield Component("metric", "f1", configs.F1, "toolkit_measure.classification:f1")
    yield Component("metric", "confusion", configs.Confusion, "toolkit_measure.confusion:confusion")
    yield Component("metric", "roc-auc", configs.RocAuc, "toolkit_measure.auroc:roc_auc")


def _of_texts() -> Iterator[Component]:
    yield Component("metric", "loss", configs.Loss, "toolkit_measure.likelihood:loss")
    yield Component("metric", "perplexity", configs.Perplexity, "toolkit_measure.likelihood:perplexity")
    yield Component("metric", "exact-match", configs.ExactMatch, "toolkit_measure.text_overlap:exact_match")
    yield Component("metric", "token-f1", configs.TokenF1, "toolkit_measure.text_overlap:token_f1")
    yield Component("metric", "bleu", configs.Bleu, "toolkit_measure.bleu:bleu")
    yield Component("metric", "chrf", configs.Chrf, "toolkit_measure.chrf:chrf")
    yield Component("metric", "vector-similarity", configs.VectorSimilarity, "toolkit_measure.similarity:similarity")


def _of_rankings() -> Iterator[Component]:
    yield Component("metric", "hit@k", configs.Hit, "toolkit_measure.ranking:hit", {"k": 1})
    yield Component("metric", "mrr@k", configs.ReciprocalRank, "toolkit_measure.ranking:reciprocal_rank", {"k": 10})
    yield Component("metric", "question finds its own answer", configs.OwnAnswer, "toolkit_measure.ranking:own_answer")
    yield Component("metric", "ablation", configs.Ablation, "toolkit_measure.ablation:ablation")
    yield Component("metric", "refusal-auroc", configs.RefusalAuroc, "toolkit_measure.refusal:refusal_auroc")
    yield Component("metric", "refusal-recall", configs.RefusalRecall, "toolkit_measure.refusal:refusal_recall")
    yield Component("metric", "answer-rate", configs.AnswerRate, "toolkit_measure.refusal:answer_rate")
    yield Component("metric", "answer-risk", configs.AnswerRisk, "toolkit_measure.answer_risk:answer_risk")


def _of_numbers() -> Iterator[Component]:
    yield Component("metric", "rmse", configs.RMSE, "toolkit_measure.regression:rmse")
    yield Component("metric", "mae", configs.MAE, "toolkit_measure.regression:mae")
    yield Component("metric", "r2", configs.R2, "toolkit_measure.regression:r2")
