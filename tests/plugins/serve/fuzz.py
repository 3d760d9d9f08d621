"""Requests made at random over all routes of a server, put to it in this process, and held to its own description."""

from __future__ import annotations

import asyncio
import copy
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

LEAVES = [
    *(None, True, False, 0, -1, 2**62, -(2**63), 1e308, 0.1, "", " ", "\t\n", "a", "你好", "\x00", "\u202e", "\ufeff"),
    *("a" * 201, "字" * 5000, "🙂" * 60, "<script>", "../../etc/passwd", "file:///etc/passwd", "id-0", "ID", "{{7*7}}"),
    *([], {}, [[]], {"": {}}, ["a"] * 5, [None], {"__proto__": {"a": 1}}, "'; DROP TABLE asked; --", "\ud800", "%s%n"),
]
#: What stands in a body only as bytes: no value comes to it.
TOKENS = [b"NaN", b"-Infinity", b"1e999", b"1" * 400, b'"\\ud800"', b'"\xff"', b"01", b"[" * 3000, b"'a'", b"", b"}{"]
KINDS = [
    "text/plain",
    "",
    "application/json; charset=gbk",
    "application/JSON;charset=UTF-8",
    "multipart/form-data",
    "\xff",
]
HEADERS = [
    ("host", ["evil.example", "", "127.0.0.1:99999", "[::1]", "127.0.0.1@evil", "\xff"]),
    ("origin", ["null", "http://evil.example", "http://127.0.0.1", "http://["]),
    ("content-encoding", ["gzip", "identity", "br"]),
    ("content-length", ["0", "5", "999999999", "9" * 18]),
    ("transfer-encoding", ["chunked"]),
    ("authorization", ["", "Bearer", "Bearer wrong", "Basic", "Basic !!!", "Basic dTp4", "Digest x", "\xff \xff"]),
    ("x-request-id", ["a b", "a" * 65, "ok-1"]),
    ("accept", ["text/html", "*/*;q=0"]),
    ("x-big", ["a" * 17_000]),
]
METHODS = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "p\xf6st"]


@dataclass
class Asked:
    """A request."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Said:
    """An answer."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


async def call(app: Any, asked: Asked) -> Said:
    """Put a request to an ASGI application; what it raises is raised."""
    pending = [{"type": "http.request", "body": asked.body, "more_body": False}]
    said = Said()

    async def receive() -> Any:
        if pending:
            return pending.pop()
        return await asyncio.Future()  # the client stays

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            said.status = message["status"]
            said.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            said.body += message.get("body", b"")

    headers = {"host": "127.0.0.1", "content-type": "application/json", **asked.headers}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": asked.method,
        "path": asked.path,
        "raw_path": asked.path.encode("utf-8", "replace"),
        "root_path": "",
        "query_string": b"",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
    }
    await app(scope, receive, send)
    return said


def requests(document: Any, count: int, seed: int, **headers: str) -> Iterator[Asked]:
    """Yield requests to the routes of a description; `headers` stand in most of them."""
    chance = random.Random(seed)
    posts = {path: list(bodies(methods["post"])) for path, methods in document["paths"].items() if "post" in methods}
    for _ in range(count):
        path = chance.choice(list(posts) if chance.random() < 0.8 else list(document["paths"]))
        asked = Asked("POST" if path in posts else "GET", path, dict(headers))
        if path in posts:
            asked.body = body(chance.choice(posts[path]), chance)
        if chance.random() < 0.1:
            asked.method = chance.choice(METHODS)
        if chance.random() < 0.05:
            asked.path = chance.choice(
                [path + "/", path + "/..", path.upper(), "//", "", "/\x00", "/é", path + "%2e", "*"]
            )
        if chance.random() < 0.1:
            asked.headers["content-type"] = chance.choice(KINDS)
        if chance.random() < 0.15:
            name, values = chance.choice(HEADERS)
            asked.headers[name] = chance.choice(values)
        yield asked


def bodies(operation: Any) -> Iterator[Any]:
    """Yield the bodies that an operation shows."""
    for each in operation["requestBody"]["content"]["application/json"]["examples"].values():
        yield each["value"]


def body(shown: Any, chance: random.Random) -> bytes:
    """Return a good body, or one with faults."""
    value = copy.deepcopy(shown)
    for _ in range(chance.choice([0, 1, 1, 1, 2, 3])):
        value = changed(value, chance)
    whole = json.dumps(value, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    if chance.random() < 0.2:
        cut = chance.randrange(len(whole) + 1)
        whole = whole[:cut] + chance.choice(TOKENS) + whole[cut + chance.randrange(3) :]
    if chance.random() < 0.05:
        whole = chance.choice([chance.randbytes(50), b"\xef\xbb\xbf" + whole, whole * 2, whole.ljust(5000)])
    return whole


def changed(value: Any, chance: random.Random) -> Any:
    """Return a value with one part replaced, left out, added or wrapped."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        name = chance.choice(list(value))
        match chance.randrange(5):
            case 0:
                del value[name]
            case 1:
                value[chance.choice(["more", "", "question", "inputs", name.upper(), "字", "\x00"])] = chance.choice(
                    LEAVES
                )
            case _:
                value[name] = changed(value[name], chance)
        return value
    if isinstance(value, list) and value and chance.random() < 0.6:
        place = chance.randrange(len(value))
        value[place] = changed(value[place], chance)
        return value
    if chance.random() < 0.1:
        for _ in range(chance.choice([1, 10, 31, 60])):
            value = [value] if chance.random() < 0.5 else {"a": value}
        return value
    return copy.deepcopy(chance.choice(LEAVES))


def fault(document: Any, asked: Asked, said: Said) -> str:
    """Return what is wrong with an answer, empty where nothing is."""
    operation = document["paths"].get(asked.path, {}).get("get" if asked.method == "HEAD" else asked.method.lower())
    if said.status >= 500 or said.status < 200:
        return f"status {said.status}"
    if asked.method == "HEAD":  # HEAD has no body to look at; the server leaves it out
        return ""
    if operation is None and said.status not in (204, 307, 400, 401, 403, 404, 405, 421, 431):
        return f"status {said.status} where there is no such operation"
    if operation is not None and str(said.status) not in operation["responses"]:
        return f"status {said.status} is not in the document"
    if said.status >= 400:
        return off(json.loads(said.body), {"$ref": "#/components/schemas/Error"}, document)
    content = operation["responses"]["200"]["content"] if operation else {}
    if "application/json" in content:
        return off(json.loads(said.body), content["application/json"]["schema"], document)
    return ""


KINDS_OF = {"string": str, "number": (int, float), "integer": int, "boolean": bool, "null": type(None)}
KINDS_OF |= {"array": list, "object": dict}


def off(value: Any, schema: Any, document: Any, where: str = "$") -> str:
    """Return where a value leaves its schema, empty where it does not; the words of JSON Schema that we use."""
    if "$ref" in schema:
        return off(value, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document, where)
    if "oneOf" in schema:
        fits = [each for each in schema["oneOf"] if not off(value, each, document, where)]
        return "" if len(fits) == 1 else f"{where} fits {len(fits)} of its forms"
    if "const" in schema or "enum" in schema:
        return "" if value in schema.get("enum", [schema.get("const")]) else f"{where} is {value!r}"
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, KINDS_OF[kind]) for kind in kinds):
        return f"{where} is {type(value).__name__}"
    if isinstance(value, dict):
        return off_object(value, schema, document, where)
    if isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            return f"{where} has {len(value)} items"
        faults = (off(each, schema.get("items", {}), document, f"{where}[{n}]") for n, each in enumerate(value))
        return next(filter(None, faults), "")
    return ""


def off_object(value: dict[str, Any], schema: Any, document: Any, where: str) -> str:
    """Return where an object leaves its schema."""
    known = schema.get("properties", {})
    if set(schema.get("required", [])) - set(value):
        return f"{where} lacks {sorted(set(schema['required']) - set(value))}"
    if schema.get("additionalProperties") is False and set(value) - set(known):
        return f"{where} has {sorted(set(value) - set(known))}"
    faults = (off(value[name], known[name], document, f"{where}.{name}") for name in value if name in known)
    return next(filter(None, faults), "")
