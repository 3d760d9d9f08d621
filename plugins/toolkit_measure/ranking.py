"""Is a right id near the top? On the ranking before any refusal, over examples that have a right id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from toolkit_measure import configs
from toolkit_measure.columns import Columns, Mean


def first_right(ranking: Sequence[Mapping[str, Any]], gold: Sequence[Any], k: int) -> int | None:
    """Return the rank, from 1, of the first right id among the first k; None where none is there."""
    return next((rank for rank, hit in enumerate(ranking[:k], 1) if hit["id"] in gold), None)


def hit_at(ranking: Sequence[Mapping[str, Any]], gold: Sequence[Any], k: int) -> float | None:
    """Return 1.0 where a right id is among the first k, else 0.0; None where there is no right id."""
    return float(first_right(ranking, gold, k) is not None) if gold else None


def reciprocal_rank_at(ranking: Sequence[Mapping[str, Any]], gold: Sequence[Any], k: int) -> float | None:
    """Return 1 / rank of the first right id among the first k, else 0.0; None where there is no right id."""
    if not gold:
        return None
    rank = first_right(ranking, gold, k)
    return 1 / rank if rank else 0.0


def hit(config: configs.Hit) -> Mean:
    """Make the metric `hit@k`."""
    return Mean(Columns(f"hit@{config.k}", "ranking", config.field), partial(hit_at, k=config.k))


def reciprocal_rank(config: configs.ReciprocalRank) -> Mean:
    """Make the metric `mrr@k` (Voorhees, TREC-8 1999)."""
    return Mean(Columns(f"mrr@{config.k}", "ranking", config.field), partial(reciprocal_rank_at, k=config.k))


def own_answer(config: configs.OwnAnswer) -> Mean:
    """Make the metric `question finds its own answer`."""
    return Mean(Columns("question finds its own answer", "ranking", config.field), partial(hit_at, k=1))
