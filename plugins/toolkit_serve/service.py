"""The routes: what a client may ask of a system, and how it is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router

from toolkit.errors import BusyError, InputError
from toolkit_serve.guard import Guard
from toolkit_serve.inputs import field_of
from toolkit_serve.openapi import Limits, describe
from toolkit_serve.page import page
from toolkit_serve.problems import Problem, encode
from toolkit_serve.strict_json import NotJson, parse
from toolkit_serve.worker import Worker


@dataclass(frozen=True, slots=True)
class Service:
    """A system, the worker that puts questions to it, and the limits for its clients."""

    system: Any
    worker: Worker
    limits: Limits

    async def predict(self, request: Request) -> Response:
        """Answer `POST /v1/predict`: one input, or a batch under `inputs`."""
        rows, batch = self.rows(await self.json(request))
        answers = await attended(request, self.answers(rows))
        return answer({"predictions": answers} if batch else {"prediction": answers[0]})

    async def answers(self, rows: list[dict[str, Any]]) -> list[Any]:
        """Return the system's predictions. Raises Problem."""
        try:
            return await self.worker.ask(rows, self.limits.timeout)
        except BusyError as error:
            raise Problem("overloaded", f"{error}; try again soon", retry_after="1") from None
        except TimeoutError:
            raise Problem("timeout", f"no answer within {self.limits.timeout:g} seconds") from None
        except InputError as error:
            raise self.unfit(error, rows) from None

    async def json(self, request: Request) -> Any:
        """Return what the body holds. Raises Problem."""
        kind = request.headers.get("content-type", "").lower().replace(" ", "").replace('"', "")
        if kind not in ("application/json", "application/json;charset=utf-8"):
            raise Problem("unsupported_media_type", "send JSON in UTF-8 with the header Content-Type: application/json")
        if request.headers.get("content-encoding", "identity") != "identity":
            raise Problem("unsupported_media_type", "send the body as it is, without Content-Encoding")
        try:
            return parse(await body(request, self.limits.max_body))
        except NotJson as error:
            raise Problem("bad_request", error.message) from None

    def rows(self, value: Any) -> tuple[list[dict[str, Any]], bool]:
        """Return the inputs that a body holds, each checked, and whether it is a batch. Raises Problem."""
        batch = isinstance(value, dict) and set(value) == {"inputs"} and "inputs" not in self.system.takes
        rows = value["inputs"] if batch else [value]
        if not isinstance(rows, list) or not 0 < len(rows) <= self.limits.max_batch:
            raise Problem("invalid_input", f"inputs: a list of 1 to {self.limits.max_batch} inputs", "inputs")
        for position, row in enumerate(rows):
            prefix = f"inputs[{position}]" if batch else ""
            try:
                self.system.check(row)
            except InputError as error:
                raise self.unfit(error, [row] if isinstance(row, dict) else [], prefix) from None
            self.check_lengths(row, prefix)
        return rows, batch

    def check_lengths(self, row: Mapping[str, Any], prefix: str) -> None:
        """Refuse a field whose text is too long."""
        for name, value in row.items():
            size = longest(value)
            if size > self.limits.max_text:
                message = f"{name}: {size} characters of text; at most {self.limits.max_text} are taken"
                raise Problem("invalid_input", message, joined(prefix, name))

    def unfit(self, error: InputError, rows: list[dict[str, Any]], prefix: str = "") -> Problem:
        """Return the problem for an input that the system does not take."""
        field = field_of(error, {*self.system.takes, *(name for row in rows for name in row)})
        message = f"{error.message} ({error.hint})" if error.hint else error.message
        return Problem("invalid_input", message, joined(prefix, field) or None)

    async def facts(self, request: Request) -> Response:
        """Answer `GET /v1/system`."""
        return answer(self.system.facts)

    async def healthy(self, request: Request) -> Response:
        """Answer `GET /healthz`: the process lives."""
        return answer({"status": "ok"})

    async def ready(self, request: Request) -> Response:
        """Answer `GET /readyz`: the model answers, too."""
        busy = self.worker.busy_for()
        if busy > self.limits.timeout:
            raise Problem("not_ready", f"the model has been at one request for {busy:.0f} s", retry_after="5")
        return answer({"status": "ready"})


def application(system: Any, worker: Worker, limits: Limits, hosts: Sequence[str]) -> Guard:
    """Return the ASGI application that serves `system`."""
    service = Service(system, worker, limits)
    document = describe(system.name, system.takes, limits)
    shown, policy = page(document, system.facts, system.takes)

    async def openapi(request: Request) -> Response:
        return answer(document)

    async def docs(request: Request) -> Response:
        return Response(shown, media_type="text/html", headers={"content-security-policy": policy})

    async def root(request: Request) -> Response:
        return RedirectResponse("/docs")

    gets: dict[str, Callable[[Request], Awaitable[Response]]] = {
        "/": root,
        "/docs": docs,
        "/openapi.json": openapi,
        "/v1/system": service.facts,
        "/healthz": service.healthy,
        "/readyz": service.ready,
    }
    routes = [Route(path, endpoint) for path, endpoint in gets.items()]
    routes.append(Route("/v1/predict", service.predict, methods=["POST"]))
    return Guard(Router(routes, redirect_slashes=False), hosts)


def answer(value: Any) -> Response:
    """Return a JSON answer. Raises Problem where the system said something that JSON cannot."""
    try:
        return Response(encode(value), media_type="application/json")
    except ValueError:
        raise Problem("invalid_input", "the system's answer to this is not a finite number") from None


async def body(request: Request, limit: int) -> bytes:
    """Return the body of a request. Raises Problem as soon as it is known to be larger than `limit` bytes."""
    too_large = Problem("body_too_large", f"the body has more than {limit} bytes")
    if int(request.headers.get("content-length", "0")) > limit:  # h11 lets nothing but digits through
        raise too_large
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > limit:
            raise too_large
    return bytes(read)


async def attended(request: Request, work: Awaitable[Any]) -> Any:
    """Return the result of `work`, which is given up when the client leaves."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(request.receive())  # the body is read: what still can come is the disconnection
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return task.result()
    finally:
        for each in (task, gone):
            each.cancel()


def joined(prefix: str, name: str | None) -> str:
    """Return the path of a field in a body, as in `inputs[3].question`."""
    return ".".join(part for part in (prefix, name) if part)


def longest(value: Any) -> int:
    """Return the length of the longest text in a JSON value."""
    if isinstance(value, list | dict):
        return max(map(longest, value.values() if isinstance(value, dict) else value), default=0)
    return len(value) if isinstance(value, str) else 0
