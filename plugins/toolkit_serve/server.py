"""The target `http`: a socket, uvicorn behind it, and an orderly end."""

from __future__ import annotations

import contextlib
import json
import math
import operator
import os
import shlex
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import FrameType
from typing import Any

import uvicorn

from toolkit.errors import ResourceError
from toolkit_serve import Http as Config
from toolkit_serve.access import Access, from_environment
from toolkit_serve.answering import question_field
from toolkit_serve.backend import Backend
from toolkit_serve.feedback import Feedback
from toolkit_serve.guard import ASGI
from toolkit_serve.inputs import example_row
from toolkit_serve.protocol import PatientProtocol
from toolkit_serve.reading import Limits
from toolkit_serve.service import application
from toolkit_serve.telemetry import Telemetry
from toolkit_serve.worker import Worker

#: Seconds for which a thread may finish what it is at when the server ends.
CLOSING = 1.0


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
        access: Access | None = None,
        token_env: str = "",
        feedback: Callable[[], Any] | None = None,
        contact: str = "",
    ) -> None:
        self.host, self.port, self.hosts = host, port, hosts
        self.limits, self.max_queue = limits, max_queue
        self.header_timeout, self.body_timeout = header_timeout, body_timeout
        self.access, self.token_env, self.feedback, self.contact = access, token_env, feedback, contact

    def run(self, system: Any) -> None:
        """Serve until SIGINT or SIGTERM; what has been accepted by then is still answered."""
        with self.opened(system) as feedback, bind(self.host, self.port) as listener:
            announce(system, listener, self.token_env)
            with self.backend(system) as backend:
                self.server(self.application(backend, feedback), backend.telemetry).run(sockets=[listener])

    @contextlib.contextmanager
    def opened(self, system: Any) -> Iterator[Feedback | None]:
        """Open the feedback store where there is one, and close it once all is written."""
        if self.feedback is None:
            yield None
            return
        feedback = Feedback(self.feedback().open(system.folder), self.limits, self.max_queue)
        try:
            yield feedback
        finally:
            feedback.close(CLOSING)

    @contextlib.contextmanager
    def backend(self, system: Any) -> Iterator[Backend]:
        """Start the thread of the model, and end it."""
        worker = Worker(operator.call, self.max_queue)
        built_with = str(system.facts.get("environment", {}).get("toolkit", ""))
        try:
            yield Backend(system, worker, self.limits, Telemetry(system.name, built_with, worker.waiting))
        finally:
            worker.close(CLOSING)

    def application(self, backend: Backend, feedback: Feedback | None) -> ASGI:
        """Return the ASGI application."""
        return application(backend, self.hosts, self.access, feedback, self.contact)

    def server(self, app: Any, telemetry: Telemetry) -> Server:
        """Return the server for an application."""
        protocol = partial(
            PatientProtocol,
            headers_within=self.header_timeout,
            body_within=self.body_timeout,
            count=telemetry.unheard,
        )
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


def announce(system: Any, listener: socket.socket, token_env: str) -> None:
    """Say on standard error where the server listens and how to ask it; of the token, only where it stands."""
    host, port = listener.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    print(f"{system.name} is served at {url} (what it takes: {url}/docs; Ctrl-C ends)", file=sys.stderr)
    asks = bool(question_field(system.takes, system.gives))
    path, row = ("answer", {"question": "your question"}) if asks else ("predict", example_row(system.takes))
    body = json.dumps(row, ensure_ascii=False)
    if len(body) < 200:
        token = f' -H "Authorization: Bearer ${token_env}"' if token_env else ""
        ask = f"curl {url}/v1/{path}{token} -H 'Content-Type: application/json' -d {shlex.quote(body)}"
        print(f"ask it: {ask}", file=sys.stderr)
    sys.stderr.flush()


def make(config: Config, feedback: Callable[[], Any] | None = None) -> Http:
    """Return the target. Raises SpecError where the token that the spec asks for is not at hand."""
    limits = Limits(config.max_body, config.max_text, config.max_batch, config.timeout)
    return Http(
        config.host,
        config.port,
        config.hosts,
        limits,
        config.max_queue,
        config.header_timeout,
        config.body_timeout,
        from_environment(config.token_env, os.environ),
        config.token_env,
        feedback,
        config.contact,
    )
