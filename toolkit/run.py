"""The run folder while a build is going on: events, checkpoints, one writer, a clean stop."""

from __future__ import annotations

import json
import math
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from filelock import FileLock, Timeout

from toolkit import fs
from toolkit.contracts import Saves
from toolkit.errors import BusyError, Interrupted, ResourceError, RunError

Listener = Callable[[Mapping[str, Any]], None]
CHECKPOINTS = "checkpoints"
EVENTS = "events.jsonl"
LOCK = ".lock"
#: Seconds within which a loop that looks at `stopping` is trusted to look again.
PATIENCE = 2.0


class Run:
    """A run folder being written."""

    def __init__(self, folder: Path, listeners: Iterable[Listener] = ()) -> None:
        self.folder = folder
        self.listeners = list(listeners)
        self.started = time.monotonic()
        self._signal = 0
        self._sound: int | None = None
        self._looked = -PATIENCE
        self._pending: list[str] = []

    @property
    def stopping(self) -> bool:
        """True once a signal came."""
        self._looked = time.monotonic()
        return bool(self._signal)

    def event(self, kind: str, **facts: Any) -> None:
        """Record that something happened, for the log and for whoever listens."""
        if kind == "stage":  # no loop of the stage before looks any more
            self._looked = -PATIENCE
        whole = {name: None if _endless(value) else value for name, value in facts.items()}  # JSON knows no NaN
        event = {"kind": kind, **whole, "seconds": round(time.monotonic() - self.started, 3)}
        self._pending.append(json.dumps(event, ensure_ascii=False) + "\n")
        if kind != "step" or len(self._pending) > 100:
            self.flush()
        for listener in self.listeners:
            listener(event)

    def step(self, step: int, of: int, **numbers: float) -> None:
        """Record the numbers of one step."""
        self.event("step", step=step, of=of, **numbers)

    def flush(self) -> None:
        """Write what is pending to the log."""
        if self._pending:
            fs.append(self.folder / EVENTS, "".join(self._pending))
            self._pending.clear()

    def events(self) -> list[dict[str, Any]]:
        """Return the events so far."""
        self.flush()
        return fs.read_lines(self.folder / EVENTS)

    def keep(self, step: int, spare: Iterable[int] = (), **parts: Saves) -> None:
        """Write a checkpoint; then remove older ones, but the one before and those to `spare`."""
        self.flush()
        place = self._checkpoint(step)
        keeps = sorted({step, *spare, *([] if self._sound is None else [self._sound])})
        with fs.folder(place, step=step, keeps=keeps) as staging:
            for name, part in parts.items():
                (staging / name).mkdir()
                part.save(staging / name)
        fs.check(place)  # read back before the one before it may go
        self._prune(keeps)
        self._sound = step

    def restore(self, step: int | None = None, **parts: Saves) -> int | None:
        """Load the newest whole checkpoint, or that of `step`; return its step, None where there is none."""
        for found in reversed(self._steps()) if step is None else [step]:
            place = self._checkpoint(found)
            try:
                manifest = fs.check(place)
                if manifest.get("step") != found:
                    raise RunError(f"{place} holds another step")
            except RunError as error:
                if step is not None:
                    raise
                self.event("damaged", checkpoint=place.name, reason=error.message)
                continue
            for name, part in parts.items():
                part.load(place / name)
            if step is None:
                self._sound = found
                self._prune([*manifest["keeps"], found])
                self._cut_back(found)
                self.event("resumed", step=found)
            return found
        self._cut_back(0)
        return None

    def _prune(self, keeps: Iterable[int]) -> None:
        """Remove checkpoints but those of the steps named, half removed ones too."""
        kept = {self._checkpoint(step) for step in keeps}
        for place in (self.folder / CHECKPOINTS).glob("step-*"):
            if place not in kept and _numbered(place):
                fs.remove(place)

    def _checkpoint(self, step: int) -> Path:
        return self.folder / CHECKPOINTS / f"step-{step:08d}"

    def _steps(self) -> list[int]:
        """Return the steps of the checkpoints that are there, oldest first."""
        places = self.folder.glob(f"{CHECKPOINTS}/step-*/{fs.MANIFEST}")
        return sorted(int(place.parent.name.removeprefix("step-")) for place in places if _numbered(place.parent))

    def _cut_back(self, step: int) -> None:
        """Drop what the log says of steps after `step`, which will be done again."""
        kept = [event for event in self.events() if event.get("step", 0) <= step and event["kind"] != "finished"]
        fs.write_lines(self.folder / EVENTS, kept)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder: one writer at a time, SIGINT and SIGTERM stop cleanly."""
        fs.make(self.folder)
        lock = FileLock(self.folder / LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            hint = "wait for it to end, or choose another folder with --out"
            raise BusyError(f"{self.folder} is being built by another process", hint) from None
        except OSError as error:
            raise ResourceError(f"cannot write {self.folder / LOCK}: {error.strerror}") from error
        try:
            with self._signals():
                fs.sweep(self.folder)
                fs.mend(self.folder / EVENTS)
                yield
        finally:
            self.flush()
            lock.release()  # the file stays: who waits for it would otherwise hold one that nobody else sees

    @contextmanager
    def _signals(self) -> Iterator[None]:
        numbers = [signal.SIGINT, signal.SIGTERM]
        try:
            before = {number: signal.signal(number, self._on_signal) for number in numbers}
        except ValueError:  # not in the main thread: whoever runs the threads owns the signals
            before = {}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        """Let a loop that looks stop by itself; otherwise, or at the second signal, stop here and now."""
        looking = time.monotonic() - self._looked < PATIENCE
        if self._signal or not looking:
            raise Interrupted(number, self.way_out)
        self._signal = number

    def leave_if_stopping(self) -> None:
        """Raise Interrupted once a signal came."""
        if self._signal:
            raise Interrupted(self._signal, self.way_out)

    @property
    def way_out(self) -> str:
        """What to type to go on."""
        return f"go on with the same command and --resume; {self.folder} keeps what was done"


def _numbered(checkpoint: Path) -> bool:
    number = checkpoint.name.removeprefix("step-")
    return number.isdecimal() and len(number) >= 8


def _endless(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def peak_memory() -> float:
    """Return the most memory that this process has used, in megabytes; 0 where the system does not say."""
    if os.name != "posix":
        return 0.0
    import resource  # POSIX only, so not at the top

    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 2**20 if os.uname().sysname == "Darwin" else used / 2**10
