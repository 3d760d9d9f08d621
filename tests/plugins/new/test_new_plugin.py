"""The command line's side of it."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from new_samples import ENGLISH, written

import toolkit_new
from toolkit import cli
from toolkit.registry import Registry
from toolkit.testing import check_light_import


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command line with this plugin alone."""
    registry = Registry.of({"new": toolkit_new})
    monkeypatch.setattr(Registry, "discover", classmethod(lambda cls, block=(): registry))
    monkeypatch.chdir(tmp_path)

    def command(*words):
        with pytest.raises(SystemExit) as ended:
            cli.main([*map(str, words)])
            raise SystemExit(0)
        shown = capsys.readouterr()
        return ended.value.code or 0, shown.out, shown.err

    yield command
    cli.group.commands.pop("new", None)


def test_the_plugin_is_light():
    check_light_import(toolkit_new)


def test_the_hook_adds_the_group():
    group = click.Group("toolkit")
    toolkit_new.toolkit_commands(group=group)
    assert CliRunner().invoke(group, ["new"]).output.count("help-desk") == 1


def test_new_alone_lists_what_there_is(run):
    code, out, _ = run("new")
    assert code == 0
    assert "help-desk" in out


def test_the_whole_way(run, tmp_path):
    written(tmp_path, ENGLISH)
    code, out, err = run("new", "help-desk", "shop", "--entries", "faq.csv")
    assert (code, err) == (0, "")
    assert "Question: question" in out
    assert "toolkit build shop/spec.yaml" in out
    assert Path("shop/spec.yaml").is_file()


def test_columns_language_and_force_are_said(run, tmp_path):
    written(tmp_path, "wann,wer,was,wie,wo\n1,a|b,c,d,e\n")
    words = [
        "--id",
        "wann",
        "--question",
        "wer",
        "--wordings",
        "wer",
        "--answer",
        "was",
        "--title",
        "wie",
        "--lang",
        "zh",
    ]
    for force in ([], ["--force"]):
        code, out, err = run("new", "help-desk", "shop", "--entries", "faq.csv", *words, *force)
        assert (code, err) == (0, "")
    assert "wo: 原样保留" in out
    entry = '{"id": "1", "question": ["a", "b"], "answer": "c", "title": "d", "wo": "e"}\n'
    assert Path("shop/data/entries.jsonl").read_text(encoding="utf-8") == entry


@pytest.mark.parametrize(
    ("text", "words", "code", "said"),
    [
        ("q,a\n", (), 3, "there is no row in it"),
        ("x,y\n1,2\n", (), 3, "--question COLUMN"),
        (ENGLISH, ("--answer", "Antwort"), 2, "there are Question, Answer"),
        (ENGLISH, ("--lang", "fr"), 2, "Invalid value"),
        (None, (), 2, "there is no file"),
    ],
)
def test_exit_codes(run, tmp_path, text, words, code, said):
    if text is not None:
        written(tmp_path, text)
    found, out, err = run("new", "help-desk", "shop", "--entries", "faq.csv", *words)
    assert (found, out) == (code, "")
    assert said in err
    assert not Path("shop").exists()


def test_a_folder_in_use_is_exit_2(run, tmp_path):
    written(tmp_path, ENGLISH)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "mine").touch()
    assert run("new", "help-desk", "shop", "--entries", "faq.csv")[0] == 2
