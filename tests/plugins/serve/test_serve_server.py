"""The target `http` over real sockets: hostile clients, many clients, too many clients, and the end."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fuzz
import hostile
import pytest
from serve_fakes import VECTORS, FakeStore, FakeSystem
from serve_http import JSON, first_body, post, raw, received, running, status
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from toolkit.errors import ResourceError
from toolkit_serve import Http as Config
from toolkit_serve import server
from toolkit_serve.answering import answered
from toolkit_serve.reading import Limits
from toolkit_serve.wording import language_of

CASES = list(hostile.requests())


def test_no_bytes_make_the_server_fail_and_every_refusal_is_typed():
    assert len({name for name, _ in CASES}) == len(CASES) >= 600
    store = FakeStore()
    with running(FakeSystem(gives=VECTORS), lambda: store, header_timeout=0.3, body_timeout=0.3) as port:
        answers = hostile.answers(port, CASES)
        assert post(port, {"question": "echo: alive"})[1]["prediction"]["answer"] == "alive"
        document = json.loads(first_body(raw(port, b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n")))
    assert hostile.failures(answers) == {}
    refused = {name: answer for name, answer in answers.items() if status(answer) >= 400 and first_body(answer)}
    assert len(refused) > 600
    known = {code for methods in document["paths"].values() for each in methods.values() for code in each["responses"]}
    for name, answer in refused.items():
        assert str(status(answer)) in known, name
        assert fuzz.off(json.loads(first_body(answer)), {"$ref": "#/components/schemas/Error"}, document) == "", name
    halves = {name: status(answer) for name, answer in answers.items() if name.startswith("half closed")}
    assert set(halves.values()) == {0, 400} and len(halves) == 7


def test_the_hostile_suite_finds_what_a_naive_server_does_wrong():
    async def naive(request):
        question = (await request.json())["question"]
        return JSONResponse({"prediction": question})

    with running(Starlette(routes=[Route("/v1/predict", naive, methods=["POST"])])) as port:
        answers = hostile.answers(port, [case for case in CASES if case[0].startswith(("field", "body", "lists"))])
    assert len(hostile.failures(answers)) > 20


def test_who_closes_early_leaves_at_once():
    """Half closed looks the same as gone, so the place in the queue is free; who still listens is told."""
    system = FakeSystem(delay=0.3)
    with running(system) as port:
        with socket.create_connection(("127.0.0.1", port)) as first:
            first.sendall(hostile.framed(b'{"question": "echo: 0"}'))
            time.sleep(0.1)
            said = raw(port, hostile.framed(b'{"question": "echo: 1"}'), None)
            assert (status(said), json.loads(first_body(said))["error"]["type"]) == (400, "bad_request")
            assert status(received(first)) == 200
        post(port, {"question": "echo: 2"})
    assert [row["question"] for row in system.asked] == ["echo: 0", "echo: 2"]


CLIENTS, TURNS = 8, 80


def crossed(port: int) -> list[str]:
    """Ask from many clients at once, each question with its own nonce; return those answered otherwise than alone."""

    def client(number: int) -> list[str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        wrong = []
        for turn in range(TURNS):
            question = f"echo: {number}-{turn}-{secrets.token_hex(4)}" + "你好吗" * (turn % 3)
            connection.request("POST", "/v1/answer", json.dumps({"question": question}), JSON)
            response = connection.getresponse()
            said = json.loads(response.read())
            alone = {"id": None, **answered(FakeSystem().one({"question": question}), language_of(question, "en"))}
            wrong += [] if (response.status, said) == (200, alone) else [question]
        connection.close()
        return wrong

    with ThreadPoolExecutor(CLIENTS) as pool:
        return [question for wrong in pool.map(client, range(CLIENTS)) for question in wrong]


def test_every_client_gets_its_own_answer():
    system = FakeSystem()
    with running(system) as port:
        assert crossed(port) == []
    assert len(system.asked) == CLIENTS * TURNS


def test_a_server_that_crosses_answers_is_found():
    class Crossing(FakeSystem):
        """Says now and then what it said before."""

        def predict(self, inputs):
            self.last = getattr(self, "last", inputs)
            found = super().predict(self.last if len(self.asked) % 9 == 8 else inputs)
            self.last = inputs
            return found

    with running(Crossing()) as port:
        assert len(crossed(port)) > 10


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
from serve_fakes import FakeStore, FakeSystem
from toolkit_serve import Http, server

class Told(FakeStore):
    def judged(self, id, helpful, comment):
        super().judged(id, helpful, comment)
        print("judged", file=sys.stderr)

    def close(self):
        print("closed with", len(self.said), file=sys.stderr)

store = Told()
store.delay = 0.05
server.make(Http.model_validate({"port": 0}), lambda: store).run(FakeSystem(delay=0.25))
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
    asked = [("/v1/answer", {"question": "echo: a"}), ("/v1/answer", {"questions": ["echo: b", "echo: c"]})]
    asked.append(("/v1/predict", {"question": "echo: d"}))
    clients = [
        threading.Thread(target=lambda path=path, body=body: answers.append(post(port, body, path)[0]))
        for path, body in asked
    ]
    for each in clients:
        each.start()
    time.sleep(0.2)
    process.send_signal(number)
    for each in clients:
        each.join()
    assert answers == [200, 200, 200]
    assert process.wait(5) == 0
    assert process.stderr.read() == "closed with 3\n"
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
    assert made.limits == Limits(256, 2, 3, 5.0)
    assert (made.header_timeout, made.body_timeout) == (10.0, 30.0)
