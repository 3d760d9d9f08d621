"""Thousands of requests at random: nothing fails, and what is said is what the description says (figure G18)."""

from __future__ import annotations

import asyncio
import json
from collections import Counter

import fuzz
import pytest
from serve_fakes import TEXT, VECTORS, FakeStore, FakeSystem
from serve_http import LIMITS, applied

COUNT = 6_000
TOKEN = "a-token-of-the-tests"
BEARER = {"authorization": f"Bearer {TOKEN}"}


class Brittle(FakeSystem):
    """Fails at some questions."""

    def one(self, row):
        if not row["question"].isascii():
            raise RuntimeError("what is this")
        return super().one(row)


def fuzzed(system: FakeSystem, count: int, seed: int, edit=lambda document: None) -> tuple[list[str], Counter]:
    """Return the faults found, and how often each status came."""
    store = FakeStore()
    store.said["ID"] = "asked", {}, "en"
    found, statuses = [], Counter()

    async def main() -> None:
        with applied(system, LIMITS, token=TOKEN, store=store) as app:
            document = json.loads((await fuzz.call(app, fuzz.Asked("GET", "/openapi.json", BEARER))).body)
            edit(document)
            for asked in fuzz.requests(document, count, seed, **BEARER):
                said = await fuzz.call(app, asked)
                statuses[said.status] += 1
                if wrong := fuzz.fault(document, asked, said):
                    found.append(f"{asked.method} {asked.path} {asked.body[:80]!r}: {wrong}")
            alive = await fuzz.call(app, fuzz.Asked("POST", "/v1/answer", BEARER, b'{"question": "echo: alive"}'))
            assert json.loads(alive.body)["answer"] == "alive"

    asyncio.run(main())
    return found, statuses


def test_no_request_makes_it_fail_or_say_what_it_does_not_describe():
    found, statuses = fuzzed(FakeSystem(gives=VECTORS), COUNT, seed=1)
    assert found == []
    assert {200, 400, 401, 403, 404, 405, 413, 415, 421, 422, 431} <= set(statuses)
    assert statuses[200] > COUNT / 10 < statuses[422]


@pytest.mark.parametrize("seed", [2, 3])
def test_a_system_that_writes_text_alone_is_held_to_the_same(seed):
    found, _ = fuzzed(FakeSystem(answer={"answer": ""}, gives=TEXT), 250, seed)
    assert found == []


def test_a_handler_that_fails_is_found(capsys):
    found, statuses = fuzzed(Brittle(gives=VECTORS), 500, seed=4)
    assert statuses[500] == len(found) > 5
    assert "RuntimeError" in capsys.readouterr().err


def test_a_status_that_the_document_leaves_out_is_found():
    def forget(document):
        for methods in document["paths"].values():
            for operation in methods.values():
                operation["responses"].pop("415", None)

    found, _ = fuzzed(FakeSystem(gives=VECTORS), 500, seed=5, edit=forget)
    assert len(found) > 5 and all("415" in each for each in found)


def test_an_answer_that_leaves_its_schema_is_found():
    found, _ = fuzzed(FakeSystem(answer={"answer": "a", "confidence": "high"}), 300, seed=6)
    assert len(found) > 5 and all("/v1/answer" in each for each in found)
