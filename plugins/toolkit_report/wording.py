"""Numbers and texts as a reader wants them: filters of the templates, and sentences about the data."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

#: Shares of Han letters, or of texts with an English function word, from which a language counts as used.
MUCH_CHINESE, MUCH_ENGLISH = 0.05, 0.2

#: What Markdown reads as markup, anywhere; at the start of a line; and in what it would make a link of.
_MARKUP = re.compile(
    r"[\\`*_{}\[\]#|~$!]|^[-+=]|(?<=^\d)[.)](?=\s|$)|(?<=^\d\d)[.)](?=\s|$)|:(?=//)|(?<=www)\.|(?<!\w)@", re.IGNORECASE
)


def number(value: float | None) -> str:
    """Return a number short enough to compare at a glance: `0.742`, `12.50`, `1,234`."""
    if value is None:
        return "–"
    size = abs(value)
    if isinstance(value, int) or size >= 1000:
        return f"{value:,.0f}"
    digits = 1 if size >= 100 else 2 if size >= 10 else 3
    return f"{value:.{digits}f}" if size >= 0.001 or not value else f"{value:.1e}"


def seconds(value: float | None) -> str:
    """Return a time span: `0.42 s`, `12 s`, `3 min 5 s`."""
    if value is None:
        return "–"
    if value < 60:
        return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"
    return f"{value // 60:,.0f} min {value % 60:.0f} s"


def share(value: float) -> str:
    """Return a share as a percentage, never rounded to nothing or to all."""
    if 0 < value < 0.01 or 0.99 < value < 1:
        return "under 1 %" if value < 0.5 else "over 99 %"
    return f"{100 * value:.0f} %"


def cut(text: str, limit: int = 2000) -> str:
    """Return a text whole, or its first letters and how long it is."""
    return text if len(text) <= limit else f"{text[:limit].rstrip()}… ({len(text):,} characters)"


def md(text: Any) -> str:
    """Return a text as one line of Markdown that shows just that text: no markup, no link, no element."""
    return html.escape(_MARKUP.sub(r"\\\g<0>", " ".join(str(text).split())), quote=False)


def fence(text: str, language: str = "") -> str:
    """Return a text as a fenced block of Markdown that nothing within can close."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{language}\n{text.rstrip()}\n{marks}"


def languages(data: Mapping[str, Any]) -> list[str]:
    """Return the languages seen in the texts, as far as letters and function words tell."""
    fields = [
        field for part in (*data["splits"].values(), *data["tables"].values()) for field in part["fields"].values()
    ]
    chinese = any(field["scripts"].get("zh", 0) >= MUCH_CHINESE for field in fields)
    english = any(field["english"] >= MUCH_ENGLISH for field in fields)
    return ["zh"] * chinese + ["en"] * english


def warnings(data: Mapping[str, Any], inputs: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a reader should know about the data, in plain words.

    Args:
        inputs: by name, the fields that are asked with; duplicates of others are no wonder.
    """
    for found in data["overlaps"]:
        earlier, later = found["between"] if len(found["between"]) == 2 else ("", "")
        if _counts(found, inputs):
            rows = data["splits"].get(later, {}).get("rows", 0)
            yield (
                f"In {later} and in {earlier}: {_of(found['near'], rows)}, {number(found['exact'])} word for word. "
                "Here the figures tell how well the system remembers, not how well it answers."
            )
    for place, part in {**data["splits"], **data["tables"]}.items():
        for found in part["duplicates"]:
            if _counts(found, inputs):
                yield f"Twice or more in {place}: {_of(found['near'], part['rows'])} repeat an earlier one."
        for name, field in part["fields"].items():
            if field["mojibake"]:
                damaged = _of(field["mojibake"], part["rows"])
                yield f"Wrongly decoded, as it seems: {name} in {damaged} of {place}. Check the file's encoding."
            if field["empty"] and field["kind"] == "text":
                yield f"Empty: {name} in {_of(field['empty'], part['rows'])} of {place}."


def _counts(found: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    return bool(found["near"]) and (not inputs or not found["field"] or found["field"] in inputs)


def _of(some: int, rows: int) -> str:
    return f"{number(some)} of {number(rows)} rows ({share(some / max(1, rows))})"
