"""The target `http`: a socket on loopback, uvicorn behind it, and an orderly end."""

from __future__ import annotations

import contextlib
import json
import math
import shlex
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from types import FrameType
from typing import Any

import uvicorn

from toolkit.errors import ResourceError
from toolkit_serve import Http as Config
from toolkit_serve.inputs import example_row
from toolkit_serve.openapi import Limits
from toolkit_serve.protocol import PatientProtocol
from toolkit_serve.service import application
from toolkit_serve.worker import Worker


class Server(uvicorn.Server):
    """uvicorn that returns once it has drained, where the original raises the signal that stopped it again."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take SIGINT and SIGTERM as the wish to stop, while this runs in the main thread."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain at the first signal, stop at the second."""
        self.force_exit = self.should_exit
        self.should_exit = True


class Http:
    """Serves a system over HTTP."""

    def __init__(
        self,
        host: str,
        port: int,
        hosts: Sequence[str],
        limits: Limits,
        max_queue: int,
        header_timeout: float,
        body_timeout: float,
    ) -> None:
        self.host, self.port, self.hosts = host, port, hosts
        self.limits, self.max_queue = limits, max_queue
        self.header_timeout, self.body_timeout = header_timeout, body_timeout

    def run(self, system: Any) -> None:
        """Serve until SIGINT or SIGTERM; what has been accepted by then is still answered."""
        with bind(self.host, self.port) as listener:
            announce(system, listener)
            self.serve(system, listener)

    def serve(self, system: Any, listener: socket.socket) -> None:
        """Serve on a bound socket."""
        worker = Worker(system.predict, self.max_queue)
        try:
            self.server(application(system, worker, self.limits, self.hosts)).run(sockets=[listener])
        finally:
            worker.close(patience=1.0)

    def server(self, app: Any) -> Server:
        """Return the server for an application."""
        protocol = partial(PatientProtocol, headers_within=self.header_timeout, body_within=self.body_timeout)
        drain = math.ceil(self.limits.timeout + self.body_timeout) + 1
        return Server(
            uvicorn.Config(
                app,
                http=protocol,  # type: ignore[arg-type]
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=drain,
            )
        )


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises ResourceError where the port is taken or not to be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        hint = "choose another with the option `port`; 0 takes any free one"
        raise ResourceError(f"cannot listen on {host} port {port}: {error.strerror}", hint) from None


def announce(system: Any, listener: socket.socket) -> None:
    """Say on standard error where the server listens and how to ask it."""
    host, port = listener.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    print(f"{system.name} is served at {url} (what it takes: {url}/docs; Ctrl-C ends)", file=sys.stderr)
    body = json.dumps(example_row(system.takes), ensure_ascii=False)
    if len(body) < 200:
        ask = f"curl {url}/v1/predict -H 'Content-Type: application/json' -d {shlex.quote(body)}"
        print(f"ask it: {ask}", file=sys.stderr)
    sys.stderr.flush()


def make(config: Config) -> Http:
    """Return the target."""
    limits = Limits(config.max_body, config.max_text, config.max_batch, config.timeout)
    return Http(
        config.host,
        config.port,
        config.hosts,
        limits,
        config.max_queue,
        config.header_timeout,
        config.body_timeout,
    )
