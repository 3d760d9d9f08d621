"""What the fields of an input look like, in words and by example, and which of them is at fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from toolkit.errors import InputError


def field_of(error: InputError, names: Iterable[str]) -> str | None:
    """Return which of `names` an error is about: its message opens with the name."""
    found = [name for name in names if name and error.message.startswith(name)]
    return max(found, key=len, default=None)


def form_of(schema: Mapping[str, Any]) -> str:
    """Return a field's form in a few words, as in `8 x 8 x number`."""
    kind = str(schema.get("type", "any"))
    if kind != "array":
        return kind
    low, high = schema.get("minItems", 0), schema.get("maxItems")
    size = str(low) if low == high else f"{low} or more" if high is None else f"{low} to {high}"
    return f"{size} x {form_of(schema.get('items', {}))}"


def example(schema: Mapping[str, Any], name: str) -> Any:
    """Return a value that a field takes."""
    match schema.get("type"):
        case "string":
            return f"your {name}"
        case "integer":
            return 1
        case "number":
            return 0.5
        case "boolean":
            return True
        case "array":
            return [example(schema.get("items", {}), name)] * max(1, schema.get("minItems", 1))
    return None


def example_row(takes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return an input that a system takes."""
    return {name: example(schema, name) for name, schema in takes.items()}
