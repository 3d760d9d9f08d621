"""Reads a spec: YAML 1.2 core scalars, strictly, each value with the place where it stands.

PyYAML composes nodes; the values are made here, so that `1e-3` is a float, `no` is a string, and
duplicate keys, anchors, tags and merge keys are refused. The pure Python loader is used on purpose:
the C loader ends the process on deeply nested brackets.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from toolkit.component import Located
from toolkit.errors import Mark, Problem, SpecError

Path_ = tuple[str | int, ...]
DEEPEST = 64
LARGEST = 1_000_000

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_BARE = re.compile(r"[A-Za-z_/][\w./@-]*", re.ASCII)
_ZEROS = re.compile(r"[-+]?0[0-9]+")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass
class Spec:
    """A spec as it was written: plain values, and a Mark for each path of them."""

    file: str
    text: str
    value: dict[str, Any]
    marks: dict[Path_, Mark] = field(default_factory=dict)

    def mark(self, path: Iterable[str | int]) -> Mark:
        """Return where `path` stands, or the nearest thing above it that is written down."""
        path = tuple(path)
        while path not in self.marks and path:
            path = path[:-1]
        return self.marks.get(path, Mark(self.file, 1, 1))


def read(file: str | Path, sets: Iterable[str] = ()) -> Spec:
    """Read a spec file and lay the command line's `KEY=VALUE` over it."""
    path = Path(file)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SpecError(
            f"{file}: cannot be read: {error.strerror}", "name a spec file, as in specs/helpdesk.yaml"
        ) from error
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode().split("\n")
        where = Mark(str(file), len(before), len(before[-1]) + 1)
        raise SpecError([Problem(where, "", "not UTF-8 text", "save the file as UTF-8")]) from error
    if len(text) > LARGEST:
        raise SpecError([Problem(Mark(str(file), 1, 1), "", f"longer than {LARGEST:,} characters")])
    return parse(text, str(file), path.resolve().parent, sets)


def parse(text: str, file: str, base: Path, sets: Iterable[str] = ()) -> Spec:
    """Make a Spec of YAML text; `base` is the folder that its relative paths start from."""
    reader = _Reader(file, base)
    value = reader.read(text)
    if not reader.problems and not isinstance(value, dict):
        reader.blame(Mark(file, 1, 1), (), "a spec is a mapping of sections", "begin with `data:`")
    spec = Spec(file, text, value if isinstance(value, dict) else {}, reader.marks)
    problems = reader.problems
    for option in sets:
        problems += _lay_over(spec, option)
    if problems:
        raise SpecError(problems)
    return spec


def _lay_over(spec: Spec, option: str) -> list[Problem]:
    """Set one value from the command line; changing `use` drops the other options of that entry."""
    where = Mark(f"--set {option}")
    key, sign, text = option.partition("=")
    keys = key.strip().split(".")
    if not sign or not all(keys):
        return [Problem(where, "", "not of the form KEY=VALUE", "as in --set optimizer.lr=3e-4")]
    reader = _Reader(where.file, Path.cwd(), flat=True)
    value = reader.read(text, tuple(keys))
    if reader.problems:
        return reader.problems
    place = spec.value
    for depth, name in enumerate(keys[:-1]):
        if isinstance(place.get(name), str):  # a bare component name: make room for its options
            place[name] = {"use": place[name]}
        elif not isinstance(place.get(name), dict):
            place[name] = {}
            spec.marks[tuple(keys[: depth + 1])] = where
        place = place[name]
    if len(keys) > 1 and keys[-1] == "use" and place.get("use") != value:
        place.clear()
    place[keys[-1]] = value
    below = [path for path in spec.marks if path[: len(keys)] == tuple(keys)]
    for path in below:
        del spec.marks[path]
    spec.marks |= dict.fromkeys(reader.marks, where)
    return []


class _Composer(yaml.SafeLoader):
    """PyYAML's composer, refusing what a spec has no use for before it is followed."""

    nested = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose one node, and those below it."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        refused = ""
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            refused = "anchors and aliases (& and *) are not allowed; write the value out"
        elif getattr(event, "tag", None):
            refused = f"tags such as {event.tag!r} are not allowed"
        elif self.nested >= DEEPEST:
            refused = f"nested deeper than {DEEPEST} levels"
        if refused:
            raise yaml.MarkedYAMLError(problem=refused, problem_mark=event.start_mark)
        self.nested += 1
        node = super().compose_node(parent, index)
        self.nested -= 1
        return node


class _Reader:
    """Reads one document, collecting every problem."""

    def __init__(self, file: str, base: Path, flat: bool = False) -> None:
        self.file, self.base, self.flat = file, base, flat
        self.problems: list[Problem] = []
        self.marks: dict[Path_, Mark] = {}

    def read(self, text: str, path: Path_ = ()) -> Any:
        """Return the value of the text's one document; None where it has problems."""
        composer = None
        try:
            composer = _Composer(text)
            node = composer.get_single_node()
        except yaml.reader.ReaderError as error:
            before = text[: error.position].split("\n")
            where = Mark(self.file) if self.flat else Mark(self.file, len(before), len(before[-1]) + 1)
            character = error.character if isinstance(error.character, int) else ord(error.character)
            return self.blame(where, (), f"the character U+{character:04X} is not allowed in YAML")
        except yaml.MarkedYAMLError as error:
            return self.blame(self.at(error.problem_mark or error.context_mark), (), _plain(error), _syntax_hint(error))
        except (ValueError, IndexError, OverflowError):  # an escape beyond what Unicode has
            where = self.at(composer.get_mark() if composer else None)
            return self.blame(where, (), "not a character", "an escape such as \\U0001F600 ends at \\U0010FFFF")
        if node is None:
            self.marks[path] = Mark(self.file) if self.flat else Mark(self.file, 1, 1)
        return None if node is None else self.value(node, path)

    def blame(self, where: Mark, path: Path_, message: str, hint: str = "") -> None:
        """Keep a problem."""
        self.problems.append(Problem(where, dotted(path), message, hint))

    def at(self, mark: Any) -> Mark:
        """Turn PyYAML's mark into ours."""
        if self.flat or mark is None:
            return Mark(self.file)
        return Mark(self.file, mark.line + 1, mark.column + 1)

    def value(self, node: Any, path: Path_) -> Any:
        """Return the plain value of a node."""
        self.marks.setdefault(path, self.at(node.start_mark))
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, i)) for i, child in enumerate(node.value)]
        return self.mapping(node, path)

    def mapping(self, node: Any, path: Path_) -> dict[str, Any]:
        """Return a mapping; its marks are those of the keys."""
        made: dict[str, Any] = {}
        for key, child in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            where = self.at(key.start_mark)
            if name is None or (name == "<<" and key.style is None):
                what = "a key must be a word" if name is None else "merge keys (<<) are not allowed"
                self.blame(where, path, what)
            elif name in made:
                first = self.marks[(*path, name)].line
                seen = f"written twice, first on line {first}" if first else "written twice"
                self.blame(where, (*path, name), seen, "keep one of the two")
            else:
                self.marks[(*path, name)] = where
                made[name] = self.value(child, (*path, name))
        return made

    def scalar(self, node: Any, path: Path_) -> Any:
        """Read a scalar by the YAML 1.2 core rules."""
        text: str = node.value
        if any("\ud800" <= character <= "\udfff" for character in text):
            return self.blame(self.at(node.start_mark), path, "half of a surrogate pair is not a character")
        if node.style is not None:
            return Located(text, self.base)
        if text in _WORDS:
            return _WORDS[text]
        if _ZEROS.fullmatch(text):
            number = int(text) if len(text) < 400 else "it without zeros"
            hint = f'write {number}, or "{text}" in quotes if it is a word'
            return self.blame(self.at(node.start_mark), path, f"{text} begins with a zero: a number or a word?", hint)
        if len(text) <= 400:  # no number of a spec is longer; Python refuses to read endless ones
            if _INT.fullmatch(text):
                return int(text, 0)
            if _FLOAT.fullmatch(text):
                large = math.isinf(float(text))
                return self.blame(self.at(node.start_mark), path, "too large a number") if large else float(text)
        return Located(text, self.base)


def dotted(path: Iterable[str | int]) -> str:
    """Write a path as people do: `metrics[0].k`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _plain(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem or "not YAML")
    return problem if error.context is None or "allowed" in problem else f"{problem} ({error.context})"


def _syntax_hint(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem)
    if "'\\t'" in problem:
        return "indent with blanks, not with tabs"
    if "mapping values are not allowed" in problem:
        return "put a text that contains a colon in quotes, or check the indentation of the line before"
    if "could not find expected ':'" in problem:
        return "a key needs a colon and a blank behind it, as in `use: bm25`"
    if "expected <block end>" in problem:
        return "the line is indented differently from its neighbours"
    return ""


class _Writer(yaml.SafeDumper):
    """Writes words so that `_Reader` reads the same words; PyYAML alone would go by the rules of YAML 1.1."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write out what stands twice."""
        return True

    def represent_word(self, text: str) -> Any:
        """Quote all but what can be nothing else than a word."""
        bare = _BARE.fullmatch(text) and text not in _WORDS
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=None if bare else '"')


_Writer.add_representer(str, _Writer.represent_word)


def written(value: Any) -> str:
    """Return plain values as YAML that reads back the same."""
    text: str = yaml.dump(plain(value), Dumper=_Writer, sort_keys=False, allow_unicode=True, width=100)
    return text


def plain(value: Any) -> Any:
    """Return a copy of a spec's value made of Python's own types only."""
    if isinstance(value, Mapping):
        return {str(key): plain(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [plain(child) for child in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON has no word for it
    return str(value) if isinstance(value, str | Path) else value
