"""`POST /v1/embeddings`, in the form that OpenAI gave it and its clients know."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from toolkit.errors import InputError
from toolkit_serve.backend import Backend, reply
from toolkit_serve.problems import Problem
from toolkit_serve.reading import Limits, attended, fields, json_of, text, texts

#: What clients may send beside `input`; the model is always this system.
OPTIONS = frozenset({"model", "encoding_format"})
FORMATS = ("float", "base64")


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Turns texts into the vectors that the system's model has for its input `field`."""

    backend: Backend
    field: str

    async def embed(self, request: Request) -> Response:
        """Answer one text, or a list of them."""
        asked, packed = inputs(await json_of(request, self.backend.limits), self.backend.limits)
        try:
            vectors, size = await attended(request, self.backend.run(lambda: self.vectors(asked)))
        except InputError as error:
            raise Problem("invalid_input", error.message, "input") from None
        data = [
            {"object": "embedding", "index": index, "embedding": pack(vector) if packed else vector}
            for index, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": size, "total_tokens": size}
        return reply({"object": "list", "model": self.backend.system.name, "data": data, "usage": usage})

    def vectors(self, asked: list[str]) -> tuple[list[list[float]], int]:
        """Return a unit vector a text, and the number of tokens that were read."""
        system = self.backend.system
        examples = system.examples([{self.field: each} for each in asked]).asked()
        vectors = [[float(number) for number in vector] for vector in system.model.embed(examples)]
        return vectors, sum(tokens(example, self.field) for example in examples)


def inputs(value: Any, limits: Limits) -> tuple[list[str], bool]:
    """Return the texts that a body holds, and whether vectors are wanted in base64. Raises Problem."""
    given = fields(value, {"input"}, OPTIONS)
    if not isinstance(given.get("model", ""), str):
        raise Problem("invalid_input", "model: should be a text", "model")
    form = given.get("encoding_format", "float")
    if form not in FORMATS:
        raise Problem("invalid_input", f"encoding_format: should be {' or '.join(FORMATS)}", "encoding_format")
    if isinstance(given["input"], list):
        return texts(given["input"], "input", limits), form == "base64"
    return [text(given["input"], "input", limits.max_text)], form == "base64"


def pack(vector: Sequence[float]) -> str:
    """Return a vector as base64 of little-endian 32-bit floats."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def tokens(example: Mapping[str, Any], field: str) -> int:
    """Return how many tokens a text has: those of the system's tokenizer, else its words."""
    encoded = example.get(f"tokens:{field}", example.get(f"words:{field}"))
    return len(example[field].split() if encoded is None else encoded)


def embedded_field(gives: frozenset[str]) -> str:
    """Return the field that a system has vectors for; the first by name, empty where there is none."""
    return min((port.removeprefix("embeds:") for port in gives if port.startswith("embeds:")), default="")
