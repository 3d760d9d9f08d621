"""The OpenAPI document says what the routes do."""

from __future__ import annotations

import json

import pytest
from serve_fakes import PICTURE, QUESTION, RATING, TEXT, VECTORS, FakeStore, FakeSystem
from serve_http import LIMITS, in_process

from toolkit_serve.access import OPEN
from toolkit_serve.openapi import Offer, describe
from toolkit_serve.problems import PROBLEMS

SYSTEMS = {"question": QUESTION, "picture": PICTURE, "rating": RATING, "inputs": {"inputs": {"type": "string"}}}
EVERYTHING = Offer(answer=True, embeddings=True, feedback=True, token=True)


def references(value):
    """Yield every `$ref` of a document."""
    if isinstance(value, dict):
        yield from [value["$ref"]] if "$ref" in value else []
        for child in value.values():
            yield from references(child)
    elif isinstance(value, list):
        for child in value:
            yield from references(child)


@pytest.mark.parametrize("takes", SYSTEMS.values(), ids=SYSTEMS)
def test_the_document_is_whole(takes):
    document = describe("helpdesk", takes, LIMITS, EVERYTHING)
    assert document["openapi"] == "3.1.0"
    assert json.loads(json.dumps(document)) == document
    schemas = document["components"]["schemas"]
    assert {each.removeprefix("#/components/schemas/") for each in references(document)} <= set(schemas)
    assert set(schemas["Input"]["properties"]) == set(schemas["Input"]["required"]) == set(takes)
    statuses = {str(status) for status, _ in PROBLEMS.values()}
    said = {code for path in document["paths"].values() for each in path.values() for code in each["responses"]}
    assert said - {"200"} == statuses


@pytest.mark.parametrize("takes", SYSTEMS.values(), ids=SYSTEMS)
def test_its_examples_are_answered_and_its_routes_are_there(takes):
    store = FakeStore()
    with in_process(FakeSystem(takes, gives=VECTORS), store=store) as ask:
        store.said["ID"] = "asked", {}, "en"
        document = ask("GET", "/openapi.json").json()
        predict = document["paths"]["/v1/predict"]["post"]["requestBody"]["content"]["application/json"]
        assert set(predict["examples"]) == ({"one"} if "inputs" in takes else {"one", "batch"})
        for path, methods in document["paths"].items():
            for each in examples(methods.get("post")):
                if "question" in takes or path == "/v1/predict":
                    assert ask("POST", path, json=each).status_code == 200
            if "get" in methods:
                assert ask("GET", path).status_code == 200
                assert ask("HEAD", path).status_code == 200


def examples(operation):
    """Yield the bodies that an operation shows."""
    if operation:
        shown = operation["requestBody"]["content"]["application/json"]["examples"]
        yield from (each["value"] for each in shown.values())


@pytest.mark.parametrize(
    ("takes", "gives", "store", "there"),
    [
        (QUESTION, VECTORS, True, {"/", "/v1/answer", "/v1/feedback", "/v1/embeddings"}),
        (QUESTION, TEXT, False, {"/", "/v1/answer"}),
        (QUESTION, TEXT, True, {"/", "/v1/answer", "/v1/feedback"}),
        (QUESTION, frozenset({"embeds:question"}), True, {"/v1/embeddings"}),
        (QUESTION, frozenset({"predicts:class"}), True, set()),
        ({"words": {"type": "string"}}, TEXT, False, {"/", "/v1/answer"}),
        (PICTURE, TEXT, True, set()),
        (RATING, TEXT, True, set()),
    ],
)
def test_routes_exist_only_where_the_system_can(takes, gives, store, there):
    optional = {"/", "/v1/answer", "/v1/feedback", "/v1/embeddings"}
    with in_process(FakeSystem(takes, gives=gives), store=FakeStore() if store else None) as ask:
        document = ask("GET", "/openapi.json").json()
        assert set(document["paths"]) & optional == there
        for path in optional - {"/"}:
            assert (ask("POST", path, json={}).status_code == 404) is (path not in there)
        assert ask("GET", "/").status_code == (200 if "/" in there else 307)


def test_the_token_stands_at_every_route_but_the_open_ones():
    plain, guarded = (describe("helpdesk", QUESTION, LIMITS, Offer(token=token)) for token in (False, True))
    assert "securitySchemes" not in plain["components"]
    for path, methods in guarded["paths"].items():
        for method, operation in methods.items():
            assert ("401" in operation["responses"]) is ("security" in operation) is (path not in OPEN)
            assert "401" not in plain["paths"][path][method]["responses"]


def test_limits_stand_in_the_document():
    schemas = describe("helpdesk", QUESTION, LIMITS, EVERYTHING)["components"]["schemas"]
    assert schemas["Batch"]["properties"]["inputs"]["maxItems"] == LIMITS.max_batch
    assert schemas["Input"]["properties"]["question"] == {"type": "string", "maxLength": LIMITS.max_text}
