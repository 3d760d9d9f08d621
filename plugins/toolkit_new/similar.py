"""Pairs of short texts that are nearly the same: Jaccard similarity of their character trigrams.

    J(a, b) = |a ∩ b| / |a ∪ b|

Two sets with J >= t share one of the first |a| - ceil(t |a|) + 1 of a's trigrams in any fixed order (Chaudhuri et al.,
"A primitive operator for similarity joins", 2006). The rarest come first, so few texts meet under each.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

#: Characters of a text that are compared, and earlier texts that it is compared with: more take long and tell nothing.
_LONGEST, _MOST = 300, 40


def near(texts: Sequence[str], threshold: float) -> Iterator[tuple[int, int, float]]:
    """Yield the places of each two texts whose similarity is at least `threshold`, the first before the second."""
    sets = [trigrams(text[:_LONGEST]) for text in texts]
    counts = Counter(gram for grams in sets for gram in grams)
    under: defaultdict[str, list[int]] = defaultdict(list)
    for place, grams in enumerate(sets):
        ordered = sorted(grams, key=lambda gram: (counts[gram], gram))
        prefix = ordered[: len(grams) - math.ceil(threshold * len(grams) - 1e-9) + 1]
        for other in _met(under, prefix):
            alike = jaccard(grams, sets[other]) if _may(len(grams), len(sets[other]), threshold) else 0.0
            if alike >= threshold:
                yield other, place, alike
        for gram in prefix:
            under[gram].append(place)


def _met(under: Mapping[str, list[int]], prefix: Sequence[str]) -> list[int]:
    """Return the places of earlier texts that share a trigram of the prefix: those that share a rare one."""
    met: set[int] = set()
    for gram in prefix:
        met.update(under.get(gram, ())[-_MOST:])
        if len(met) >= _MOST:
            break
    return sorted(met)


def trigrams(text: str) -> frozenset[str]:
    """Return the runs of three characters of a text; a shorter text is one itself."""
    return frozenset(text[start : start + 3] for start in range(max(1, len(text) - 2)))


def jaccard(first: frozenset[str], second: frozenset[str]) -> float:
    """Return the share of what both hold in what either holds."""
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared)


def _may(first: int, second: int, threshold: float) -> bool:
    """Return whether sets of these sizes can be that similar."""
    return min(first, second) >= threshold * max(first, second) - 1e-9
