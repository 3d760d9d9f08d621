"""Options of the encoders that come with their weights and stay as they are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from toolkit.component import Config
from toolkit_encoders.model_folder import vetted

#: The fields that an encoder reads: `question` of a row and of an entry, `answer` of an entry.
FIELDS = ("question", "passages.question", "passages.answer")
#: A model of the hub as it was at one commit: `organisation/name@commit`.
HUB = re.compile(r"(?P<name>[\w-][\w.-]*/[\w-][\w.-]*)@(?P<commit>[0-9a-f]{40})", re.ASCII)
_UNPINNED = re.compile(r"(?P<name>[\w-][\w.-]*/[\w-][\w.-]*)(@[\w./-]+)?", re.ASCII)


def _model(value: Any, info: ValidationInfo) -> Any:
    """Return a pinned reference as it is, and a folder as its whole path, once what stands in it is trusted."""
    if not isinstance(value, str):
        return value
    if HUB.fullmatch(value):
        return str(value)
    folder = Path(getattr(value, "base", Path.cwd()), value)
    if (info.context or {}).get("paths", True):
        _check_folder(value, folder)
    return str(folder)


def _check_folder(value: str, folder: Path) -> None:
    try:
        there = bool(value) and folder.is_dir()
    except (OSError, ValueError):  # too long for a name, or with a character that no name has
        there = False
    if not there:
        unpinned = _UNPINNED.fullmatch(value)
        name = unpinned["name"] if unpinned else "organisation/name"
        raise ValueError(
            f"there is no folder {folder}, and a model of the hub is named with the commit that is meant: "
            f"{name}@ and 40 hexadecimal digits, as https://huggingface.co/{name}/commits/main lists them"
        )
    vetted(folder)


class Pretrained(Config):
    """What encoders that stay as they are have in common."""

    max_characters: int = Field(2000, ge=1, le=20_000)
    """Characters of a text that are read; what comes after them is passed over."""

    def needs(self) -> frozenset[str]:
        return frozenset(f"text:{field}" for field in FIELDS)

    def gives(self, given: frozenset[str]) -> frozenset[str]:
        return frozenset({"learns:direct"})


class UniversalSentenceEncoder(Pretrained):
    """Reads sixteen languages, Chinese and English among them, into one space of 512 numbers (Yang et al., 2020).

    The convolutional model of "Multilingual Universal Sentence Encoder for Semantic Retrieval" (ACL 2020) with 8-bit
    embeddings, computed by numpy alone; package and weights are one download of 30 MB.
    """

    threads: int = Field(2, ge=1, le=64)
    """Threads that numpy's BLAS may take; more of them may change the last bits of a vector."""


class SentenceTransformers(Pretrained):
    """Any text model of sentence-transformers (Reimers and Gurevych, 2019): a local folder, or one of the hub.

    Its files become part of the run. Weights are safetensors; code that comes with a model is never run.
    """

    model: Annotated[str, BeforeValidator(_model)]
    """Folder of the model, or `organisation/name@commit` to fetch it once from the hub at that commit (40 digits)."""
    prompts: dict[str, str] = {}
    """What to write before the text of a field, as the model's card asks for: `{question: "query: "}`."""
    batch_size: int = Field(32, ge=1, le=4096)
    """Texts that are computed at a time."""

    @field_validator("prompts")
    @classmethod
    def _fields_that_are_read(cls, prompts: dict[str, str]) -> dict[str, str]:
        known = {field.rpartition(".")[2] for field in FIELDS}
        if strange := sorted(prompts.keys() - known):
            raise ValueError(f"there is no field {', '.join(strange)}; read are {' and '.join(sorted(known))}")
        return prompts
