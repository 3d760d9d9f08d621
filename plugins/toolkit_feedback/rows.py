"""A row: what is stored of a question and its answer, and what is read back."""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Mapping
from typing import Any

from toolkit_feedback.text import whole

#: What is known once a question was answered.
COLUMNS = ("id", "asked", "language", "question", "answer", "refused", "confidence", "source", "sources")
#: What is known once somebody judged the answer.
JUDGED = ("helpful", "comment", "judged")


def row_of(question: str, prediction: Mapping[str, Any], language: str, asked: str) -> dict[str, Any]:
    """Return the row of a question as SQLite takes it. `asked`: UTC, ISO 8601; the prediction may lack any key."""
    sources = [whole(str(source["id"])) for source in prediction.get("sources") or () if "id" in source]
    values = (
        secrets.token_hex(16),  # 128 bits; unlike base64 it never begins with a dash, so commands take it
        asked,
        whole(language),
        whole(question),
        whole(str(prediction.get("answer") or "")),
        int(bool(prediction.get("refused"))),
        _finite(prediction.get("confidence")),
        sources[0] if sources else None,
        json.dumps(sources, ensure_ascii=False),
    )
    return dict(zip(COLUMNS, values, strict=True))


def plain(stored: tuple[Any, ...]) -> dict[str, Any]:
    """Return a stored row, in the order of COLUMNS and JUDGED, as plain JSON values."""
    row = dict(zip((*COLUMNS, *JUDGED), stored, strict=True))
    truth = {name: None if row[name] is None else bool(row[name]) for name in ("refused", "helpful")}
    return {**row, **truth, "sources": json.loads(row["sources"])}


def _finite(number: Any) -> float | None:
    return float(number) if isinstance(number, int | float) and math.isfinite(number) else None
