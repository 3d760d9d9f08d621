"""The queue's refusals as problems, and what counts as a refusal to answer."""

from __future__ import annotations

import asyncio
import math
import operator
import threading

import pytest

from toolkit_serve.backend import in_turn, refuses, reply
from toolkit_serve.problems import Problem
from toolkit_serve.worker import Worker


def test_a_full_queue_and_lost_patience_are_problems():
    gate = threading.Event()
    worker = Worker(operator.call, 1)

    async def main() -> None:
        busy = asyncio.ensure_future(in_turn(worker, lambda: gate.wait(5), 5))
        await asyncio.sleep(0.05)
        with pytest.raises(Problem, match=r"no answer within 0\.05 seconds") as late:
            await in_turn(worker, int, 0.05)
        waits = asyncio.ensure_future(in_turn(worker, int, 5))
        await asyncio.sleep(0.05)
        with pytest.raises(Problem, match="1 requests wait already") as full:
            await in_turn(worker, int, 5)
        gate.set()
        assert (await busy, await waits) == (True, 0)
        assert (late.value.type, full.value.type) == ("timeout", "overloaded")
        assert full.value.headers == [("retry-after", "1")]

    asyncio.run(main())
    worker.close(5)


@pytest.mark.parametrize(
    ("prediction", "expected"),
    [
        ({"answer": "yes"}, False),
        ({"answer": "yes", "refused": True}, True),
        ({"answer": " "}, True),
        ({"answer": None}, True),
        ({"label": "7"}, False),
        ({"refused": False, "answer": "0"}, False),
    ],
)
def test_what_counts_as_a_refusal(prediction, expected):
    assert refuses(prediction) is expected


def test_an_answer_that_json_cannot_hold_is_a_problem():
    assert reply({"a": "你"}).body == '{"a": "你"}\n'.encode()
    with pytest.raises(Problem):
        reply({"a": math.nan})
