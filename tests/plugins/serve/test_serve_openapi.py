"""The OpenAPI document says what the routes do."""

from __future__ import annotations

import json

import pytest
from serve_fakes import PICTURE, QUESTION, RATING, FakeSystem
from serve_http import LIMITS, in_process

from toolkit_serve.openapi import describe
from toolkit_serve.problems import PROBLEMS

SYSTEMS = {"question": QUESTION, "picture": PICTURE, "rating": RATING, "inputs": {"inputs": {"type": "string"}}}


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
    document = describe("helpdesk", takes, LIMITS)
    assert document["openapi"] == "3.1.0"
    assert json.loads(json.dumps(document)) == document
    schemas = document["components"]["schemas"]
    assert {each.removeprefix("#/components/schemas/") for each in references(document)} <= set(schemas)
    assert set(schemas["Input"]["properties"]) == set(schemas["Input"]["required"]) == set(takes)
    statuses = {str(status) for status, _ in PROBLEMS.values()}
    said = {code for path in document["paths"].values() for each in path.values() for code in each["responses"]}
    assert said - {"200"} == statuses - {"404"}


@pytest.mark.parametrize("takes", SYSTEMS.values(), ids=SYSTEMS)
def test_its_examples_are_answered_and_its_routes_are_there(takes):
    with in_process(FakeSystem(takes)) as ask:
        document = ask("GET", "/openapi.json").json()
        post = document["paths"]["/v1/predict"]["post"]
        examples = post["requestBody"]["content"]["application/json"]["examples"]
        assert set(examples) == ({"one"} if "inputs" in takes else {"one", "batch"})
        for each in examples.values():
            assert ask("POST", "/v1/predict", json=each["value"]).status_code == 200
        for path in set(document["paths"]) - {"/v1/predict"}:
            assert ask("GET", path).status_code == 200
            assert ask("HEAD", path).status_code == 200


def test_limits_stand_in_the_document():
    schemas = describe("helpdesk", QUESTION, LIMITS)["components"]["schemas"]
    assert schemas["Batch"]["properties"]["inputs"]["maxItems"] == LIMITS.max_batch
    assert schemas["Input"]["properties"]["question"] == {"type": "string", "maxLength": LIMITS.max_text}
