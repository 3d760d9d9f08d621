"""What a server counts about itself, in the text format that Prometheus reads.

Labels are route templates and status codes: never a path, a question or an id, so that nothing said stands here and
no client can make the page grow.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import Response

from toolkit_serve.guard import ASGI, Message, Receive, Scope, Send

#: The label of every path that is no route.
OTHER = "other"
#: Upper ends of the bins of the histogram of seconds.
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Telemetry:
    """Counters of one server, in a registry of its own."""

    def __init__(self, name: str, built_with: str, waiting: Callable[[], int]) -> None:
        self.registry = own = CollectorRegistry()
        info = {"system": name, "version": built_with}
        Info("toolkit_build", "The system, and the toolkit that built it.", registry=own).info(info)
        depth = Gauge("toolkit_queue_depth", "Requests that wait for the model.", registry=own)
        depth.set_function(waiting)
        self.in_flight = Gauge("toolkit_in_flight", "Requests being handled.", registry=own)
        self.requests = Counter(
            "toolkit_requests", "Answers sent, by route and status.", ["route", "code"], registry=own
        )
        self.seconds = Histogram(
            "toolkit_request_seconds",
            "From headers to the end of the answer.",
            ["route"],
            buckets=SECONDS,
            registry=own,
        )
        self.answered = Counter("toolkit_answered", "Questions that the system answered.", registry=own)
        self.refused = Counter("toolkit_refused", "Questions that the system refused to answer.", registry=own)

    def unheard(self, status: int) -> None:
        """Count a refusal that was sent before any route was known: no HTTP, or too slow."""
        self.requests.labels(OTHER, str(status)).inc()

    def watched(self, app: ASGI, routes: Collection[str]) -> ASGI:
        """Return an ASGI application that counts what `app` answers on `routes`."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            route = scope["path"] if scope["path"] in routes else OTHER
            status, began = 0, time.perf_counter()

            async def noted(message: Message) -> None:
                nonlocal status
                status = message.get("status", status)
                await send(message)

            with self.in_flight.track_inprogress():
                await app(scope, receive, noted)
            if status:  # else the client left
                self.requests.labels(route, str(status)).inc()
                self.seconds.labels(route).observe(time.perf_counter() - began)

        return counted

    async def metrics(self, request: Request) -> Response:
        """Answer `GET /metrics`."""
        return Response(generate_latest(self.registry), headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4})

    def said(self, refusals: Collection[Any]) -> None:
        """Count the questions of one request; `refusals` tells of each whether it was refused."""
        refused = sum(map(bool, refusals))
        self.refused.inc(refused)
        self.answered.inc(len(refusals) - refused)
