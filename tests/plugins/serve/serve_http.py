"""What the tests of `http` share: a server in a thread, an application in this process, and raw sockets."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import socket
import threading
import time
from typing import Any

import httpx2

from toolkit_serve import Http as Config
from toolkit_serve import server
from toolkit_serve.openapi import Limits
from toolkit_serve.service import application
from toolkit_serve.worker import Worker

JSON = {"Content-Type": "application/json"}
LIMITS = Limits(max_body=4096, max_text=200, max_batch=4, timeout=5.0)


@contextlib.contextmanager
def running(app: Any, **options: Any):
    """Serve an ASGI application (or a system, by the target `http`) on a free port; yields the port."""
    target = server.make(Config.model_validate({"port": 0, **options}))
    worker = None
    if hasattr(app, "predict"):
        worker = Worker(app.predict, target.max_queue)
        app = application(app, worker, target.limits, target.hosts)
    with server.bind(target.host, target.port) as listener:
        uvicorn = target.server(app)
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
            if worker is not None:
                worker.close(5)


@contextlib.contextmanager
def in_process(system: Any, limits: Limits = LIMITS, hosts: tuple[str, ...] = (), max_queue: int = 8):
    """Yield `ask(method, path, **request)`, which puts a request to the application without a socket."""
    worker = Worker(system.predict, max_queue)
    app = application(system, worker, limits, hosts)

    def ask(method: str, path: str, **request: Any) -> httpx2.Response:
        async def once() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=app, raise_app_exceptions=True)
            async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, **request)

        return asyncio.run(once())

    try:
        yield ask
    finally:
        worker.close(5)


def post(port: int, value: Any, **headers: str) -> tuple[int, Any, dict[str, str]]:
    """Put one question through a new connection; return status, JSON and headers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", "/v1/predict", json.dumps(value), {**JSON, **headers})
        response = connection.getresponse()
        return response.status, json.loads(response.read()), dict(response.getheaders())
    finally:
        connection.close()


def raw(port: int, *pieces: bytes, patience: float = 5.0) -> bytes:
    """Send bytes as they are and return what comes back, up to the end of the first answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        with contextlib.suppress(OSError):
            for piece in pieces:
                connection.sendall(piece)
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
