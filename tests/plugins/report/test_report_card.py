"""The model card: front matter that hubs read whatever the data say, and text that stays text."""

from __future__ import annotations

import pytest
import yaml
from markdown_it import MarkdownIt
from report_checker import Page
from report_hostile import PAYLOADS, rendered
from report_sample import document, render

from toolkit_report.card import licence, task_of, usage
from toolkit_report.document import visible

RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def parts(card):
    """Return the front matter, read, and the rest."""
    start, front, rest = card.split("---\n", 2)
    assert start == ""
    return yaml.safe_load(front), rest


def test_front_matter():
    front, _ = parts(render(document())[1])
    assert front["language"] == ["zh", "en"] and front["license"] == "cc-by-4.0" and front["library_name"] == "toolkit"
    assert front["pipeline_tag"] == "text-ranking" and front["tags"] == ["toolkit", "seq2seq"]
    assert "hit@1" in front["metrics"]
    entry = front["model-index"][0]
    assert entry["name"] == "helpdesk · 客服助手"
    result = entry["results"][0]
    assert result["task"] == {"type": "text-ranking"}
    assert result["dataset"] == {"type": "faq", "name": "faq", "split": "test"}
    assert {"type": "hit@1", "name": "hit@1", "value": 0.742} in result["metrics"]
    assert "f1@rare" not in [metric["type"] for metric in result["metrics"]], "what was not measured has no value"


def test_the_card_tells_all():
    _, rest = parts(render(document())[1])
    for heading in ("Intended use", "How good it is", "Data", "Limits", "How to use it", "Build it again"):
        assert f"\n## {heading}\n" in rest
    for part in (
        "| hit@1 | higher | 0.742 | 0.694 – 0.786 | 360 | 0.756 |",
        '\ntoolkit predict RUN "..."\n',
        "Seed 7.",
    ):
        assert part in rest
    assert "| train | 640 |" in rest and "CC-BY-4.0" in rest and "threshold for refusing" in rest
    page = Page(RENDERER.render(rest))
    assert page.faults == [] and page.tags.count("table") == 3 and page.tags.count("pre") == 4


@pytest.mark.parametrize("name", PAYLOADS)
def test_text_stays_text(name):
    front, rest = parts(rendered(PAYLOADS[name])[1])
    shown = " ".join(visible(PAYLOADS[name]).split())
    assert front["model-index"][0]["name"] == shown and front["library_name"] == "toolkit"
    page = Page(RENDERER.render(rest))
    assert page.faults == []
    allowed = {"h1", "h2", "p", "ul", "li", "strong", "table", "thead", "tbody", "tr", "th", "td", "pre", "code"}
    assert set(page.tags) <= allowed and page.tags.count("h1") == 1 and page.tags.count("h2") == 7
    assert " ".join(page.text.split()).count(shown) > 10


def test_the_checks_see_a_card_that_does_not_escape():
    card = rendered(PAYLOADS["script"])[1].replace("&lt;", "<").replace("&gt;", ">")
    assert "<script>" in Page(RENDERER.render(parts(card)[1])).faults


def test_nothing_is_needed():
    front, rest = parts(render({})[1])
    assert front == {
        "license": "unknown",
        "library_name": "toolkit",
        "tags": ["toolkit"],
        "model-index": [{"name": "system", "results": []}],
    }
    assert "Nothing was measured." in rest and Page(RENDERER.render(rest)).faults == []


@pytest.mark.parametrize(
    ("ports", "task"),
    [
        (["text:question", "words:question", "predicts:ranking"], "text-ranking"),
        (["text:q", "predicts:text"], "text-generation"),
        (["image:x", "label:y", "predicts:class"], "image-classification"),
        (["number:a", "number:b", "category:c", "predicts:numbers"], "tabular-regression"),
        (["id:user", "id:item", "predicts:numbers"], ""),
        ([], ""),
    ],
)
def test_task(ports, task):
    assert task_of(ports) == task


@pytest.mark.parametrize(
    ("licences", "name"),
    [
        ([], "unknown"),
        (["", ""], "unknown"),
        (["Apache-2.0"], "apache-2.0"),
        (["MIT", "mit", ""], "mit"),
        (["MIT", "CC0-1.0"], "other"),
        (["free for research, ask first"], "other"),
    ],
)
def test_licence(licences, name):
    assert licence([{"licence": one} for one in licences]) == name


def test_usage():
    assert usage({"question": {"type": "string"}}) == {
        "shell": 'toolkit predict RUN "..."',
        "python": "prediction = system.predict({'question': '...'})",
    }
    several = usage({"user's": {"type": "integer"}, "item": {"type": "string"}})
    assert several["shell"] == """toolkit predict RUN '{"user'"'"'s": 1, "item": "..."}'"""
    image = usage({"image": {"type": "array", "items": {"type": "number"}}})
    assert "--input rows.jsonl" in image["shell"] and usage({}) == image
