"""The guard: hosts, origins, framing, and what every answer carries."""

from __future__ import annotations

import asyncio

import pytest
from serve_fakes import FakeSystem
from serve_http import in_process

from toolkit_serve.guard import HEADERS, Guard, request_id, site_of


@pytest.fixture(scope="module")
def ask():
    with in_process(FakeSystem(), hosts=("qa.example.com",)) as put:
        yield put


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8000", "LOCALHOST:1", "[::1]:8000", "qa.example.com", "QA.example.com:443"]
)
def test_known_hosts_are_heard(ask, host):
    assert ask("GET", "/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["", "evil.example", "localhost.evil.example", "127.0.0.1@evil", "[::2]", "localhost:x"]
)
def test_unknown_hosts_are_not(ask, host):
    found = ask("GET", "/healthz", headers={"Host": host})
    assert (found.status_code, found.json()["error"]["type"]) == (421, "unknown_host")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:8000", 200),
        ("https://127.0.0.1:8000", 200),
        ("http://127.0.0.1", 403),
        ("http://127.0.0.1:8001", 403),
        ("http://localhost:8000", 403),
        ("null", 403),
        ("http://evil.example", 403),
        ("http://127.0.0.1:8000/path", 403),
        ("ftp://127.0.0.1:8000", 403),
        ("http://[", 403),
    ],
)
def test_only_our_own_pages_may_ask(ask, origin, status):
    found = ask("GET", "/healthz", headers={"Host": "127.0.0.1:8000", "Origin": origin})
    assert found.status_code == status
    assert "access-control-allow-origin" not in found.headers


def test_a_rebound_name_is_refused_with_its_own_origin(ask):
    rebound = {"Host": "evil.example:8000", "Origin": "http://evil.example:8000"}
    assert ask("GET", "/v1/system", headers=rebound).status_code == 421


@pytest.mark.parametrize("path", ["/healthz", "/docs", "/", "/nothing", "/v1/predict"])
def test_every_answer_carries_the_common_headers(ask, path):
    found = ask("GET", path)
    assert set(HEADERS) <= set(found.headers)
    assert "default-src 'none'" in found.headers["content-security-policy"]
    assert len(found.headers["x-request-id"]) == 16


@pytest.mark.parametrize(("given", "kept"), [("abc-1.2_3", True), ("a" * 64, True), ("a" * 65, False), ("a b", False)])
def test_request_ids_are_echoed_where_they_are_plain(ask, given, kept):
    found = ask("GET", "/healthz", headers={"X-Request-Id": given}).headers["x-request-id"]
    assert (found == given) is kept


def test_request_ids_differ():
    assert len({request_id({}) for _ in range(100)}) == 100


def test_two_framings_are_refused_and_the_connection_closed(ask):
    found = ask("POST", "/v1/predict", headers={"Transfer-Encoding": "chunked", "Content-Length": "2"}, content=b"{}")
    assert (found.status_code, found.headers["connection"]) == (400, "close")


def test_large_headers_are_refused(ask):
    assert ask("GET", "/healthz", headers={"X-Big": "a" * 16_000}).status_code == 200
    assert ask("GET", "/healthz", headers={"X-Big": "a" * 17_000}).status_code == 431


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/v1/predict", "OPTIONS, POST"), ("/healthz", "GET, HEAD, OPTIONS"), ("/", "GET, HEAD, OPTIONS")],
)
def test_other_methods_are_told_which_there_are(ask, path, allowed):
    for method in ("PUT", "DELETE", "TRACE"):
        found = ask(method, path)
        assert (found.status_code, found.headers["allow"]) == (405, allowed)
        assert found.json()["error"]["type"] == "method_not_allowed"
    asked = ask("OPTIONS", path)
    assert (asked.status_code, asked.headers["allow"], asked.content) == (204, allowed, b"")


def test_unknown_paths_are_404_in_json(ask):
    for path in ("/v1", "/v1/predict/", "/docs/../x", "/%00"):
        found = ask("GET", path)
        assert (found.status_code, found.json()["error"]["type"]) == (404, "not_found")


def test_a_failure_is_logged_by_place_and_without_its_text(capsys):
    with in_process(FakeSystem()) as ask:
        found = ask("POST", "/v1/predict", json={"question": "break"}, headers={"X-Request-Id": "r1"})
    assert (found.status_code, found.json()["error"]["type"]) == (500, "internal")
    assert "r1" in found.json()["error"]["message"]
    said = capsys.readouterr().err
    assert said.startswith("request r1: RuntimeError at ")
    assert "break" not in said + found.text


def test_a_failure_in_the_middle_of_an_answer_is_not_answered_twice():
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError

    async def send(message):
        sent.append(message["type"])

    scope = {"type": "http", "method": "GET", "headers": [(b"host", b"localhost")]}
    asyncio.run(Guard(app)(scope, None, send))
    assert sent == ["http.response.start"]


def test_origins_are_read_as_browsers_write_them():
    assert site_of("HTTPS://Qa.Example.com") == "qa.example.com"
    assert site_of("http://a:1") == "a:1"
    assert [site_of(origin) for origin in ("", "null", "http://a/", "http://[x", "data:x")] == ["", "", "", "", ""]
