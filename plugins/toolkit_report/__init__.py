"""The report as a plugin: what stands in the data, one page for people, one model card for a hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from toolkit.hookspecs import hookimpl


@hookimpl
def toolkit_profile(splits: Mapping[str, Sequence[Any]], tables: Mapping[str, Sequence[Any]]) -> Mapping[str, Any]:
    """Describe the data by counts, lengths, scripts, duplicates and signs of damage."""
    from toolkit_report.profile import profile

    return profile(splits, tables)


@hookimpl
def toolkit_render(document: Mapping[str, Any], templates: Sequence[Path]) -> Mapping[str, str]:
    """Write the page and the model card."""
    from toolkit_report.page import render

    page, card = render(document, templates)
    return {"report.html": page, "README.md": card}
