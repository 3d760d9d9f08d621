"""JSON files of what was learnt: written the same for equal values, read strictly."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from toolkit.errors import RunError


def write(path: Path, facts: Mapping[str, Any]) -> None:
    """Write facts as JSON, keys sorted, text as it is."""
    path.write_text(json.dumps(facts, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n", encoding="utf-8")


def read(path: Path) -> dict[str, Any]:
    """Return the facts in a file, or raise RunError."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{path} cannot be read: {error}") from error
    if not isinstance(facts, dict):
        raise RunError(f"{path} holds no mapping")
    return facts


def expect(path: Path, what: str, found: Iterable[str], wanted: Iterable[str]) -> None:
    """Raise RunError unless both name the same things."""
    if sorted(found) != sorted(wanted):
        raise RunError(f"{path}: {what} are {sorted(found)}, and should be {sorted(wanted)}")
