import csv
import json

import pytest
from new_samples import TABLE, written

from toolkit.errors import DataError, SpecError
from toolkit_new import source
from toolkit_new.source import read


def rows(source):
    return [(row.number, dict(row.values)) for row in source.rows]


@pytest.mark.parametrize(
    ("name", "encoding", "form"),
    [
        ("f.csv", "utf-8", "CSV, UTF-8"),
        ("f.csv", "utf-8-sig", "CSV, UTF-8"),
        ("f.csv", "gbk", "CSV, GB18030"),
        ("f.csv", "utf-16", "CSV, UTF-16"),
        ("f.txt", "utf-8", "CSV, UTF-8"),
    ],
)
def test_whatever_the_encoding(tmp_path, name, encoding, form):
    found = read(written(tmp_path, TABLE, name, encoding))
    assert (found.form, found.columns) == (form, ["问题", "答案"])
    assert rows(found)[0] == (2, {"问题": "怎么退货？", "答案": "七天内可以退货。"})
    assert (len(found.rows), found.notes) == (3, {})


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_header_s(tmp_path, delimiter):
    found = read(written(tmp_path, delimiter.join(["Q", "A"]) + "\n" + delimiter.join(['"a,;\tb"', "c"])))
    assert rows(found) == [(2, {"Q": "a,;\tb", "A": "c"})]


def test_rows_are_counted_as_a_spreadsheet_counts(tmp_path):
    found = read(written(tmp_path, 'q,a\n\n"one\ntwo",x\n , \nthree,y\n'))
    assert rows(found) == [(3, {"q": "one\ntwo", "a": "x"}), (5, {"q": "three", "a": "y"})]
    assert found.notes == {"blank": [4]}


def test_columns_without_a_name_and_twice(tmp_path):
    assert read(written(tmp_path, "q,,q , a\n1,2,3,4")).columns == ["q", "column 2", "q (3)", "a"]


def test_too_many_cells_are_noted_and_put_together(tmp_path):
    found = read(written(tmp_path, "q,a\nhow?,Yes, you can\nwhy?,because,\n"))
    assert rows(found) == [(2, {"q": "how?", "a": "Yes, you can"}), (3, {"q": "why?", "a": "because"})]
    assert found.notes == {"too_many_cells": [2]}


def test_an_open_quotation_mark_is_noted_where_it_begins(tmp_path):
    assert read(written(tmp_path, 'q,a\n1,x\n2,"y\n3,z\n')).notes == {"open_quote": [3]}
    assert read(written(tmp_path, 'q,a\n1,"x ""y"" z"\n2,5" screen\n')).notes == {}


def test_json_lines_and_lists(tmp_path):
    lines = '{"q": "a", "n": 1}\n\n[1]\n{"q": }\n{"q ": ["b", "c"], "m": NaN, "x": 1e999}\n'
    found = read(written(tmp_path, lines, "f.jsonl"))
    assert rows(found) == [(1, {"q": "a", "n": 1}), (5, {"q": ["b", "c"], "m": "NaN", "x": "inf"})]
    assert found.notes == {"unreadable": [3, 4]}
    assert found.columns == ["q", "n", "m", "x"]
    assert rows(read(written(tmp_path, '[\n{"q": "a"},\n{"q": "b"}\n]', "f.json"))) == [
        (1, {"q": "a"}),
        (2, {"q": "b"}),
    ]


def test_hostile_json_is_left_out(tmp_path):
    deep = '{"q": ' + "[" * 100_000 + "]" * 100_000 + "}"
    found = read(written(tmp_path, f'{deep}\n{{"q": {"9" * 5000}}}\n{{"q": "ok"}}\n', "f.jsonl"))
    assert rows(found) == [(3, {"q": "ok"})]
    assert found.notes == {"unreadable": [1, 2]}


def test_control_characters_are_taken_out_and_noted(tmp_path):
    found = read(written(tmp_path, "q,a\na\0b,c\nd\r,e\n".replace("\r,", ",")))
    assert rows(found) == [(2, {"q": "ab", "a": "c"}), (3, {"q": "d", "a": "e"})]
    assert found.notes == {"control": [2]}
    text = json.dumps({"q": "x\ud800"}) + "\n"
    assert rows(read(written(tmp_path, text, "f.jsonl"))) == [(1, {"q": "x\ufffd"})]


def test_a_line_end_of_windows_is_no_finding(tmp_path):
    found = read(written(tmp_path, 'q,a\r\n"a\r\nb",c\r\n'))
    assert (rows(found), found.notes) == ([(2, {"q": "a\nb", "a": "c"})], {})


def test_a_very_large_cell(tmp_path):
    found = read(written(tmp_path, f"q,a\nx,{'y' * 2**20}\n"))
    assert len(found.rows[0].values["a"]) == 2**20
    assert len(read(written(tmp_path, f"{'q' * 2**18},a\nx,y\n")).columns[0]) == 2**18


def test_the_limit_on_cells_is_what_it_was_before_and_holds(tmp_path, monkeypatch):
    before = csv.field_size_limit()
    monkeypatch.setattr(source, "_LARGEST_CELL", 100)
    with pytest.raises(DataError, match="cannot be read as a table"):
        read(written(tmp_path, f"q,a\nx,{'y' * 101}\n"))
    assert csv.field_size_limit() == before


@pytest.mark.parametrize("text", ["", "\n\n", "q,a\n", "q,a\n , \n"])
def test_a_file_without_rows_is_refused(tmp_path, text):
    with pytest.raises(DataError, match="there is no row in it"):
        read(written(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SpecError, match="there is no file"):
        read(tmp_path / "no.csv")
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path)
