"""The OpenAPI 3.1 document of a system: what it takes, how to ask, what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolkit_serve import operations
from toolkit_serve.access import OPEN
from toolkit_serve.problems import PROBLEMS
from toolkit_serve.reading import Limits
from toolkit_serve.schemas import get, problems, record


@dataclass(frozen=True, slots=True)
class Offer:
    """Which routes there are besides those of every system, and whether a token is asked for."""

    answer: bool = False
    embeddings: bool = False
    feedback: bool = False
    token: bool = False


def describe(name: str, takes: Mapping[str, Mapping[str, Any]], limits: Limits, offer: Offer) -> dict[str, Any]:
    """Return the OpenAPI document of a system that takes the fields `takes`."""
    paths = posts(takes, limits, offer) | gets(offer)
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": "1", "description": f"Answers of the system {name}."},
        "paths": guarded(paths) if offer.token else paths,
        "components": {"schemas": schemas(takes, limits, offer)} | (SECURITY if offer.token else {}),
    }


def posts(takes: Mapping[str, Mapping[str, Any]], limits: Limits, offer: Offer) -> dict[str, Any]:
    """Return the routes that do work."""
    found = {"/v1/answer": {"post": operations.answer(limits)}} if offer.answer else {}
    found |= {"/v1/feedback": {"post": operations.feedback()}} if offer.feedback else {}
    found |= {"/v1/embeddings": {"post": operations.embeddings(limits)}} if offer.embeddings else {}
    return found | {"/v1/predict": {"post": operations.predict(takes, limits)}}


def gets(offer: Offer) -> dict[str, Any]:
    """Return the routes that tell something."""
    home = {"/": {"get": get("A page to ask questions on", media="text/html")}} if offer.answer else {}
    return home | {
        "/v1/system": {"get": get("Facts about the system: parts, versions, metrics, fields")},
        "/metrics": {"get": get("Counters for Prometheus", media="text/plain")},
        "/livez": {"get": get("The process lives")},
        "/healthz": {"get": get("The same under its older name")},
        "/readyz": {"get": get("The model answers", "not_ready")},
        "/openapi.json": {"get": get("This description")},
        "/docs": {"get": get("This description as a page", media="text/html")},
    }


SECURITY = {
    "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}, "basic": {"type": "http", "scheme": "basic"}}
}


def guarded(paths: Mapping[str, Any]) -> dict[str, Any]:
    """Return the paths with the token that all but the open ones ask for."""
    refusal = {"401": problems("unauthorized")["401"]}
    found: dict[str, Any] = {}
    for path, methods in paths.items():
        for method, operation in methods.items():
            asks = {"security": [{"bearer": []}, {"basic": []}], "responses": operation["responses"] | refusal}
            found.setdefault(path, {})[method] = operation if path in OPEN else operation | asks
    return found


def schemas(takes: Mapping[str, Mapping[str, Any]], limits: Limits, offer: Offer) -> dict[str, Any]:
    """Return the schemas that the operations name."""
    kind = {"enum": sorted(PROBLEMS)}
    error = {"type": kind, "message": {"type": "string"}, "param": {"type": ["string", "null"]}}
    found = operations.predict_schemas(takes, limits) | {"Error": record({"error": record(error)})}
    found |= operations.answer_schemas(limits) if offer.answer else {}
    found |= operations.feedback_schemas() if offer.feedback else {}
    return found | (operations.embeddings_schemas(limits) if offer.embeddings else {})
