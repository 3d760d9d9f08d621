"""The text of an example in a form that every encoder can read."""

from __future__ import annotations

from collections.abc import Iterable

from toolkit.contracts import Example


def texts_of(examples: Iterable[Example], field: str, longest: int) -> list[str]:
    """Return each example's text in `field`, as `text_of` does."""
    return [text_of(example, field, longest) for example in examples]


def text_of(example: Example, field: str, longest: int) -> str:
    """Return the first `longest` characters of the text in `field`, without blanks around; "" where it is absent.

    Halves of surrogate pairs are joined, or replaced where alone: neither UTF-8 nor a tokenizer has a form for one.
    """
    text = (example.get(field) or "")[:longest]
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.strip()
