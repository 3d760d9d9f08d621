"""What a config says of its options, in words, without building a schema."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo

from toolkit.component import Config, Entry, Slot


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a component, in words."""

    name: str
    type: str
    default: str
    """` = value`, or empty where the option is needed."""
    help: str


def documented(config: type[Config]) -> list[Option]:
    """Return the options of a config, in the order in which they are declared."""
    helps = config.helps()
    return [
        Option(name, typed(info.annotation, info.metadata), _default(info), helps.get(name, ""))
        for name, info in config.model_fields.items()
    ]


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
