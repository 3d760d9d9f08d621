"""Reading a request: its JSON within its limits, and for as long as its client is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request

from toolkit_serve.problems import Problem
from toolkit_serve.strict_json import NotJson, parse


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may ask for: body in bytes, text in characters, inputs in a batch, seconds for an answer."""

    max_body: int
    max_text: int
    max_batch: int
    timeout: float


async def json_of(request: Request, limits: Limits) -> Any:
    """Return what the body holds. Raises Problem."""
    kind = request.headers.get("content-type", "").lower().replace(" ", "").replace('"', "")
    if kind not in ("application/json", "application/json;charset=utf-8"):
        raise Problem("unsupported_media_type", "send JSON in UTF-8 with the header Content-Type: application/json")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Problem("unsupported_media_type", "send the body as it is, without Content-Encoding")
    try:
        return parse(await body(request, limits.max_body))
    except NotJson as error:
        raise Problem("bad_request", error.message) from None


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


def fields(value: Any, needed: set[str], optional: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return an object that has the fields `needed`, perhaps those that are `optional`, and no others."""
    if not isinstance(value, dict):
        raise Problem("invalid_input", f"the body should be an object with {', '.join(sorted(needed))}")
    for name in sorted(value.keys() - needed - optional):
        known = ", ".join(sorted(needed | optional))
        raise Problem("invalid_input", f"{name[:100]}: no such field; there are: {known}", name[:100])
    for name in sorted(needed - value.keys()):
        raise Problem("invalid_input", f"{name}: this field is missing", name)
    return value


def texts(value: Any, name: str, limits: Limits) -> list[str]:
    """Return a list of 1 to `max_batch` texts, none blank or too long. Raises Problem."""
    if not isinstance(value, list) or not 0 < len(value) <= limits.max_batch:
        raise Problem("invalid_input", f"{name}: should be a list of 1 to {limits.max_batch} texts", name)
    return [text(each, f"{name}[{position}]", limits.max_text) for position, each in enumerate(value)]


def text(value: Any, name: str, longest: int) -> str:
    """Return a text that is neither blank nor too long. Raises Problem."""
    if not isinstance(value, str):
        raise Problem("invalid_input", f"{name}: should be a text", name)
    if not value.strip():
        raise Problem("invalid_input", f"{name}: is empty", name)
    if len(value) > longest:
        raise Problem("invalid_input", f"{name}: {len(value)} characters of text; at most {longest} are taken", name)
    return value
