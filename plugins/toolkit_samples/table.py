"""Rows that the spec itself holds."""

from __future__ import annotations

from toolkit.errors import DataError
from toolkit_samples.data_options import Table
from toolkit_samples.rows import Rows, split


def load(config: Table, *, seed: int) -> Rows:
    """Return the rows of the columns; shares are taken by class where there is a label."""
    rows = [dict(zip(config.columns, values, strict=True)) for values in zip(*config.columns.values(), strict=True)]
    held = {"validation": config.validation, "test": config.test}
    positions = {name: value for name, value in held.items() if isinstance(value, list)}
    rest = sorted(set(range(len(rows))).difference(*positions.values()))
    classes = [str(rows[row][config.label]) for row in rest] if config.label is not None else None
    shares = {name: value if isinstance(value, float) else 0.0 for name, value in held.items()}
    found = split(len(rest), shares["validation"], shares["test"], seed, classes)
    positions = {**{name: [rest[place] for place in part] for name, part in found.items()}, **positions}
    if not positions["train"]:
        raise DataError(f"table: {len(rows)} rows leave none for training", "name rows, or lower the shares")
    return Rows(rows, {name: positions["train" if held.get(name) == "train" else name] for name in positions})
