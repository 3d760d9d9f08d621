"""What `/metrics` counts."""

from __future__ import annotations

import asyncio
import json
import re
import threading

import fuzz
from serve_fakes import VECTORS, FakeSystem
from serve_http import applied, raw, running, status

from toolkit_serve.telemetry import Telemetry

QUESTION = json.dumps({"question": "a secret question"}).encode()


def numbers(text: bytes) -> dict[str, float]:
    """Return the samples of an exposition."""
    lines = re.findall(r"^([a-z_]+(?:\{[^}]*\})?) ([-+.e0-9]+)$", text.decode(), re.MULTILINE)
    return {name: float(value) for name, value in lines}


def asked(system: FakeSystem, *requests: fuzz.Asked) -> tuple[dict[str, float], bytes]:
    """Put requests to a fresh application; return what it has counted then."""

    async def main() -> bytes:
        with applied(system) as app:
            for each in requests:
                await fuzz.call(app, each)
            said = await fuzz.call(app, fuzz.Asked("GET", "/metrics"))
            assert said.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
            return said.body

    text = asyncio.run(main())
    return numbers(text), text


def test_answers_are_counted_by_route_and_status():
    found, text = asked(
        FakeSystem(gives=VECTORS),
        *[fuzz.Asked("POST", "/v1/answer", body=QUESTION)] * 3,
        fuzz.Asked("POST", "/v1/answer", body=b"no"),
        fuzz.Asked("GET", "/v1/answer"),
        fuzz.Asked("GET", "/secret/path"),
        fuzz.Asked("GET", "/docs", {"host": "evil.example"}),
    )
    assert found['toolkit_requests_total{code="200",route="/v1/answer"}'] == 3
    assert found['toolkit_requests_total{code="400",route="/v1/answer"}'] == 1
    assert found['toolkit_requests_total{code="405",route="/v1/answer"}'] == 1
    assert found['toolkit_requests_total{code="404",route="other"}'] == 1
    assert found['toolkit_requests_total{code="421",route="/docs"}'] == 1
    assert found['toolkit_request_seconds_count{route="/v1/answer"}'] == 5
    assert found['toolkit_request_seconds_bucket{le="+Inf",route="other"}'] == 1
    assert found["toolkit_in_flight"] == 1  # this very request
    assert found["toolkit_queue_depth"] == 0
    assert found['toolkit_build_info{system="helpdesk",version="1"}'] == 1
    assert b"secret" not in text


def test_questions_are_counted_as_answered_or_refused():
    batch = fuzz.Asked("POST", "/v1/answer", body=b'{"questions": ["a", "b", "echo: yes"]}')
    predict = fuzz.Asked("POST", "/v1/predict", body=QUESTION)
    found, _ = asked(FakeSystem(answer={"answer": "", "refused": True}), batch, predict)
    assert (found["toolkit_answered_total"], found["toolkit_refused_total"]) == (1, 3)
    found, _ = asked(FakeSystem(answer={"label": "7"}), predict)
    assert (found["toolkit_answered_total"], found["toolkit_refused_total"]) == (1, 0)


def test_servers_count_for_themselves():
    one, two = Telemetry("one", "", int), Telemetry("two", "", int)
    one.said([True])
    assert two.registry.get_sample_value("toolkit_refused_total") == 0


def test_no_client_can_make_the_page_grow():
    paths = [fuzz.Asked("GET", f"/{number}", {"x-request-id": str(number)}) for number in range(50)]
    few, many = asked(FakeSystem(), *paths[:5])[0], asked(FakeSystem(), *paths)[0]
    assert set(few) == set(many)
    assert many['toolkit_requests_total{code="404",route="other"}'] == 50


def test_the_queue_and_those_whom_the_server_does_not_hear():
    gate = threading.Event()
    system = FakeSystem()
    predict = system.predict
    system.predict = lambda rows: gate.wait(5) and predict(rows)
    head = (
        b"POST /v1/answer HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    )
    with running(system, header_timeout=0.2) as port:
        clients = [threading.Thread(target=raw, args=(port, head % len(QUESTION) + QUESTION)) for _ in range(3)]
        for each in clients:
            each.start()
        metrics = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
        while (found := numbers(raw(port, metrics)))["toolkit_queue_depth"] < 2:
            pass
        assert found["toolkit_in_flight"] == 4
        gate.set()
        for each in clients:
            each.join()
        assert status(raw(port, b"GET /")) == 408
        assert status(raw(port, b"\x00\r\n\r\n")) == 400
        found = numbers(raw(port, metrics))
    assert found["toolkit_queue_depth"] == 0
    assert found['toolkit_requests_total{code="408",route="other"}'] == 1
    assert found['toolkit_requests_total{code="400",route="other"}'] == 1
