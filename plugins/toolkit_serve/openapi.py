"""The OpenAPI 3.1 document of a system: what it takes, how to ask, what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolkit_serve.inputs import example_row
from toolkit_serve.problems import PROBLEMS

#: Problems of `POST /v1/predict`; those of every path are `COMMON`.
PREDICT = (
    *("bad_request", "request_timeout", "body_too_large", "unsupported_media_type", "invalid_input"),
    *("overloaded", "internal", "timeout"),
)
COMMON = ("foreign_origin", "method_not_allowed", "unknown_host", "headers_too_large")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client may ask for: body in bytes, text in characters, inputs in a batch, seconds for an answer."""

    max_body: int
    max_text: int
    max_batch: int
    timeout: float


def describe(name: str, takes: Mapping[str, Mapping[str, Any]], limits: Limits) -> dict[str, Any]:
    """Return the OpenAPI document of a system that takes the fields `takes`."""
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": "1", "description": f"Answers of the system {name}."},
        "paths": {
            "/v1/predict": {"post": predict(takes, limits)},
            "/v1/system": {"get": get("Facts about the system: parts, versions, metrics, fields")},
            "/healthz": {"get": get("The process lives")},
            "/readyz": {"get": get("The model answers", "not_ready")},
            "/openapi.json": {"get": get("This description")},
            "/docs": {"get": get("This description as a page", media="text/html")},
        },
        "components": {"schemas": schemas(takes, limits)},
    }


def predict(takes: Mapping[str, Mapping[str, Any]], limits: Limits) -> dict[str, Any]:
    """Return the operation `POST /v1/predict`."""
    row = example_row(takes)
    examples = {"one": {"value": row}} | ({"batch": {"value": {"inputs": [row, row]}}} if "inputs" not in takes else {})
    forms = ["Input"] if "inputs" in takes else ["Input", "Batch"]
    return {
        "summary": "Answer one input, or a batch of them",
        "description": f"At most {limits.max_body} bytes, {limits.max_batch} inputs, {limits.max_text} characters in "
        f"a text; answered within {limits.timeout:g} s.",
        "requestBody": {"required": True, "content": media(one_of(forms), examples=examples)},
        "responses": {
            "200": {"description": "The answer", "content": media(one_of(["Answer", "Answers"]))},
            **problems(*PREDICT),
        },
    }


def get(summary: str, *types: str, media: str = "application/json") -> dict[str, Any]:
    """Return a GET operation."""
    shown = {"type": "string"} if media == "text/html" else {"type": "object"}
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
        found[str(status)] |= {"headers": wait} if kind in ("overloaded", "not_ready") else {}
    return found


def schemas(takes: Mapping[str, Mapping[str, Any]], limits: Limits) -> dict[str, Any]:
    """Return the schemas that the operations name."""
    fields = {
        name: {**schema, "maxLength": limits.max_text} if schema.get("type") == "string" else dict(schema)
        for name, schema in takes.items()
    }
    some = {"type": "array", "items": ref("Input"), "minItems": 1, "maxItems": limits.max_batch}
    every = {"type": "array", "items": ref("Prediction")}
    error = {"type": {"enum": sorted(PROBLEMS)}, "message": {"type": "string"}, "param": {"type": ["string", "null"]}}
    return {
        "Input": record(fields),
        "Batch": record({"inputs": some}),
        "Prediction": {"type": "object", "description": "What the system says of one input."},
        "Answer": record({"prediction": ref("Prediction")}),
        "Answers": record({"predictions": every}),
        "Error": record({"error": record(error)}),
    }


def record(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an object with exactly these properties."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def ref(name: str) -> dict[str, Any]:
    """Return a reference to a schema of this document."""
    return {"$ref": f"#/components/schemas/{name}"}


def one_of(names: list[str]) -> dict[str, Any]:
    """Return a schema for one of several forms."""
    return ref(names[0]) if len(names) == 1 else {"oneOf": [ref(name) for name in names]}


def media(schema: Mapping[str, Any], **extra: Any) -> dict[str, Any]:
    """Return JSON content of a form."""
    return {"application/json": {"schema": dict(schema), **extra}}
