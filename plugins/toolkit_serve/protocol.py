"""uvicorn's protocol with deadlines for the client; uvicorn itself waits for ever on half a request.

Each phase has its own: the headers, the body, and the taking of the answer. They count from the beginning of the
phase, so that a byte now and then does not stretch them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from toolkit_serve.problems import Problem

#: Seconds for which what is left of a refused body is read and dropped, so that the client gets to see the refusal.
LINGER = 2.0


class PatientProtocol(H11Protocol):
    """Closes connections whose client is too slow."""

    def __init__(
        self, *args: Any, headers_within: float, body_within: float, count: Callable[[int], None], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.headers_within, self.body_within, self._count = headers_within, body_within, count
        self._phase = ""
        self._reading: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the headers."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Read, then see which phase this leaves the request in."""
        super().data_received(data)
        self._watch()

    def eof_received(self) -> None:
        """Refuse what the client did not send whole, or does not wait for: half closed looks the same as gone."""
        waits = self.cycle is not None and not self.cycle.response_complete
        if waits or self.conn.trailing_data[0] or self.conn.their_state is h11.SEND_BODY:
            self._refuse(Problem("bad_request", "the client closed its side before the answer"))

    def on_response_complete(self) -> None:
        """Go on to the next request; a client still sending the last one has `LINGER` seconds."""
        super().on_response_complete()
        self._watch(idle=True)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadlines."""
        self._stop()
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to wait for the client to take its answer."""
        super().pause_writing()
        self._writing = self.loop.call_later(self.body_within, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop waiting: the client takes its answer."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Refuse bytes that are not HTTP, in the form of every other refusal."""
        self._refuse(Problem("bad_request", msg))

    def _watch(self, idle: bool = False) -> None:
        """Set the deadline of the present phase, once; between requests uvicorn's keep-alive limit holds."""
        phase = self._present(idle)
        if phase == self._phase:
            return
        self._stop()
        self._phase = phase
        limits = {"headers": self.headers_within, "body": self.body_within, "rest": LINGER}
        if phase:
            self._reading = self.loop.call_later(limits[phase], self._too_slow, phase)

    def _present(self, idle: bool) -> str:
        theirs, ours = self.conn.their_state, self.conn.our_state
        if self.transport.is_closing():
            return ""
        if theirs is h11.IDLE:
            return "" if idle else "headers"
        if theirs is h11.SEND_BODY:
            return "body" if ours is h11.SEND_RESPONSE else "rest"
        return ""

    def _stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _too_slow(self, phase: str) -> None:
        self._refuse(Problem("request_timeout", f"the {phase} did not arrive in time"))

    def _refuse(self, problem: Problem) -> None:
        """Send a refusal where an answer has not begun, and close."""
        if self.cycle is not None:
            self.cycle.disconnected = True  # what the application still says goes nowhere
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._count(problem.status)
            body = problem.body
            size = str(len(body)).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", size), (b"connection", b"close")]
            response = h11.Response(status_code=problem.status, headers=headers)
            with contextlib.suppress(h11.LocalProtocolError):  # an answer to HEAD has no body
                for event in (response, h11.Data(data=body), h11.EndOfMessage()):
                    self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
