"""The OpenAPI document and the page say what the routes do."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from html.parser import HTMLParser

import pytest
from serve_fakes import PICTURE, QUESTION, RATING, FakeSystem
from serve_http import LIMITS, in_process

from toolkit_serve.inputs import example_row, form_of
from toolkit_serve.openapi import describe
from toolkit_serve.page import page
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


def test_forms_in_words():
    assert form_of(PICTURE["image"]) == "2 x 2 x number"
    assert form_of({"type": "array", "items": {"type": "string"}, "minItems": 1}) == "1 or more x string"
    assert form_of({"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 3}) == "1 to 3 x string"
    assert example_row(RATING) == {"user": "your user", "item": 1}


class Collector(HTMLParser):
    """Collects tags and whatever would load or run something."""

    def __init__(self):
        super().__init__()
        self.tags, self.links = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]


def test_the_page_loads_and_runs_nothing():
    with in_process(FakeSystem()) as ask:
        found = ask("GET", "/docs")
    shown = Collector()
    shown.feed(found.text)
    assert found.headers["content-type"] == "text/html; charset=utf-8"
    assert not {"script", "img", "link", "iframe", "form"} & set(shown.tags)
    assert shown.links == ["/openapi.json"]
    assert "url(" not in found.text
    style = re.search("<style>(.*?)</style>", found.text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = found.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_the_page_lists_routes_fields_and_errors():
    document = describe("helpdesk", RATING, LIMITS)
    text = html.unescape(page(document, {"name": "helpdesk"}, RATING)[0].decode())
    for path, methods in document["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in text
    assert all(kind in text for kind in PROBLEMS)
    assert json.dumps(example_row(RATING)) in text


def test_text_on_the_page_stays_text():
    evil = "</pre><script>alert(1)</script><style>*{}</style>"
    takes = {evil: {"type": "string"}, "字段": {"type": "string"}}
    shown, policy = page(describe(evil, takes, LIMITS), {"about": evil, "名": "值"}, takes)
    found = Collector()
    found.feed(shown.decode())
    assert "script" not in found.tags
    assert found.tags.count("style") == 1
    assert "字段" in shown.decode()
    assert policy == page(describe("other", takes, LIMITS), {}, takes)[1]
