"""Exact match and token F1 of answers, as in SQuAD (Rajpurkar et al. 2016), with Chinese by character."""

from __future__ import annotations

from collections import Counter

from toolkit_measure.columns import Answered, Columns, Mean
from toolkit_measure.configs import ExactMatch, TokenF1
from toolkit_measure.words import words


def equal(prediction: str, reference: str) -> float:
    """Return 1.0 where the texts are the same, else 0.0."""
    return float(prediction == reference)


def equal_normalised(prediction: str, reference: str) -> float:
    """Return 1.0 where the normalised words are the same, else 0.0; blanks between Chinese characters are nothing."""
    return float(words(prediction) == words(reference))


def overlap(prediction: str, reference: str) -> float:
    """Return the F1 of the words of a prediction against those of its reference, from 0 to 1.

    Two texts without words agree fully; one text without words agrees with nothing (SQuAD 2.0).
    """
    given, wanted = words(prediction), words(reference)
    if not given or not wanted:
        return float(given == wanted)
    common = (Counter(given) & Counter(wanted)).total()
    return 2 * common / (len(given) + len(wanted))


def exact_match(config: ExactMatch) -> Answered:
    """Make the metric `exact-match`."""
    compare = equal_normalised if config.normalise else equal
    return Answered(Mean(Columns("exact-match", config.field, config.field), compare), config.field)


def token_f1(config: TokenF1) -> Answered:
    """Make the metric `token-f1`."""
    return Answered(Mean(Columns("token-f1", config.field, config.field), overlap), config.field)
