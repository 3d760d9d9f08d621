"""The page for people where something goes wrong: it says so in a sentence and loses no question."""

from __future__ import annotations

import json
import time

import pytest
from ask_browser import DONE, EN, ZH, ask, focused, quiet, send, text, texts
from ask_fake import ANSWER, Reply

FAULTS = {
    400: "unfit",
    413: "unfit",
    422: "unfit",
    401: "access",
    403: "access",
    404: "failed",
    500: "failed",
    503: "slow",
    504: "slow",
}


def test_every_error_is_a_sentence_and_no_question_is_lost(page, fake):
    for status, key in FAULTS.items():
        for said, question in ((EN, f"status {status}"), (ZH, f"状态 {status}")):
            problem = {"error": {"type": "x", "message": "y", "param": None}}
            fake.replies[question] = [Reply(problem, status), Reply(ANSWER)]
            ask(page, question)
            assert text(page, ".fault p") == text(page, "#status") == said[key]
            assert page.run("document.getElementById('question').value") == question
    page.run("document.querySelector('.fault button').focus()")
    page.press("Enter")
    page.wait("document.querySelector('.turn .answer') && true")
    assert focused(page).startswith("turn-")
    assert fake.asked[-2:] == [question, question]
    assert page.run("document.getElementById('question').value") == ""


@pytest.mark.parametrize("body", [b"", b"<html>", b"null", b"[]", b'{"answer": "x"'])
def test_an_answer_that_is_none_is_an_error(page, fake, body):
    fake.replies["q"] = Reply(body=body)
    ask(page, "q")
    shown = text(page, ".fault p") or text(page, ".refused .words")
    assert shown == (EN["refusal"] if body == b"[]" else EN["failed"])


def test_a_redirect_to_a_sign_in_is_no_access(page, fake):
    fake.replies["q"] = Reply({}, 302, {"Location": "/login"})
    ask(page, "q")
    assert text(page, ".fault p") == EN["access"]
    assert fake.strays == []


def test_a_busy_server_is_asked_again_at_most_twice(page, fake):
    busy = Reply({}, 429, {"Retry-After": "1"})
    fake.replies = {"one": [busy, Reply(ANSWER)], "three": [busy] * 3, "later": Reply({}, 429, {"Retry-After": "31"})}
    send(page, "one")
    waiting = EN["again"].replace("{n}", "1").replace("{k}", "1")
    page.wait(f"document.querySelector('.waiting p').textContent === {json.dumps(waiting)}")
    page.wait(DONE + "1")
    assert text(page, ".answer .words") == ANSWER["answer"]
    ask(page, "three")
    ask(page, "later")
    assert fake.asked == ["one"] * 2 + ["three"] * 3 + ["later"]
    assert texts(page, ".fault p") == [EN["busy"]] * 2


def test_a_new_question_ends_the_one_before(page, fake):
    fake.replies["slow"] = Reply({**ANSWER, "answer": "too late"}, delay=0.6)
    send(page, "slow")
    page.press("Enter")  # pressed twice: the same question is not asked again
    page.wait(f"document.getElementById('status').textContent === {json.dumps(EN['waiting'])}")
    ask(page, "fast")
    time.sleep(0.4)
    assert fake.asked == ["slow", "fast"]
    assert texts(page, ".fault p") == [EN["replaced"]]
    assert texts(page, ".answer .words") == [ANSWER["answer"]]
    send(page, "slow")
    page.run("document.querySelector('.waiting button').click()")
    page.wait(DONE + "3")
    assert texts(page, ".fault p")[0] == EN["stopped"]
    assert page.run("document.getElementById('question').value") == "slow"
    assert quiet(page, fake)


def test_without_a_network_the_question_is_kept(browser, fake):
    conditions = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    with browser.page(fake.url) as page:
        page.call("Network.emulateNetworkConditions", offline=True, **conditions)
        ask(page, "one")
        assert text(page, ".fault p") == EN["offline"]
        page.call("Network.emulateNetworkConditions", offline=False, **conditions)
        page.call("Network.setBlockedURLs", urls=["*/v1/*"])
        ask(page, "one")
        assert text(page, ".fault p") == EN["unreachable"]
        assert page.run("document.getElementById('question').value") == "one"
        assert fake.asked == []


def test_a_question_that_is_too_long_is_not_sent(page, fake):
    page.type("😀" * 180)
    assert text(page, "#count") == ""
    page.type("字")
    assert text(page, "#count") == "181 of 200 characters"
    page.type("x" * 20)
    said = EN["over"].replace("{most}", "200").replace("{n}", "201")
    page.press("Enter")
    assert text(page, "#count") == text(page, "#status") == said
    assert page.run("document.getElementById('question').getAttribute('aria-invalid')") == "true"
    assert fake.asked == []
    page.run("document.getElementById('question').value = '😀'.repeat(200)")
    page.press("Enter")
    page.wait(DONE + "1")
    assert fake.asked == ["😀" * 200]


def test_half_a_character_is_replaced(page, fake):
    page.run("document.getElementById('question').value = 'a\\ud83d b\\udc00'")
    page.press("Enter")
    page.wait(DONE + "1")
    assert fake.asked == ["a\ufffd b\ufffd"]
