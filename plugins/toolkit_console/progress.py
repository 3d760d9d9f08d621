"""What a build looks like while it goes on: a live line on a terminal, plain lines in a pipe or in CI."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

#: Seconds between two plain lines of one stage.
PAUSE = 5.0
_CONTROL = dict.fromkeys((*range(32), *range(127, 160)))


def clean(text: str) -> str:
    """Return text without control characters, which a terminal would obey."""
    return text.translate(_CONTROL)


class Plain:
    """Writes a line a stage, and now and then one for the steps."""

    def __init__(self) -> None:
        self._said = 0.0

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Hear an event."""
        now = time.monotonic()
        if event["kind"] == "step":
            if now - self._said < PAUSE and event["step"] < event["of"]:
                return
            self._said = now
        line = sentence(event)
        if line:
            print(clean(line), file=sys.stderr, flush=True)

    def __enter__(self) -> Plain:
        return self

    def __exit__(self, *error: object) -> None: ...


class Live:
    """Redraws a bar for the steps; everything else is a line above it."""

    def __init__(self) -> None:
        # Rich takes a tenth of a second to import, which only a terminal needs.
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, TextColumn("{task.fields[numbers]}"), console=Console(stderr=True))
        self._task: Any = None

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Hear an event."""
        if event["kind"] == "step":
            if self._task is None:
                self._task = self._progress.add_task("train", total=event["of"], numbers="")
            self._progress.update(self._task, completed=event["step"], total=event["of"], numbers=numbers(event))
        elif line := sentence(event):
            self._progress.console.print(clean(line), markup=False, highlight=False)

    def __enter__(self) -> Live:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()


def numbers(event: Mapping[str, Any]) -> str:
    """Return a step's numbers in short."""
    left_out = ("kind", "step", "of", "seconds")
    return "  ".join(f"{name} {value:.4g}" for name, value in event.items() if name not in left_out)


def sentence(event: Mapping[str, Any]) -> str:
    """Return the line that says an event, empty for one that is for the log only."""
    kind = event["kind"]
    if kind == "started":
        parts = ", ".join(f"{section} {use}" for section, use in event["components"].items())
        return f"building {event['name']}: {parts}"
    if kind == "stage":
        return f"{event['seconds']:7.1f} s  {event['name']}"
    if kind == "step":
        return f"{event['seconds']:7.1f} s  step {event['step']}/{event['of']}  {numbers(event)}"
    if kind == "resumed":
        return f"resumed: step {event['step']}"
    if kind == "damaged":
        return f"passed over the checkpoint {event['checkpoint']}: {event['reason']}"
    return ""
