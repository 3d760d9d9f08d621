"""Questions on their way to a ranking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from toolkit.contracts import Example

#: Questions that are read at a time.
CHUNK = 64
#: Best entries that are compared to say how sure one may be of the first.
NEAREST = 10


class Found(NamedTuple):
    """What the searchers made of one question: what each searches it by, and the signals (signals, entries)."""

    queries: Sequence[Any]
    signals: np.ndarray


def chunks(examples: Iterable[Example]) -> Iterator[list[Example]]:
    """Yield the examples some at a time."""
    some: list[Example] = []
    for example in examples:
        some.append(example)
        if len(some) == CHUNK:
            yield some
            some = []
    if some:
        yield some


def highest(scores: np.ndarray, k: int) -> np.ndarray:
    """Return the places of the k highest scores above 0, highest first; equal ones in order. Linear but for equals."""
    places = np.flatnonzero(scores > 0)
    if len(places) > k:
        kth = np.partition(scores[places], -k)[-k]
        places = places[scores[places] >= kth]
    return places[np.argsort(-scores[places], kind="stable")][:k]


def rank_of(golds: Sequence[int], scores: np.ndarray) -> int:
    """Return the rank of the best right entry, from 1, equal ones in the table's order; 0 where none is above 0."""
    best = max(golds, key=lambda place: (scores[place], -place), default=0)
    if not golds or scores[best] <= 0:
        return 0  # `highest` leaves it out too
    return int((scores > scores[best]).sum() + (scores[:best] == scores[best]).sum()) + 1
