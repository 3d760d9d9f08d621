"""`POST /v1/answer`: a question in, an answer with its sources out, or a refusal in the question's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from toolkit.errors import InputError
from toolkit_serve import REFUSAL
from toolkit_serve.backend import Backend, refuses, reply
from toolkit_serve.feedback import Feedback
from toolkit_serve.problems import Problem
from toolkit_serve.reading import Limits, attended, fields, json_of, text, texts
from toolkit_serve.wording import language_of


@dataclass(frozen=True, slots=True)
class Answering:
    """Puts questions to a system, which knows them as `field`, and keeps what was said where there is a store."""

    backend: Backend
    field: str
    feedback: Feedback | None

    async def answer(self, request: Request) -> Response:
        """Answer one question, or a batch under `questions`."""
        asked, batch = questions(await json_of(request, self.backend.limits), self.backend.limits)
        try:
            found = await attended(request, self.answers(asked))
        except InputError as error:
            raise Problem("invalid_input", error.message, "questions" if batch else "question") from None
        return reply({"answers": found} if batch else found[0])

    async def answers(self, asked: list[str]) -> list[dict[str, Any]]:
        """Return an answer to each question, in order."""
        predictions = await self.backend.predictions([{self.field: question} for question in asked])
        found = [
            answered(prediction, language_of(question, "en"))
            for question, prediction in zip(asked, predictions, strict=True)
        ]
        ids: list[str | None] = [None] * len(asked)
        if self.feedback is not None:
            kept = [{**prediction, **answer} for prediction, answer in zip(predictions, found, strict=True)]
            ids = await self.feedback.asked(list(zip(asked, kept, strict=True)))
        return [{"id": id, **answer} for id, answer in zip(ids, found, strict=True)]


def questions(value: Any, limits: Limits) -> tuple[list[str], bool]:
    """Return the questions that a body holds, and whether it is a batch. Raises Problem."""
    if isinstance(value, dict) and "questions" in value:
        return texts(fields(value, {"questions"})["questions"], "questions", limits), True
    return [text(fields(value, {"question"})["question"], "question", limits.max_text)], False


def answered(prediction: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return what is said of a prediction; what it lacks is empty."""
    # A system that writes text names it as its spec does; it is then the one text among what it says.
    words = prediction.get("answer", next((each for each in prediction.values() if isinstance(each, str)), ""))
    refused = refuses({**prediction, "answer": words})
    return {
        "answer": "" if refused else str(words),
        "refused": refused,
        "message": (prediction.get("message") or REFUSAL[language]) if refused else "",
        "confidence": prediction.get("confidence"),
        "sources": [] if refused else prediction.get("sources") or [],
        "related": prediction.get("related") or [],
        "language": language,
    }


def question_field(takes: Mapping[str, Mapping[str, Any]], gives: frozenset[str]) -> str:
    """Return the one text field of a system that answers in text; empty where it is no such system."""
    names = list(takes)
    if "predicts:text" in gives and len(names) == 1 and takes[names[0]].get("type") == "string":
        return names[0]
    return ""
