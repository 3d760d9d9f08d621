"""The errors of the toolkit, all of them.

ToolkitError            exit 1   something was asked for that did not hold
├── SpecError           exit 2   the spec or the command line is wrong; carries every Problem
├── DataError           exit 3   the data are wrong, with file and row
│   └── InputError      exit 3   a question put to a finished system is not of its form
├── RunError            exit 4   a run folder is damaged, unfinished, or of another version
├── ResourceError       exit 5   disk, memory or device is not enough
├── PluginError         exit 6   a plugin broke its promise
│   └── BuildError      exit 6   a component failed while a system was being built
└── BusyError           exit 75  another process holds the run folder
Interrupted             exit 130 or 143   a signal stopped the build; no Exception
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file (line and column count from 1), or on the command line (line 0)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it stands, which option it concerns, what is wrong, and the way out."""

    where: Mark
    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        subject = f" {self.path}:" if self.path else ""
        hint = f"\n    {self.hint}" if self.hint else ""
        return f"{self.where}:{subject} {self.message}{hint}"


class ToolkitError(Exception):
    """Base of all errors that the toolkit raises on purpose."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n    {self.hint}" if self.hint else self.message


class SpecError(ToolkitError):
    """A spec, or an option on the command line, is wrong. `problems` holds every mistake found."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem] | str, hint: str = "") -> None:
        self.problems = () if isinstance(problems, str) else tuple(sorted(problems, key=lambda p: p.where))
        super().__init__(problems if isinstance(problems, str) else "\n".join(map(str, self.problems)), hint)


class DataError(ToolkitError):
    """A data file is empty, unreadable, or a row of it lacks what it needs."""

    exit_code = 3


class InputError(DataError):
    """An input given to a finished system lacks a field, or a field has the wrong form."""


class RunError(ToolkitError):
    """A run folder is damaged, unfinished, or was written by another version."""

    exit_code = 4


class ResourceError(ToolkitError):
    """Disk, memory or device is not enough for what was asked."""

    exit_code = 5


class PluginError(ToolkitError):
    """A plugin could not be loaded, or does not keep its promises."""

    exit_code = 6


class BuildError(PluginError):
    """A component failed while a system was being built; the cause is chained."""


class BusyError(ToolkitError):
    """Another process is building in this run folder; try again later."""

    exit_code = 75


class Interrupted(BaseException):
    """A signal stopped the work; what was learnt up to the last checkpoint is kept.

    No Exception, so that a component that catches whatever fails does not catch this.
    """

    def __init__(self, signal: int, hint: str = "") -> None:
        self.hint = hint
        super().__init__(f"stopped by signal {signal}\n    {hint}" if hint else f"stopped by signal {signal}")
        self.exit_code = 128 + signal
