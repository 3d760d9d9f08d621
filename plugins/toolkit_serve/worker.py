"""One thread that does the model's work, behind a queue that is never longer than it may be.

The event loop stays free to refuse, to answer health checks and to notice clients that leave. Who does not
fit into the queue is refused at once; who leaves it, or loses patience in it, costs no work.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from toolkit.errors import BusyError


@dataclass(eq=False, slots=True)
class Job:
    """Something to work on, and where its result goes."""

    work: Any
    result: Future[Any] = field(default_factory=Future)


class Worker:
    """Calls `work(job)` in one thread, one job at a time, in order; at most `limit` wait."""

    def __init__(self, work: Callable[[Any], Any], limit: int) -> None:
        self._work, self._limit = work, limit
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._since: float | None = None
        self._thread = threading.Thread(target=self._run, name="model", daemon=True)
        self._thread.start()

    def busy_for(self) -> float:
        """Return the seconds that the present job has taken, 0 where there is none."""
        since = self._since
        return 0.0 if since is None else time.monotonic() - since

    def waiting(self) -> int:
        """Return how many jobs wait."""
        return len(self._waiting)

    async def ask(self, work: Any, patience: float) -> Any:
        """Return the result for `work`.

        Raises: BusyError where the queue is full, TimeoutError after `patience` seconds, and what the work raises.
        """
        job = Job(work)
        with self._changed:
            if len(self._waiting) >= self._limit:
                raise BusyError(f"{self._limit} requests wait already")
            self._waiting.append(job)
            self._changed.notify()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(job.result), patience)
        finally:
            with self._changed, contextlib.suppress(ValueError):
                self._waiting.remove(job)

    def close(self, patience: float) -> None:
        """End the thread once its present job is done, or leave it to the end of the process."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(patience)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                job = self._waiting.popleft()
            if not job.result.set_running_or_notify_cancel():
                continue  # its client has left
            self._since = time.monotonic()
            try:
                job.result.set_result(self._work(job.work))
            except BaseException as error:
                job.result.set_exception(error)
            self._since = None
