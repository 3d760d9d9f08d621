"""The refusal `calibrated`: how likely an answer is right, and the confidence up to which it is held back.

The confidence is P(right | features), see `toolkit_qa.calibration`. Threshold and report rest on what is said of each
validation question by a fit that has not seen its group; the fit that is kept has seen them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from toolkit.contracts import Section
from toolkit_qa import refusal_file, refusal_report
from toolkit_qa.calibration import Calibration, isotonic, log_odds, out_of_fold, temperature
from toolkit_qa.configs_calibrated import Calibrated as Options
from toolkit_qa.refusal_report import Questions
from toolkit_qa.refusal_rule import Rule

FILE = "refusal.json"
FITS = {"temperature": temperature, "isotonic": isotonic}
#: Questions, and groups of them, from which something is learnt.
ENOUGH, ENOUGH_GROUPS = 10, 3
#: Put after the text of a refusal.
FURTHER = {"en": " For further help: {}", "zh": "如需进一步帮助，请联系：{}"}


class Calibrated:
    """Says how likely an answer is right, and whether to hold it back.

    Args:
        calibration: a name in FITS.
        rule: what the threshold is chosen by.
        text: what is said instead of an answer, by language.
        hand_over: whom else to ask, put after the text; nothing where empty.
        answerable: whether confidence is that a question has an answer, be the one given right or not.
    """

    def __init__(
        self, calibration: str, rule: Rule, text: Mapping[str, str], hand_over: str, answerable: bool = False
    ) -> None:
        self.of_answerable = answerable
        self.calibration, self.rule, self.text, self.hand_over = calibration, rule, dict(text), hand_over
        self.learnt: Calibration | None = None
        self._keep_formula("Nothing was learnt from validation questions")

    def learn(self, features: np.ndarray, right: np.ndarray, answerable: np.ndarray, groups: Sequence[str]) -> None:
        """Learn confidence and threshold from validation questions.

        features: (n, f), the first from 0 to 1 a confidence by formula, the others any numbers, NaN where absent.
        right: (n,) whether the first entry is a right one; answerable: (n,) whether any is. groups: n names; what
        bears the same one is never learnt from when it is measured, such as the questions of one answer; "" is a
        group by itself.
        """
        features = np.asarray(features, float)
        right, answerable = np.asarray(right, bool), np.asarray(answerable, bool)
        true = answerable if self.of_answerable else right
        few = _too_few(true, groups)
        if few:
            self._keep_formula(few)
            return
        inputs, fit = _inputs(features), FITS[self.calibration]
        crossed = out_of_fold(fit, inputs, true, answerable, groups)
        self.learnt = fit(inputs, true, answerable, groups)
        self.questions = Questions(crossed, right, answerable)
        self.threshold, self.why = self.rule.choose(crossed, true, answerable)

    def _keep_formula(self, why: str) -> None:
        self.learnt, self.threshold, self.questions = None, self.rule.unlearnt, Questions.none()
        self.why = f"{why}, so the confidence is that of a formula and promises nothing."

    def confidence(self, features: np.ndarray) -> np.ndarray:
        """Return how likely each first entry is right, (n,); `features[:, 0]` where nothing was learnt."""
        features = np.asarray(features, float)
        if self.learnt is None:
            return np.clip(np.nan_to_num(features[:, 0], nan=0.0), 0.0, 1.0)
        return self.learnt(_inputs(features))

    def refuses(self, confidence: float) -> bool:
        """Return whether an answer of this confidence is held back."""
        return confidence <= self.threshold

    def message(self, language: str) -> str:
        """Return what is said instead of an answer, in `zh` or `en`."""
        return self.text[language] + (FURTHER[language].format(self.hand_over) if self.hand_over else "")

    def sections(self) -> Iterator[Section]:
        """Yield how the threshold came about, what it costs, and how true the confidence is."""
        yield refusal_report.section(self.why, self.threshold, self.questions)

    def save(self, folder: Path) -> None:
        """Write what was learnt, as JSON."""
        refusal_file.save(folder / FILE, self.threshold, self.why, self.learnt, self.questions)

    def load(self, folder: Path) -> None:
        """Read back what `save` wrote; RunError where it is not whole."""
        self.threshold, self.why, self.learnt, self.questions = refusal_file.load(folder / FILE)


def _too_few(right: np.ndarray, groups: Sequence[str]) -> str:
    """Return why nothing can be learnt from these questions; nothing where something can."""
    distinct = len(set(groups) - {""}) + sum(not group for group in groups)
    if len(right) < ENOUGH or distinct < ENOUGH_GROUPS:
        return f"There are {len(right)} validation questions in {distinct} groups, too few to learn a confidence from"
    if right.all() or not right.any():
        which = "right" if right.all() else "wrong"
        return f"The first entry is {which} for all {len(right)} validation questions, which tells nothing apart"
    return ""


def _inputs(features: np.ndarray) -> np.ndarray:
    """Return the features with the formula's confidence as log-odds."""
    return np.column_stack([log_odds(features[:, 0]), features[:, 1:]])


def make(config: Options) -> Calibrated:
    """Make the refusal `calibrated`."""
    rule = Rule(config.cost, config.ceiling, config.false_answers)
    answerable = config.confidence == "answerable"
    return Calibrated(config.calibration, rule, {**config.text}, config.hand_over, answerable)
