"""What an input looks like: a JSON Schema a field, read off the rows that a system was built with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from toolkit.errors import DataError
from toolkit.spec import dotted

_TYPES = {"string": (str,), "integer": (int,), "number": (int, float), "array": (list, tuple), "boolean": (bool,)}


def schemas(fields: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a JSON Schema for each field that some row has."""
    names = sorted(fields)
    found: dict[str, Any] = {}
    for number, row in enumerate(rows, 1):
        for name in names:
            if name in row:
                try:
                    found[name] = merged(found.get(name), schema(row[name]))
                except DataError as error:
                    raise DataError(f"data rows, number {number}: {name}: {error.message}") from None
    return found


def schema(value: Any) -> dict[str, Any]:
    """Return the JSON Schema of one value: text, number, truth, or lists of them."""
    if isinstance(value, list | tuple):
        items: dict[str, Any] | None = None
        for child in value:
            items = merged(items, schema(child))
        sizes = {"minItems": len(value), "maxItems": len(value)}
        return {"type": "array", **({"items": items} if items else {}), **sizes}
    for name, kind in (("boolean", bool), ("string", str), ("integer", int), ("number", float)):
        if isinstance(value, kind):
            return {"type": name}
    raise DataError(f"{type(value).__name__} is not text, a number, true or false, or a list of these")


def merged(one: dict[str, Any] | None, two: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that both values keep; an array whose length varies has no `maxItems`."""
    if one is None or one == two:
        return two
    kinds = {one["type"], two["type"]}
    if kinds == {"array"}:
        low = min(one["minItems"], two["minItems"])
        fixed = low == one.get("maxItems") == two.get("maxItems")
        items = [part["items"] for part in (one, two) if "items" in part]
        inner = {"items": merged(items[0], items[-1])} if items else {}
        return {"type": "array", **inner, "minItems": low, **({"maxItems": low} if fixed else {})}
    if kinds == {"integer", "number"}:
        return {"type": "number"}
    raise DataError(f"is {one['type']} in one row and {two['type']} in another")


def mismatch(value: Any, wanted: Mapping[str, Any], path: tuple[str | int, ...] = ()) -> str:
    """Return what is wrong with a value against its schema, empty where nothing is."""
    where = dotted(path)
    kinds: Any = _TYPES[wanted["type"]]
    if not isinstance(value, kinds) or (isinstance(value, bool) and wanted["type"] != "boolean"):
        return f"{where}: should be {wanted['type']}, got {type(value).__name__}"
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        return f"{where}: holds half a surrogate pair, which is not text"
    if isinstance(value, float) and value - value != 0:
        return f"{where}: should be a finite number"
    if wanted["type"] == "array":
        low, high = wanted.get("minItems", 0), wanted.get("maxItems")
        if len(value) < low or (high is not None and len(value) > high):
            return f"{where}: should hold {low if low == high else f'at least {low}'} items, got {len(value)}"
        faults = (mismatch(child, wanted.get("items", wanted), (*path, i)) for i, child in enumerate(value))
        return next((fault for fault in faults if fault), "")
    return ""


def close(one: Any, two: Any, tolerance: float) -> bool:
    """Return whether two plain values are equal, numbers within a relative tolerance."""
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(close(one[key], two[key], tolerance) for key in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(close(a, b, tolerance) for a, b in zip(one, two, strict=True))
    if isinstance(one, float) and isinstance(two, float):
        return abs(one - two) <= tolerance * max(1.0, abs(one), abs(two))
    return bool(one == two)
