"""Which fields of a row the ports that stand before a component name."""

from __future__ import annotations

from collections.abc import Iterable


def fields(given: Iterable[str], form: str) -> list[str]:
    """Return the fields of a row that ports `form:FIELD` name, sorted; columns of side tables are left out."""
    names = (port.partition(":")[2] for port in given if port.startswith(f"{form}:"))
    return sorted(name for name in names if "." not in name)
