"""A server that dies: eight threads store rows, and say on stdout which of them were acknowledged.

`python feedback_writer.py FILE MODE`; the modes are the functions at the end.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from toolkit.errors import ResourceError
from toolkit_feedback import Sqlite
from toolkit_feedback.store import Store


class Early(Store):
    """The planted fault: acknowledges before the commit."""

    later = ThreadPoolExecutor(1)

    def _write(self, work):
        self.later.submit(super()._write, work)
        return True


def say(*words: object) -> None:
    """Write a line at once; what is shorter than PIPE_BUF arrives whole."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def ask(store: Store, size: int = 1) -> str:
    """Store a question that holds its own measure, and acknowledge it."""
    question = "在 here? " * size
    id = store.asked(question, {"answer": "yes", "confidence": size / 1000}, "en")
    say("asked", id, size)
    return id


def busy(store: Store, turns: range | None = None) -> None:
    """Ask and judge, in eight threads."""

    def work() -> None:
        for turn in turns or iter(int, 1):
            id = ask(store, 1 + turn % 7 * 50 if turns else 1 + int.from_bytes(os.urandom(1)))
            store.judged(id, True, "")
            say("judged", id)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def full(file: Path) -> None:
    """Write until the disk is full, make room, and go on."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    store = Store(file, Sqlite())
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
    try:
        while True:
            ask(store, 200)
    except ResourceError as error:
        say("full", json.dumps(str(error)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    for _ in range(5):
        ask(store, 200)
    say("after")


if __name__ == "__main__":
    place, mode = Path(sys.argv[1]), sys.argv[2]
    if mode == "full":
        full(place)
    elif mode == "count":
        busy(Store(place, Sqlite(busy_timeout=30.0)), range(25))
    else:
        busy({"honest": Store, "early": Early}[mode](place, Sqlite()))
