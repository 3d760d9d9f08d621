"""What the tokenizers share: which columns they read, and how rows go in and predictions come out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from toolkit.contracts import Example, Examples, Prediction

_TOKENS = "tokens:"


def keys(columns: Iterable[str]) -> list[str]:
    """Return the keys that columns have in their rows: `question` for `question` and `passages.question`."""
    return sorted({column.rpartition(".")[2] for column in columns})


def texts(examples: Examples, columns: Iterable[str]) -> Iterator[str]:
    """Yield the texts to learn from: the training rows', and of side tables the columns that no row has."""
    columns = sorted(columns)
    fields = [column for column in columns if "." not in column]
    for row in examples.rows:
        yield from (row[field] for field in fields if field in row)
    for table, _, field in (column.partition(".") for column in columns):
        if field and field not in fields:
            yield from (row[field] for row in examples.raw(table) if field in row)


def encoded(
    examples: Iterable[Example], fields: Sequence[str], read: Callable[[str], Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield each example with what `read` makes of each field: `{"tokens": ids}` becomes `tokens:FIELD`."""
    for example in examples:
        made = dict(example)
        for field in fields:
            if field in example:
                made |= {f"{form}:{field}": value for form, value in read(example[field]).items()}
        yield made


def decoded(predictions: Iterable[Prediction], write: Callable[[Sequence[int]], str]) -> Iterator[dict[str, Any]]:
    """Yield each prediction with `FIELD`, the text, in place of `tokens:FIELD`."""
    for prediction in predictions:
        yield {
            name.removeprefix(_TOKENS): write(value) if name.startswith(_TOKENS) else value
            for name, value in prediction.items()
        }
