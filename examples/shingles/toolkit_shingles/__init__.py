"""A plugin for toolkit: letter shingles, and answering by how many of them are shared."""

from collections.abc import Iterator

from pydantic import Field

from toolkit.component import Component, Config
from toolkit.hookspecs import hookimpl


class Shingles(Config):
    """Cuts text into the set of its overlapping runs of letters."""

    length: int = Field(3, ge=1, le=8)
    """Letters a shingle."""

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        """Add `shingles:FIELD` for each text that is given."""
        return frozenset(f"shingles:{port.partition(':')[2]}" for port in given if port.startswith("text:"))


class Overlap(Config):
    """Answers with the entry whose question shares most shingles with what was asked (Jaccard, 1901)."""

    top: int = Field(10, ge=1)
    """Entries ranked for each question."""
    refuse_below: float = Field(0.08, ge=0, le=1)
    """Similarity under which the question counts as out of scope."""

    def needs(self) -> frozenset[str]:
        """Read shingles of the question and of the entries."""
        return frozenset({"shingles:question", "shingles:passages.question", "id:passages.id", "text:passages.answer"})

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        """Rank entries, learnt at once."""
        return frozenset({"learns:direct", "predicts:ranking", "predicts:text"})

    def suggests(self) -> dict[str, list[str]]:
        """Suggest what goes with it."""
        return {"tokenizer": ["shingles"], "optimizer": ["direct"]}


@hookimpl
def toolkit_components() -> Iterator[Component]:
    """Offer both components."""
    yield Component("tokenizer", "shingles", Shingles, "toolkit_shingles.shingles:make", example={"length": 3})
    yield Component("architecture", "overlap", Overlap, "toolkit_shingles.overlap:make", example={"top": 5})
