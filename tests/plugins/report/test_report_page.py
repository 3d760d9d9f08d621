"""The page: complete, safe whatever the data say, the same for the same document."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from report_checker import Page
from report_hostile import PAYLOADS, poisoned, rendered
from report_sample import TEMPLATES, document, render

from toolkit.errors import PluginError, RunError
from toolkit_report import page as page_module
from toolkit_report import toolkit_profile, toolkit_render
from toolkit_report.document import SHAPE, complete, visible
from toolkit_report.page import (
    about,
    environment,
    figures,
    headline,
    is_records,
    place,
    scale,
)


def test_it_is_sound_and_tells_all():
    html, _ = render(document())
    page = Page(html)
    assert page.faults == []
    words = " ".join(page.text.split())
    for part in ("How good it is", "What it was built from", "The data", "How it learnt", "What it got most wrong"):
        assert part in words
    for part in (
        "Confusion of topics",
        "Where time and memory went",
        "Build it again",
        "CC-BY-4.0",
        "0.742",
        "中文注释",
    ):
        assert part in words
    for part in (
        "0.694 – 0.786",
        "95 % bootstrap",
        "word for word",
        "1,284,096",
        "27 % Chinese, 73 % Latin",
        "52aa" * 16,
    ):
        assert part in words
    assert html.count("<svg") == 3 and html.count('<table class="matrix"') == 1
    assert html.count("data:image/png") == 2, "the digit, small in the summary and large below"
    assert "<details" in html and "color-scheme" in html and "@media print" in html


def test_the_content_security_policy_comes_first():
    html, _ = render({})
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', html)[1]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert html.index("Content-Security-Policy") < html.index("<style>")


@pytest.mark.parametrize("name", PAYLOADS)
def test_text_stays_text(name):
    text = PAYLOADS[name]
    page = Page(rendered(text)[0])
    assert page.faults == []
    shown = " ".join(visible(text)[:2000].split())
    assert " ".join(page.text.split()).count(shown) > 20
    harmless = Page(rendered(re.sub(r"[^\w\s.]", "x", visible(text)))[0])
    assert page.tags == harmless.tags, "the page is made of the same elements whatever the texts say"


def test_the_checks_see_a_page_that_does_not_escape(monkeypatch):
    """The trap of Jinja2's own `select_autoescape()`: `.html.j2` is not `.html`."""
    monkeypatch.setattr(page_module, "environment", lambda folders: unescaped(environment(folders)))
    page = Page(render(poisoned(document(), SHAPE, PAYLOADS["script"]))[0])
    assert "<script>" in page.faults


def unescaped(made):
    made.autoescape = False
    return made


def test_html_is_escaped_whatever_its_name(tmp_path):
    for name, safe in {"x.html.j2": True, "x.html": True, "x.svg.j2": True, "x.css.j2": True, "x.md.j2": False}.items():
        (tmp_path / name).write_text("{{ text }}")
        assert ("&lt;" in environment([tmp_path]).get_template(name).render(text="<")) is safe


def test_only_web_addresses_become_links():
    for address, linked in {
        "https://a.example/x?y=1": 1,
        "javascript:alert(1)": 0,
        "data:text/html,x": 0,
        "/etc": 0,
    }.items():
        report = {"components": [{"path": "data", "homepage": address}]}
        html, _ = render(report)
        assert html.count('<a class="quiet"') == linked and Page(html).faults == []


def test_the_same_document_gives_the_same_bytes_however_its_keys_lie():
    one = render(document())
    read = json.loads(json.dumps(document(), sort_keys=True))
    assert render(read) == one
    assert render(dict(reversed(read.items()))) == one


def test_the_same_bytes_in_another_process():
    code = (
        "import hashlib, report_sample; from report_sample import render;"
        "print(hashlib.sha256(''.join(render(report_sample.document())).encode()).hexdigest())"
    )
    folders = [str(Path(__file__).parent), *sys.path]
    settings = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(folders),
        "PYTHONHASHSEED": "7",
        "LC_ALL": "C",
        "TZ": "Asia/Tokyo",
    }
    done = subprocess.run([sys.executable, "-c", code], env=settings, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == hashlib.sha256("".join(render(document())).encode()).hexdigest()


def test_the_clock_stands_only_where_it_is_marked():
    report = document()
    later = copy.deepcopy(report)
    later["clock"] = {"started": "2027-01-01T00:00:00+00:00", "seconds": 99.5}
    for stage in later["stages"]:
        stage.update(seconds=stage["seconds"] * 3 + 1, peak_mb=stage["peak_mb"] + 7)
    one, two = render(report)[0], render(later)[0]
    assert one != two and timeless(one) == timeless(two)
    assert render(report)[1] == render(later)[1], "the card tells no time"


def timeless(html):
    """Return a page without what is marked as time; marked elements hold none of their own kind."""
    return re.sub(r"<(\w+)[^>]* data-clock[^>]*>.*?</\1>", "", html, flags=re.DOTALL)


def test_nothing_is_needed():
    page = Page(render({})[0])
    assert page.faults == [] and page.text.count("How good it is") == 0 and "Build it again" in page.text


@pytest.mark.parametrize("key", sorted(SHAPE))
def test_each_part_may_be_missing(key):
    undrawn = {**document(), "curves": {}, "sections": document()["sections"][:1]}
    assert Page(render({k: v for k, v in undrawn.items() if k != key})[0]).faults == []


BLOCKS = [
    {"text": "words"},
    {"table": {"columns": ["a", "b"], "rows": [[1, None], ["x", [1, 2]], []]}},
    {"table": {"columns": [], "rows": [[True]]}},
    {"plot": {"x": "x", "y": "y", "series": {"s": [[1, 2], [3, None]], "empty": [[], []]}}},
    {"plot": {"x": "x", "y": "y", "form": "bar", "series": {"s": [["a", "b"], [3, 4]]}}},
    {"plot": {"x": "x", "y": "y", "series": {"s": [[], []]}}},
    {"matrix": {"rows": ["a"], "columns": ["b", "c"], "values": [[1, -2]], "x": "x", "y": "y"}},
    {"matrix": {"rows": ["a", "b"], "columns": ["b"], "values": [[None], [0]]}},
    {
        "matrix": {
            "rows": [str(n) for n in range(30)],
            "columns": [str(n) for n in range(30)],
            "values": [[0.5] * 30] * 30,
        }
    },
    {"table": {}},
    {},
]
VALUES = [
    None,
    "",
    0,
    1.5,
    True,
    [],
    {},
    [[]],
    [[1], [2]],
    [[0, 1], [1, 0]],
    [{}],
    [{"a": 1}, {"b": 2}],
    [{"a": [{"b": 1}]}],
    [None],
]


def test_blocks_of_every_kind():
    sections = [{"title": f"Section {n}", "blocks": [block, block]} for n, block in enumerate(BLOCKS)]
    html, _ = render(json.loads(json.dumps({"sections": sections})))
    page = Page(html)
    assert page.faults == [] and all(f"Section {n}" in page.text for n in range(len(BLOCKS)))
    assert html.count("<svg") == 4 and page.text.count("There is no point to draw.") == 2
    assert html.count('<table class="matrix') == 6 and html.count('<table class="plain"') == 4


def test_values_of_every_kind():
    cases = [{"metric": "m", "input": {"x": value}, "prediction": {"y": value, "z": [value]}} for value in VALUES]
    report = {"worst": cases, "facts": {f"fact {n}": value for n, value in enumerate(VALUES)}}
    assert Page(render(report)[0]).faults == []


def test_a_plugin_may_replace_a_template(tmp_path):
    (tmp_path / "report.html.j2").write_text("<h1>{{ report.name }}</h1>")
    html, card = render({"name": "<mine>"}, [tmp_path])
    assert html == "<h1>&lt;mine&gt;</h1>" and card.startswith("---\n")


@pytest.mark.parametrize("source", ["{{ missing }}", "{% broken", "{{ 1 / 0 }}", "{% include 'nowhere' %}"])
def test_a_template_that_fails_is_the_plugins_fault(tmp_path, source):
    (tmp_path / "report.html.j2").write_text(source)
    with pytest.raises(PluginError, match="a template of the report failed"):
        render({}, [tmp_path])


def test_a_document_of_the_wrong_form_is_the_runs_fault():
    with pytest.raises(RunError, match=r"report\.json: metrics should be a mapping, not list"):
        render({"metrics": []})


def test_the_hooks():
    files = toolkit_render(document={"name": "desk"}, templates=[TEMPLATES])
    assert sorted(files) == ["README.md", "report.html"] and "desk" in files["report.html"]
    assert toolkit_profile(splits={"train": [{"a": "x"}]}, tables={})["splits"]["train"]["rows"] == 1


def test_metrics_are_in_the_order_of_the_spec_then_by_name():
    report = {
        "metrics": {"b": {}, "a": {}, "z": {}},
        "validation": {"c": {}},
        "order": ["z", "gone"],
        "better": {"a": "lower"},
    }
    made = figures(complete(report))
    assert [figure["name"] for figure in made] == ["z", "a", "b", "c"]
    assert [figure["better"] for figure in made] == ["", "lower", "", ""]


def test_scales():
    assert scale([0.2, 0.9, None]) == (0, 1)
    assert scale([31.4, 34.0]) == (0, 50)
    assert scale([-0.3, 0.5]) == (-0.5, 1)
    assert scale([1234.0]) == (0, 2000) and scale([100.0]) == (0, 100) and scale([]) == (0, 1)
    assert place(25, (0, 50)) == 50 and place(-1, (0, 1)) == 0 and place(2, (0, 1)) == 100 and place(None, (0, 0)) == 0


def test_records():
    assert is_records([{"a": 1}, {"a": 2}])
    assert not is_records([{"a": 1}, {"b": 2}]) and not is_records([1]) and not is_records({"a": 1})


def test_commands_of_the_opening_comment_keep_their_lines():
    comment = "What it\nbuilds.\n\ntoolkit build x.yaml\ntoolkit predict runs/x\n\n\n\nScore: .9"
    assert about(comment) == [
        {"text": "What it builds.", "commands": False},
        {"text": "toolkit build x.yaml\ntoolkit predict runs/x", "commands": True},
        {"text": "Score: .9", "commands": False},
    ]
    html, card = render({"about": comment})
    assert "<code>toolkit build x.yaml\ntoolkit predict" in html and "```bash\ntoolkit build x.yaml\n" in card


def test_a_case_is_headed_by_its_longest_text():
    assert headline({"language": "en", "question": "How do I pay?"}) == "How do I pay?"
    assert headline({"image": [[1]], "n": 3}) == "image, n"
    assert headline({"q": "x" * 200}) == "x" * 89 + "…" and headline({}) == ""
