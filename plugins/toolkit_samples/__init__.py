"""Sample systems that are not about text: small tables, images and ratings, and the models that fit them."""

from __future__ import annotations

from collections.abc import Iterable

from toolkit.component import Component
from toolkit.hookspecs import hookimpl
from toolkit_samples.data_options import Ratings, ScikitLearn, Table
from toolkit_samples.model_options import ALS, CNN, MLP, MatrixFactorization
from toolkit_samples.tokenizer_options import Columns, Ids, Pixels

_SCIKIT_LEARN = "BSD-3-Clause (scikit-learn); digits, breast cancer and wine come from the UCI repository, CC BY 4.0"


@hookimpl
def toolkit_components() -> Iterable[Component]:
    """Yield what this plugin offers."""
    yield Component(
        "data",
        "scikit-learn",
        ScikitLearn,
        "toolkit_samples.scikit_learn:load",
        example={"name": "digits"},
        licence=_SCIKIT_LEARN,
        homepage="https://scikit-learn.org/stable/datasets/toy_dataset.html",
    )
    yield Component(
        "data",
        "ratings",
        Ratings,
        "toolkit_samples.ratings:load",
        example={"users": 30, "items": 20},
        licence="none needed: generated from the seed",
    )
    table = {"columns": {"x": [0.0, 1.0, 2.0, 3.0], "label": ["a", "a", "b", "b"]}, "label": "label"}
    yield Component(
        "data", "table", Table, "toolkit_samples.table:load", example={**table, "validation": "train", "test": "train"}
    )
    yield Component("tokenizer", "pixels", Pixels, "toolkit_samples.pixels:make")
    yield Component("tokenizer", "columns", Columns, "toolkit_samples.columns:make")
    yield Component("tokenizer", "ids", Ids, "toolkit_samples.ids:make")
    yield Component("architecture", "mlp", MLP, "toolkit_samples.mlp:make", example={"hidden": [8]})
    yield Component("architecture", "cnn", CNN, "toolkit_samples.cnn:make", example={"channels": [8]})
    yield Component(
        "architecture",
        "matrix-factorization",
        MatrixFactorization,
        "toolkit_samples.matrix_factorization:make",
        example={"factors": 4},
    )
    yield Component("optimizer", "als", ALS, "toolkit_samples.als:make")
