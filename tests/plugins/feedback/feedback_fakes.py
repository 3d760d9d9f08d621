"""A store that was asked something, for the tests of what the owner reads."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

from toolkit_feedback import Sqlite
from toolkit_feedback.store import Store

#: question, answer ("": refused), helpful, comment; a day apart, from 2026-11-01 on
SAID = (
    ("怎么安装？", "运行 `pip install onespec`。", True, "谢谢"),
    ("What is the weather?", "", None, ""),
    ("How do I build?", "Run `toolkit build spec.yaml`.", False, "too short [link=http://x]x[/link]"),
    ("what is  the WEATHER", "", False, ""),
    ("\x1b[31mwho\x1b[0m are\nyou\u202e", "", None, ""),
    ("How do I serve?", "Run `toolkit serve RUN`.", None, ""),
)


def told(file: Path) -> list[str]:
    """Make a store of SAID; return its ids."""
    days = itertools.count()
    today = [datetime(2026, 11, 1, 9, 30, tzinfo=UTC)]
    store = Store(file, Sqlite(), lambda: today[0])
    ids = []
    for question, answer, helpful, comment in SAID:
        today[0] = datetime(2026, 11, 1, 9, 30, tzinfo=UTC) + timedelta(days=next(days))
        sources = [{"id": "entry"}] if answer else []
        prediction = {"answer": answer, "refused": not answer, "confidence": 0.5, "sources": sources}
        ids.append(store.asked(question, prediction, "zh" if "怎" in question else "en"))
        if helpful is not None:
            store.judged(ids[-1], helpful, comment)
    store.close()
    return ids
