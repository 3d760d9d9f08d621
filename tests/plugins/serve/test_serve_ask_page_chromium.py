"""The page for people in a real browser: asked by keyboard, read, judged, and fed with hostile text."""

from __future__ import annotations

import pytest
from ask_browser import DONE, EN, ZH, ask, focused, judge, quiet, send, text, texts
from ask_fake import ANSWER, ANSWER_ZH, BUILD, REFUSED, Fake, Reply, serving
from serve_fakes import FakeStore, FakeSystem
from serve_http import running

from browser import SHIFT
from toolkit_serve.ask_page import Features
from toolkit_serve.wording import language_of

# --- asking and reading


def test_a_question_is_asked_and_its_answer_read_by_keyboard_alone(page, fake):
    assert focused(page) == "question"
    page.type("How do I")
    page.press("Enter", SHIFT)
    page.type("build?")
    assert fake.asked == []
    page.press("Enter")
    page.wait(DONE + "1")
    assert fake.asked == ["How do I\nbuild?"]
    assert text(page, "h2") == "How do I\nbuild?"
    assert text(page, ".answer .words") == ANSWER["answer"]
    assert text(page, ".sure") == "Confidence: Sure 0.93"
    assert page.run("document.querySelector('.bar').getAttribute('aria-hidden')") == "true"
    assert texts(page, ".sources h3, .sources .title") == ["Source", "How do I build?"]
    assert text(page, ".sources blockquote") == BUILD
    assert text(page, "mark") == BUILD[0:30] == ANSWER["answer"]
    assert text(page, "#status") == f"Answer: {ANSWER['answer']}"
    assert focused(page) == "question"
    assert page.run("document.getElementById('question').value") == ""
    seen = [page.press("Tab") or focused(page) for _ in range(5)]
    assert [each.split(" ", 1)[0] for each in seen] == ["BUTTON", "SUMMARY", "BUTTON", "BUTTON", "BUTTON"]
    assert page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert quiet(page, fake)


def test_enter_that_picks_a_word_does_not_ask(page, fake):
    page.call("Input.imeSetComposition", text="ni hao", selectionStart=6, selectionEnd=6)
    page.call("Input.dispatchKeyEvent", type="rawKeyDown", key="Enter", code="Enter", windowsVirtualKeyCode=229)
    for init in ("isComposing: true, keyCode: 13", "keyCode: 229"):
        page.run(
            f"document.getElementById('question').dispatchEvent(new KeyboardEvent('keydown', "
            f"{{key: 'Enter', bubbles: true, cancelable: true, {init}}}))"
        )
    page.call("Input.insertText", text="你好")
    assert fake.asked == []
    page.press("Enter")
    page.wait(DONE + "1")
    assert fake.asked == ["你好"]


def test_nothing_is_asked_where_nothing_is_typed(page, fake):
    page.type(" ")
    page.press("Enter")
    assert text(page, "#count") == text(page, "#status") == EN["blank"]
    assert fake.asked == []
    page.type("x")
    assert text(page, "#count") == ""


SPANS = [
    ("😀😀 yes. no", [3, 7]),
    ("e\u0301 é 👨‍👩‍👧 家人\n第二行", [4, 12]),
    ("𠮷野家 and 吉野家", [0, 1]),
    ("whole", [0, 5]),
    ("tail 🇨🇳", [5, 7]),
    *(("bad", span) for span in (None, [2, 2], [2, 1], [-1, 2], [0, 4], [0.5, 2])),
    *(("bad", span) for span in (["0", "2"], [0], "02", {}, [0, None])),
]


def test_what_is_marked_is_what_python_cuts_out(page, fake):
    sources = [{"id": str(i), "title": f"t{i}", "text": said, "span": span} for i, (said, span) in enumerate(SPANS)]
    fake.replies["spans"] = Reply({**ANSWER, "sources": sources})
    ask(page, "spans")
    marked = page.run(
        "[...document.querySelectorAll('blockquote')].map((each) => "
        "[each.textContent, [...each.querySelectorAll('mark')].map((mark) => mark.textContent)])"
    )
    assert marked == [[said, [] if said == "bad" else [said[slice(*span)]]] for said, span in SPANS]
    assert texts(page, ".sources .title")[:2] == ["1.t0", "2.t1"]
    assert page.run("[...document.querySelectorAll('details')].map((each) => each.open)") == [True] + [False] * 15
    assert quiet(page, fake)


TOP = "((selector) => document.querySelector(selector).getBoundingClientRect().top)"


def test_a_long_source_opens_at_what_is_quoted(page, fake):
    said = "A line of the source.\n" * 200
    sources = [{"id": "a", "title": "t", "text": said + "Here.", "span": [len(said), len(said) + 5]}]
    fake.replies["long"] = Reply({**ANSWER, "sources": sources})
    ask(page, "long")
    page.wait("document.querySelector('blockquote').scrollTop > 1000")
    assert 0 < page.run(f"{TOP}('mark') - {TOP}('blockquote')") < 352
    assert page.run("document.querySelector('blockquote').tabIndex") == 0


def test_a_refusal_is_shown_as_what_it_is(page, fake):
    ask(page, "Will it rain?")
    assert text(page, ".refused h3") == EN["refused"]
    assert text(page, ".refused .words") == REFUSED["message"]
    assert page.run("document.querySelector('.words a').href") == "mailto:help@example.com"
    assert texts(page, ".sure, .sources") == []
    assert text(page, ".related h3") == EN["meant"]
    page.run("document.querySelector('.related button').focus()")
    page.press("Enter")
    page.wait(DONE + "2")
    assert fake.asked == ["Will it rain?", "What does plan print?"]
    assert focused(page) == "turn-2"
    assert texts(page, "h2") == ["What does plan print?", "Will it rain?"]
    assert text(page, ".related h3") == EN["related"]
    assert quiet(page, fake)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"answer": "Yes."}, "Yes."),
        ({"answer": "", "refused": True}, EN["refusal"]),
        ({"answer": None, "sources": None, "related": None, "confidence": None}, EN["refusal"]),
        ({"answer": 7, "sources": [None, 3, {}], "related": ["x", {}], "language": "fr", "confidence": "1"}, "7"),
        ({"answer": "a\n  b `c`\n\nd"}, "a\n  b `c`\n\nd"),
    ],
)
def test_an_answer_may_lack_all_but_its_words(page, fake, value, words):
    fake.replies["q"] = Reply(value)
    ask(page, "q")
    assert text(page, ".words") == words
    assert text(page, ".sure") == ""
    assert texts(page, ".judge") == []
    assert quiet(page, fake)


def test_only_strict_addresses_become_links(page, fake):
    links = {
        "See https://example.com/a-b?c=d#e.": "https://example.com/a-b?c=d#e",
        "(https://docs.example.com:8443/x)": "https://docs.example.com:8443/x",
        "写信至help@example.com。": "mailto:help@example.com",
        "<a.b+c@mail.example.co.uk>,": "mailto:a.b+c@mail.example.co.uk",
    }
    none = [
        *("http://example.com", "https://localhost/x", "https://1.2.3.4/", "https://user@example.com/"),
        *("https://example.com\\@evil.example", "javascript:https://example.com", "https://例子.com", "help@localhost"),
        *("mailto:a@example.com", "a@b@example.com", "https://example.com/<b>", ".a@example.com", "!" * 90_000),
    ]
    fake.replies["links"] = Reply({"answer": "\n".join([*links, *none])})
    ask(page, "links")
    found = page.run("[...document.querySelectorAll('.words a')].map((each) => each.getAttribute('href'))")
    assert found == [*links.values()]
    assert text(page, ".words") == "\n".join([*links, *none])
    assert page.run("document.querySelector('.words a').rel") == "noopener noreferrer"
    assert page.run("document.querySelector('#contact a').href") == "mailto:help@example.com"


# --- the language


def test_the_page_speaks_as_the_question_does(page, fake):
    assert page.run("document.documentElement.lang") == "en"
    ask(page, "怎么重置密码？")
    assert page.run("document.documentElement.lang") == "zh-Hans"
    assert page.run("document.querySelector('.answer .words').lang") == "zh"
    assert [text(page, each) for each in ("label", "[type=submit]", ".hint, header p")] == [
        *(ZH["label"], ZH["ask"], ZH["hint"]),
    ]
    assert text(page, ".sure") == "把握程度：较有把握 0.71"
    assert text(page, "mark") == "点击“重置密码”。"
    assert [text(page, f".{each} h3") for each in ("sources", "related")] == [ZH["sources"], ZH["related"]]
    assert texts(page, ".judge button") == [ZH["yes"], ZH["no"]]
    fake.replies["404"] = Reply({**ANSWER_ZH, "language": "en"})  # no words to tell by: the server knows
    ask(page, "404")
    assert page.run("document.documentElement.lang") == "en"
    assert [text(page, each) for each in ("label", "[type=submit]", "#contact span")] == [
        *(EN["label"], EN["ask"], EN["contact"]),
    ]
    assert texts(page, ".answer h3") == [EN["answer"], ZH["answer"]]
    assert quiet(page, fake)


def test_the_first_words_are_in_the_language_of_the_browser(browser, fake):
    with browser.page("about:blank") as page:
        for preferred, said in (("zh-TW", ZH), ("de-DE", EN)):
            page.call("Network.setUserAgentOverride", userAgent="test", acceptLanguage=preferred)
            page.open(fake.url)
            assert page.run("navigator.language") == preferred
            assert text(page, "label") == said["label"]


def test_the_page_and_the_server_agree_on_the_language_of_a_question(page, fake):
    questions = [
        "如何构建系统？",
        "VPN 怎么连",
        "What does 人工智能 mean?",
        "naïve café",
        "我的 PyTorch CUDA 版本不对",
        "ok 好",
    ]
    for question in questions:
        fake.replies[question] = Reply({"answer": ""})  # the answer names no language: the page's own finding stays
        ask(page, question)
        assert page.run("document.documentElement.lang")[:2] == language_of(question, "en"), question


# --- was this helpful?


def test_an_answer_is_judged_and_commented(page, fake):
    ask(page, "How do I build?")
    judge(page, EN["no"])
    assert fake.judged == [{"id": "k3y", "helpful": False}]
    assert text(page, ".judge p") == EN["thanks"]
    pressed = "[...document.querySelectorAll('.judge fieldset button')].map((each) => each.ariaPressed)"
    assert page.run(pressed) == ["false", "true"]
    judge(page, EN["yes"])
    assert page.run(pressed) == ["true", "false"]
    page.run("document.querySelector('.judge textarea').focus()")
    page.type("<b>It</b>\n😀")
    judge(page, EN["send"])
    judgement = {"id": "k3y", "helpful": True}
    assert fake.judged[1:] == [judgement, {**judgement, "comment": "<b>It</b>\n😀"}]
    assert text(page, ".judge p") == EN["received"]
    assert texts(page, ".judge form") == []
    assert focused(page) == "P " + EN["received"]
    judge(page, EN["no"])
    assert fake.judged[-1] == {"id": "k3y", "helpful": False, "comment": "<b>It</b>\n😀"}
    assert quiet(page, fake)


def test_a_judgement_that_is_not_stored_can_be_given_again(page, fake):
    ask(page, "How do I build?")
    fake.feedback = [Reply({}, 503), Reply({}, 404)]
    for said in (EN["unsaved"], EN["unsaved"], EN["thanks"]):
        judge(page, EN["yes"])
        assert text(page, ".judge p") == said
    page.run("document.querySelector('.judge textarea').value = 'more'")
    fake.feedback = [Reply({}, 500)]
    judge(page, EN["send"])
    assert text(page, ".judge p") == EN["unsaved"]
    assert page.run("document.querySelector('.judge textarea').value") == "more"


def test_nothing_is_judged_where_nothing_is_kept(browser):
    with serving(Fake(features=Features(False, 200, ""))) as fake, browser.page(fake.url) as page:
        ask(page, "How do I build?")
        assert texts(page, ".judge, footer [data-text=stored]") == []
        assert page.run("document.getElementById('contact').hidden")
        assert quiet(page, fake)


# --- for everybody


LONG = {
    **ANSWER,
    "answer": "Donaudampfschifffahrts" * 20 + " " + "如何构建系统" * 40,
    "sources": [{"id": "1", "title": "W" * 200, "text": "x" * 300, "span": [0, 200]}, {"id": "2", "title": "长" * 90}],
    "related": [{"id": "3", "title": "_" * 200}],
}
SMALL = """
[...document.querySelectorAll('button, summary, textarea, footer a')].filter((each) => each.checkVisibility())
  .map((each) => each.getBoundingClientRect())
  .filter(({width, height}) => width < 44 || height < 44).length
"""


FONTS = "[...document.querySelectorAll('textarea')].map((each) => getComputedStyle(each).fontSize)"


def test_a_small_phone_needs_no_scrolling_sideways(page, fake):
    page.size(320, 640, phone=True)
    fake.replies["long"] = Reply(LONG)
    fake.replies["error"] = Reply({}, 500)
    for question in ("long", "怎么重置密码？", "Will it rain?", "error", "q" * 200):
        ask(page, question)
        assert page.run("document.documentElement.scrollWidth") == 320
    judge(page, EN["yes"])
    assert page.run("document.documentElement.scrollWidth") == 320
    assert page.run(SMALL) == 0
    assert page.run(FONTS) == ["16px", "16px"]  # smaller ones make iOS zoom in
    assert focused(page).startswith("BODY") or "BUTTON" in focused(page)  # the keyboard went away


CONTRASTS = """
(() => {
  const rgb = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb(colour).map((c) => linear(c / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (rgb(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    const [low, high] = [light(getComputedStyle(element).color), light(ground(element))].sort((a, b) => a - b);
    found.push([(high + 0.05) / (low + 0.05), element.textContent.slice(0, 30)]);
  }
  return found;
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_in_light_and_dark(page, fake, scheme):
    page.media(prefers_color_scheme=scheme)
    fake.replies["error"] = Reply({}, 500)
    fake.feedback = [Reply({}), Reply({}, 500)]
    for question in ("How do I build?", "Will it rain?", "error"):
        ask(page, question)
    judge(page, EN["yes"])
    judge(page, EN["no"])
    page.type("x" * 220)
    found = page.run(CONTRASTS)
    assert len(found) > 30
    assert [each for each in found if each[0] < 4.5] == []
    grounds = page.run("getComputedStyle(document.body).backgroundColor")
    assert (int(grounds.split("(")[1].split(",")[0]) < 60) == (scheme == "dark")


def test_who_wants_less_motion_gets_none(page, fake):
    fake.replies["slow"] = Reply(ANSWER, delay=0.5)
    send(page, "slow")
    page.wait("document.querySelector('.dots') && true")
    assert page.run("document.getAnimations().length") > 0
    page.media(prefers_reduced_motion="reduce")
    assert page.run("document.getAnimations().length") == 0


def test_a_screen_reader_finds_names_and_roles(page, fake):
    fake.replies["sources"] = Reply({**ANSWER, "sources": ANSWER_ZH["sources"]})
    ask(page, "sources")
    judge(page, EN["yes"])
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    found = {(each["role"]["value"], each.get("name", {}).get("value", "")) for each in nodes if not each["ignored"]}
    assert {
        *(("textbox", EN["label"]), ("button", EN["ask"]), ("heading", "Help desk"), ("heading", "sources")),
        *(("article", "sources"), ("region", EN["turns"]), ("DisclosureTriangle", "1. 怎么重置密码？"), ("mark", "")),
        *(("group", EN["helpful"]), ("button", EN["yes"]), ("textbox", EN["comment"]), ("status", "")),
    } <= found
    assert not [each for each in found if each[0] in ("button", "textbox", "link") and not each[1]]


def test_who_runs_no_scripts_is_told_where_to_go(browser, fake):
    with browser.page(fake.url) as page:
        page.call("Emulation.setScriptExecutionDisabled", value=True)
        page.open(fake.url)
        assert "Without it you can ask with curl" in page.run("document.body.innerText")


# --- the real server


def test_the_real_server_answers_the_page_and_keeps_what_is_said(browser):
    store = FakeStore()
    with running(FakeSystem(), feedback=lambda: store) as port, browser.page(f"http://127.0.0.1:{port}/") as page:
        assert text(page, "h1") == "helpdesk"
        ask(page, "怎么构建？")
        assert text(page, ".answer .words") == "Type toolkit build."
        assert page.run("document.documentElement.lang") == "zh-Hans"
        judge(page, ZH["yes"])
        assert text(page, ".judge p") == ZH["thanks"]
        assert store.judgements == [("id-0", True, "")]
        assert page.run("[ran, violations]") == [[], []]
        assert page.complaints() == []
