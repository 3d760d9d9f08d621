"""Reads what a config says of its options, from the class and the text below each field, without building a schema."""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from toolkit.component import Entry, Slot


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a component, in words."""

    name: str
    type: str
    default: str
    """` = value`, or empty where the option is needed."""
    help: str


def documented(config: type[BaseModel]) -> list[Option]:
    """Return the options of a config, in the order in which they are declared."""
    helps = docstrings(config)
    return [
        Option(name, typed(info.annotation, info.metadata), _default(info), info.description or helps.get(name, ""))
        for name, info in config.model_fields.items()
    ]


def docstrings(config: type[BaseModel]) -> dict[str, str]:
    """Return the string below each field, those of base classes included."""
    found: dict[str, str] = {}
    for base in reversed(config.__mro__):
        if issubclass(base, BaseModel) and base.__module__ != "pydantic.main":
            found |= dict(_below_fields(base))
    return found


def _below_fields(config: type) -> Iterator[tuple[str, str]]:
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(config))).body[0]
    except (OSError, SyntaxError, IndexError):  # written at a prompt: there is no source
        return
    statements = body.body if isinstance(body, ast.ClassDef) else []
    for field, below in itertools.pairwise(statements):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            text = below.value.value if isinstance(below.value, ast.Constant) else None
            if isinstance(text, str):
                yield field.target.id, inspect.cleandoc(text).replace("\n", " ")


def typed(annotation: Any, metadata: typing.Sequence[Any] = ()) -> str:
    """Return a type in words: `whole number >= 1`, `one of rnn, lstm, gru`, `list of text`."""
    slot = next((item for item in metadata if isinstance(item, Slot)), None)
    if slot is not None:
        return f"a {slot.kind}"
    return _words(annotation) + "".join(_limit(item) for item in metadata)


def _words(annotation: Any) -> str:
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return typed(inner[0], inner[1:])
    if origin is typing.Literal:
        return f"one of {', '.join(map(str, inner))}"
    if origin in (typing.Union, types.UnionType):
        return " or ".join("nothing" if child is type(None) else _words(child) for child in inner)
    if origin is list:
        return f"list of {_words(inner[0])}"
    if origin is dict:
        return f"mapping of {_words(inner[0])} to {_words(inner[1])}"
    names = {int: "whole number", float: "number", str: "text", bool: "true or false", Entry: "a component"}
    return names.get(annotation, getattr(annotation, "__name__", str(annotation)).lower())


def _limit(item: Any) -> str:
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "min_length": "at least", "max_length": "at most"}
    return "".join(
        f" {sign} {getattr(item, name)}" for name, sign in signs.items() if getattr(item, name, None) is not None
    )


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return ""
    value = info.get_default(call_default_factory=True, validated_data={})
    if isinstance(value, Entry):
        value = value.use if not value.options else {"use": value.use, **value.options}
    return f" = {'none' if value is None else value}"
