"""The routes of a server: which there are depends on what the system can do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, Router

from toolkit_serve.access import Access
from toolkit_serve.answering import Answering, question_field
from toolkit_serve.ask_page import Features, ask_page
from toolkit_serve.backend import Backend, reply
from toolkit_serve.embeddings import Embeddings, embedded_field
from toolkit_serve.feedback import Feedback
from toolkit_serve.guard import ASGI, Guard
from toolkit_serve.openapi import Offer, describe
from toolkit_serve.page import page
from toolkit_serve.predicting import Predicting
from toolkit_serve.problems import Problem

Endpoint = Callable[[Request], Awaitable[Response]]


def application(
    backend: Backend,
    hosts: Sequence[str] = (),
    access: Access | None = None,
    feedback: Feedback | None = None,
    contact: str = "",
) -> ASGI:
    """Return the ASGI application that serves a system: counted, guarded, routed."""
    table = routes(backend, access is not None, feedback, contact)
    guard = Guard(Router(table, redirect_slashes=False), hosts, access)
    return backend.telemetry.watched(guard, {route.path for route in table})


def routes(backend: Backend, guarded: bool, feedback: Feedback | None, contact: str) -> list[Route]:
    """Return the route table."""
    system, limits = backend.system, backend.limits
    question, embeds = question_field(system.takes, system.gives), embedded_field(system.gives)
    offer = Offer(bool(question), bool(embeds), bool(question and feedback), guarded)
    document = describe(system.name, system.takes, limits, offer)
    home: Endpoint = to_docs
    gets, posts = small(backend, document), {"/v1/predict": Predicting(backend).predict}
    if question:
        home = html(*ask_page(system.name, Features(offer.feedback, limits.max_text, contact)))
        posts["/v1/answer"] = Answering(backend, question, feedback).answer
    if question and feedback:
        posts["/v1/feedback"] = feedback.judge
    if embeds:
        posts["/v1/embeddings"] = Embeddings(backend, embeds).embed
    return [
        *(Route(path, endpoint) for path, endpoint in {"/": home, **gets}.items()),
        *(Route(path, endpoint, methods=["POST"]) for path, endpoint in posts.items()),
    ]


def small(backend: Backend, document: Mapping[str, Any]) -> dict[str, Endpoint]:
    """Return the routes that only tell something."""

    async def ready(request: Request) -> Response:
        busy = backend.worker.busy_for()
        if busy > backend.limits.timeout:
            raise Problem("not_ready", f"the model has been at one request for {busy:.0f} s", retry_after="5")
        return reply({"status": "ready"})

    system = backend.system
    return {
        "/docs": html(*page(document, system.facts, system.takes)),
        "/openapi.json": told(document),
        "/v1/system": told(system.facts),
        "/metrics": backend.telemetry.metrics,
        "/livez": told({"status": "ok"}),
        "/healthz": told({"status": "ok"}),
        "/readyz": ready,
    }


def told(value: Mapping[str, Any]) -> Endpoint:
    """Return an endpoint that says always the same, as JSON."""

    async def endpoint(request: Request) -> Response:
        return reply(value)

    return endpoint


def html(body: bytes, policy: str) -> Endpoint:
    """Return an endpoint that shows a page under a Content-Security-Policy."""

    async def endpoint(request: Request) -> Response:
        return Response(body, media_type="text/html", headers={"content-security-policy": policy})

    return endpoint


async def to_docs(request: Request) -> Response:
    """Lead to the description, where there is no page for people."""
    return RedirectResponse("docs")
