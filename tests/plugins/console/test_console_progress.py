"""Progress: a line a stage in a pipe, a redrawn bar on a terminal, and text that a terminal cannot obey."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from toolkit_console import progress, toolkit_progress


def event(kind, **facts):
    return {"kind": kind, "seconds": 1.5, **facts}


EVENTS = [
    event("started", name="desk\x1b[31m", components={"data": "faq"}),
    event("stage", name="train"),
    *(event("step", step=i, of=500, loss=1 / i) for i in range(1, 501)),
    event("early-stop", step=500),
    event("resumed", step=40),
    event("damaged", checkpoint="step-1", reason="model is damaged"),
    event("finished", metrics={}),
]


def test_plain_lines_are_few_and_clean(capsys):
    with toolkit_progress(live=False) as shown:
        for one in EVENTS:
            shown(one)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "building desk[31m: data faq",
        "    1.5 s  train",
        "    1.5 s  step 1/500  loss 1",
        "    1.5 s  step 500/500  loss 0.002",
        "resumed: step 40",
        "passed over the checkpoint step-1: model is damaged",
    ]


def test_plain_lines_come_again_after_a_while(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    shown = progress.Plain()
    for one in EVENTS:
        shown(one)
    assert capsys.readouterr().err.count("step ") == 501


@pytest.mark.parametrize("width", [40, 120])
def test_a_terminal_gets_a_bar(width):
    screen = io.StringIO()
    live = toolkit_progress(live=True)
    live._progress.live.console = Console(file=screen, force_terminal=True, width=width)
    with live as shown:
        for one in EVENTS:
            shown(one)
    text = screen.getvalue()
    assert "500/500" in text and "\x1b[" in text and "building desk[31m" in text.replace("\x1b[?25l", "")
