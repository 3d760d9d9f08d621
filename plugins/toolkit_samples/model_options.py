"""Options of the architectures and of `als`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from toolkit.component import Config

Width = Annotated[int, Field(ge=1)]
Suggestions = Mapping[str, Sequence[str | Mapping[str, Any]]]


def class_metrics(field: str) -> list[str | Mapping[str, Any]]:
    """Return entries of the metrics of a class; bare names do where its field is called `label`."""
    return [name if field == "label" else {"use": name, "field": field} for name in ("accuracy", "f1")]


class Layer(Config):
    """The weights and biases of one layer, as numbers in the spec."""

    weight: list[list[float]] = Field(min_length=1)
    """One row an output, one number an input."""
    bias: list[float]
    """One number an output."""

    @model_validator(mode="after")
    def _fits(self) -> Layer:
        if len({len(row) for row in self.weight}) > 1:
            raise ValueError("the rows of `weight` should be of one length")
        if len(self.bias) != len(self.weight):
            raise ValueError(f"`bias` has {len(self.bias)} numbers and `weight` {len(self.weight)} rows")
        return self


class MLP(Config):
    """A multi-layer perceptron: from columns or pixels to a class or to numbers."""

    input: str = Field("columns:inputs", pattern=r"^(columns:inputs|pixels:[^.:]+)$")
    """The port that is read; pixels are flattened."""
    target: str = Field("class:label", pattern=r"^(columns:targets|class:[^.:]+)$")
    """The port that is learnt: `class:FIELD`, or `columns:targets` for numbers."""
    hidden: list[Width] = [64]
    """Units of each hidden layer, the first one first; an empty list makes the model linear."""
    activation: Literal["relu", "tanh", "sigmoid", "gelu"] = "relu"
    """What follows each hidden layer."""
    output_activation: Literal["none", "relu"] = "none"
    """What follows the last layer."""
    normalise: Literal["none", "layer"] = "none"
    """`layer`: layer normalisation before each activation (Ba, Kiros and Hinton 2016)."""
    dropout: float = Field(0.0, ge=0, lt=1)
    """Share of hidden units that are zeroed at random while learning."""
    loss: Literal["auto", "cross-entropy", "mse", "half-squared-error"] = "auto"
    """`auto`: cross entropy for a class, else the mean squared error; `half-squared-error`: half the sum of squares."""
    weights: list[Layer] | None = None
    """Initial weights and biases, layer by layer; drawn from the seed where there are none."""

    @property
    def loss_name(self) -> str:
        """The loss, with `auto` decided."""
        if self.loss != "auto":
            return self.loss
        return "cross-entropy" if self._is_class else "mse"

    @property
    def _is_class(self) -> bool:
        return self.target.startswith("class:")

    def needs(self) -> frozenset[str]:
        return frozenset({self.input, self.target, "device:torch"})

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        predicts = "predicts:class" if self._is_class else "predicts:numbers"
        return frozenset({"learns:gradient", "scores:likelihood", predicts})

    def suggests(self) -> Suggestions:
        field = self.target.partition(":")[2]
        # Which fields the numbers come from is not known here, so no metric of one of them can be suggested.
        metrics = class_metrics(field) if self._is_class else ["loss"]
        tokenizer = "pixels" if self.input.startswith("pixels:") else "columns"
        return {"optimizer": ["adam"], "device": ["auto"], "tokenizer": [tokenizer], "metric": metrics}

    @model_validator(mode="after")
    def _loss_fits(self) -> MLP:
        if (self.loss_name == "cross-entropy") != self._is_class:
            raise ValueError(f"the loss {self.loss} does not go with the target {self.target}")
        return self

    @model_validator(mode="after")
    def _weights_fit(self) -> MLP:
        if self.weights is None:
            return self
        if len(self.weights) != len(self.hidden) + 1:
            raise ValueError(f"`weights` should have {len(self.hidden) + 1} layers, one more than `hidden`")
        for place, width in enumerate(self.hidden):
            rows, columns = len(self.weights[place].weight), len(self.weights[place + 1].weight[0])
            if (rows, columns) != (width, width):
                raise ValueError(f"`weights` {place} and {place + 1} should meet in {width} units, as `hidden` says")
        return self


class CNN(Config):
    """A convolutional network: blocks of convolutions, each followed by pooling, from pixels to a class."""

    input: str = Field("pixels:image", pattern=r"^pixels:[^.:]+$")
    """The port that is read."""
    target: str = Field("class:label", pattern=r"^class:[^.:]+$")
    """The port that is learnt."""
    channels: list[Width] = Field([32, 64], min_length=1)
    """Channels of each block; each block halves height and width."""
    convolutions: int = Field(2, ge=1, le=8)
    """Convolutions of a block."""
    kernel: Literal[1, 3, 5, 7] = 3
    """Height and width of a kernel, in pixels."""
    normalise: Literal["none", "batch"] = "batch"
    """`batch`: batch normalisation after each convolution (Ioffe and Szegedy 2015)."""
    dropout: float = Field(0.2, ge=0, lt=1)
    """Share of the features before the last layer that are zeroed at random while learning."""

    def needs(self) -> frozenset[str]:
        return frozenset({self.input, self.target, "device:torch"})

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return frozenset({"learns:gradient", "scores:likelihood", "predicts:class"})

    def suggests(self) -> Suggestions:
        metrics = class_metrics(self.target.partition(":")[2])
        return {"optimizer": ["adam"], "device": ["auto"], "tokenizer": ["pixels"], "metric": metrics}


class MatrixFactorization(Config):
    """Matrix factorization with biases: a rating is what user and item are on the whole, and how they meet."""

    user: str = Field("user", pattern=r"^[^.:]+$")
    """The field that says who rates."""
    item: str = Field("item", pattern=r"^[^.:]+$")
    """The field that says what is rated."""
    rating: str = Field("rating", pattern=r"^[^.:]+$")
    """The field that holds the number to predict; the only target of the data."""
    factors: int = Field(8, ge=1)
    """Factors of each user and each item."""
    spread: float = Field(0.1, gt=0)
    """Standard deviation of the factors at the start."""

    def needs(self) -> frozenset[str]:
        ports = {f"index:{self.user}", f"index:{self.item}", f"target:{self.rating}"}
        return frozenset(ports | {"columns:targets", "device:torch"})

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return frozenset({"learns:gradient", "learns:alternating", "scores:likelihood", "predicts:numbers"})

    def suggests(self) -> Suggestions:
        metrics = [{"use": name, "field": self.rating} for name in ("rmse", "r2")]
        return {"optimizer": ["als", "adam"], "device": ["auto"], "tokenizer": ["ids"], "metric": metrics}


class ALS(Config):
    """Alternating least squares: users and items in turn are set to what is best while the other half is held."""

    iterations: int = Field(15, ge=1)
    """Times that both halves are solved."""
    regularisation: float = Field(0.05, gt=0)
    """Weight of the squared biases and factors, counted once for each rating that they take part in."""

    def needs(self) -> frozenset[str]:
        return frozenset({"learns:alternating"})
