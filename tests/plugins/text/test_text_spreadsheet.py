import datetime
import sys
import zipfile

import openpyxl
import pytest

from toolkit.errors import DataError, PluginError, ResourceError
from toolkit_text import spreadsheet
from toolkit_text.files import read_rows
from toolkit_text.spreadsheet import read_sheet

NAMES = {"id": "id", "question": "question", "answer": "answer", "问题": "question", "答案": "answer"}


@pytest.fixture
def book(tmp_path):
    """Write a workbook of these rows and return its path."""

    def write(*rows, name="faq.xlsx"):
        made = openpyxl.Workbook()
        for row in rows:
            made.active.append(row)
        made.create_sheet("second").append(["never", "read"])
        made.save(tmp_path / name)
        return tmp_path / name

    return write


def rows(file, **more):
    return [(row.line, dict(row.values)) for row in read_rows(file, NAMES, **more)]


def test_rows_have_their_numbers_and_cells_are_text(book):
    day, noon = datetime.datetime(2026, 11, 24), datetime.datetime(2026, 11, 24, 12)
    file = book(["a", "b", "c", None], [], [1, 2.0, 2.5], [True, None, day, noon], [None, " ", ""], ["x"])
    assert read_sheet(file) == [
        (1, ["a", "b", "c"]),
        (3, ["1", "2", "2.5"]),
        (4, ["TRUE", "", "2026-11-24", "2026-11-24 12:00:00"]),
        (6, ["x"]),
    ]


def test_rows_come_as_those_of_a_table_do(book):
    file = book(
        ["ID", "问题", None, "答案", "note"], [1001, "怎么退货\n如何退货", None, "七天内"], [1002, "运费", None, "我们"]
    )
    assert rows(file, lists=("question",)) == [
        (2, {"id": "1001", "question": ["怎么退货", "如何退货"], "answer": "七天内", "note": ""}),
        (3, {"id": "1002", "question": "运费", "answer": "我们", "note": ""}),
    ]


def test_errors_name_the_row(book):
    with pytest.raises(DataError, match=r"faq\.xlsx:3: there are 3 cells under 2 columns"):
        rows(book(["question", "answer"], ["a", "b"], ["a", "b", "c"]))
    with pytest.raises(DataError, match=r"faq\.xlsx: there is no row in it"):
        rows(book(["question", "answer"]))


def test_a_wrong_dimension_hides_nothing(book):
    file = book(["question", "answer"], ["a", "b"])
    changed(file, b'<dimension ref="A1:B2"', b'<dimension ref="A1:A1"')
    assert read_sheet(file) == [(1, ["question", "answer"]), (2, ["a", "b"])]


def test_text_that_looks_like_a_formula_is_text(book):
    made = openpyxl.Workbook()
    made.active["A1"] = "=1+1"
    made.active["B1"] = "=HYPERLINK"
    made.active["B1"].data_type = "s"
    made.save(book(name="other.xlsx"))
    assert read_sheet(book.__closure__[0].cell_contents / "other.xlsx") == [(1, ["", "=HYPERLINK"])]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"question,answer\n", "is no workbook"),
        (b"PK\x03\x04 cut short", "is no workbook"),
        (b"", "is no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old workbook, or has a password"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path, content, said):
    (tmp_path / "f.xlsx").write_bytes(content)
    with pytest.raises(DataError, match=said):
        read_sheet(tmp_path / "f.xlsx")


def test_a_damaged_workbook_is_refused(tmp_path, book):
    with zipfile.ZipFile(tmp_path / "f.xlsx", "w") as parts:
        parts.writestr("a.txt", "b")
    with pytest.raises(DataError, match="cannot be read as a workbook"):
        read_sheet(tmp_path / "f.xlsx")
    file = book(["question"])
    changed(file, b"<row", b"<wor")
    with pytest.raises(DataError, match="cannot be read as a workbook"):
        read_sheet(file)
    with pytest.raises(DataError, match="cannot be read"):
        read_sheet(tmp_path / "none.xlsx")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, book, monkeypatch):
    monkeypatch.setattr(spreadsheet, "BYTES", 10_000_000)
    file = book(["question"])
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("bomb.xml", b" " * 20_000_000)
    assert file.stat().st_size < 100_000
    with pytest.raises(ResourceError, match=r"unpacks to 20,\d{3},\d{3} bytes; at most 10,000,000"):
        read_sheet(file)


def test_too_many_rows_and_columns_are_refused(book, monkeypatch):
    monkeypatch.setattr(spreadsheet, "ROWS", 3)
    assert len(read_sheet(book(["q"], ["a"], ["b"], ["c"]))) == 4
    with pytest.raises(ResourceError, match="more than 3 rows"):
        read_sheet(book(["q"], ["a"], ["b"], ["c"], ["d"]))
    monkeypatch.setattr(spreadsheet, "COLUMNS", 2)
    with pytest.raises(DataError, match=r":2: there are more than 2 columns"):
        read_sheet(book(["q", "a"], ["1", "2", "3"]))


def test_what_no_spreadsheet_program_knows_is_not_waited_for(book, monkeypatch):
    monkeypatch.setattr(spreadsheet, "_LAST", 1000)
    file = book(["q"], ["a"])
    changed(file, b'<row r="2"', b'<row r="999999999"')
    changed(file, b'r="A2"', b'r="A999999999"')
    assert read_sheet(file) == [(1, ["q"])]


def test_without_openpyxl_the_way_out_is_said(book, monkeypatch):
    file = book(["q"])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(PluginError, match=r"needs the package openpyxl\n.*pip install 'onespec\[xlsx\]'"):
        read_sheet(file)


def changed(file, old, new):
    """Change bytes of the first sheet of a workbook."""
    with zipfile.ZipFile(file) as parts:
        content = {name: parts.read(name) for name in parts.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert old in content[sheet]
    content[sheet] = content[sheet].replace(old, new)
    with zipfile.ZipFile(file, "w") as parts:
        for name, value in content.items():
            parts.writestr(name, value)
