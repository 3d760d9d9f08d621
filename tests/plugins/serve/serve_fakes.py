"""Systems for the tests of serving: they answer at once, and check inputs as real ones do."""

from __future__ import annotations

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
    "source": {"id": "faq-1", "title": "Building"},
    "confidence": 0.875,
    "refused": False,
    "ranking": [{"id": "faq-1", "score": 2.0}],
}


class FakeSystem(System):
    """Says `answer` to everything; a question of the form `echo: X` is answered by X, after `delay` seconds."""

    def __init__(self, takes: dict[str, Any] = QUESTION, answer: Any = None, delay: float = 0.0) -> None:
        self.takes, self.answer, self.delay = takes, ANSWER if answer is None else answer, delay
        self.asked: list[Any] = []

    name = "helpdesk"  # type: ignore[assignment]

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
        text = row.get("question", "")
        if text.startswith("echo: "):
            return {**ANSWER, "answer": text.removeprefix("echo: ")}
        if text == "break":
            raise RuntimeError(f"cannot answer {text}")
        return dict(self.answer)
