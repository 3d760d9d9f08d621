"""Every durable operation of the toolkit; nothing else in it writes to a run folder.

A file appears whole or not at all: written beside its place, flushed to disk, renamed, and the folder
flushed. A folder appears whole or not at all too: filled under a temporary name, its manifest of SHA-256
digests written last, renamed. What has no manifest that holds does not exist.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from toolkit.errors import ResourceError, RunError

MANIFEST = "MANIFEST.json"
_STAGED = ".tmp-"


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Turn the system's refusals into errors that name the path."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ResourceError(f"cannot write {path}: {reason}", "what was written before stays whole") from error


def dumps(value: Any, indent: int | None = 1) -> str:
    """Return JSON that is the same for equal values."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=indent, allow_nan=False) + "\n"


def make(folder: Path) -> None:
    """Make a folder, where it is not there yet."""
    with _named(folder):
        folder.mkdir(parents=True, exist_ok=True)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Flush a file or a folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all."""
    staged = path.with_name(f"{_STAGED}{path.name}-{os.getpid()}")
    with _named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with staged.open("wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                os.fsync(file.fileno())
            staged.replace(path)
        finally:
            staged.unlink(missing_ok=True)
        sync(path.parent)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file whole or not at all."""
    write(path, dumps(value))


def write_lines(path: Path, values: Iterable[Any]) -> None:
    """Write JSON lines whole or not at all."""
    write(path, "".join(dumps(value, indent=None) for value in values))


def read_json(path: Path) -> Any:
    """Read a JSON file of a run folder."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(f"{path} is missing", "the folder is not a finished run") from None
    except (ValueError, OSError, RecursionError) as error:
        raise RunError(f"{path} cannot be read: {error}") from error


def read_lines(path: Path) -> list[Any]:
    """Read a JSON-lines file of a run folder; a last line cut short by a crash is dropped."""
    try:
        whole = path.read_bytes().split(b"\n")[:-1]  # what stands behind the last newline was never finished
        return [json.loads(line) for line in whole if line]
    except FileNotFoundError:
        return []
    except (ValueError, OSError, RecursionError) as error:
        raise RunError(f"{path} cannot be read: {error}") from error


def mend(path: Path) -> None:
    """Cut off a last line that a crash left unfinished, so that what is appended begins a line."""
    content = path.read_bytes() if path.is_file() else b""
    if content and not content.endswith(b"\n"):
        write(path, content[: content.rfind(b"\n") + 1])


def append(path: Path, text: str) -> None:
    """Add text to a file; durable only after `sync`."""
    with _named(path), path.open("a", encoding="utf-8") as file:
        file.write(text)


def files(folder: Path) -> list[Path]:
    """Return the files below a folder in order, what is staged and the folder's own manifest left out."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path != folder / MANIFEST and _STAGED not in str(path.relative_to(folder))
    )


def seal(folder: Path, leave: Iterable[str] = (), **facts: Any) -> None:
    """Write the manifest that makes a folder exist: size and SHA-256 of each file, and `facts`."""
    listed = {}
    for path in files(folder):
        name = path.relative_to(folder).as_posix()
        if not any(name == part or name.startswith(f"{part}/") for part in leave):
            with _named(path):
                sync(path)
            listed[name] = {"size": path.stat().st_size, "sha256": digest(path)}
    write_json(folder / MANIFEST, {**facts, "files": listed})
    readable = (
        (folder / MANIFEST).stat().st_mode
    )  # as open() makes files; some libraries make theirs for the owner alone
    for name in listed:
        (folder / name).chmod(stat.S_IMODE(readable))


def check(folder: Path) -> Mapping[str, Any]:
    """Return the manifest of a folder whose files are all as it says, else raise RunError."""
    manifest: Mapping[str, Any] = read_json(folder / MANIFEST)
    try:
        listed = {name: (facts["size"], facts["sha256"]) for name, facts in manifest["files"].items()}
    except (KeyError, TypeError, AttributeError):
        raise RunError(f"{folder / MANIFEST} is damaged: it is no manifest", "build it again") from None
    for name, (size, sha256) in listed.items():
        path = folder / name
        if not path.is_file():
            raise RunError(f"{path} is missing")
        try:
            same = path.stat().st_size == size and digest(path) == sha256
        except OSError as error:
            raise RunError(f"{path} cannot be read: {error.strerror}") from error
        if not same:
            raise RunError(f"{path} is damaged: it is not what {MANIFEST} says", "build it again, or restore a copy")
    return manifest


@contextlib.contextmanager
def folder(path: Path, **facts: Any) -> Iterator[Path]:
    """Give a staging folder; on leaving, it is sealed and takes the place of `path` whole."""
    staged = path.with_name(f"{_STAGED}{path.name}-{os.getpid()}")
    with _named(path):
        remove(staged)
        staged.mkdir(parents=True)
        try:
            yield staged
            seal(staged, **facts)
            for child in (p for p in staged.rglob("*") if p.is_dir()):
                sync(child)
            sync(staged)
            remove(path)
            staged.rename(path)
        finally:
            remove(staged)
        sync(path.parent)


def remove(path: Path) -> None:
    """Remove a folder or a file; its manifest goes first, so that half of it never counts as whole."""
    if path.is_dir() and not path.is_symlink():
        (path / MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what a killed process left staged in a folder."""
    for path in [p for p in folder.rglob(f"{_STAGED}*") if p.exists()]:
        remove(path)
