"""The target `http` over real sockets: hostile clients, many clients, too many clients, and the end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hostile
import pytest
from serve_fakes import FakeSystem
from serve_http import first_body, post, raw, running, status
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from toolkit.errors import ResourceError
from toolkit_serve import Http as Config
from toolkit_serve import server

CASES = list(hostile.requests())


def test_no_bytes_make_the_server_fail_and_every_refusal_is_typed():
    assert len({name for name, _ in CASES}) == len(CASES) >= 300
    with running(FakeSystem(), header_timeout=0.3, body_timeout=0.3) as port:
        answers = hostile.answers(port, CASES)
        assert post(port, {"question": "echo: alive"})[1]["prediction"]["answer"] == "alive"
    assert hostile.failures(answers) == {}
    refused = {name: answer for name, answer in answers.items() if status(answer) >= 400 and first_body(answer)}
    assert len(refused) > 300
    for name, answer in refused.items():
        assert set(json.loads(first_body(answer))["error"]) == {"type", "message", "param"}, name


def test_the_hostile_suite_finds_what_a_naive_server_does_wrong():
    async def naive(request):
        question = (await request.json())["question"]
        return JSONResponse({"prediction": question})

    with running(Starlette(routes=[Route("/v1/predict", naive, methods=["POST"])])) as port:
        answers = hostile.answers(port, [case for case in CASES if case[0].startswith(("field", "body", "lists"))])
    assert len(hostile.failures(answers)) > 20


def test_every_client_gets_its_own_answer():
    def client(number: int) -> list[str]:
        asked = [f"echo: {number}-{turn}-你好" for turn in range(20)]
        return [
            question
            for question in asked
            if post(port, {"question": question})[1]["prediction"]["answer"] != question[6:]
        ]

    with running(FakeSystem()) as port, ThreadPoolExecutor(16) as pool:
        assert list(pool.map(client, range(16))) == [[]] * 16


def test_overload_is_refused_at_once_and_passes():
    system = FakeSystem(delay=0.1)
    with running(system, max_queue=3) as port, ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda number: post(port, {"question": f"echo: {number}"}), range(16)))
        kinds = [found[0] for found in answers]
        assert set(kinds) == {200, 429}
        assert 4 <= kinds.count(200) <= 8
        refused = next(found for found in answers if found[0] == 429)
        assert refused[1]["error"]["type"] == "overloaded"
        assert refused[2]["retry-after"] == "1"
        assert post(port, {"question": "echo: later"})[0] == 200
    assert len(system.asked) == kinds.count(200) + 1


def test_who_leaves_the_queue_costs_no_work():
    system = FakeSystem(delay=0.3)
    with running(system) as port:
        sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(6)]
        for number, each in enumerate(sockets):
            each.sendall(hostile.framed(b'{"question": "echo: %d"}' % number))
            time.sleep(0.02)
        for each in sockets[1:]:
            each.close()
        assert post(port, {"question": "echo: last"})[0] == 200
        sockets[0].close()
    assert [row["question"] for row in system.asked] == ["echo: 0", "echo: last"]


def test_an_answer_that_takes_too_long_is_a_504_and_shows_in_readiness():
    with running(FakeSystem(delay=0.6), timeout=0.2) as port:
        began = time.monotonic()
        code, answer, _ = post(port, {"question": "slow"})
        assert (code, answer["error"]["type"]) == (504, "timeout")
        assert 0.15 < time.monotonic() - began < 0.5
        assert status(raw(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")) == 200
        time.sleep(0.1)
        stuck = raw(port, b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert status(stuck) == 503
        assert b"retry-after: 5" in stuck
        time.sleep(0.5)
        assert status(raw(port, b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")) == 200


def test_a_taken_port_is_an_error_with_a_way_out():
    with server.bind("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ResourceError, match=f"cannot listen on 127.0.0.1 port {port}: "):
            server.bind("127.0.0.1", port)


def test_the_server_runs_on_every_loopback_name():
    for host, family in (("localhost", socket.AF_INET), ("127.0.0.2", socket.AF_INET)):
        with server.bind(host, 0) as listener:
            assert listener.family == family


CHILD = """
import sys
from serve_fakes import FakeSystem
from toolkit_serve import Http, server
server.make(Http.model_validate({"port": 0})).run(FakeSystem(delay=0.25))
"""


@pytest.fixture
def child():
    here = Path(__file__).parent
    paths = [str(here), *(path for path in sys.path if path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", CHILD], stderr=subprocess.PIPE, env=environment, text=True
    )
    first = process.stderr.readline()
    port = int(first.split("http://127.0.0.1:")[1].split()[0])
    assert f"http://127.0.0.1:{port}/docs" in first
    assert "curl http://127.0.0.1" in process.stderr.readline()
    yield process, port
    process.kill()
    process.wait()
    process.stderr.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_accepted_requests_finish(child, number):
    process, port = child
    answers: list[int] = []
    clients = [
        threading.Thread(target=lambda: answers.append(post(port, {"question": "echo: a"})[0])) for _ in range(3)
    ]
    for each in clients:
        each.start()
    time.sleep(0.2)
    process.send_signal(number)
    for each in clients:
        each.join()
    assert answers == [200, 200, 200]
    assert process.wait(5) == 0
    assert process.stderr.read() == ""
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_a_second_signal_ends_it_at_once(child):
    process, port = child
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(6)]
    for each in clients:
        each.sendall(hostile.framed(b'{"question": "a"}'))
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    assert process.wait(5) == 0
    assert time.monotonic() - began < 2
    for each in clients:
        each.close()


def test_make_hands_every_option_on():
    config = Config(host="::1", port=1, hosts=["a.b"], max_body=256, max_text=2, max_batch=3, max_queue=4, timeout=5)
    made = server.make(config)
    assert (made.host, made.port, made.hosts, made.max_queue) == ("::1", 1, ["a.b"], 4)
    assert made.limits == server.Limits(256, 2, 3, 5.0)
    assert (made.header_timeout, made.body_timeout) == (10.0, 30.0)
