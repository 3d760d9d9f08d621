"""`POST /v1/answer`: answers, refusals, batches, and what is refused."""

from __future__ import annotations

import pytest
from serve_fakes import ANSWER, TEXT, FakeStore, FakeSystem
from serve_http import in_process

from toolkit_serve import REFUSAL
from toolkit_serve.answering import answered, question_field

KEYS = ["id", "answer", "refused", "message", "confidence", "sources", "related", "language"]


@pytest.fixture(scope="module")
def ask():
    with in_process(FakeSystem()) as put:
        yield lambda body: put("POST", "/v1/answer", json=body)


def test_an_answer_carries_its_sources_as_they_are(ask):
    found = ask({"question": "how?"}).json()
    assert list(found) == KEYS
    same = {key: ANSWER[key] for key in ("answer", "refused", "message", "confidence", "sources", "related")}
    assert found == {"id": None, **same, "language": "en"}


def test_a_batch_is_answered_in_order_each_in_its_language(ask):
    found = ask({"questions": ["echo: one", "怎么开始构建？", "echo: 三"]}).json()["answers"]
    assert [each["answer"] for each in found] == ["one", ANSWER["answer"], "三"]
    assert [each["language"] for each in found] == ["en", "zh", "en"]
    assert [list(each) for each in found] == [KEYS] * 3


def test_a_batch_is_one_job():
    system = FakeSystem()
    jobs = []
    predict = system.predict
    system.predict = lambda rows: jobs.append(len(rows)) or predict(rows)
    with in_process(system) as ask:
        ask("POST", "/v1/answer", json={"questions": ["a", "b", "c"]})
    assert jobs == [3]


@pytest.mark.parametrize(
    ("prediction", "language", "message"),
    [
        ({"answer": "", "refused": True, "message": "Write to help@example.com."}, "en", "Write to help@example.com."),
        ({"answer": "", "refused": True, "message": ""}, "zh", REFUSAL["zh"]),
        ({"answer": "", "refused": True}, "en", REFUSAL["en"]),
        ({"answer": " \n"}, "en", REFUSAL["en"]),
        ({"answer": None}, "zh", REFUSAL["zh"]),
        ({"answer": "I would guess", "refused": True, "sources": [{"id": "a"}]}, "en", REFUSAL["en"]),
        ({}, "en", REFUSAL["en"]),
    ],
)
def test_a_refusal_says_so_in_the_language_of_the_question(prediction, language, message):
    found = answered({**prediction, "related": [{"id": "b"}], "confidence": 0.25}, language)
    assert (found["answer"], found["refused"], found["message"], found["sources"]) == ("", True, message, [])
    assert (found["related"], found["confidence"], found["language"]) == ([{"id": "b"}], 0.25, language)


def test_what_a_prediction_lacks_is_empty():
    empty = {"refused": False, "message": "", "confidence": None, "sources": [], "related": [], "language": "en"}
    assert answered({"answer": "yes"}, "en") == {"answer": "yes", **empty}
    assert answered({"reply": "yes", "loss": 0.5}, "en") == {"answer": "yes", **empty}
    assert answered({"answer": "yes", "message": "not shown", "sources": None}, "en") == {"answer": "yes", **empty}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "question"),
        ([], None),
        ("question", None),
        ({"question": ""}, "question"),
        ({"question": " \t\u3000"}, "question"),
        ({"question": None}, "question"),
        ({"question": ["a"]}, "question"),
        ({"question": "a" * 201}, "question"),
        ({"question": "a", "more": 1}, "more"),
        ({"question": "a", "questions": ["b"]}, "question"),
        ({"questions": []}, "questions"),
        ({"questions": "a"}, "questions"),
        ({"questions": ["a"] * 5}, "questions"),
        ({"questions": ["a", ""]}, "questions[1]"),
        ({"questions": ["a", 1]}, "questions[1]"),
        ({"questions": ["a", "a" * 201]}, "questions[1]"),
        ({"inputs": ["a"]}, "inputs"),
    ],
)
def test_what_is_no_question_is_refused_by_name(ask, body, param):
    found = ask(body)
    said = found.json()["error"]
    assert (found.status_code, said["type"], said["param"]) == (422, "invalid_input", param)
    assert said["message"]


def test_limits_are_inclusive(ask):
    assert ask({"question": "你" * 200}).status_code == 200
    assert ask({"questions": ["a"] * 4}).status_code == 200


def test_the_field_may_have_another_name():
    system = FakeSystem({"text": {"type": "string"}})
    with in_process(system) as ask:
        assert ask("POST", "/v1/answer", json={"question": "echo: yes"}).json()["answer"] == "yes"
    assert system.asked == [{"text": "echo: yes"}]


def test_what_is_kept_is_the_whole_prediction_with_what_was_said():
    store = FakeStore()
    with in_process(FakeSystem(answer={"answer": "", "ranking": [1]}), store=store) as ask:
        found = ask("POST", "/v1/answer", json={"questions": ["why?", "为什么？"]}).json()["answers"]
    assert [each["id"] for each in found] == ["id-0", "id-1"]
    question, kept, language = store.said["id-1"]
    assert (question, language, kept["ranking"], kept["refused"]) == ("为什么？", "zh", [1], True)
    assert kept["message"] == REFUSAL["zh"]


def test_which_systems_answer_questions():
    text, number = {"type": "string"}, {"type": "number"}
    assert question_field({"q": text}, TEXT) == "q"
    assert question_field({"q": text}, frozenset({"predicts:class"})) == ""
    assert question_field({"q": number}, TEXT) == question_field({"q": text, "r": text}, TEXT) == ""
    assert question_field({}, TEXT) == ""
