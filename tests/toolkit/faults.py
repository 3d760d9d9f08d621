"""Faults at every operation on the file system: an error, or the death of the process, at the first, the second, ..."""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from unittest import mock

#: Every call by which Python changes a folder or a file, or makes a change durable.
OPERATIONS = (
    (io, "open"),
    (os, "open"),
    (os, "fsync"),
    (os, "replace"),
    (os, "rename"),
    (os, "mkdir"),
    (os, "unlink"),
    (os, "rmdir"),
)


@contextlib.contextmanager
def at_operation(nth, strike, below=""):
    """Call `strike(name)` in the place of the nth operation on a path that holds `below`; count them all."""
    count = [0]

    def watched(name, real):
        def call(*arguments, **options):
            reads = name == "open" and not _writes(arguments, options)
            if not reads and below in str(arguments[0]):
                count[0] += 1
                if count[0] == nth:
                    strike(name)
            return real(*arguments, **options)

        return call

    with contextlib.ExitStack() as patches:
        for module, name in OPERATIONS:
            patches.enter_context(mock.patch.object(module, name, watched(name, getattr(module, name))))
        yield count


def _writes(arguments, options):
    """Tell an `open` that only reads; the handle of a folder or file to flush counts, as it can fail too."""
    mode = options.get("mode", arguments[1] if len(arguments) > 1 else "r")
    return isinstance(mode, int) or bool(set(mode) & set("wax+"))


def deaths(work, below="", every=1, limit=1000):
    """Run `work` in child processes that die at the first, second, ... operation; yield after each but the last."""
    for nth in range(1, limit, every):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # forking beside the threads of a test runner
            child = os.fork()
        if not child:
            status = 1
            try:
                with at_operation(nth, lambda name: os._exit(9), below):
                    work()
                status = 0
            finally:
                os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status == 0:
            return
        assert status == 9, f"the child failed by itself at operation {nth}"
        yield nth
    raise AssertionError(f"more than {limit} operations")
