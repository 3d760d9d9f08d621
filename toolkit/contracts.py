"""What implementations keep: protocols of one to three methods, and the values that pass between them.

A factory is a function; it gets what it names among its parameters:

    data(config, *, seed)                                       -> Dataset
    tokenizer(config, *, given)                                 -> Tokenizer
    device(config)                                              -> anything the models of that family read
    architecture(config, *, signature, device, seed, **slots)   -> Model
    optimizer(config, *, device, seed, **slots)                 -> Optimizer
    metric(config)                                              -> Metric
    serving(config)                                             -> Target

`given` are the ports that stand before the component; `signature` is what the tokenizer said; a slot
arrives as a maker, called with what the part names: `schedule(steps=1000)`.
What has learnt something also keeps `Saves`; what has something to show keeps `Sections`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

#: A row keyed by field names; an encoded example also holds what tokenizers add, keyed by ports.
Example = Mapping[str, Any]
#: What a model says of one example: plain JSON values once decoded.
Prediction = Mapping[str, Any]
#: What a metric keeps of one example; of the metric's own choosing.
Row = Any


@dataclass(frozen=True, slots=True)
class Size:
    """What a model must know of a port: `shape` (None: varies), `count` of distinct ids, `marks` such as pad."""

    shape: tuple[int | None, ...] = ()
    count: int | None = None
    marks: Mapping[str, int] = field(default_factory=dict)
    digest: str = ""


class Dataset(Protocol):
    """Rows by split, and side tables; random access, the same for the same seed."""

    def split(self, name: str) -> Sequence[Example]:
        """Return the rows of `train`, `validation` or `test`; empty where there are none."""

    def table(self, name: str) -> Sequence[Example]:
        """Return the rows of a side table, whose columns the ports `form:table.column` name."""


@runtime_checkable
class Examples(Protocol):
    """One split as a model sees it. Iterating and `take` give encoded examples."""

    rows: Sequence[Example]

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Example]: ...
    def take(self, positions: Iterable[int]) -> list[Example]:
        """Return the encoded examples at `positions`, in that order."""

    def table(self, name: str) -> Sequence[Example]:
        """Return a side table, encoded."""

    def raw(self, name: str) -> Sequence[Example]:
        """Return a side table as the data gave it."""

    def asked(self) -> Examples:
        """Return the same examples with the answers removed before encoding."""

    def answered(self, model: Model) -> Iterator[Prediction]:
        """Yield the model's decoded prediction for each example, which it sees without answers."""


class Tokenizer(Protocol):
    """Turns rows into what a model reads, and predictions back."""

    def fit(self, examples: Examples) -> None:
        """Learn from the training rows (`examples.rows`) and side tables (`examples.raw`)."""

    def encode(self, examples: Iterable[Example]) -> Iterable[Example]:
        """Add encoded ports to each example, one to one and in order; absent fields are passed over."""

    def decode(self, predictions: Iterable[Prediction]) -> Iterable[Prediction]:
        """Turn encoded answers into plain ones, one to one and in order."""

    def signature(self) -> Mapping[str, Size]:
        """Return a Size for each port that `encode` adds."""


class Model(Protocol):
    """Answers examples."""

    def predict(self, examples: Iterable[Example]) -> Iterable[Prediction]:
        """Yield one prediction an example, in order; examples hold no answers."""


@runtime_checkable
class Likelihood(Protocol):
    """A model behind the port `scores:likelihood`; it alone sees the answers that it scores."""

    def score(self, examples: Iterable[Example]) -> Iterable[Mapping[str, Any]]:
        """Yield `{"loss": summed negative log-likelihood in nats, "count": items summed}` an example."""


@runtime_checkable
class Saves(Protocol):
    """Something that has learnt. All or nothing; safetensors and JSON only."""

    def save(self, folder: Path) -> None:
        """Write what was learnt into an empty folder."""

    def load(self, folder: Path) -> None:
        """Read back what `save` wrote, strictly."""


class Run(Protocol):
    """Where a build writes what happens; it knows steps, not gradients."""

    @property
    def stopping(self) -> bool:
        """True once a signal came: keep a checkpoint and return."""

    def step(self, step: int, of: int, **numbers: float) -> None:
        """Record the numbers of one step."""

    def event(self, kind: str, **facts: Any) -> None:
        """Record that something happened."""

    def keep(self, step: int, spare: Iterable[int] = (), **parts: Saves) -> None:
        """Write a checkpoint durably; older ones but the last and those to `spare` are removed."""

    def restore(self, step: int | None = None, **parts: Saves) -> int | None:
        """Load the newest whole checkpoint (or that of `step`); return its step, None where there is none."""


class Optimizer(Protocol):
    """The way a model is made to learn."""

    def train(self, model: Any, train: Examples, validation: Examples, run: Run) -> Mapping[str, Any]:
        """Train `model` in place; return facts for the report."""


class Metric(Protocol):
    """A figure over predictions. The core takes the interval by resampling rows."""

    def rows(self, predictions: Iterable[Prediction], examples: Iterable[Example]) -> Iterable[Row]:
        """Yield one row an example (None: not counted), whatever `total` needs; a plain number where it can be."""

    def total(self, rows: Sequence[Row]) -> float:
        """Return the figure over these rows; never called with none."""


class Target(Protocol):
    """A way to serve a finished system (`toolkit.System`)."""

    def run(self, system: Any) -> None:
        """Serve until told to stop."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of plain values under column names."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Plot:
    """Series over x, drawn as `line` or `bar`; `series` maps a name to (xs, ys)."""

    x: str
    y: str
    series: Mapping[str, tuple[Sequence[Any], Sequence[float]]]
    form: str = "line"


@dataclass(frozen=True, slots=True)
class Matrix:
    """A grid of numbers drawn as a heat map, as for a confusion matrix or attention weights."""

    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[float]]
    x: str = ""
    y: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: a title and blocks of text (plain, never markup), Table, Plot or Matrix."""

    title: str
    blocks: Sequence[str | Table | Plot | Matrix]


@runtime_checkable
class Sections(Protocol):
    """A dataset, tokenizer, model, optimizer or metric that adds to the report."""

    def sections(self) -> Iterable[Section]:
        """Yield sections, after evaluation."""
