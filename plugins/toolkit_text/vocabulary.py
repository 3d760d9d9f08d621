"""Strings as ids and back, with the four marks that sequence models share."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from toolkit.contracts import Size
from toolkit.errors import RunError

PAD, BOS, EOS, UNK = 0, 1, 2, 3
#: What each mark's id is.
MARKS = {"pad": PAD, "bos": BOS, "eos": EOS, "unk": UNK}
#: What an id without a string of its own is shown as.
UNKNOWN = "\ufffd"


class Vocabulary:
    """Strings in a fixed order; the first has the id 4, after the marks."""

    def __init__(self, strings: Sequence[str] = ()) -> None:
        self.strings = list(strings)
        self._ids = {string: place for place, string in enumerate(self.strings, start=len(MARKS))}

    @classmethod
    def of(cls, strings: Iterable[str], size: int, min_count: int) -> Vocabulary:
        """Return the most frequent strings that stand at least `min_count` times; `size` counts the marks."""
        counts = Counter(strings)
        kept = sorted((s for s, count in counts.items() if count >= min_count), key=lambda s: (-counts[s], s))
        return cls(kept[: size - len(MARKS)])

    def __len__(self) -> int:
        return len(MARKS) + len(self.strings)

    def ids(self, strings: Iterable[str]) -> list[int]:
        """Return an id a string, `unk` for one that is not here."""
        return [self._ids.get(string, UNK) for string in strings]

    def of_ids(self, ids: Iterable[int]) -> list[str]:
        """Return a string an id: none for pad, begin and end, U+FFFD for `unk`."""
        return [UNKNOWN if i == UNK else self.strings[i - len(MARKS)] for i in ids if i not in (PAD, BOS, EOS)]

    def size(self) -> Size:
        """Return what a model must know of sequences of these ids."""
        text = json.dumps(self.strings, ensure_ascii=False)
        return Size((None,), len(self), MARKS, hashlib.sha256(text.encode()).hexdigest())

    def save(self, file: Path) -> None:
        """Write the strings as a JSON list, in the order of their ids."""
        file.write_text(json.dumps(self.strings, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> Vocabulary:
        """Read what `save` wrote, or raise RunError."""
        try:
            strings = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"{file} cannot be read: {error}") from error
        if not isinstance(strings, list) or not all(isinstance(string, str) for string in strings):
            raise RunError(f"{file} should be a list of strings")
        if len(set(strings)) != len(strings):
            raise RunError(f"{file} names a string twice")
        return cls(strings)
