import pytest

from toolkit.errors import DataError
from toolkit_text import documents
from toolkit_text.data_options import Text

TEXT = "First line.\r\nSecond line.\n \nNew paragraph.\n\n\n\nLast.\n"


def texts(path, unit="paragraph"):
    return [row["text"] for row in documents.read(path, unit)]


def test_units_of_a_file(tmp_path):
    file = tmp_path / "f.txt"
    file.write_bytes(TEXT.encode())
    assert texts(file) == ["First line.\nSecond line.", "New paragraph.", "Last."]
    assert texts(file, "line") == ["First line.", "Second line.", "New paragraph.", "Last."]
    assert texts(file, "file") == [TEXT.replace("\r\n", "\n").strip()]


def test_a_folder_is_read_in_the_order_of_names_and_other_files_are_left(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c.md").write_text("two")
    (tmp_path / "a.TXT").write_text("one")
    (tmp_path / "z.txt").write_bytes("三".encode("gbk"))
    (tmp_path / "other.py").write_text("no")
    assert texts(tmp_path) == ["one", "two", "三"]


def test_nothing_to_read_and_nul_are_refused(tmp_path):
    with pytest.raises(DataError, match="there is no text in it"):
        texts(tmp_path)
    (tmp_path / "f.txt").write_text("a\nb\0")
    with pytest.raises(DataError, match=r"f\.txt:2: NUL"):
        texts(tmp_path)


def test_paragraphs_that_read_alike_stay_together(tmp_path):
    file = tmp_path / "f.txt"
    file.write_text("\n\n".join(f"{text} {n}" for n in range(30) for text in ("Same text", "same TEXT!")))
    data = documents.make(Text(path=str(file), validation=0.2, test=0.3), seed=1)
    sizes = [len(data.split(name)) for name in ("train", "validation", "test")]
    assert sizes == [30, 12, 18]
    numbers = [{row["text"].split()[-1] for row in data.split(name)} for name in ("train", "validation", "test")]
    assert sum(map(len, numbers)) == 30
