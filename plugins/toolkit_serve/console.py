"""A person, or a pipe, at the other end of three streams."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from typing import TextIO

from toolkit_serve.wording import clean, wrap

with contextlib.suppress(ImportError):  # absent on some systems; gives `input` arrow keys and a history
    import readline  # noqa: F401


class Console:
    """Reads lines and prints safe text. Prompts go to `stderr` unless both ends are a terminal."""

    def __init__(self, stdin: TextIO, stdout: TextIO, stderr: TextIO) -> None:
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
        self.interactive = stdin.isatty()
        for stream in (stdin, stdout, stderr):
            # A byte that is not text, or a terminal that lacks a character, must not end the conversation.
            if isinstance(stream, io.TextIOWrapper):
                with contextlib.suppress(io.UnsupportedOperation):
                    stream.reconfigure(errors="replace")

    def read(self, prompt: str) -> str:
        """Return the next line, cleaned; raises EOFError where there is none."""
        prompt = clean(prompt)
        if self.interactive and self.stdout.isatty() and self.stdin is sys.stdin:
            return clean(input(prompt)).strip()
        self.stderr.write(prompt if self.interactive else prompt + "\n")
        self.stderr.flush()
        line = self.stdin.readline()
        if not line:
            raise EOFError
        return clean(line).strip()

    def say(self, text: str) -> None:
        """Print to standard output, folded to the width of the terminal where it is one."""
        self._print(text, self.stdout)

    def tell(self, text: str) -> None:
        """Print to standard error, likewise."""
        self._print(text, self.stderr)

    def detach(self) -> None:
        """Stop printing: nobody reads standard output any more, and flushing it at exit would fail."""
        with contextlib.suppress(OSError, io.UnsupportedOperation):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self.stdout.fileno())
            os.close(null)

    def _print(self, text: str, stream: TextIO) -> None:
        text = clean(text)
        lines = wrap(text, max(10, shutil.get_terminal_size().columns)) if stream.isatty() else [text]
        stream.write("\n".join(lines) + "\n")
        stream.flush()
