"""Ways to serve a finished system: a loop on the terminal, and HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from re import fullmatch
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from toolkit.component import Component, Config, Entry, Slot
from toolkit.hookspecs import hookimpl

#: What is said where the system has no answer it trusts, by the language of the question.
REFUSAL = {
    "zh": "抱歉，我没有找到这个问题的可靠答案。您可以换一种问法再试试。",
    "en": "Sorry, I have no answer to that which I trust. You could try asking in other words.",
}

Text = Annotated[str, StringConstraints(min_length=1)]
NAME = r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$"
HostName = Annotated[str, StringConstraints(pattern=NAME)]


class Terminal(Config):
    """Asks and answers on the terminal, in Chinese or English, until the person has had enough.

    In a pipe every line is a question: answers go to standard output, all else to standard error.
    """

    language: Literal["auto", "zh", "en"] = "auto"
    """Language of prompts and labels; `auto` takes the locale for prompts and the question's language for answers."""
    refusal: dict[Literal["zh", "en"], Text] = Field(default_factory=lambda: dict(REFUSAL))
    """What is said instead of an answer, by the language of the question, where the system refuses or says nothing."""


class Http(Config):
    """Answers questions over HTTP: a page for people, JSON for programs, with limits on size, time and load.

    The pages `/docs` and `/openapi.json` say how to ask; `/livez`, `/readyz` and `/metrics` are for supervisors.
    """

    host: str = "127.0.0.1"
    """Address to listen on: 127.0.0.1, localhost or ::1; any other needs a token."""
    port: int = Field(8000, ge=0, le=65535)
    """TCP port to listen on; 0 takes any free one and prints it."""
    hosts: list[HostName] = []
    """Names in the `Host` header that are answered besides loopback and the address itself; others get 421."""
    token_env: str = Field("", pattern=r"^([A-Za-z_][A-Za-z0-9_]{0,63})?$")
    """Name of the environment variable that holds the token which clients must send; empty asks for none."""
    feedback: Annotated[Entry | None, Slot("feedback")] = None
    """Where questions, answers and what people say of them are kept; left out, nothing is kept."""
    contact: str = Field("", max_length=200)
    """Whom to turn to where the system has no answer, shown on the page: an address, a telephone number, a name."""
    max_body: int = Field(65_536, ge=256, le=67_108_864)
    """Largest request body in bytes; a larger one gets 413."""
    max_text: int = Field(2_000, ge=1)
    """Longest text in one field, in characters; a longer one gets 422."""
    max_batch: int = Field(32, ge=1, le=10_000)
    """Most inputs in one request; more get 422."""
    max_queue: int = Field(64, ge=1, le=10_000)
    """Most requests that wait for the model, and most that wait to be kept; one more gets 429."""
    timeout: float = Field(30.0, gt=0, le=3600)
    """Seconds within which a request that has been read is answered, waiting included; after that it gets 504."""
    header_timeout: float = Field(10.0, gt=0, le=600)
    """Seconds within which a client must have sent its request's headers; after that it gets 408."""
    body_timeout: float = Field(30.0, gt=0, le=600)
    """Seconds within which a client must have sent its body, and within which it must take the answer."""

    @field_validator("host")
    @classmethod
    def _address(cls, host: str) -> str:
        if not _is_address(host) and not fullmatch(NAME, host):
            raise ValueError("this is no address to listen on: 127.0.0.1 is this machine alone, 0.0.0.0 every network")
        return host

    @model_validator(mode="after")
    def _others_need_a_token(self) -> Http:
        local = self.host == "localhost" or (_is_address(self.host) and ip_address(self.host).is_loopback)
        if not local and not self.token_env:
            raise ValueError(
                f"the host {self.host} is open to other machines, so a token is needed: set `token_env: TOOLKIT_TOKEN` "
                "and put the token into that environment variable; or keep 127.0.0.1 and put a reverse proxy such as "
                "nginx or Caddy in front"
            )
        return self


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


@hookimpl
def toolkit_components() -> Iterator[Component]:
    """Yield the two serving targets."""
    yield Component("serving", "terminal", Terminal, "toolkit_serve.terminal:make", example={"language": "zh"})
    yield Component("serving", "http", Http, "toolkit_serve.server:make", example={"port": 0})
