"""The page for people as a person has it: typing, pressing, reading."""

from __future__ import annotations

import json

import pytest

from browser import CHROMIUM
from toolkit_serve.ask_page import wording

if not CHROMIUM:  # skips the tests that import this
    pytest.skip("no chromium, chromium-browser or google-chrome on this machine", allow_module_level=True)

EN, ZH = wording()["en"], wording()["zh"]
DONE = "!document.querySelector('.waiting') && document.querySelectorAll('.turn').length === "


def ask(page, question: str) -> None:
    """Type a question, press Enter and wait until it is answered."""
    send(page, question)
    page.wait(DONE + str(page.run("document.querySelectorAll('.turn').length")))


def send(page, question: str) -> None:
    """Type a question and press Enter."""
    page.run("document.getElementById('question').focus()")
    page.run("document.getElementById('question').select()")
    page.type(question)
    page.press("Enter")


def text(page, selector: str) -> str:
    """Return the text of the first element that a selector finds, empty where there is none."""
    return page.run(f"(document.querySelector({json.dumps(selector)}) || {{textContent: ''}}).textContent")


def texts(page, selector: str) -> list[str]:
    """Return the texts of all elements that a selector finds."""
    return page.run(f"[...document.querySelectorAll({json.dumps(selector)})].map((each) => each.textContent)")


def focused(page) -> str:
    """Return what has the focus: its id, else its tag and text."""
    return page.run("((each) => each.id || `${each.tagName} ${each.textContent}`)(document.activeElement)")


def quiet(page, fake) -> bool:
    """Tell that the page ran nothing, complained of nothing and asked nobody but its server."""
    assert page.run("[ran, violations]") == [[], []]
    assert page.complaints() == []
    assert fake.strays == []
    assert [url for url in page.requests() if not url.startswith(fake.url)] == []
    return True


def judge(page, choice: str) -> None:
    """Press a button below an answer and wait until the server has heard of it."""
    buttons = "[...document.querySelectorAll('.judge button')]"
    page.run(f"{buttons}.find((each) => each.textContent === '{choice}').click()")
    page.wait("!document.querySelector('[data-sending]')")
