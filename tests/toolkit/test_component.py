"""What plugins declare: configs, entries, slots, and strings that know where they were written."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from pydantic import ValidationError

import toy
from toolkit.component import SECTIONS, Component, Config, DataPath, Entry, Located, Slot


class Sample(Config):
    """Makes a sample.

    A second paragraph.
    """

    number: float = 1.0
    """A number."""
    files: dict[str, DataPath] = {}
    """Files by name."""


def test_sections_stand_in_the_order_in_which_they_are_resolved():
    assert SECTIONS == ("data", "device", "tokenizer", "architecture", "optimizer", "serving")


class Sub(Sample):
    """A sample of another kind."""

    number: float = 2.0
    """Another number,
    in two lines."""
    silent: int = 1

    other: int = 2


def test_the_string_below_an_option_is_its_help_that_of_a_base_class_too():
    assert Sample.helps() == {"number": "A number.", "files": "Files by name."}
    assert Sub.helps() == {"number": "Another number, in two lines.", "files": "Files by name."}
    assert toy.Counting.helps()["smooth"] == "Added to each count."


def test_a_config_without_source_has_options_without_help():
    scope = {"Config": Config, "__name__": "nowhere"}
    exec("class Typed(Config):\n    'At a prompt.'\n    a: int = 1\n    'Nobody can find this.'\n", scope)
    assert scope["Typed"].helps() == {}


def test_reading_help_does_not_build_a_schema():
    class Late(Config):
        """Late."""

        a: int = 1
        """A."""

    assert Late.helps() == {"a": "A."}
    assert not Late.__pydantic_complete__


def test_a_config_needs_gives_answers_and_suggests_nothing_by_itself():
    config = Sample()
    assert config.needs() == config.answers() == config.gives(frozenset({"x"})) == frozenset()
    assert config.suggests() == {}


@pytest.mark.parametrize(
    "options", [{"number": "1"}, {"number": True}, {"number": float("nan")}, {"number": float("inf")}, {"numbr": 1.0}]
)
def test_a_config_is_strict(options):
    with pytest.raises(ValidationError):
        Sample.model_validate(options)


def test_a_config_cannot_be_changed():
    config = Sample.model_validate({"number": 2})
    assert config.number == 2.0
    with pytest.raises(ValidationError):
        config.number = 3.0


def test_an_entry_is_a_name_or_a_mapping():
    assert Entry.model_validate("x") == Entry(use="x")
    entry = Entry.model_validate({"use": "x", "a": 1, "options": 2, "model": 3})
    assert entry.use == "x"
    assert entry.options == {"a": 1, "options": 2, "model": 3}
    assert Entry(use="x").options == {}
    for wrong in ({}, {"a": 1}, 3, None, ["x"], {"use": 3}):
        with pytest.raises(ValidationError):
            Entry.model_validate(wrong)


def test_the_options_of_an_entry_are_a_copy():
    entry = Entry(use="x", a=1)
    entry.options["a"] = 2
    assert entry.options == {"a": 1}


def test_a_component_is_told_by_its_first_paragraph():
    made = Component("data", "sample", Sample, "nowhere:make")
    assert made.summary == "Makes a sample."
    assert Component("data", "rows", toy.Rows, "toy:data").summary == "Sentences that name a colour."
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.name = "other"


def test_a_slot_asks_for_nothing_by_itself():
    assert Slot("schedule").gives == frozenset()


def test_a_path_starts_from_where_it_was_written(tmp_path, monkeypatch):
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "数 据.csv").write_text("x")
    (tmp_path / "here.csv").write_text("x")
    monkeypatch.chdir(tmp_path)
    written = Located("数 据.csv", tmp_path / "spec")
    config = Sample.model_validate({"files": {"a": written, "b": "here.csv", "c": str(tmp_path / "here.csv")}})
    assert config.files == {
        "a": tmp_path / "spec" / "数 据.csv", "b": tmp_path / "here.csv", "c": tmp_path / "here.csv",
    }  # fmt: skip
    assert all(type(path) is type(Path()) for path in config.files.values())


def test_a_path_must_be_there_unless_told_otherwise(tmp_path):
    values = {"files": {"a": Located("none.csv", tmp_path)}}
    with pytest.raises(ValidationError, match=r"nothing at .*none\.csv"):
        Sample.model_validate(values)
    assert Sample.model_validate(values, context={"paths": False}).files["a"] == tmp_path / "none.csv"


def test_a_located_word_is_a_word():
    word = Located("x", Path("/base"))
    assert word == "x" and hash(word) == hash("x") and f"{word}!" == "x!"
    assert word.base == Path("/base")
