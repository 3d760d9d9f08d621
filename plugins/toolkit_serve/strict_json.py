"""JSON as RFC 8259 means it: UTF-8, finite numbers, no name twice, no half surrogates, not too deep.

Python's own parser takes NaN, Infinity, 1e999 and the last of two equal names, and passes lone surrogates
on to code that then fails on them (tokenizers, UTF-8 encoding).
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from toolkit.errors import InputError

DEPTH = 32
#: Integers beyond 64 bits fit no array.
LARGEST = 2**63


class NotJson(InputError):
    """Bytes that are not JSON in the strict sense."""


def parse(body: bytes) -> Any:
    """Return the value that `body` holds. Raises NotJson, which says what is wrong."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotJson(f"this is not UTF-8: byte {error.start} is 0x{body[error.start]:02x}") from None
    try:
        value = json.loads(
            text, parse_constant=_refuse, parse_int=_integer, parse_float=_real, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        raise NotJson(f"this is not JSON: {error.msg}, line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise NotJson(f"this is nested more than {DEPTH} deep") from None
    _check(value, DEPTH)
    return value


def _refuse(constant: str) -> NoReturn:
    raise NotJson(f"{constant} is not a JSON number")


def _integer(digits: str) -> int:
    if len(digits) > 20 or not -LARGEST <= int(digits) < LARGEST:
        raise NotJson(f"the integer {digits[:20]}{'...' * (len(digits) > 20)} is beyond 64 bits")
    return int(digits)


def _real(digits: str) -> float:
    value = float(digits)
    if value - value != 0:
        raise NotJson(f"the number {digits[:20]} is too large")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise NotJson(f"the name {json.dumps(name[:60])} stands twice")
        found[name] = value
    return found


def _check(value: Any, depth: int) -> None:
    """Refuse half surrogates and more than `depth` further levels."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise NotJson("half a surrogate pair is not text")
    elif isinstance(value, dict | list):
        if depth == 0:
            raise NotJson(f"this is nested more than {DEPTH} deep")
        for name in value if isinstance(value, dict) else ():
            _check(name, depth - 1)
        for child in value.values() if isinstance(value, dict) else value:
            _check(child, depth - 1)
