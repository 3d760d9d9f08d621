"""What a build looks like on the command line: a live bar on a terminal, plain lines in a pipe or in CI."""

from __future__ import annotations

import importlib
from typing import Any

from toolkit.hookspecs import hookimpl


@hookimpl
def toolkit_progress(live: bool) -> Any:
    """Return what hears a build's events and shows them."""
    progress = importlib.import_module("toolkit_console.progress")
    return progress.Live() if live else progress.Plain()
