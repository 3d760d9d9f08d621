"""What stands before every route: which requests are heard at all, and what every answer carries.

A page of a foreign site must not reach a server on loopback through the visitor's browser (DNS rebinding,
CVE-2025-66414 is one of many): so the `Host` header has to be one of ours, and `Origin`, where a browser sends it,
has to be that very host. A request framed by both Content-Length and Transfer-Encoding is how requests are
smuggled past a proxy (RFC 9112, section 6.1); h11 lets it through.
"""

from __future__ import annotations

import re
import secrets
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from toolkit_serve.access import Access
from toolkit_serve.problems import Problem

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGI = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Bytes of headers; h11 counts only those of a request that has not arrived whole.
MAX_HEADERS = 16_384
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": POLICY,
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?")


class Guard:
    """Wraps an ASGI application; without `access` anybody may ask."""

    def __init__(self, app: ASGI, hosts: Iterable[str] = (), access: Access | None = None) -> None:
        self.app, self.access = app, access
        self.hosts = frozenset(LOOPBACK) | {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse the request, or hand it on; every answer gets the common headers."""
        headers = dict(scope.get("headers", ()))
        identity = request_id(headers)
        started = False

        async def marked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = completed(message["headers"], identity)
            await send(message)

        try:
            self.admit(scope, headers)
            # With an "app" to appeal to, the router raises 404 and 405 instead of answering in plain text.
            await self.app({**scope, "app": self}, receive, marked)
        except Problem as problem:
            await respond(problem, marked)
        except HTTPException as error:
            await unrouted(error, scope["method"], marked)
        except ClientDisconnect:
            pass  # nobody is there to answer
        except Exception as error:
            log(identity, error)
            if not started:
                await respond(Problem("internal", f"the system failed; the log has more under {identity}"), marked)

    def admit(self, scope: Scope, headers: MutableMapping[bytes, bytes]) -> None:
        """Raise the Problem for which a request is not heard."""
        if sum(len(name) + len(value) for name, value in scope.get("headers", ())) > MAX_HEADERS:
            raise Problem("headers_too_large", f"the headers have more than {MAX_HEADERS} bytes", connection="close")
        framed = b"transfer-encoding" in headers
        if framed and (b"content-length" in headers or scope.get("http_version") == "1.0"):
            raise Problem("bad_request", "a body has one framing: Content-Length, or chunks", connection="close")
        host = headers.get(b"host", b"").decode("latin-1").lower()
        named = _HOST.fullmatch(host)
        # The address that was reached is ours, too; a rebound name is a name, and never that.
        if named is None or named["name"] not in self.hosts | {address_of(scope)}:
            raise Problem("unknown_host", "this server does not answer to that Host; see the option `hosts`")
        origin = headers.get(b"origin")
        if origin is not None and site_of(origin.decode("latin-1")) != host:
            raise Problem("foreign_origin", "pages of other sites may not ask this server")
        if self.access is not None:
            self.access.check(scope["path"], headers.get(b"authorization", b""))


def request_id(headers: MutableMapping[bytes, bytes]) -> str:
    """Return the client's X-Request-Id where it is plain, else a new one."""
    given = headers.get(b"x-request-id", b"")
    return given.decode() if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def site_of(origin: str) -> str:
    """Return the host and port of an Origin header, empty where it is not one of a web page."""
    try:
        parts = urlsplit(origin.lower())
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in ("http", "https") and parts.path == "" else ""


def address_of(scope: Scope) -> str:
    """Return the address of this machine that a request came to, as a Host header writes it."""
    try:
        address = ip_address((scope.get("server") or [""])[0])
    except ValueError:
        return ""
    return f"[{address}]" if address.version == 6 else str(address)


def completed(headers: Iterable[tuple[bytes, bytes]], identity: str) -> list[tuple[bytes, bytes]]:
    """Return an answer's headers with the common ones that it lacks."""
    given = list(headers)
    names = {name.lower() for name, _ in given}
    common = {**HEADERS, "x-request-id": identity}
    return given + [(name.encode(), value.encode()) for name, value in common.items() if name.encode() not in names]


async def respond(problem: Problem, send: Send) -> None:
    """Send a problem as an answer."""
    body = problem.body
    headers = [("content-type", "application/json"), ("content-length", str(len(body))), *problem.headers]
    await send_whole(problem.status, headers, body, send)


async def unrouted(error: HTTPException, method: str, send: Send) -> None:
    """Answer where the router found no route; OPTIONS asks for what a 405 tells."""
    if error.status_code != 405:
        await respond(Problem("not_found", "there is no such path; GET /docs lists them"), send)
        return
    methods = (error.headers or {}).get("Allow", "").split(", ")
    allowed = ", ".join(sorted({*methods, "OPTIONS"} - {""}))
    if method == "OPTIONS":
        await send_whole(204, [("allow", allowed)], b"", send)
    else:
        await respond(Problem("method_not_allowed", f"this path takes {allowed}", allow=allowed), send)


async def send_whole(status: int, headers: Iterable[tuple[str, str]], body: bytes, send: Send) -> None:
    """Send an answer in one piece."""
    pairs = [(name.encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


def log(identity: str, error: Exception) -> None:
    """Say on standard error where the system failed; the message of `error` may quote the request and is left out."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    print(f"request {identity}: {type(error).__name__} at {where}", file=sys.stderr, flush=True)
