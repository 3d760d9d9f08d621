"""Options of the refusal `calibrated`."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from toolkit.component import Config

Language = Literal["zh", "en"]
#: What is said instead of an answer where the spec says nothing else.
TEXTS: dict[Language, str] = {
    "en": "I have no reliable answer to this question. Please try asking it in other words.",
    "zh": "这个问题我没有可靠的答案，请换个说法再问一次。",
}
#: The ways to choose a threshold, one of which is taken.
RULES = ("cost", "ceiling", "false_answers")
#: Characters that are no text: control, format (such as those that turn the direction of writing), line separators.
UNPRINTED = {"Cc", "Cf", "Zl", "Zp"}


class Calibrated(Config):
    """Says how likely an answer is right, learnt on validation questions, and holds it back where that is too little.

    A wrong answer is one whose first entry answers another question, or any answer to a question that has none.
    """

    calibration: Literal["temperature", "isotonic"] = "temperature"
    """`temperature`: logistic regression; `isotonic`: bent by a rising curve as well, from a thousand questions on."""
    confidence: Literal["right", "answerable"] = "right"
    """What it is the probability of: that the answer given is right, or only that the question has one at all."""
    cost: float | None = Field(None, gt=0, le=10_000)
    """How many refusals of what could be answered rightly are as bad as a wrong answer; 1 where no rule is given."""
    ceiling: float | None = Field(None, gt=0, lt=1)
    """Largest share of the answers given that may be wrong, from 0 to 1, instead of `cost`."""
    false_answers: float | None = Field(None, gt=0, lt=1)
    """Largest share of the questions without an answer that may be answered, from 0 to 1, instead of `cost`."""
    text: dict[Language, str] = TEXTS
    """What is said instead of an answer, by language (`zh`, `en`)."""
    hand_over: str = Field("", max_length=500)
    """Where a person who is refused can turn to: an e-mail address, a URL or any words; added to `text`."""

    @model_validator(mode="before")
    @classmethod
    def _rule_by_default(cls, options: Any) -> Any:
        # Each answer says how sure it is and what it rests on, and each refusal shows what comes near and whom to ask:
        # where nobody says that one is worse, an answer is given if it is more likely right than wrong.
        silent = isinstance(options, Mapping) and all(options.get(rule) is None for rule in RULES)
        return {**options, "cost": 1.0} if silent else options

    @model_validator(mode="after")
    def _one_rule(self) -> Calibrated:
        given = [rule for rule in RULES if getattr(self, rule) is not None]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} are ways to choose one threshold: leave all but one out")
        return self

    @field_validator("text")
    @classmethod
    def _every_language(cls, text: dict[Language, str]) -> dict[Language, str]:
        texts = {language: one.strip() for language, one in {**TEXTS, **text}.items()}
        for language, one in texts.items():
            if not one:
                raise ValueError(f"the text in {language} is empty")
            _refuse_unprinted(one.replace("\n", " "))
        return texts

    @field_validator("hand_over")
    @classmethod
    def _one_line(cls, words: str) -> str:
        _refuse_unprinted(words.strip())
        return words.strip()


def _refuse_unprinted(text: str) -> None:
    for place, character in enumerate(text, 1):
        if unicodedata.category(character) in UNPRINTED:
            raise ValueError(f"character {place} (U+{ord(character):04X}) is a control character")
