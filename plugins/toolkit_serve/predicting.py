"""`POST /v1/predict`: the whole prediction of any system, for one input or a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from toolkit.errors import InputError
from toolkit_serve.backend import Backend, reply
from toolkit_serve.inputs import field_of
from toolkit_serve.problems import Problem
from toolkit_serve.reading import attended, json_of


@dataclass(frozen=True, slots=True)
class Predicting:
    """Puts inputs to a system as they are."""

    backend: Backend

    async def predict(self, request: Request) -> Response:
        """Answer one input, or a batch under `inputs`."""
        rows, batch = self.rows(await json_of(request, self.backend.limits))
        try:
            found = await attended(request, self.backend.predictions(rows))
        except InputError as error:
            raise self.unfit(error, rows) from None
        return reply({"predictions": found} if batch else {"prediction": found[0]})

    def rows(self, value: Any) -> tuple[list[dict[str, Any]], bool]:
        """Return the inputs that a body holds, each checked, and whether it is a batch. Raises Problem."""
        takes, most = self.backend.system.takes, self.backend.limits.max_batch
        batch = isinstance(value, dict) and set(value) == {"inputs"} and "inputs" not in takes
        rows = value["inputs"] if batch else [value]
        if not isinstance(rows, list) or not 0 < len(rows) <= most:
            raise Problem("invalid_input", f"inputs: a list of 1 to {most} inputs", "inputs")
        for position, row in enumerate(rows):
            prefix = f"inputs[{position}]" if batch else ""
            try:
                self.backend.system.check(row)
            except InputError as error:
                raise self.unfit(error, [row] if isinstance(row, dict) else [], prefix) from None
            self.check_lengths(row, prefix)
        return rows, batch

    def check_lengths(self, row: Mapping[str, Any], prefix: str) -> None:
        """Refuse a field whose text is too long."""
        most = self.backend.limits.max_text
        for name, value in row.items():
            size = longest(value)
            if size > most:
                message = f"{name}: {size} characters of text; at most {most} are taken"
                raise Problem("invalid_input", message, joined(prefix, name))

    def unfit(self, error: InputError, rows: list[dict[str, Any]], prefix: str = "") -> Problem:
        """Return the problem for an input that the system does not take."""
        field = field_of(error, {*self.backend.system.takes, *(name for row in rows for name in row)})
        message = f"{error.message} ({error.hint})" if error.hint else error.message
        return Problem("invalid_input", message, joined(prefix, field) or None)


def joined(prefix: str, name: str | None) -> str:
    """Return the path of a field in a body, as in `inputs[3].question`."""
    return ".".join(part for part in (prefix, name) if part)


def longest(value: Any) -> int:
    """Return the length of the longest text in a JSON value."""
    if isinstance(value, list | dict):
        return max(map(longest, value.values() if isinstance(value, dict) else value), default=0)
    return len(value) if isinstance(value, str) else 0
