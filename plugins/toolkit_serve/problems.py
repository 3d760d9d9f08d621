"""What an HTTP request can be refused with: one JSON form, one table of types."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from toolkit.errors import ToolkitError

#: Every type of error, its status, and when it is given.
PROBLEMS = {
    "bad_request": (400, "the bytes are not an HTTP request, or the body is not strict JSON in UTF-8"),
    "unauthorized": (401, "the token is missing or wrong; send it as Authorization: Bearer TOKEN"),
    "foreign_origin": (403, "a web page from another site asks"),
    "not_found": (404, "there is no such path, or no answer with this id"),
    "method_not_allowed": (405, "the path does not take this method; Allow names those it takes"),
    "request_timeout": (408, "headers or body did not arrive in time"),
    "body_too_large": (413, "the body has more bytes than this server reads"),
    "unsupported_media_type": (415, "the body is not declared as plain application/json"),
    "unknown_host": (421, "the Host header names another server"),
    "invalid_input": (422, "the input is not what the system takes; param names the field"),
    "overloaded": (429, "too many requests wait; Retry-After says when to come back"),
    "headers_too_large": (431, "the headers have more than 16 KiB"),
    "internal": (500, "the system failed; message holds the id under which the log says where"),
    "not_ready": (503, "the model has been at one request for too long"),
    "timeout": (504, "the answer was not ready in time"),
    "not_stored": (507, "there is no room for this now; nothing was kept"),
}


class Problem(ToolkitError):
    """A request is refused: `type` is a key of PROBLEMS, `param` names the field at fault.

    `headers` go with the answer; one with several values is sent as several lines.
    """

    def __init__(self, type: str, message: str, param: str | None = None, **headers: str | Sequence[str]) -> None:
        super().__init__(message)
        self.type, self.param = type, param
        self.status = PROBLEMS[type][0]
        lines = {name: [value] if isinstance(value, str) else value for name, value in headers.items()}
        self.headers = [(name.replace("_", "-"), value) for name, values in lines.items() for value in values]

    @property
    def body(self) -> bytes:
        """The JSON that the client gets."""
        return encode({"error": {"type": self.type, "message": self.message, "param": self.param}})


def encode(value: Any) -> bytes:
    """Return a value as a line of strict JSON in UTF-8; raises ValueError where it holds NaN or an infinity."""
    return (json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "replace")
