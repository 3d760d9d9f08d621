"""The data `pairs`: two columns of text, split so that inputs that read alike stay together."""

from __future__ import annotations

from pathlib import Path

from toolkit.contracts import Example
from toolkit_text.data_options import Pairs as Options
from toolkit_text.files import read_rows
from toolkit_text.normalise import key
from toolkit_text.splits import Splits, held_out


def read(file: Path, source: str, target: str) -> list[Example]:
    """Return the rows of a file; both columns have to hold text, further ones are kept."""
    return [
        {**row.values, source: row.text(source), target: row.text(target)}
        for row in read_rows(file, {source.lower(): source, target.lower(): target})
    ]


def make(config: Options, *, seed: int) -> Splits:
    """Make the data `pairs`."""
    return held_out(
        config, lambda file: read(file, config.input, config.output), lambda row: key(row[config.input]), seed
    )
