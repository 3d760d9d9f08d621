"""The worker: one at a time, in order, never more than may wait."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from toolkit.errors import BusyError
from toolkit_serve.worker import Worker


@pytest.fixture
def gate():
    """An event that lets the work go on; set at the end, so that no thread is left."""
    event = threading.Event()
    yield event
    event.set()


def test_jobs_are_done_one_at_a_time_and_in_order():
    busy, most, done = 0, 0, []

    def work(job):
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        time.sleep(0.001)
        done.append(job)
        busy -= 1
        return job * 2

    worker = Worker(work, 100)

    async def main():
        return await asyncio.gather(*(worker.ask(number, 5) for number in range(50)))

    assert asyncio.run(main()) == [number * 2 for number in range(50)]
    assert (most, done) == (1, list(range(50)))
    worker.close(5)


def test_what_the_work_raises_is_raised_where_it_was_asked_for():
    worker = Worker(lambda job: 1 / job, 1)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(worker.ask(0, 5))
    assert asyncio.run(worker.ask(2, 5)) == 0.5
    worker.close(5)


def test_a_full_queue_refuses_at_once(gate):
    worker = Worker(lambda job: gate.wait(5), 2)

    async def main():
        waiting = []
        for _ in range(3):
            waiting.append(asyncio.ensure_future(worker.ask(0, 5)))
            await asyncio.sleep(0.05)
        with pytest.raises(BusyError, match="2 requests wait already"):
            await worker.ask(0, 5)
        gate.set()
        assert await asyncio.gather(*waiting) == [True] * 3
        assert await worker.ask(0, 5)

    asyncio.run(main())
    worker.close(5)


def test_who_loses_patience_makes_room_and_no_work(gate):
    done = []

    def work(job):
        gate.wait(5)
        done.append(job)

    worker = Worker(work, 1)

    async def main():
        first = asyncio.ensure_future(worker.ask("first", 5))
        await asyncio.sleep(0.05)
        assert 0 < worker.busy_for() < 1
        with pytest.raises(TimeoutError):
            await worker.ask("second", 0.05)
        third = asyncio.ensure_future(worker.ask("third", 5))  # the place of the second is free again
        await asyncio.sleep(0.05)
        third.cancel()
        await asyncio.sleep(0.05)
        fourth = asyncio.ensure_future(worker.ask("fourth", 5))
        await asyncio.sleep(0.05)
        gate.set()
        await asyncio.gather(first, fourth)

    asyncio.run(main())
    worker.close(5)
    assert done == ["first", "fourth"]
    assert worker.busy_for() == 0


def test_a_closed_worker_has_no_thread():
    before = threading.active_count()
    worker = Worker(lambda job: job, 1)
    assert threading.active_count() == before + 1
    worker.close(5)
    assert threading.active_count() == before
