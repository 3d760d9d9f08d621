"""What was asked and what people made of the answer, kept behind a queue of its own; `POST /v1/feedback`.

Writing to disk takes one thread, so that neither the model nor the event loop waits for it. Where the store fails,
answers go on without an id.
"""

from __future__ import annotations

import operator
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from toolkit.errors import ResourceError
from toolkit_serve.backend import in_turn, reply
from toolkit_serve.problems import Problem
from toolkit_serve.reading import Limits, attended, fields, json_of, text
from toolkit_serve.worker import Worker

#: Seconds for which an answer waits to be kept; after that it is given without an id.
PATIENCE = 2.0
#: Seconds between two lines on standard error about a store that fails.
QUIET = 60.0
MAX_COMMENT = 2_000
MAX_ID = 200


class Feedback:
    """A store and the thread that writes to it; at most `limit` requests wait."""

    def __init__(self, store: Any, limits: Limits, limit: int) -> None:
        self.store, self.limits = store, limits
        self.worker = Worker(operator.call, limit)
        self._told = -QUIET

    async def asked(self, said: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str | None]:
        """Keep questions with what was said to each; return an id for each, None where it could not be kept."""

        def keep() -> list[str | None]:
            return [self.store.asked(question, answer, answer["language"]) for question, answer in said]

        try:
            found: list[str | None] = await self.worker.ask(keep, min(PATIENCE, self.limits.timeout))
        except Exception as error:  # whatever fails here, the answer is at hand
            self.complain(error)
            return [None] * len(said)
        return found

    async def judge(self, request: Request) -> Response:
        """Answer `POST /v1/feedback`."""
        id, helpful, comment = judgement(await json_of(request, self.limits))
        keep = in_turn(self.worker, lambda: self.store.judged(id, helpful, comment), self.limits.timeout)
        try:
            await attended(request, keep)
        except KeyError:
            raise Problem("not_found", "there is no answer with this id", "id") from None
        except ResourceError as error:
            self.complain(error)
            raise Problem("not_stored", "this could not be kept; try again later", retry_after="60") from None
        return reply({"status": "stored"})

    def complain(self, error: Exception) -> None:
        """Say on standard error that the store fails, once in a while; errors of others may quote what was asked."""
        if time.monotonic() - self._told >= QUIET:
            self._told = time.monotonic()
            what = error.message if isinstance(error, ResourceError) else type(error).__name__
            print(f"feedback is not kept: {what}", file=sys.stderr, flush=True)

    def close(self, patience: float) -> None:
        """Write what waits, then close the store."""
        self.worker.close(patience)
        self.store.close()


def judgement(value: Any) -> tuple[str, bool, str]:
    """Return the id, whether the answer helped, and the comment that a body holds. Raises Problem."""
    given = fields(value, {"id", "helpful"}, frozenset({"comment"}))
    id, helpful, comment = text(given["id"], "id", MAX_ID), given["helpful"], given.get("comment", "")
    if not isinstance(helpful, bool):
        raise Problem("invalid_input", "helpful: should be true or false", "helpful")
    if comment == "":
        return id, helpful, ""
    return id, helpful, text(comment, "comment", MAX_COMMENT)
