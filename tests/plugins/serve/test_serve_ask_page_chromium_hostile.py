"""Hostile text everywhere on the page for people, in a real browser; and pages with faults, which must be caught."""

from __future__ import annotations

import json
import time

import pytest
from ask_browser import DONE, EN, ask, text
from ask_fake import ANSWER, Fake, Reply, serving
from ask_payloads import EVIL, PAYLOADS

from toolkit_serve.ask_page import Features, ask_page, policy

TAGS = {
    *("HTML", "HEAD", "META", "TITLE", "LINK", "STYLE", "SCRIPT", "NOSCRIPT", "BODY", "HEADER", "MAIN", "SECTION"),
    *("ARTICLE", "FOOTER", "H1", "H2", "H3", "P", "DIV", "SPAN", "BDI", "B", "I", "A", "UL", "OL", "LI", "MARK"),
    *("BLOCKQUOTE", "DETAILS", "SUMMARY", "FORM", "FIELDSET", "LEGEND", "LABEL", "TEXTAREA", "BUTTON"),
}
SEEN = """({
  ran, violations,
  tags: [...new Set([...document.querySelectorAll('*')].map((each) => each.tagName))],
  counts: [document.scripts.length, document.styleSheets.length, document.forms.length],
  handlers: [...document.querySelectorAll('*')].flatMap((each) => each.getAttributeNames())
    .filter((name) => name.startsWith('on')),
  links: [...document.querySelectorAll('[href], [src]')].map((each) => each.getAttribute('href') || each.src),
  wide: document.documentElement.scrollWidth > innerWidth,
  hidden: !document.querySelector('.words').checkVisibility(),
  isolated: [...document.querySelectorAll('h1, h2, .words, bdi')]
    .every((each) => getComputedStyle(each).unicodeBidi !== 'normal'),
})"""


def hostile(payload: str) -> dict[str, Reply]:
    """Return an answer and a refusal that hold a payload wherever text may stand."""
    source = {"id": payload, "title": payload, "text": f"😀{payload}", "span": [1, 1 + len(payload)], "score": 1}
    whole = {**ANSWER, "sources": [source, source], "related": [{"id": payload, "title": payload}] * 2}
    return {
        payload.strip().replace("\r\n", "\n"): Reply({**whole, "answer": payload, "language": payload}),
        "refuse": Reply({**whole, "refused": True, "answer": "", "message": payload, "id": payload}),
    }


def findings(page, fake, payload: str, settled: float = 0.05) -> list[str]:
    """Return what is wrong with a page whose every text is a payload, `settled` seconds after each answer."""
    fake.replies = hostile(payload)
    page.browser.events.clear()
    page.open(fake.url)
    wrong = []
    for question in (payload, "refuse"):
        page.run(f"document.getElementById('question').value = {json.dumps(question)}")
        page.run("document.getElementById('form').requestSubmit()")
        page.wait(DONE + str(page.run("document.querySelectorAll('.turn').length")))
        time.sleep(settled)
        wrong += [] if text(page, ".words") == payload.strip() else ["another text"]
        wrong += seen_wrong(page.run(SEEN))
    mark = "document.querySelector('.turn:last-child mark').textContent"
    wrong += [] if page.run(mark) == payload else ["another mark"]
    wrong += [f"in the console: {each}" for each in page.complaints()]
    wrong += [f"request: {each}" for each in page.requests() if not each.startswith(fake.url)]
    return wrong + [f"request: {each}" for each in fake.strays]


def seen_wrong(seen: dict) -> list[str]:
    """Return what is wrong with what was seen of a page."""
    wrong = [f"{name}: {seen[name]}" for name in ("ran", "violations", "handlers", "wide", "hidden") if seen[name]]
    wrong += [f"tags: {found}"] if (found := set(seen["tags"]) - TAGS) else []
    wrong += [] if seen["counts"][:2] == [3, 1] else [f"scripts, styles: {seen['counts']}"]
    wrong += [] if seen["isolated"] else ["not isolated"]
    known = ("docs", "data:,", "mailto:help@example.com", "https://example.com/")
    return wrong + [f"link: {each}" for each in seen["links"] if each not in known]


@pytest.mark.parametrize("part", range(4))
def test_hostile_text_is_shown_and_nothing_else(page, fake, part):
    for payload in PAYLOADS[part::4]:
        fake.page = ask_page(payload, Features(True, 2000, "help@example.com"))[0]
        assert findings(page, fake, payload) == [], payload
        assert text(page, "h1").split() == payload.split()


PLANT = 'return make("p", { class: "words", dir: "auto", lang: turn.language }, ...linked(words));'
FAULT = 'const p = make("p", { class: "words" }); p.innerHTML = words; return p;'


def planted(trusted: bool) -> Fake:
    """Return a server whose page writes HTML, under a policy that lets it: but for Trusted Types, or altogether."""
    fake = Fake("Help desk", Features(True, 2000, "help@example.com"))
    text = fake.page.decode()
    assert text.count(PLANT) == 1
    text = text.replace(PLANT, FAULT)
    script = text.split("<script>")[1].split("</script>")[0]
    style = text.split("<style>")[1].split("</style>")[0]
    fake.page = text.encode()
    fake.policy = policy(style, script).partition("; require-trusted-types")[0] if trusted else ""
    return fake


@pytest.mark.parametrize(
    ("payload", "strict", "loose"),
    [
        ("<img src=x onerror=alert(1)>", "violations", "ran"),
        (f"<svg onload=alert(1)><img src='{EVIL}/pixel.png'>", "violations", "request"),
        ("<style>*{display:none}</style>", "violations", "hidden"),
        ("<form><input></form>", "tags", "tags"),
    ],
)
def test_a_page_that_writes_html_is_caught(tab, payload, strict, loose):
    for trusted, kind in ((True, strict), (False, loose)):
        with serving(planted(trusted)) as fake:
            wrong = findings(tab, fake, payload, settled=0.4)
            assert any(each.startswith(kind) for each in wrong), wrong


def test_trusted_types_stop_a_page_that_writes_html(tab):
    fake = planted(True)
    fake.policy += "; require-trusted-types-for 'script'; trusted-types 'none'"
    with serving(fake):
        tab.open(fake.url)
        ask(tab, "How do I build?")
        assert text(tab, ".fault p") == EN["failed"]
        assert "require-trusted-types-for" in tab.run("violations")[0]
