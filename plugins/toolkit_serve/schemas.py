"""The pieces that an OpenAPI document is put together from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from toolkit_serve.problems import PROBLEMS

#: Problems that every path knows.
COMMON = (
    *("bad_request", "foreign_origin", "method_not_allowed", "request_timeout", "unknown_host"),
    "headers_too_large",
)
#: Problems of every path that has work to do on a body.
POSTED = ("body_too_large", "unsupported_media_type", "invalid_input", "overloaded", "internal", "timeout")

STRING = {"type": "string"}
SCORE = {"type": "number"}


def post(summary: str, about: str, asks: Mapping[str, Any], says: Mapping[str, Any], *types: str) -> dict[str, Any]:
    """Return a POST operation; `asks` and `says` are media objects, `types` problems of its own."""
    return {
        "summary": summary,
        "description": about,
        "requestBody": {"required": True, "content": dict(asks)},
        "responses": {"200": {"description": "The answer", "content": dict(says)}, **problems(*POSTED, *types)},
    }


def get(summary: str, *types: str, media: str = "application/json") -> dict[str, Any]:
    """Return a GET operation."""
    shown = {"type": "object"} if media == "application/json" else STRING
    return {
        "summary": summary,
        "responses": {"200": {"description": summary, "content": {media: {"schema": shown}}}, **problems(*types)},
    }


def problems(*types: str) -> dict[str, Any]:
    """Return the responses for problems of `types` and those that every path knows."""
    found = {}
    for kind in sorted({*types, *COMMON}, key=lambda kind: PROBLEMS[kind][0]):
        status, when = PROBLEMS[kind]
        value = {"error": {"type": kind, "message": when, "param": None}}
        found[str(status)] = {"description": f"`{kind}`: {when}", "content": media(ref("Error"), example=value)}
        wait = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
        found[str(status)] |= {"headers": wait} if kind in ("overloaded", "not_ready", "not_stored") else {}
    return found


def record(properties: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the schema of an object with these properties, perhaps those that are optional, and no others."""
    return {
        "type": "object",
        "properties": {**properties, **(optional or {})},
        "required": list(properties),
        "additionalProperties": False,
    }


def listing(items: Mapping[str, Any], low: int = 0, high: int | None = None) -> dict[str, Any]:
    """Return the schema of a list of `low` to `high` items."""
    size = {"minItems": low} | ({} if high is None else {"maxItems": high})
    return {"type": "array", "items": dict(items), **size}


def ref(name: str) -> dict[str, Any]:
    """Return a reference to a schema of this document."""
    return {"$ref": f"#/components/schemas/{name}"}


def one_of(*names: str) -> dict[str, Any]:
    """Return a schema for one of several forms."""
    return ref(names[0]) if len(names) == 1 else {"oneOf": [ref(name) for name in names]}


def media(schema: Mapping[str, Any], **extra: Any) -> dict[str, Any]:
    """Return JSON content of a form."""
    return {"application/json": {"schema": dict(schema), **extra}}


def examples(**values: Any) -> dict[str, Any]:
    """Return named examples."""
    return {name: {"value": value} for name, value in values.items()}
