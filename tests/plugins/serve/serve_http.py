"""What the tests of `http` share: a server in a thread, an application in this process, and raw sockets."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import operator
import socket
import threading
import time
from typing import Any

import httpx2

from toolkit_serve import Http as Config
from toolkit_serve import server
from toolkit_serve.access import Access
from toolkit_serve.backend import Backend
from toolkit_serve.feedback import Feedback
from toolkit_serve.reading import Limits
from toolkit_serve.service import application
from toolkit_serve.telemetry import Telemetry
from toolkit_serve.worker import Worker

JSON = {"Content-Type": "application/json"}
LIMITS = Limits(max_body=4096, max_text=200, max_batch=4, timeout=5.0)


@contextlib.contextmanager
def running(app: Any, feedback: Any = None, **options: Any):
    """Serve an ASGI application (or a system, by the target `http`) on a free port; yields the port."""
    target = server.make(Config.model_validate({"port": 0, **options}), feedback)
    with contextlib.ExitStack() as stack:
        telemetry = Telemetry("none", "", int)
        if hasattr(app, "predict"):
            kept = stack.enter_context(target.opened(app))
            backend = stack.enter_context(target.backend(app))
            app, telemetry = target.application(backend, kept), backend.telemetry
        listener = stack.enter_context(server.bind(target.host, target.port))
        uvicorn = target.server(app, telemetry)
        thread = threading.Thread(target=uvicorn.run, kwargs={"sockets": [listener]})
        thread.start()
        while not uvicorn.started:
            time.sleep(0.005)
        try:
            yield listener.getsockname()[1]
        finally:
            uvicorn.should_exit = True
            thread.join(20)
            assert not thread.is_alive()


@contextlib.contextmanager
def applied(
    system: Any,
    limits: Limits = LIMITS,
    hosts: tuple[str, ...] = (),
    max_queue: int = 8,
    token: str = "",
    store: Any = None,
):
    """Yield the ASGI application for a system."""
    worker = Worker(operator.call, max_queue)
    feedback = Feedback(store, limits, max_queue) if store else None
    backend = Backend(system, worker, limits, Telemetry(system.name, "1", worker.waiting))
    try:
        yield application(backend, hosts, Access(token) if token else None, feedback)
    finally:
        worker.close(5)
        if feedback:
            feedback.close(5)


@contextlib.contextmanager
def in_process(system: Any, *args: Any, **options: Any):
    """Yield `ask(method, path, **request)`, which puts a request to the application without a socket."""
    with applied(system, *args, **options) as app:

        def ask(method: str, path: str, **request: Any) -> httpx2.Response:
            async def once() -> httpx2.Response:
                transport = httpx2.ASGITransport(app=app, raise_app_exceptions=True)
                async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                    return await client.request(method, path, **request)

            return asyncio.run(once())

        yield ask


def post(port: int, value: Any, path: str = "/v1/predict", **headers: str) -> tuple[int, Any, dict[str, str]]:
    """Put one question through a new connection; return status, JSON and headers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", path, json.dumps(value), {**JSON, **headers})
        response = connection.getresponse()
        return response.status, json.loads(response.read()), dict(response.getheaders())
    finally:
        connection.close()


def raw(port: int, *pieces: bytes | None, patience: float = 5.0) -> bytes:
    """Send bytes as they are and return what comes back, up to the end of the first answer; None closes our side."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        with contextlib.suppress(OSError):
            for piece in pieces:
                connection.shutdown(socket.SHUT_WR) if piece is None else connection.sendall(piece)
        return received(connection)


def received(connection: socket.socket) -> bytes:
    """Return what comes, up to the end of an answer."""
    found = b""
    with contextlib.suppress(OSError):
        while not whole(found) and (piece := connection.recv(65536)):
            found += piece
    return found


def whole(answer: bytes) -> bool:
    """Tell whether an answer has come to its end."""
    return b"\r\n\r\n" in answer and len(answer.partition(b"\r\n\r\n")[2]) >= size(answer)


def size(answer: bytes) -> int:
    """Return the Content-Length of a raw answer."""
    lines = answer.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    return sum(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:"))


def first_body(answer: bytes) -> bytes:
    """Return the body of the first of one or more raw answers."""
    return answer.partition(b"\r\n\r\n")[2][: size(answer)]


def status(answer: bytes) -> int:
    """Return the status of a raw answer, 0 where there was none."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else 0
