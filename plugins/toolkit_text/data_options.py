"""Options of the data components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from toolkit.component import Config, DataPath

Share = Annotated[float, Field(ge=0, lt=1)]


class Faq(Config):
    """Questions with their answers, and queries that say which entries answer them."""

    entries: DataPath
    """JSONL or CSV with `question`, `answer` and perhaps `id`; several wordings as a list, or a line each in a cell."""
    queries: dict[Literal["validation", "test"], DataPath] = {}
    """JSONL files of `query` and `gold_ids`, by split; an empty list of ids means that the query must be refused."""

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        columns = {"id:passages.id", "text:passages.title", "text:passages.question", "text:passages.answer"}
        return frozenset({"text:question", "text:answer", f"ids:{self.gold}"} | columns)

    def answers(self) -> frozenset[str]:
        return frozenset({self.gold, "answer"})

    def suggests(self) -> Mapping[str, Sequence[str]]:
        ranked = ["hit@1", "hit@3", "mrr@10", "refusal-auroc"]
        return {"metric": ranked if self.queries else ["question finds its own answer"]}

    @property
    def gold(self) -> str:
        """The field with the ids that count as right: `own_ids` where entries are asked for by their own questions."""
        return "gold_ids" if self.queries else "own_ids"


class HeldOut(Config):
    """What data in one file share: how much is held out, or where it stands."""

    validation: DataPath | Share = 0.1
    """Share of the rows that validation gets, or a file of its own; rows that read alike stay together."""
    test: DataPath | Share = 0.1
    """Share of the rows that the test gets, or a file of its own."""

    @model_validator(mode="after")
    def _leaves_some_for_training(self) -> HeldOut:
        if sum(part for part in (self.validation, self.test) if isinstance(part, int | float)) >= 1:
            raise ValueError("validation and test together leave nothing for training")
        return self


class Pairs(HeldOut):
    """Pairs of texts: one that is given, one to be learnt from it."""

    path: DataPath
    """JSONL or CSV file with a column for each of the two."""
    input: str = "question"
    """Column that is given."""
    output: str = "answer"
    """Column to be learnt."""

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return frozenset({f"text:{self.input}", f"text:{self.output}"})

    def answers(self) -> frozenset[str]:
        return frozenset({self.output})

    @model_validator(mode="after")
    def _two_columns(self) -> Pairs:
        if self.input == self.output:
            raise ValueError("input and output should be two columns")
        return self


class Text(HeldOut):
    """Plain text: a file, or a folder of .txt and .md files."""

    path: DataPath
    """File, or folder whose .txt and .md files are read, those in folders below it too."""
    unit: Literal["file", "paragraph", "line"] = "paragraph"
    """What makes a row; empty lines stand between paragraphs."""

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return frozenset({"text:text"})
