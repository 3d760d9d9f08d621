"""Reading a spec: YAML 1.2 scalars, what is refused, where each thing stands, and what the command line lays over."""

from __future__ import annotations

import contextlib
import copy
import json
import os
import pickle
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from variants import STEADY

from toolkit.component import Located
from toolkit.errors import Mark, SpecError
from toolkit.spec import Spec, dotted, parse, plain, read

HERE = Path("/somewhere")


def value(text: str, key: str = "a"):
    """Return what `a: TEXT` reads as."""
    return parse(f"{key}: {text}\n", "s.yaml", HERE).value[key]


def problems(text: str, sets=()):
    """Return the problems of a text as (line, column, path, message, hint)."""
    with pytest.raises(SpecError) as caught:
        parse(text, "s.yaml", HERE, sets)
    assert caught.value.exit_code == 2
    return [(p.where.line, p.where.column, p.path, p.message, p.hint) for p in caught.value.problems]


SCALARS = [
    ("1", 1),
    ("+1", 1),
    ("-1", -1),
    ("0", 0),
    ("-0", 0),
    ("0x1F", 31),
    ("0o17", 15),
    ("1e-3", 0.001),
    ("1E3", 1000.0),
    ("+1e+3", 1000.0),
    ("1.", 1.0),
    (".5", 0.5),
    ("-.5e1", -5.0),
    ("3.14", 3.14),
    ("00.5", 0.5),
    ("true", True),
    ("True", True),
    ("TRUE", True),
    ("false", False),
    ("FALSE", False),
    ("", None),
    ("~", None),
    ("null", None),
    ("Null", None),
    ("NULL", None),
    # What YAML 1.1 turned into something else stays a word.
    ("no", "no"),
    ("NO", "NO"),
    ("yes", "yes"),
    ("on", "on"),
    ("off", "off"),
    ("y", "y"),
    ("n", "n"),
    ("tRUE", "tRUE"),
    ("nULL", "nULL"),
    ("12:30", "12:30"),
    ("1:20:30", "1:20:30"),
    ("2024-01-31", "2024-01-31"),
    ("2024-01-31T10:00:00Z", "2024-01-31T10:00:00Z"),
    ("1_000", "1_000"),
    ("0b101", "0b101"),
    ("0x", "0x"),
    ("0xG", "0xG"),
    ("0o8", "0o8"),
    ("-0x1F", "-0x1F"),
    ("1e", "1e"),
    ("1e-", "1e-"),
    (".", "."),
    ("+", "+"),
    ("1.2.3", "1.2.3"),
    (".inf", ".inf"),
    ("-.inf", "-.inf"),
    (".nan", ".nan"),
    ("inf", "inf"),
    ("nan", "nan"),
    ("1,000", "1,000"),
    ("٣", "٣"),
    ("１２", "１２"),
    ("=", "="),
    # Quotes make a word of anything.
    ("'1'", "1"),
    ('"1e-3"', "1e-3"),
    ("'true'", "true"),
    ("'null'", "null"),
    ("''", ""),
    ("'012'", "012"),
    ('"a\\tb"', "a\tb"),
    ("'你好: 世界'", "你好: 世界"),
    ("|\n  two\n  lines", "two\nlines\n"),
    (">-\n  one\n  line", "one line"),
    ("{b: 1, c: [no, 1e3]}", {"b": 1, "c": ["no", 1000.0]}),
    ("[]", []),
    ("{}", {}),
]


@pytest.mark.parametrize(("text", "wanted"), SCALARS, ids=[text or "(nothing)" for text, _ in SCALARS])
def test_scalars_are_those_of_yaml_1_2(text, wanted):
    found = value(text)
    assert found == wanted
    assert isinstance(found, type(wanted))
    assert isinstance(found, bool) == isinstance(wanted, bool)


@pytest.mark.parametrize("text", ["012", "00", "-012", "+07", "08", "0001"])
def test_numbers_that_begin_with_a_zero_are_refused(text):
    ((line, column, path, message, hint),) = problems(f"a:\n  b: {text}\n")
    assert (line, column, path) == (2, 6, "a.b")
    assert text in message
    assert f'"{text}"' in hint
    without_zeros = str(int(text))
    assert f"write {without_zeros}," in hint, "the way out must be the same number"


def test_a_number_of_5000_digits_is_a_word_not_a_crash():
    assert value("1" * 5000) == "1" * 5000
    assert value("1" * 300) == int("1" * 300)


def test_a_float_too_large_is_never_silently_infinite():
    with contextlib.suppress(SpecError):  # refusing it is as good
        assert value("1e999") != float("inf")


def test_words_remember_the_folder_of_the_spec():
    spec = parse("a: [data/x.csv, 'y']\n", "s.yaml", HERE)
    assert [word.base for word in spec.value["a"]] == [HERE, HERE]
    assert all(isinstance(word, Located) for word in spec.value["a"])


def test_words_can_be_copied_and_pickled():
    word = parse("a: data/x.csv\n", "s.yaml", HERE).value["a"]
    for twin in (copy.copy(word), copy.deepcopy(word), pickle.loads(pickle.dumps(word))):
        assert twin == word
        assert twin.base == word.base


REFUSED = [
    ("a: 1\na: 2\n", 2, 1, "a", "written twice, first on line 1"),
    ("a:\n  b: 1\n  c: 2\n  b: 3\n", 4, 3, "a.b", "written twice, first on line 2"),
    ("a: {b: 1, b: 2}\n", 1, 11, "a.b", "written twice"),
    ("'a': 1\na: 2\n", 2, 1, "a", "written twice"),
    ("a: &x 1\n", 1, 4, "", "anchors and aliases"),
    ("a: &x 1\nb: *x\n", 1, 4, "", "anchors and aliases"),
    ("a: *x\n", 1, 4, "", "anchors and aliases"),
    ("a: &x\n  b: 1\n", 1, 4, "", "anchors and aliases"),
    ("a: &x [*x]\n", 1, 4, "", "anchors and aliases"),
    ("a: !!python/object/apply:os.system ['true']\n", 1, 4, "", "tags such as"),
    ("a: !!str 1\n", 1, 4, "", "tags such as"),
    ("a: !thing {b: 1}\n", 1, 4, "", "tags such as"),
    ("a: ! b\n", 1, 4, "", "tags such as"),
    ("--- !x\na: 1\n", 1, 5, "", "tags such as"),
    ("a:\n  <<: {b: 1}\n", 2, 3, "a", "merge keys"),
    ("? [a]\n: 1\n", 1, 3, "", "a key must be a word"),
    ("{a: 1}: 2\n", 1, 1, "", "a key must be a word"),
    ("a:\n\t- 1\n", 2, 1, "", "'\\t'"),
    ("a: 1\n---\nb: 2\n", 2, 1, "", "another document"),
    ("a: [1\n", 2, 1, "", "expected ',' or ']'"),
    ("a: b: c\n", 1, 5, "", "mapping values are not allowed"),
    ("a:\n    b: 1\n  c: 2\n", 3, 3, "", "expected <block end>"),
    ("a: 'x\n", 2, 1, "", "unexpected end of stream"),
    ("a: %x\n", 1, 4, "", "cannot start any token"),
    ("a: @x\n", 1, 4, "", "cannot start any token"),
    ("- 1\n", 1, 1, "", "a spec is a mapping of sections"),
    ("word\n", 1, 1, "", "a spec is a mapping of sections"),
    ("", 1, 1, "", "a spec is a mapping of sections"),
    ("# only a comment\n", 1, 1, "", "a spec is a mapping of sections"),
    ("---\n...\n", 1, 1, "", "a spec is a mapping of sections"),
]


@pytest.mark.parametrize(("text", "line", "column", "path", "message"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_a_spec_has_no_use_for_is_refused_in_its_place(text, line, column, path, message):
    found = problems(text)[0]
    assert found[:3] == (line, column, path)
    assert message in found[3]


def test_a_quoted_merge_key_is_a_plain_key():
    assert parse("'<<': 1\n", "s.yaml", HERE).value == {"<<": 1}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a:\n\t- 1\n", "not with tabs"),
        ("a: b: c\n", "in quotes"),
        ("a:\n    b: 1\n  c: 2\n", "indented differently"),
        ("a: 1\nb\nc: 2\n", "a key needs a colon"),
        ("- 1\n", "begin with `data:`"),
    ],
)
def test_a_syntax_error_says_the_way_out(text, hint):
    assert hint in problems(text)[0][4]


def test_every_problem_is_found_at_once_and_in_order():
    found = problems("a: 012\nb: {c: 1, c: 2}\n<<: 3\nd: [1, 007]\na: 1\n")
    assert [(line, path) for line, _, path, *_ in found] == [(1, "a"), (2, "b.c"), (3, ""), (4, "d[1]"), (5, "a")]


def test_marks_give_line_and_column_of_the_key():
    spec = parse("# 注释\n数据: 你好\nb:\n  c: [1, {d: 你, e: 2}]\n", "s.yaml", HERE)
    wanted = {
        ("数据",): (2, 1),
        ("b",): (3, 1),
        ("b", "c"): (4, 3),
        ("b", "c", 0): (4, 7),
        ("b", "c", 1): (4, 10),
        ("b", "c", 1, "d"): (4, 11),
        ("b", "c", 1, "e"): (4, 17),
    }
    assert {path: (spec.mark(path).line, spec.mark(path).column) for path in wanted} == wanted


def test_a_mark_of_something_not_written_is_that_of_what_holds_it():
    spec = parse("a:\n  b: {c: 1}\n", "s.yaml", HERE)
    assert spec.mark(("a", "b", "x", 3)) == spec.mark(("a", "b")) == Mark("s.yaml", 2, 3)
    assert Spec("s.yaml", "", {}).mark(("x",)) == Mark("s.yaml", 1, 1)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_lines_count_the_same_with_every_line_end(end):
    assert problems(end.join(["a: 1", "b: 2", "b: 3", ""]))[0][:2] == (3, 1)


# -- hostile texts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 100_000,
        "a: " + "[" * 50_000 + "]" * 50_000,
        "{a: " * 100_000,
        "\n".join(" " * depth + "a:" for depth in range(1000)),
        "- " * 100_000,
        "? " * 100_000,
        "a: &a [" + "*a," * 100_000,
    ],
    ids=["brackets", "closed", "braces", "indent", "dashes", "questions", "aliases"],
)
def test_bombs_are_refused_quickly(text):
    start = time.perf_counter()
    found = problems(text)
    assert time.perf_counter() - start < 3, "a bomb took its time"
    assert len(found) == 1
    assert any(word in found[0][3] for word in ("deeper than", "anchors and aliases"))


def test_a_spec_of_megabytes_is_refused_before_it_is_read(tmp_path):
    file = tmp_path / "s.yaml"
    file.write_text("a: " + "x" * 5_000_000)
    start = time.perf_counter()
    with pytest.raises(SpecError, match=r"s\.yaml:1:1: longer than 1,000,000 characters"):
        read(file)
    assert time.perf_counter() - start < 1


def test_64_levels_are_read_and_65_are_not():
    def nested(levels):
        return "a: " + "[" * (levels - 1) + "]" * (levels - 1)

    assert parse(nested(64), "s.yaml", HERE).value
    assert "deeper than 64" in problems(nested(65))[0][3]


@pytest.mark.parametrize(("bad", "shown"), [("\0", "0000"), ("\x07", "0007"), ("\x1b", "001B"), ("\ud800", "D800")])
def test_a_character_that_yaml_does_not_allow_is_named_with_its_place(bad, shown):
    line, column, _, message, _ = problems(f"a: 1\n你: x{bad}\n")[0]
    assert (line, column) == (2, 5)
    assert shown in message.upper(), "`character 7` reads like a place; U+0007 does not"


def test_half_a_surrogate_pair_is_refused():
    """It could be written nowhere: not to the run folder, not to the report."""
    line, *_ = problems('a: 1\nb: "\\ud800"\n')[0]
    assert line == 2


def test_an_escape_beyond_unicode_is_refused_in_its_place():
    assert problems('a: 1\nb: 2\nc: "\\UFFFFFFFF"\n')[0][0] == 3


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_byte_order_mark_is_read_over(tmp_path):
    file = tmp_path / "s.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\nb: 2\nb: 3\n")
    with pytest.raises(SpecError) as caught:
        read(file)
    assert caught.value.problems[0].where == Mark(str(file), 3, 1)
    file.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read(file).value == {"a": 1}


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        (b"\xff", 1, 1),
        (b"a: 1\nb: \xff\n", 2, 4),
        ("a: 你好".encode("gbk"), 1, 4),
        ("a: 你好\nb: 你好 ".encode() + b"\xff", 2, 7),
        (b"\xef\xbb\xbfa: \xff", 1, 4),
    ],
    ids=["first", "second line", "gbk", "behind Chinese", "behind a mark"],
)
def test_not_utf8_is_refused_where_it_stands(tmp_path, content, line, column):
    file = tmp_path / "s.yaml"
    file.write_bytes(content)
    with pytest.raises(SpecError) as caught:
        read(file)
    (problem,) = caught.value.problems
    assert problem.where == Mark(str(file), line, column)
    assert "UTF-8" in problem.message


def test_a_spec_that_cannot_be_read_says_so(tmp_path):
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(SpecError, match="cannot be read") as caught:
            read(path)
        assert str(path) in str(caught.value)


def test_paths_start_from_the_spec_and_those_of_the_command_line_from_here(tmp_path, monkeypatch):
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "s.yaml").write_text("a: {b: x.csv}\n")
    monkeypatch.chdir(tmp_path)
    spec = read("specs/s.yaml", ["c=y.csv", "a.d=[z.csv]"])
    assert spec.value["a"]["b"].base == tmp_path / "specs"
    assert spec.value["c"].base == tmp_path
    assert spec.value["a"]["d"][0].base == tmp_path


# -- the command line laid over ----------------------------------------------------------------------------------------

BASE = "data: {use: faq, entries: e.csv, queries: {validation: v, test: t}}\ntokenizer: words\nseed: 1\n"


def laid(*sets):
    return plain(parse(BASE, "s.yaml", HERE, sets).value)


DATA = {"use": "faq", "entries": "e.csv", "queries": {"validation": "v", "test": "t"}}


@pytest.mark.parametrize(
    ("sets", "section", "wanted"),
    [
        (["seed=7"], "seed", 7),
        (["seed= 7 "], "seed", 7),
        (["seed=1e-3"], "seed", 0.001),
        (["seed=no"], "seed", "no"),
        (["seed='7'"], "seed", "7"),
        (["seed="], "seed", None),
        (["seed=a=b"], "seed", "a=b"),
        (["seed=[1, no]"], "seed", [1, "no"]),
        (["data.entries=x.csv"], "data", {**DATA, "entries": "x.csv"}),
        (["data.queries={test: q}"], "data", {**DATA, "queries": {"test": "q"}}),
        (["data.queries.test=q"], "data", {**DATA, "queries": {"validation": "v", "test": "q"}}),
        (["data.use=pairs"], "data", {"use": "pairs"}),
        (["data.use=faq"], "data", DATA),
        (["data.use=pairs", "data.file=x"], "data", {"use": "pairs", "file": "x"}),
        (["data.file=x", "data.use=pairs"], "data", {"use": "pairs"}),
        (["data=pairs"], "data", "pairs"),
        (["data={use: pairs}"], "data", {"use": "pairs"}),
        (["tokenizer.lower=false"], "tokenizer", {"use": "words", "lower": False}),
        (["tokenizer.use=bpe"], "tokenizer", {"use": "bpe"}),
        (["tokenizer.use=words", "tokenizer.lower=true"], "tokenizer", {"use": "words", "lower": True}),
        (["tokenizer.lower=true", "tokenizer.use=bpe"], "tokenizer", {"use": "bpe"}),
        (["optimizer.lr=3e-4"], "optimizer", {"lr": 0.0003}),
        (["optimizer=adam", "optimizer.lr=1"], "optimizer", {"use": "adam", "lr": 1}),
        (["a.b.c.d=1"], "a", {"b": {"c": {"d": 1}}}),
        (["data.deep.er=1"], "data", {**DATA, "deep": {"er": 1}}),
        (["seed=3", "seed=4"], "seed", 4),
    ],
    ids=str,
)
def test_set_lays_a_value_over_the_file(sets, section, wanted):
    found = laid(*sets)
    assert found[section] == wanted
    untouched = {"data": DATA, "tokenizer": "words", "seed": 1}
    assert {**found, section: 0} == {**untouched, section: 0}, "something else changed"


def test_set_reports_its_own_place():
    spec = parse(BASE, "s.yaml", HERE, ["data.queries={test: q}", "optimizer.lr=3e-4"])
    where = Mark("--set data.queries={test: q}")
    assert spec.mark(("data", "queries")) == where
    assert spec.mark(("data", "queries", "test")) == where
    assert spec.mark(("data", "queries", "validation")) == where, "the old place is gone"
    assert str(spec.mark(("optimizer", "lr"))) == "--set optimizer.lr=3e-4"
    assert spec.mark(("data", "entries")) == Mark("s.yaml", 1, 18)


def test_set_to_nothing_reports_its_own_place_too():
    assert parse(BASE, "s.yaml", HERE, ["data="]).mark(("data",)) == Mark("--set data=")


@pytest.mark.parametrize("option", ["", "=", "=1", "seed", "data..x=1", ".a=1", "a.=1", "data.queries"])
def test_set_of_another_form_is_refused(option):
    ((line, _, _, message, hint),) = problems(BASE, [option])
    assert line == 0
    assert "KEY=VALUE" in message
    assert "--set optimizer.lr=3e-4" in hint


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("seed=012", "begins with a zero"),
        ("seed=&a 1", "anchors"),
        ("seed=!!str 1", "tags"),
        ("data={a: 1, a: 2}", "written twice"),
        ("data={<<: 1}", "merge keys"),
        ("seed=[1", "expected"),
        ("seed=" + "[" * 100, "deeper than"),
        ("seed=\0", "not allowed"),
    ],
)
def test_set_is_checked_as_strictly_as_the_file(option, message):
    with pytest.raises(SpecError) as caught:
        parse(BASE, "s.yaml", HERE, [option])
    (problem,) = caught.value.problems
    assert str(problem.where) == f"--set {option}"
    assert message in problem.message
    assert "line 0" not in problem.message


def test_set_of_use_at_the_top_does_not_empty_the_spec():
    assert laid("use=x") == {"data": DATA, "tokenizer": "words", "seed": 1, "use": "x"}


def test_problems_of_the_file_and_of_the_command_line_come_together():
    found = problems("a: 012\n", ["b=012", "c"])
    assert len(found) == 3


# -- any text ----------------------------------------------------------------------------------------------------------

YAMLISH = st.text(
    alphabet=st.sampled_from(list("ab01:-?[]{},&*!|>%@`'\"#~<=.\\ \t\n\r\0\x85\ufeff\u2028你\ud800xUeE_+")), max_size=60
)


@settings(STEADY, max_examples=200)
@given(YAMLISH | st.text(max_size=80))
@example("%YAML 9.9\n---\na: 1\n")
@example("%TAG ! x\n--- !a\n")
@example("%")
@example("a: |9999999999\n x\n")
@example("\ufeff\ufeff")
@example('"\\x"')
@example('"\\U00110000": 1')
@example("%YAML 1." + "1" * 5000 + "\n---\na: 1")
def test_no_text_raises_anything_but_a_spec_error(text):
    try:
        parse(text, "s.yaml", HERE)
    except SpecError as error:
        assert error.problems
        assert all(problem.where.line >= 1 for problem in error.problems)


@settings(STEADY, max_examples=100)
@given(YAMLISH, st.sampled_from(["seed=", "data.x=", "a.b.c=", "", "data.queries.test.x="]))
def test_no_option_raises_anything_but_a_spec_error(text, key):
    try:
        parse(BASE, "s.yaml", HERE, [key + text])
    except SpecError as error:
        assert all(not problem.where.line for problem in error.problems)


@settings(STEADY, max_examples=100)
@given(st.binary(max_size=60))
def test_no_bytes_raise_anything_but_a_spec_error(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / f"any-{os.getpid()}.yaml"
    file.write_bytes(content)
    try:
        read(file)
    except SpecError as error:
        assert error.problems


@settings(STEADY, max_examples=200)
@given(
    st.dictionaries(
        st.text("abc", min_size=1, max_size=3),
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
        | st.text("abc 1.e-+:#'\"\\\n你x", max_size=12),
        max_size=4,
    )
)  # fmt: skip
def test_values_written_as_json_are_read_back_the_same(values):
    """JSON is YAML 1.2: what Python writes must come back, in value and in type."""
    found = plain(parse(json.dumps(values, ensure_ascii=False), "s.yaml", HERE).value)
    assert found == values
    assert {name: type(one) for name, one in found.items()} == {name: type(one) for name, one in values.items()}


def test_dotted_and_plain():
    assert dotted(("metrics", 0, "k")) == "metrics[0].k"
    assert dotted((0, "a")) == "[0].a"
    assert dotted(()) == ""
    made = plain({"a": (Located("x", HERE), Path("/p")), 1: None})
    assert made == {"a": ["x", "/p"], "1": None}
    assert type(made["a"][0]) is str
