"""What is kept, and what happens where it cannot be."""

from __future__ import annotations

import asyncio
import threading

import pytest
from serve_fakes import FakeStore, FakeSystem
from serve_http import LIMITS, in_process, post, running

from toolkit.errors import ResourceError
from toolkit_serve import feedback
from toolkit_serve.feedback import Feedback

FULL = ResourceError("there is no room left in feedback.sqlite")


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def ask(store):
    with in_process(FakeSystem(), store=store) as put:
        yield lambda path, body: put("POST", f"/v1/{path}", json=body)


def test_a_judgement_is_kept_under_its_answer(ask, store):
    id = ask("answer", {"question": "how?"}).json()["id"]
    assert ask("feedback", {"id": id, "helpful": False, "comment": "no 🙂"}).json() == {"status": "stored"}
    assert ask("feedback", {"id": id, "helpful": True}).status_code == 200
    assert store.judgements == [(id, False, "no 🙂"), (id, True, "")]
    assert store.said[id][0] == "how?"


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"id": "unknown", "helpful": True}, 404, "id"),
        ({"id": "", "helpful": True}, 422, "id"),
        ({"id": 1, "helpful": True}, 422, "id"),
        ({"id": "a" * 201, "helpful": True}, 422, "id"),
        ({"id": "id-0"}, 422, "helpful"),
        ({"helpful": True}, 422, "id"),
        ({"id": "id-0", "helpful": "yes"}, 422, "helpful"),
        ({"id": "id-0", "helpful": 1}, 422, "helpful"),
        ({"id": "id-0", "helpful": None}, 422, "helpful"),
        ({"id": "id-0", "helpful": True, "comment": None}, 422, "comment"),
        ({"id": "id-0", "helpful": True, "comment": "a" * 2001}, 422, "comment"),
        ({"id": "id-0", "helpful": True, "rating": 5}, 422, "rating"),
        ([], 422, None),
    ],
)
def test_what_is_no_judgement_is_refused_by_name(ask, store, body, status, param):
    ask("answer", {"question": "how?"})
    found = ask("feedback", body)
    assert (found.status_code, found.json()["error"]["param"]) == (status, param)
    assert store.judgements == []


def test_a_comment_may_have_two_thousand_characters(ask, store):
    id = ask("answer", {"question": "how?"}).json()["id"]
    assert ask("feedback", {"id": id, "helpful": True, "comment": "a" * 2000}).status_code == 200
    assert ask("feedback", {"id": id, "helpful": True, "comment": ""}).status_code == 200


def test_where_the_store_fails_answers_go_on(ask, store, capsys):
    store.fault = FULL
    for _ in range(3):
        found = ask("answer", {"question": "my secret question"})
        assert (found.status_code, found.json()["id"], found.json()["answer"]) == (200, None, "Type toolkit build.")
    refused = ask("feedback", {"id": "id-0", "helpful": True})
    assert (refused.status_code, refused.json()["error"]["type"]) == (507, "not_stored")
    assert refused.headers["retry-after"] == "60"
    assert capsys.readouterr().err == f"feedback is not kept: {FULL.message}\n"
    store.fault = None
    assert ask("answer", {"question": "how?"}).json()["id"] == "id-0"


def test_it_is_said_again_after_a_minute(ask, store, capsys, monkeypatch):
    store.fault = RuntimeError("quotes my secret question")
    monkeypatch.setattr(feedback, "QUIET", 0.0)
    for _ in range(2):
        assert ask("answer", {"question": "how?"}).json()["id"] is None
    assert capsys.readouterr().err == "feedback is not kept: RuntimeError\n" * 2


def test_a_store_that_hangs_holds_no_answer_back(store, monkeypatch, capsys):
    monkeypatch.setattr(feedback, "PATIENCE", 0.1)
    store.delay = 0.4
    with in_process(FakeSystem(), store=store) as ask:
        found = ask("POST", "/v1/answer", json={"question": "how?"})
    assert (found.status_code, found.json()["id"]) == (200, None)
    assert "TimeoutError" in capsys.readouterr().err


def test_writing_happens_off_the_event_loop(store):
    threads = set()
    store.fail = lambda: threads.add(threading.current_thread().name)
    with in_process(FakeSystem(), store=store) as ask:
        ask("POST", "/v1/feedback", json={"id": "x", "helpful": True})
        ask("POST", "/v1/answer", json={"question": "how?"})
    assert len(threads) == 1 and threading.current_thread().name not in threads


def test_judgements_wait_in_a_bounded_queue(store):
    store.delay = 0.2

    async def main() -> list[object]:
        kept = Feedback(store, LIMITS, limit=1)
        said = [("q", {"language": "en"})]
        found = await asyncio.gather(*(kept.asked(said) for _ in range(5)))
        await asyncio.to_thread(kept.close, 5)
        return found

    found = asyncio.run(main())
    assert found.count([None]) >= 3 and ["id-0"] in found


def test_the_store_is_opened_beside_the_run_and_closed_at_the_end(store):
    system = FakeSystem()
    system.folder = "runs/helpdesk"
    with running(system, feedback=lambda: store) as port:
        assert store.run == "runs/helpdesk"
        found = post(port, {"question": "how?"}, "/v1/answer")[1]
        assert post(port, {"id": found["id"], "helpful": True}, "/v1/feedback")[0] == 200
        assert not store.closed
    assert store.closed


def test_a_store_that_cannot_be_opened_stops_the_server():
    def maker():
        raise FULL

    with pytest.raises(ResourceError), running(FakeSystem(), feedback=maker):
        pass
