"""The route table and its small routes."""

from __future__ import annotations

import pytest
from serve_fakes import PICTURE, VECTORS, FakeStore, FakeSystem
from serve_http import in_process

from toolkit_serve.ask_page import Features, ask_page


@pytest.fixture(scope="module")
def ask():
    with in_process(FakeSystem(gives=VECTORS)) as put:
        yield put


def test_the_small_routes(ask):
    assert ask("GET", "/livez").json() == ask("GET", "/healthz").json() == {"status": "ok"}
    assert ask("GET", "/readyz").json() == {"status": "ready"}
    assert ask("GET", "/v1/system").json()["metrics"]["hit@1"]["value"] == 0.9


@pytest.mark.parametrize("store", [None, FakeStore()])
def test_the_page_knows_what_there_is(store):
    page, policy = ask_page("helpdesk", Features(store is not None, 200, ""))
    with in_process(FakeSystem(), store=store) as ask:
        found = ask("GET", "/")
    assert (found.status_code, found.content) == (200, page)
    assert found.headers["content-security-policy"] == policy
    assert found.headers["content-type"] == "text/html; charset=utf-8"


def test_without_a_page_the_root_leads_to_the_description():
    with in_process(FakeSystem(PICTURE)) as ask:
        home = ask("GET", "/")
    assert (home.status_code, home.headers["location"]) == (307, "docs")
