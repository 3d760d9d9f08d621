"""Ways to serve a finished system: a loop on the terminal, and HTTP on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from toolkit.component import Component, Config
from toolkit.hookspecs import hookimpl

#: What is said where the system has no answer it trusts, by the language of the question.
REFUSAL = {
    "zh": "抱歉，我没有找到这个问题的可靠答案。您可以换一种问法再试试。",
    "en": "Sorry, I have no answer to that which I trust. You could try asking in other words.",
}

Text = Annotated[str, StringConstraints(min_length=1)]
HostName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")]


class Terminal(Config):
    """Asks and answers on the terminal, in Chinese or English, until the person has had enough.

    In a pipe every line is a question: answers go to standard output, all else to standard error.
    """

    language: Literal["auto", "zh", "en"] = "auto"
    """Language of prompts and labels; `auto` takes the locale for prompts and the question's language for answers."""
    refusal: dict[Literal["zh", "en"], Text] = Field(default_factory=lambda: dict(REFUSAL))
    """What is said instead of an answer, by the language of the question, where the system refuses or says nothing."""


class Http(Config):
    """Answers `POST /v1/predict` with JSON on this machine, with limits on size, time and load.

    The pages `/docs` and `/openapi.json` say how to ask; `/healthz` and `/readyz` are for supervisors.
    """

    host: str = "127.0.0.1"
    """Loopback address to listen on: 127.0.0.1, localhost or ::1."""
    port: int = Field(8000, ge=0, le=65535)
    """TCP port to listen on; 0 takes any free one and prints it."""
    hosts: list[HostName] = []
    """Host names that a reverse proxy in front hands on, besides those of loopback; requests to others get 421."""
    max_body: int = Field(65_536, ge=256, le=67_108_864)
    """Largest request body in bytes; a larger one gets 413."""
    max_text: int = Field(2_000, ge=1)
    """Longest text in one field, in characters; a longer one gets 422."""
    max_batch: int = Field(32, ge=1, le=10_000)
    """Most inputs in one request; more get 422."""
    max_queue: int = Field(64, ge=1, le=10_000)
    """Most requests that wait for the model; one more gets 429 and is asked to come back."""
    timeout: float = Field(30.0, gt=0, le=3600)
    """Seconds within which a request that has been read is answered, waiting included; after that it gets 504."""
    header_timeout: float = Field(10.0, gt=0, le=600)
    """Seconds within which a client must have sent its request's headers; after that it gets 408."""
    body_timeout: float = Field(30.0, gt=0, le=600)
    """Seconds within which a client must have sent its body, and within which it must take the answer."""

    @field_validator("host")
    @classmethod
    def _loopback(cls, host: str) -> str:
        try:
            local = host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            local = False
        if not local:
            raise ValueError(
                f"{host} is open to other machines, and this server knows no passwords: keep 127.0.0.1 "
                "and put a reverse proxy such as nginx or Caddy in front"
            )
        return host


@hookimpl
def toolkit_components() -> Iterator[Component]:
    """Yield the two serving targets."""
    yield Component("serving", "terminal", Terminal, "toolkit_serve.terminal:make", example={"language": "zh"})
    yield Component("serving", "http", Http, "toolkit_serve.server:make", example={"port": 0})
