"""The small data sets that come with scikit-learn, as plain rows."""

from __future__ import annotations

import re
from typing import Any

from sklearn import datasets

from toolkit.contracts import Example
from toolkit_samples.data_options import ScikitLearn
from toolkit_samples.rows import Rows, split

_LOADERS = {
    "digits": datasets.load_digits,
    "breast-cancer": datasets.load_breast_cancer,
    "wine": datasets.load_wine,
}


def load(config: ScikitLearn, *, seed: int) -> Rows:
    """Return the data set that the config names; classes have their share of every split."""
    rows = rows_of(config.name)
    classes = [row["label"] for row in rows] if "label" in rows[0] else None
    return Rows(rows, split(len(rows), config.validation, config.test, seed, classes))


def rows_of(name: str) -> list[Example]:
    """Return all rows of a data set, in scikit-learn's order."""
    if name == "diabetes":  # `scaled` would use the mean and spread of the test rows too
        bunch = datasets.load_diabetes(scaled=False)
        return [{**row, "target": float(y)} for row, y in zip(_columns(bunch), bunch.target, strict=True)]
    bunch = _LOADERS[name]()
    inputs = _images(bunch) if name == "digits" else _columns(bunch)
    return [{**row, "label": str(bunch.target_names[y])} for row, y in zip(inputs, bunch.target, strict=True)]


def _images(bunch: Any) -> list[dict[str, Any]]:
    return [{"image": image} for image in (bunch.images / 16.0).tolist()]  # (8, 8), 0 to 16 grey levels


def _columns(bunch: Any) -> list[dict[str, Any]]:
    names = [re.sub(r"\W+", "_", name) for name in bunch.feature_names]
    return [dict(zip(names, values, strict=True)) for values in bunch.data.tolist()]
