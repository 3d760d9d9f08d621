"""The entries that can be answered with, and how they are kept beside their index.

passages.json       [{"id", "title", "answer"}, ...]  in the order of the table
words.json          {"question": [...], "answer": [...]}  the words of each index, sorted
index.safetensors   entry_of (wordings,) and, for each index, data, indices, indptr
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from toolkit.contracts import Example
from toolkit.errors import RunError
from toolkit_qa.lexical_index import ARRAYS, LexicalIndex

PASSAGES, WORDS, INDEX = "passages.jsonl", "words.json", "index.safetensors"
NAMES = ("question", "answer")


class Entry(NamedTuple):
    """What a question may be answered with."""

    id: str | int
    title: str
    answer: str


def entries(table: Sequence[Example]) -> tuple[list[Entry], np.ndarray, list[int]]:
    """Return the entries of a table with a row a wording, the entry of each row (rows,), and each entry's first row."""
    places: dict[Any, int] = {}
    first: list[int] = []
    entry_of = np.empty(len(table), np.int32)
    for number, row in enumerate(table):
        place = places.setdefault(row["id"], len(places))
        if place == len(first):
            first.append(number)
        entry_of[number] = place
    rows = (table[number] for number in first)
    return [Entry(row["id"], row.get("title", ""), row["answer"]) for row in rows], entry_of, first


def save(folder: Path, found: Sequence[Entry], entry_of: np.ndarray, indices: Mapping[str, LexicalIndex]) -> None:
    """Write entries and indices."""
    (folder / PASSAGES).write_text("".join(_json(entry._asdict()) for entry in found), encoding="utf-8")
    (folder / WORDS).write_text(_json({name: indices[name].words for name in NAMES}), encoding="utf-8")
    arrays = {f"{name}.{part}": array for name in NAMES for part, array in indices[name].arrays.items()}
    save_file({**arrays, "entry_of": entry_of}, folder / INDEX)


def load(folder: Path) -> tuple[list[Entry], np.ndarray, dict[str, LexicalIndex]]:
    """Read what `save` wrote; RunError names the file that is not whole."""
    found = _entries(folder / PASSAGES)
    words = _words(folder / WORDS)
    arrays = _arrays(folder / INDEX)
    entry_of = arrays["entry_of"]
    if len(entry_of) and not 0 <= entry_of.min() <= entry_of.max() < len(found):
        raise RunError(f"{folder / INDEX} names entries that are not in {PASSAGES}")
    texts = {"question": len(entry_of), "answer": len(found)}
    indices = {}
    for name in NAMES:
        parts = {part: arrays[f"{name}.{part}"] for part in ARRAYS}
        if not is_whole(words[name], parts, texts[name]):
            raise RunError(f"{folder / INDEX}: the index of the {name}s does not fit {WORDS} and {PASSAGES}")
        indices[name] = LexicalIndex(words[name], parts, texts[name])
    return found, entry_of, indices


def is_whole(words: Sequence[str], parts: Mapping[str, np.ndarray], texts: int) -> bool:
    """Return whether the arrays of an index fit each other, its words and the number of its texts."""
    data, indices, indptr = (parts[name] for name in ARRAYS)
    ends = indptr.shape == (len(words) + 1,) and indptr[0] == 0 and indptr[-1] == len(data) == len(indices)
    if not ends or np.any(np.diff(indptr) < 0) or len(set(words)) != len(words):
        return False
    return bool(np.isfinite(data).all()) and (not len(indices) or bool(0 <= indices.min() <= indices.max() < texts))


def _entries(file: Path) -> list[Entry]:
    rows = [_parsed(file, line) for line in _read(file).split("\n")[:-1]]
    for row in rows:
        if not isinstance(row, dict) or set(row) != set(Entry._fields):
            raise RunError(f"{file} should hold {', '.join(Entry._fields)} in each line")
        if not all(isinstance(row[name], str) for name in ("title", "answer")):
            raise RunError(f"{file} holds an entry whose title or answer is not text")
    return [Entry(**row) for row in rows]


def _words(file: Path) -> dict[str, list[str]]:
    words = _parsed(file, _read(file))
    if not isinstance(words, dict) or set(words) != set(NAMES):
        raise RunError(f"{file} should hold the words of {' and '.join(NAMES)}")
    if not all(isinstance(listed, list) and all(isinstance(w, str) for w in listed) for listed in words.values()):
        raise RunError(f"{file} should hold lists of words")
    return words


def _arrays(file: Path) -> dict[str, np.ndarray]:
    try:
        arrays = load_file(file)
    except (OSError, SafetensorError) as error:
        raise RunError(f"{file} cannot be read: {error}") from error
    kinds = {f"{name}.{part}": kind for name in NAMES for part, kind in ARRAYS.items()} | {"entry_of": np.int32}
    for name in sorted(set(kinds) | set(arrays)):
        if name not in arrays or name not in kinds:
            raise RunError(f"{file}: the array {name} is {'missing' if name in kinds else 'unknown'}")
        if arrays[name].dtype != kinds[name] or arrays[name].ndim != 1:
            raise RunError(f"{file}: the array {name} should be one-dimensional, of type {np.dtype(kinds[name])}")
    return arrays


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n"


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise RunError(f"{file} cannot be read: {error}") from error


def _parsed(file: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RunError(f"{file} cannot be read: {error}") from error
