"""The system behind its queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from toolkit.errors import BusyError
from toolkit_serve.problems import Problem, encode
from toolkit_serve.reading import Limits
from toolkit_serve.telemetry import Telemetry
from toolkit_serve.worker import Worker


@dataclass(frozen=True, slots=True)
class Backend:
    """A system, the one thread that it runs in, and the limits for its clients."""

    system: Any
    worker: Worker
    limits: Limits
    telemetry: Telemetry

    async def predictions(self, rows: list[dict[str, Any]]) -> list[Any]:
        """Return the system's predictions, one a row, and count them. Raises Problem, or InputError."""
        found: list[Any] = await self.run(lambda: self.system.predict(rows))
        self.telemetry.said([refuses(each) for each in found])
        return found

    async def run(self, work: Callable[[], Any]) -> Any:
        """Return what `work` returns, once its turn has come. Raises Problem, or what `work` raises."""
        return await in_turn(self.worker, work, self.limits.timeout)


async def in_turn(worker: Worker, work: Callable[[], Any], patience: float) -> Any:
    """Put work to a thread. Raises Problem where too much waits, or too long."""
    try:
        return await worker.ask(work, patience)
    except BusyError as error:
        raise Problem("overloaded", f"{error}; try again soon", retry_after="1") from None
    except TimeoutError:
        raise Problem("timeout", f"no answer within {patience:g} seconds") from None


def refuses(prediction: Mapping[str, Any]) -> bool:
    """Tell whether a system has no answer that it trusts: it says so, or its answer is empty."""
    empty = "answer" in prediction and not str(prediction["answer"] or "").strip()
    return empty or bool(prediction.get("refused"))


def reply(value: Any) -> Response:
    """Return a JSON answer. Raises Problem where the system said something that JSON cannot."""
    try:
        return Response(encode(value), media_type="application/json")
    except ValueError:
        raise Problem("invalid_input", "the system's answer to this is not a finite number") from None
