"""The token: every route asks for it, however it is sent it is compared whole, and nothing ever tells it."""

from __future__ import annotations

import asyncio
import base64
import json

import fuzz
import pytest
from serve_fakes import VECTORS, FakeStore, FakeSystem
from serve_http import applied, in_process, post, raw, running, status
from starlette.responses import PlainTextResponse
from starlette.routing import Route, Router

from toolkit.errors import SpecError
from toolkit_serve import Http as Config
from toolkit_serve import access, server
from toolkit_serve.access import OPEN, Access, from_environment, given
from toolkit_serve.guard import Guard
from toolkit_serve.service import routes

TOKEN = "c0rrect-horse-battery-staple"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


RIGHT = [f"Bearer {TOKEN}", f"bearer  {TOKEN} ", basic(f"anybody:{TOKEN}"), basic(f":{TOKEN}")]
WRONG = [
    *("", "Bearer", "Bearer ", "Basic", "Basic !", TOKEN, f"Token {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}"),
    *(f"Bearer {TOKEN.upper()}", basic(TOKEN), basic(f"{TOKEN}:"), basic(f"a:{TOKEN}:"), "Bearer \xe9", "Basic \xe9"),
]


@pytest.fixture(scope="module")
def ask():
    with in_process(FakeSystem(gives=VECTORS), token=TOKEN, store=FakeStore()) as put:
        yield put


@pytest.mark.parametrize("header", RIGHT)
def test_the_right_token_opens(ask, header):
    assert ask("GET", "/v1/system", headers={"Authorization": header}).status_code == 200


@pytest.mark.parametrize("header", WRONG)
def test_nothing_else_does(ask, header):
    found = ask("GET", "/v1/system", headers={"Authorization": header.encode("latin-1")})
    assert (found.status_code, found.json()["error"]["type"]) == (401, "unauthorized")
    assert found.headers.get_list("www-authenticate") == ["Bearer", 'Basic realm="toolkit", charset="UTF-8"']
    assert found.headers["cache-control"] == "no-store"
    assert TOKEN not in found.text


def test_tokens_are_compared_in_constant_time(monkeypatch, ask):
    compared = []
    monkeypatch.setattr(access.hmac, "compare_digest", lambda one, two: compared.append((one, two)) or one == two)
    assert ask("GET", "/v1/system", headers=BEARER).status_code == 200
    assert ask("GET", "/v1/system").status_code == 401
    assert [len(one) == len(two) == 32 for one, two in compared] == [True, True]


def test_every_scheme_but_ours_holds_no_token():
    assert [given(header) for header in (b"", b"Digest x", b"Basic dQ==", b"Basic =", b"Bearer")] == [b""] * 5


def unguarded(app, paths) -> set[str]:
    """Return the paths that are heard without a token, by some method."""

    async def walk() -> set[str]:
        found = set()
        for path in paths:
            for method in ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"):
                said = await fuzz.call(app, fuzz.Asked(method, path, body=b'{"question": "hello"}'))
                found |= set() if said.status == 401 else {path}
        return found

    return asyncio.run(walk())


def test_every_route_of_the_table_asks_for_the_token(monkeypatch):
    tables = []
    monkeypatch.setattr("toolkit_serve.service.routes", lambda *args: tables.append(routes(*args)) or tables[-1])
    with applied(FakeSystem(gives=VECTORS), token=TOKEN, store=FakeStore()) as app:
        paths = {route.path for route in tables[0]}
        assert {"/", "/docs", "/openapi.json", "/metrics", "/v1/answer", "/v1/feedback", "/v1/embeddings"} < paths
        unknown = {"/nothing", "//", "/livez/", "/livez/../metrics", "/LIVEZ", "/healthz%2f", "*", ""}
        assert unguarded(app, paths | unknown) == OPEN
    with applied(FakeSystem(), token="") as app:
        assert unguarded(app, {"/metrics"}) == {"/metrics"}


def test_a_route_left_out_of_the_guard_is_found(monkeypatch):
    monkeypatch.setattr(access, "OPEN", OPEN | {"/metrics"})
    with applied(FakeSystem(), token=TOKEN) as app:
        assert unguarded(app, {"/metrics", "/docs"}) == {"/metrics"}
    monkeypatch.undo()

    async def endpoint(request):
        return PlainTextResponse("hello")

    inner = Guard(Router([Route("/inside", endpoint)]), access=Access(TOKEN))
    outer = Router([Route("/beside", endpoint), Route("/inside", inner)])
    assert unguarded(outer, {"/inside", "/beside"}) == {"/beside"}


def test_hosts_and_origins_are_seen_to_first(ask):
    assert ask("GET", "/docs", headers={"Host": "evil.example"}).status_code == 421
    assert ask("GET", "/docs", headers={"Origin": "http://evil.example"}).status_code == 403
    assert ask("GET", "/docs", headers={"Host": "evil.example", **BEARER}).status_code == 421


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (None, "is not set"),
        ("", "is empty"),
        ("short", "holds 5 characters"),
        ("a" * 15, "holds 15 characters"),
        ("a" * 513, "holds 513 characters"),
        ("sixteen letters and", "holds 19 characters"),
        ("sixteen-letters\n", "holds 16 characters"),
        ("sechzehn-zeichen-ß", "holds 18 characters"),
    ],
)
def test_without_a_proper_token_nothing_is_served(monkeypatch, value, fault):
    monkeypatch.delenv("HELP_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("HELP_TOKEN", value)
    with pytest.raises(SpecError, match=f"token_env: the environment variable HELP_TOKEN {fault}; ") as caught:
        server.make(Config(token_env="HELP_TOKEN"))
    assert caught.value.exit_code == 2
    assert "export HELP_TOKEN=" in caught.value.hint
    assert not value or value not in str(caught.value)


def test_a_token_is_asked_for_only_where_the_spec_does():
    assert from_environment("", {"": TOKEN}) is None
    from_environment("A", {"A": TOKEN}).check("/docs", f"Bearer {TOKEN}".encode())


def test_the_token_stands_nowhere(monkeypatch, capsys):
    monkeypatch.setenv("HELP_TOKEN", TOKEN)
    config = Config(token_env="HELP_TOKEN", port=0)
    made = server.make(config)
    assert TOKEN not in f"{config!r} {config.model_dump_json()} {made!r} {vars(made)} {vars(made.access)}"
    system = FakeSystem(gives=VECTORS)
    with server.bind("127.0.0.1", 0) as listener:
        server.announce(system, listener, "HELP_TOKEN")
    said = capsys.readouterr()
    assert '-H "Authorization: Bearer $HELP_TOKEN"' in said.err
    with running(system, token_env="HELP_TOKEN") as port:
        answers = [
            raw(port, b"%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n" % (start, TOKEN.encode()))
            for start in (
                b"GET /metrics",
                b"GET /docs",
                b"GET /openapi.json",
                b"GET /no",
                b"PUT /",
                b"\x00",
                b"GET /v1/system",
            )
        ]
        answers.append(json.dumps(post(port, {"question": "break"}, **BEARER)).encode())
    assert [answer for answer in answers if TOKEN.encode() in answer] == []
    assert status(answers[0]) == 200
    assert TOKEN not in str(capsys.readouterr())


def test_the_server_answers_to_the_address_that_was_reached(monkeypatch):
    """On 0.0.0.0 nobody can list the addresses beforehand; a rebound name is none of them."""
    monkeypatch.setenv("HELP_TOKEN", TOKEN)
    head = b"GET /docs HTTP/1.1\r\nAuthorization: Bearer " + TOKEN.encode() + b"\r\nHost: "
    with running(FakeSystem(), host="0.0.0.0", token_env="HELP_TOKEN") as port:
        assert status(raw(port, head + b"127.0.0.1:%d\r\n\r\n" % port)) == 200
        assert status(raw(port, head + b"127.0.0.2:%d\r\n\r\n" % port)) == 421
        assert status(raw(port, head + b"evil.example\r\n\r\n")) == 421
        assert status(raw(port, b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")) == 200
        assert status(raw(port, b"GET /docs HTTP/1.1\r\nHost: localhost\r\n\r\n")) == 401
