import codecs

import pytest

from toolkit.errors import DataError
from toolkit_text.encodings import read_text

TEXT = "问题,答案\n如何重置密码？,打开设置。\r\nÄ,\U00020000\n"


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("gb18030"),
        TEXT.replace("Ä", "A").replace("\U00020000", "B").encode("gbk"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16-le", "utf-16-be", "gb18030", "gbk"],
)
def test_whatever_wrote_it_the_text_is_the_same(tmp_path, raw):
    (tmp_path / "f").write_bytes(raw)
    assert read_text(tmp_path / "f").replace("A,B", "Ä,\U00020000") == TEXT


def test_plain_ascii_and_nothing_at_all(tmp_path):
    (tmp_path / "f").write_bytes(b"a")
    (tmp_path / "empty").write_bytes(b"")
    assert (read_text(tmp_path / "f"), read_text(tmp_path / "empty")) == ("a", "")


def test_utf8_with_one_bad_byte_is_not_read_as_nonsense_in_gb18030(tmp_path):
    raw = "第一行\n第二行坏了，这里有很多字。".encode()
    at = raw.index("坏".encode())
    for bad in (raw[:at] + b"\xff" + raw[at + 3 :], raw[:at] + raw[at + 1 :]):
        (tmp_path / "f").write_bytes(bad)
        with pytest.raises(DataError, match=rf"f:2: byte {at} .*is not UTF-8, as the rest is"):
            read_text(tmp_path / "f")


def test_bytes_of_no_encoding_are_named(tmp_path):
    (tmp_path / "f").write_bytes("密码\n".encode("gbk") + b"ab\xff\xff")
    with pytest.raises(DataError, match=r"f:2: byte 7 \(0xff\) is neither UTF-8 nor GB18030"):
        read_text(tmp_path / "f")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (codecs.BOM_UTF8 + b"a\nb\xff", r":2: byte 6 \(0xff\) is not UTF-8"),
        (codecs.BOM_UTF16_LE + "a\n".encode("utf-16-le") + b"\x00\xd8", r":2: byte 6 \(0x00\) is not UTF-16"),
    ],
)
def test_a_mark_is_believed(tmp_path, raw, message):
    (tmp_path / "f").write_bytes(raw)
    with pytest.raises(DataError, match=message):
        read_text(tmp_path / "f")


def test_what_cannot_be_opened_is_an_error_of_the_data(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_text(tmp_path)
