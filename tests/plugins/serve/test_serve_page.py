"""The page says what the document says, and is nothing but text."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from html.parser import HTMLParser

from serve_fakes import RATING, FakeSystem
from serve_http import LIMITS, in_process

from toolkit_serve.inputs import example_row
from toolkit_serve.openapi import Offer, describe
from toolkit_serve.page import page
from toolkit_serve.problems import PROBLEMS


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
    assert shown.links == ["openapi.json"]
    assert "url(" not in found.text
    style = re.search("<style>(.*?)</style>", found.text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = found.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_the_page_lists_routes_fields_and_errors():
    document = describe("helpdesk", RATING, LIMITS, Offer(answer=True, feedback=True, embeddings=True, token=True))
    text = html.unescape(page(document, {"name": "helpdesk"}, RATING)[0].decode())
    for path, methods in document["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in text
    assert all(kind in text for kind in PROBLEMS)
    assert json.dumps(example_row(RATING)) in text


def test_text_on_the_page_stays_text():
    evil = "</pre><script>alert(1)</script><style>*{}</style>"
    takes = {evil: {"type": "string"}, "字段": {"type": "string"}}
    shown, policy = page(describe(evil, takes, LIMITS, Offer()), {"about": evil, "名": "值"}, takes)
    found = Collector()
    found.feed(shown.decode())
    assert "script" not in found.tags
    assert found.tags.count("style") == 1
    assert "字段" in shown.decode()
    assert policy == page(describe("other", takes, LIMITS, Offer()), {}, takes)[1]
