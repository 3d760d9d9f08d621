"""What a plugin declares: a Component, its Config, and the ports that tell what fits with what.

A port is a plain string, `form:name`. Data give `text:question`, tokenizers add `tokens:question`,
devices give `device:cpu`, models give `learns:gradient` and `predicts:text`. A column of a side table
carries the table's name: `text:passages.answer`. Two components fit when what one needs is among what
stands before it: a set difference, no import. `docs/ports.md` lists every name.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

#: The sections of a spec that name one component each, in the order in which they are resolved.
SECTIONS = ("data", "device", "tokenizer", "architecture", "optimizer", "serving")


class Config(BaseModel):
    """The options of a component. Subclasses declare fields; the string below a field is its help."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, defer_build=True, allow_inf_nan=False, protected_namespaces=()
    )

    @classmethod
    def helps(cls) -> dict[str, str]:
        """Return the string below each field, those of base classes included."""
        found: dict[str, str] = {}
        for base in reversed(cls.__mro__):
            if issubclass(base, Config) and base is not Config:
                found |= dict(_below_fields(base))
        return found

    def needs(self) -> frozenset[str]:
        """Ports that must stand before this component."""
        return frozenset()

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        """Ports that this component adds to those `given` before it."""
        return frozenset()

    def answers(self) -> frozenset[str]:
        """Fields of a row that a model may learn from and never sees when it predicts (data only)."""
        return frozenset()

    def suggests(self) -> Mapping[str, Sequence[str | Mapping[str, Any]]]:
        """Entries by kind, used where the spec is silent: all of `metric`, else the first that is installed."""
        return {}


def _below_fields(config: type) -> Iterator[tuple[str, str]]:
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(config))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):  # written at a prompt: there is no source
        return
    statements = body.body if isinstance(body, ast.ClassDef) else []
    for field_, below in itertools.pairwise(statements):
        if isinstance(field_, ast.AnnAssign) and isinstance(field_.target, ast.Name) and isinstance(below, ast.Expr):
            text = below.value.value if isinstance(below.value, ast.Constant) else None
            if isinstance(text, str):
                yield field_.target.id, inspect.cleandoc(text).replace("\n", " ")


class Entry(BaseModel):
    """A component named in a spec: `{use: NAME, **options}`, or the bare name."""

    model_config = ConfigDict(frozen=True, extra="allow")

    use: str

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, value: Any) -> Any:
        return {"use": str(value)} if isinstance(value, str) else value

    @property
    def options(self) -> dict[str, Any]:
        """The options beside `use`."""
        return dict(self.model_extra or {})


@dataclass(frozen=True, slots=True)
class Slot:
    """Marks a config field that holds a component: `schedule: Annotated[Entry, Slot("schedule")]`.

    Also `list[...]` and `dict[str, ...]` of such entries. `gives`: ports that the slot requires.
    """

    kind: str
    gives: frozenset[str] = frozenset()
    passes: tuple[str, ...] = ()
    """Beginnings of the ports of the part that its owner's `gives` is shown, as in `("learns:",)`."""


@dataclass(frozen=True, slots=True)
class Component:
    """One entry that a plugin offers under `kind` and `name`."""

    kind: str
    name: str
    config: type[Config]
    factory: str
    """`package.module:callable`, imported only to build a system or to open a run."""
    example: Mapping[str, Any] = field(default_factory=dict)
    """The smallest options that make sense; used by the checks and the docs."""
    extra: str = ""
    """The extra to install when the factory cannot be imported, as in `pip install '...[zh]'`."""
    licence: str = ""
    homepage: str = ""

    @property
    def summary(self) -> str:
        """The first sentence of the config's docstring."""
        return (self.config.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")


class Located(str):
    """A string of a spec that remembers the folder its relative paths start from."""

    __slots__ = ("base",)
    base: Path

    def __new__(cls, text: str, base: Path) -> Located:
        """Return `text` with `base` attached."""
        made = super().__new__(cls, text)
        made.base = base
        return made

    def __getnewargs__(self) -> tuple[str, Path]:  # type: ignore[override]
        """Let copies keep the folder."""
        return str(self), self.base


def _located(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        return value
    path = Path(getattr(value, "base", Path.cwd()), value)
    if (info.context or {}).get("paths", True) and not (value and _is_there(path)):
        raise PydanticCustomError("path_missing", "there is nothing at {path}", {"path": str(path)})
    return path


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long for a name, or with a character that no name has
        return False


#: An existing file or folder; relative paths start from the folder of the spec that wrote them.
DataPath = Annotated[Path, BeforeValidator(_located)]
