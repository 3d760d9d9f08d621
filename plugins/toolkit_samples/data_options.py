"""Options of the data components."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from toolkit.component import Config

_CELL = ("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity")
_CELL += ("concave_points", "symmetry", "fractal_dimension")
_WINE = ("alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids")
_WINE += ("nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue")
_WINE += ("od280_od315_of_diluted_wines", "proline")

#: The columns of each table that comes with scikit-learn, in its order.
COLUMNS: dict[str, tuple[str, ...]] = {
    "breast-cancer": (
        *(f"mean_{name}" for name in _CELL),
        *(f"{name}_error" for name in _CELL),
        *(f"worst_{name}" for name in _CELL),
    ),
    "wine": _WINE,
    "diabetes": ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
}

Fraction = Annotated[float, Field(ge=0, lt=1)]
Position = Annotated[int, Field(ge=0)]


class Fractions(Config):
    """How much is held out; the rest is for training."""

    validation: Fraction = 0.15
    """Share of the rows that validation gets."""
    test: Fraction = 0.15
    """Share of the rows that the test gets."""

    @model_validator(mode="after")
    def _leaves_some_for_training(self) -> Fractions:
        if self.validation + self.test >= 1:
            raise ValueError("validation and test together leave nothing for training")
        return self


class ScikitLearn(Fractions):
    """A small data set that comes with scikit-learn: digits, breast cancer, wine or diabetes."""

    name: Literal["digits", "breast-cancer", "wine", "diabetes"]
    """`digits`: 8x8 images; `breast-cancer`, `wine`: columns and a class; `diabetes`: columns and a number."""

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        inputs = {"image:image"} if self.name == "digits" else {f"number:{name}" for name in COLUMNS[self.name]}
        return frozenset(inputs | {"target:target" if self.name == "diabetes" else "label:label"})

    def answers(self) -> frozenset[str]:
        return frozenset({"target" if self.name == "diabetes" else "label"})


class Ratings(Fractions):
    """Generated ratings of items by users: a low-rank taste plus noise, so that the best possible error is known."""

    users: int = Field(300, ge=1)
    """Number of users."""
    items: int = Field(200, ge=1)
    """Number of items."""
    rank: int = Field(3, ge=1)
    """Number of factors that the true tastes have."""
    noise: float = Field(0.25, ge=0)
    """Standard deviation of what is added to each rating, in the unit of the ratings."""
    density: float = Field(0.4, gt=0, le=1)
    """Share of all pairs of a user and an item that are rated."""

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return frozenset({"id:user", "id:item", "target:rating"})

    def answers(self) -> frozenset[str]:
        return frozenset({"rating"})


class Table(Config):
    """Rows written in the spec itself, column by column."""

    columns: dict[str, list[float] | list[str]] = Field(min_length=1)
    """Columns by name, all of one length: numbers, or strings for a category or the label."""
    targets: list[str] = []
    """Columns of numbers that are to be predicted."""
    label: str | None = None
    """The column of strings that is the class to predict."""
    validation: Fraction | list[Position] | Literal["train"] = 0.15
    """Rows for validation: a share of those not named, positions counted from 0, or `train` for the training rows."""
    test: Fraction | list[Position] | Literal["train"] = 0.15
    """Rows for the test, said in the same way."""

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(next(iter(self.columns.values())))

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return frozenset(f"{self._form(name)}:{name}" for name in self.columns)

    def answers(self) -> frozenset[str]:
        return frozenset(self.targets) | (frozenset() if self.label is None else {self.label})

    def _form(self, name: str) -> str:
        if name == self.label:
            return "label"
        return "target" if name in self.targets else "category" if self._holds_strings(name) else "number"

    def _holds_strings(self, name: str) -> bool:
        return any(isinstance(value, str) for value in self.columns[name])

    @model_validator(mode="after")
    def _columns_fit(self) -> Table:
        for name, values in self.columns.items():
            if not re.fullmatch(r"[^.:]+", name):
                raise ValueError(f"the column name {name!r} should have neither '.' nor ':' in it")
            if len(values) != self.size or not values:
                raise ValueError(f"the column {name!r} has {len(values)} rows and the first column {self.size}")
        return self

    @model_validator(mode="after")
    def _answers_fit(self) -> Table:
        if unknown := sorted(self.answers() - set(self.columns)):
            raise ValueError(f"to be predicted and no column: {', '.join(unknown)}")
        for name in self.targets:
            if self._holds_strings(name):
                raise ValueError(f"the target {name!r} should hold numbers")
        if self.label is not None and not self._holds_strings(self.label):
            raise ValueError(f"the label {self.label!r} should hold strings; put its values in quotes")
        if len(self.answers()) == len(self.columns):
            raise ValueError("there is no column left to predict from")
        return self

    @model_validator(mode="after")
    def _rows_fit(self) -> Table:
        named = [row for rows in (self.validation, self.test) if isinstance(rows, list) for row in rows]
        if len(set(named)) < len(named):
            raise ValueError("validation and test name a row twice")
        if any(row >= self.size for row in named):
            raise ValueError(f"there is no row {max(named)}; rows count from 0 to {self.size - 1}")
        shares = sum(part for part in (self.validation, self.test) if isinstance(part, float))
        if shares >= 1 or len(named) == self.size:
            raise ValueError("validation and test together leave nothing for training")
        return self
