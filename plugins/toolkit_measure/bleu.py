"""Corpus BLEU (Papineni et al. 2002) as sacrebleu computes it (Post 2018)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sacrebleu.metrics.bleu import BLEU

from toolkit.contracts import Example, Prediction, Section
from toolkit_measure import configs
from toolkit_measure.columns import Answered, Columns
from toolkit_measure.words import mostly_chinese


class Bleu:
    """BLEU from the n-gram counts of each answer, which add up: a resample costs sums, not texts."""

    def __init__(self, columns: Columns, tokenize: str = "auto") -> None:
        self.columns = columns
        self.tokenize = tokenize
        self.signature = ""  # of the split measured last, for the report

    def rows(self, predictions: Iterable[Prediction], examples: Iterable[Example]) -> Iterator[tuple[int, ...]]:
        """Yield (answer length, reference length, 4 matches, 4 totals) for each example, by n-gram order."""
        pairs = list(self.columns.pairs(predictions, examples))
        tokenize = self.tokenize
        if tokenize == "auto":
            tokenize = "zh" if mostly_chinese(reference for _, reference in pairs) else "13a"
        scorer = BLEU(tokenize=tokenize)
        for prediction, reference in pairs:
            score = scorer.corpus_score([prediction], [[reference]])
            yield (score.sys_len, score.ref_len, *score.counts, *score.totals)
        self.signature = str(scorer.get_signature()) if pairs else ""

    def total(self, rows: Sequence[tuple[int, ...]]) -> float:
        """Return BLEU, from 0 to 100."""
        answer, reference, *counts = map(sum, zip(*rows, strict=True))
        return float(BLEU.compute_bleu(counts[:4], counts[4:], answer, reference, smooth_method="exp").score)

    def sections(self) -> Iterator[Section]:
        """Yield sacrebleu's signature, without which BLEU figures cannot be compared."""
        if self.signature:
            yield Section("BLEU", [f"sacrebleu signature: {self.signature}"])


def bleu(config: configs.Bleu) -> Answered:
    """Make the metric `bleu`."""
    return Answered(Bleu(Columns("bleu", config.field, config.field), config.tokenize), config.field)
