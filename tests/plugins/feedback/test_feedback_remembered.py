"""Questions in memory."""

from __future__ import annotations

import threading

from toolkit_feedback.remembered import Remembered


def test_the_oldest_goes_for_the_newest():
    kept = Remembered(2)
    for id in "abc":
        kept.add({"id": id})
    assert [kept.get(id) for id in "abc"] == [None, {"id": "b"}, {"id": "c"}]
    kept.drop("b")
    kept.drop("b")
    assert kept.get("b") is None
    kept.add({"id": "d"})
    assert kept.get("c") == {"id": "c"}


def test_it_never_grows_beyond_its_bound():
    kept = Remembered(10)
    threads = [threading.Thread(target=lambda i=i: [kept.add({"id": (i, n)}) for n in range(500)]) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(kept.get((i, n)) is not None for i in range(4) for n in range(500)) == 10
