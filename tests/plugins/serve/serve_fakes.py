"""Systems for the tests of serving: they answer at once, and check inputs as real ones do."""

from __future__ import annotations

import math
import time
from typing import Any

from toolkit.system import System

QUESTION = {"question": {"type": "string"}}
PICTURE = {
    "image": {
        "type": "array",
        "items": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        "minItems": 2,
        "maxItems": 2,
    }
}
RATING = {"user": {"type": "string"}, "item": {"type": "integer"}}

ANSWER = {
    "answer": "Type toolkit build.",
    "refused": False,
    "confidence": 0.875,
    "message": "",
    "sources": [{"id": "faq-1", "title": "Building", "text": "Type toolkit build.", "span": [0, 19], "score": 0.875}],
    "related": [{"id": "faq-2", "title": "Planning", "score": 0.25}],
    "ranking": [{"id": "faq-1", "score": 0.875}, {"id": "faq-2", "score": 0.25}],
}
#: What the architectures of the fakes give: a help desk; a help desk whose model has vectors.
TEXT = frozenset({"learns:direct", "predicts:text", "predicts:ranking"})
VECTORS = TEXT | {"embeds:question"}


class Vectors:
    """A model whose vectors tell texts apart."""

    def embed(self, examples: Any) -> Any:
        for example in examples:
            first = 1 / (1 + len(example["question"]))
            yield [first, math.sqrt(1 - first * first)]


class Asked(list):
    """Examples without answers."""

    def asked(self) -> Asked:
        return self


class FakeStore:
    """Keeps what it is given in memory; fails with `fault` where there is one."""

    def __init__(self) -> None:
        self.said: dict[str, tuple[str, Any, str]] = {}
        self.judgements: list[tuple[str, bool, str]] = []
        self.fault: Exception | None = None
        self.delay, self.closed = 0.0, False

    def open(self, run: Any) -> FakeStore:
        self.run = run
        return self

    def asked(self, question: str, prediction: Any, language: str) -> str:
        self.fail()
        id = f"id-{len(self.said)}"
        self.said[id] = question, dict(prediction), language
        return id

    def judged(self, id: str, helpful: bool, comment: str) -> None:
        self.fail()
        if id not in self.said:
            raise KeyError(id)
        self.judgements.append((id, helpful, comment))

    def close(self) -> None:
        self.closed = True

    def fail(self) -> None:
        time.sleep(self.delay)
        if self.fault:
            raise self.fault


class FakeSystem(System):
    """Says `answer` to everything; a question of the form `echo: X` is answered by X, after `delay` seconds."""

    def __init__(
        self,
        takes: dict[str, Any] = QUESTION,
        answer: Any = None,
        delay: float = 0.0,
        gives: frozenset[str] = TEXT,
    ) -> None:
        self.takes, self.answer, self.delay = takes, ANSWER if answer is None else answer, delay
        self.given, self.model, self.folder = gives, Vectors(), None
        self.asked: list[Any] = []

    name = "helpdesk"  # type: ignore[assignment]

    @property
    def gives(self) -> frozenset[str]:
        return self.given

    def examples(self, rows: Any, tables: Any = None) -> Asked:  # type: ignore[override]
        return Asked(dict(row) for row in rows)

    @property
    def facts(self) -> dict[str, Any]:
        return {"name": self.name, "metrics": {"hit@1": {"value": 0.9, "low": 0.8, "high": 1.0}}, "takes": self.takes}

    def predict(self, inputs: Any) -> Any:
        if isinstance(inputs, dict):
            return self.predict([inputs])[0]
        self.asked += inputs
        time.sleep(self.delay)
        return [self.one(row) for row in inputs]

    def one(self, row: dict[str, Any]) -> dict[str, Any]:
        text = next((value for value in row.values() if isinstance(value, str)), "")
        if text.startswith("echo: "):
            return {**ANSWER, "answer": text.removeprefix("echo: ")}
        if text == "break":
            raise RuntimeError(f"cannot answer {text}")
        return dict(self.answer)
