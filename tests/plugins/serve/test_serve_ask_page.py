"""The page for people as a file: what it may do, how it reads, and that text on it stays text."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from ask_payloads import PAYLOADS

from toolkit_serve import REFUSAL
from toolkit_serve.ask_page import Features, ask_page, part, source, wording

FEATURES = Features(feedback=True, max_text=2000, contact="help@example.com")
TAGS = {
    *("html", "head", "meta", "title", "link", "style", "body", "header", "h1", "p", "main", "form", "label"),
    *("textarea", "div", "button", "noscript", "a", "section", "footer", "span", "bdi", "script"),
}
SCRIPT, STYLE = str(part("ask_script.js.j2")), str(part("ask_style.css.j2"))


class Tree(HTMLParser):
    """Tags with their attributes, and the text within titles, styles and scripts."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open = ""
        self.feed(page.decode())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")
        self.open = tag

    def handle_endtag(self, tag):
        self.open = ""

    def handle_data(self, data):
        if self.open:
            self.texts[self.open][-1] += data

    def values(self, tag, name):
        return [attributes[name] for each, attributes in self.tags if each == tag and name in attributes]


def test_the_policy_allows_exactly_what_stands_in_the_page():
    page, policy = ask_page("Help", FEATURES)
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    tree = Tree(page)
    assert rules["script-src"] == source(tree.texts["script"][2])
    assert rules["style-src"] == source(tree.texts["style"][0])
    assert [each.get("type") for tag, each in tree.tags if tag == "script"] == ["application/json"] * 2 + [None]
    for name in ("default-src", "base-uri", "form-action", "frame-ancestors", "trusted-types"):
        assert rules[name] == "'none'"
    assert rules["connect-src"] == "'self'"
    assert rules["img-src"] == "data:"
    assert "unsafe" not in policy
    assert ask_page("other", Features(False, 9, ""))[1] == policy


def test_nothing_comes_from_elsewhere_and_nothing_runs_beside_the_script():
    tree = Tree(ask_page("Help", FEATURES)[0])
    names = {name for _, attributes in tree.tags for name in attributes}
    assert {tag for tag, _ in tree.tags} == TAGS
    assert not [name for name in names if name.startswith("on") or name in ("style", "src", "action")]
    assert set(tree.values("a", "href")) == {"docs"}
    assert tree.values("link", "href") == ["data:,"]
    assert not re.search(r"url\(|@import|https?:", STYLE)


def test_the_script_writes_text_nodes_only():
    forbidden = r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(|srcdoc|createContextualFragment"
    assert not re.search(forbidden, SCRIPT)
    assert re.search(forbidden, SCRIPT + "x.innerHTML = y")
    assert not re.search(r"import\(|localStorage|sessionStorage|cookie|https?://(?!\$)", SCRIPT)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_on_the_page_stays_text(payload):
    plain = Tree(ask_page("x", FEATURES)[0])
    page, policy = ask_page(payload, Features(True, 9, payload))
    tree = Tree(page)
    assert tree.tags == plain.tags
    assert policy == ask_page("x", FEATURES)[1]
    for shown in (tree.texts["title"][0], tree.texts["h1"][0]):
        assert shown.split() == payload.split()
    assert json.loads(tree.texts["script"][0]) == {"feedback": True, "max_text": 9, "contact": payload}


def test_a_title_that_is_no_unicode_does_not_break_the_page():
    assert b"half ?" in ask_page("half \ud800", FEATURES)[0]


def test_the_page_is_the_same_every_time_and_small():
    page, _ = ask_page("Help", FEATURES)
    assert ask_page("Help", FEATURES)[0] == page
    assert len(page) < 40_000


def test_without_a_store_nothing_is_said_to_be_stored():
    assert b'data-text="stored"' in ask_page("Help", FEATURES)[0]
    assert b'data-text="stored"' not in ask_page("Help", Features(False, 9, ""))[0]


# --- words


def test_both_languages_say_the_same_things():
    texts = wording()
    assert texts["zh"].keys() == texts["en"].keys()
    for key, said in texts["en"].items():
        assert set(re.findall(r"\{\w+\}", said)) == set(re.findall(r"\{\w+\}", texts["zh"][key]))
        assert not re.search("[\u3400-\u9fff]", said)
        assert key == "lang" or re.search("[\u3400-\u9fff]", texts["zh"][key])
    assert {language: said["refusal"] for language, said in texts.items()} == REFUSAL


def test_every_text_is_used():
    page = ask_page("x", FEATURES)[0].decode()
    said = SCRIPT + page.partition('<script type="application/json"')[0]
    assert [key for key in wording()["en"] if not re.search(rf'"{key}"|\.{key}\b', said)] == []
    shown = Tree(page.encode())
    for tag, name in (("p", "hint"), ("label", "label"), ("button", "ask"), ("a", "programs"), ("p", "hotkeys")):
        assert wording()["en"][name] in shown.texts[tag]


# --- a page for everybody


def colours(css: str) -> dict[str, tuple[float, float, float]]:
    """Return the colours of a style by name, as red, green and blue from 0 to 1."""
    found = re.findall(r"--([\w-]+): #([0-9a-f]{6})", css)
    return {name: tuple(int(value[i : i + 2], 16) / 255 for i in (0, 2, 4)) for name, value in found}


def contrast(one, other) -> float:
    """Return the contrast of two colours (WCAG 2.2, section 1.4.3)."""

    def luminance(colour):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


TEXT_ON = [
    *(("text", ground) for ground in ("page", "card", "quiet", "chosen")),
    *(("soft", ground) for ground in ("page", "card", "quiet")),
    *(("link", ground) for ground in ("page", "card", "quiet")),
    *(("on-act", "act"), ("on-mark", "mark"), ("wrong", "card")),
]
SHAPE_ON = [("focus", "page"), *((shape, "card") for shape in ("edge", "focus", "fill", "wrong", "act"))]


def test_contrast_is_measured_rightly():
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21)
    assert contrast(*colours("--a: #767676; --b: #ffffff;").values()) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_told_apart(scheme):
    light, dark = STYLE.split("prefers-color-scheme: dark", 1)
    known = colours(light if scheme == "light" else dark)
    assert colours(light).keys() == colours(dark).keys()
    assert [pair for pair in TEXT_ON if contrast(known[pair[0]], known[pair[1]]) < 4.5] == []
    assert [pair for pair in SHAPE_ON if contrast(known[pair[0]], known[pair[1]]) < 3] == []


def test_the_page_can_be_read_aloud_enlarged_and_worked_by_keyboard():
    tree = Tree(ask_page("Help", FEATURES)[0])
    assert tree.values("html", "lang") == ["en"]
    assert tree.values("textarea", "id") == tree.values("label", "for") == ["question"]
    assert tree.values("button", "type") == ["submit"]
    assert ("p", {"id": "status", "class": "unseen", "role": "status", "aria-live": "polite"}) in tree.tags
    contents = dict(zip(tree.values("meta", "name"), tree.values("meta", "content"), strict=False))
    assert contents["viewport"] == "width=device-width, initial-scale=1"
    assert contents["color-scheme"] == "light dark"
    assert "prefers-reduced-motion: reduce" in STYLE
    assert ":focus-visible { outline:" in STYLE


def test_who_runs_no_scripts_is_led_to_the_description():
    page = ask_page("Help", FEATURES)[0].decode()
    shown = re.search("<noscript>(.*?)</noscript>", page, re.DOTALL)[1]
    assert shown.count('<a href="docs">') == 2
    assert "curl" in shown
