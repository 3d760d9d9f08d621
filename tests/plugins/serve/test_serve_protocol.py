"""Deadlines for slow clients."""

from __future__ import annotations

import contextlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import hostile
import pytest
from serve_fakes import FakeSystem
from serve_http import post, raw, received, running, status

from toolkit_serve import protocol

HEAD = hostile.framed(hostile.GOOD).removesuffix(hostile.GOOD)


@pytest.fixture(scope="module")
def port():
    system = FakeSystem(answer={"answer": "x" * 8_000_000})
    with running(system, header_timeout=0.4, body_timeout=0.6) as number:
        yield number


def closed_after(connection: socket.socket, drip: bytes = b"") -> tuple[float, bytes]:
    """Send a byte now and then; return when the server closed, and what it said."""
    began, said = time.monotonic(), b""
    connection.settimeout(0.1)
    while time.monotonic() - began < 4:
        try:
            if drip:
                connection.sendall(drip)
            piece = connection.recv(65536)
            if not piece:
                break
            said += piece
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - began, said


@pytest.mark.parametrize(
    ("sent", "drip", "limit", "code"),
    [
        (b"", b"", 0.4, 408),
        (b"POST /v1/predict HTTP/1.1\r\nX: ", b"a", 0.4, 408),
        (HEAD, b"", 0.6, 408),
        (HEAD, b"1", 0.6, 408),
        (HEAD.replace(b"Content-Length: 21", b"Transfer-Encoding: chunked"), b"1\r\n1\r\n", 0.6, 408),
    ],
    ids=["nothing", "dripping headers", "no body", "dripping body", "dripping chunks"],
)
def test_a_slow_client_is_told_and_closed(port, sent, drip, limit, code):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(sent)
        took, said = closed_after(connection, drip)
    assert limit - 0.1 < took < limit + 0.5
    assert status(said) == code
    assert b'"type": "request_timeout"' in said


def slow(port: int, kind: int) -> float:
    """Be slow in one of three ways; return the seconds until the server closed."""
    sent, drip = [(HEAD[:30], b"a"), (HEAD, b""), (hostile.framed(hostile.GOOD), b"")][kind]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(sent)
        if kind == 2:  # takes no answer: the server lets go, and what is left to read ends early
            began = time.monotonic()
            time.sleep(0.9)
            return time.monotonic() - began if len(closed_after(connection)[1]) < 8_000_000 else 99.0
        return closed_after(connection, drip)[0]


def starved(port: int, ways: int) -> tuple[list[float], list[float]]:
    """Return when 30 slow clients were closed, and how long a normal one waited meanwhile."""
    with ThreadPoolExecutor(30) as pool:
        closed = [pool.submit(slow, port, number % ways) for number in range(30)]
        waited = []
        while not all(each.done() for each in closed):
            began = time.monotonic()
            assert status(raw(port, b"GET /v1/system HTTP/1.1\r\nHost: localhost\r\n\r\n")) == 200
            waited.append(time.monotonic() - began)
            time.sleep(0.02)
        return [each.result() for each in closed], waited


def test_slow_clients_are_closed_in_time_and_do_not_starve_the_others(port):
    closed, waited = starved(port, ways=3)
    assert max(closed) < 2.5
    assert len(waited) > 10
    assert sorted(waited)[len(waited) // 2] < 0.25


def test_a_server_without_deadlines_is_found(monkeypatch):
    monkeypatch.setattr(protocol.PatientProtocol, "_watch", lambda self, idle=False: None)
    with running(FakeSystem(), header_timeout=0.4, body_timeout=0.6) as port:
        assert slow(port, 0) > 3.5


def test_slow_clients_do_not_take_the_places_of_the_others(port):
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            slow.sendall(HEAD[:30])
        began = time.monotonic()
        assert post(port, {"question": "echo: quick"})[0] == 200
        assert time.monotonic() - began < 0.5


def test_a_client_that_takes_no_answer_is_let_go(port):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(hostile.framed(hostile.GOOD))
        time.sleep(0.9)
        took, said = closed_after(connection)
    assert took < 1
    assert len(said) < 8_000_000


def test_a_refused_body_is_read_to_the_end_for_a_while(port):
    """The client sees the refusal instead of a broken pipe, and may go on with the connection."""
    big = hostile.framed(b"a" * 500_000)
    assert status(raw(port, big)) == 413
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(big)
        assert status(received(connection)) == 413
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert status(received(connection)) == 200


def test_the_rest_of_a_refused_body_is_not_awaited_for_long(port, monkeypatch):
    monkeypatch.setattr(protocol, "LINGER", 0.5)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(HEAD.replace(b"Content-Length: 21", b"Content-Length: 9999999"))
        took, said = closed_after(connection, b"a")
    assert status(said) == 413
    assert 0.4 < took < 1.5


def test_a_connection_answers_many_requests(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        for _ in range(5):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert status(received(connection)) == 200
            time.sleep(0.15)  # 5 of them take longer than the limit for one request's headers
