import datetime
import sys
import zipfile

import openpyxl
import pytest

from toolkit.errors import DataError, PluginError, ResourceError
from toolkit_new import spreadsheet
from toolkit_new.source import read
from toolkit_new.spreadsheet import read_sheet
from toolkit_text.spreadsheet import read_sheet as read_strictly


@pytest.fixture
def file(tmp_path):
    made = openpyxl.Workbook()
    day = datetime.datetime(2026, 11, 24)
    for row in (
        ["编号", None, "问题", "答案"],
        [],
        [1001, None, "怎么退货", "七天内", "?"],
        [2.0, True, day, 0.5, " "],
    ):
        made.active.append(row)
    made.active["C4"] = "=1+1"
    made.create_sheet("second").append(["never", "read"])
    made.save(tmp_path / "faq.xlsx")
    return tmp_path / "faq.xlsx"


def test_the_first_sheet_as_text(file):
    assert read_sheet(file) == [
        (1, ["编号", "", "问题", "答案"]),
        (3, ["1001", "", "怎么退货", "七天内", "?"]),
        (4, ["2", "TRUE", "", "0.5"]),
    ]


def test_the_data_faq_reads_the_same(file):
    assert read_sheet(file) == read_strictly(file)


def test_it_is_read_as_a_table(file):
    found = read(file)
    assert (found.form, found.columns) == ("XLSX", ["编号", "column 2", "问题", "答案"])
    assert [row.number for row in found.rows] == [3, 4]
    assert found.notes == {"too_many_cells": [3]}


def test_what_is_no_workbook_is_refused(tmp_path):
    (tmp_path / "f.xlsx").write_bytes(b"\xd0\xcf\x11\xe0")
    with pytest.raises(DataError, match="cannot be read as a workbook"):
        read_sheet(tmp_path / "f.xlsx")


def test_too_much_is_refused(file, monkeypatch):
    monkeypatch.setattr(spreadsheet, "ROWS", 1)
    with pytest.raises(ResourceError, match="more than 1 rows"):
        read_sheet(file)
    monkeypatch.setattr(spreadsheet, "BYTES", 1_000_000)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("bomb.xml", b" " * 2_000_000)
    with pytest.raises(ResourceError, match="at most 1,000,000 are read"):
        read_sheet(file)


def test_without_openpyxl_the_way_out_is_said(file, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(PluginError, match=r"pip install 'onespec\[xlsx\]'"):
        read_sheet(file)
