import pytest

from toolkit_new.characters import MOJIBAKE, clean, decoded, key, language, plain


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("怎么退货", "utf-8", "UTF-8"),
        ("怎么退货", "utf-8-sig", "UTF-8"),
        ("怎么退货", "utf-16", "UTF-16"),
        ("怎么 A 退 B 货", "gbk", "GB18030"),
        ("朱镕基的們", "gbk", "GB18030"),
        ("It’s a café", "cp1252", "Windows-1252"),
        ("Größe über alles", "cp1252", "Windows-1252"),
        ("plain", "ascii", "UTF-8"),
    ],
)
def test_bytes_are_read_by_what_wrote_them(text, encoding, name):
    assert decoded(text.encode(encoding)) == (text, name)


def test_damaged_utf8_stays_utf8():
    text, name = decoded("怎么退货，谢谢".encode()[:-1] + b"\n")
    assert (text, name) == ("怎么退货，谢\ufffd\n", "UTF-8")


@pytest.mark.parametrize("encoding", ["latin1", "cp1252", "gbk"])
@pytest.mark.parametrize("text", ["我们的退货政策，是什么？", "it’s “fine” – or…"])
def test_text_read_as_something_else_is_mojibake(text, encoding):
    assert MOJIBAKE.search(text.encode().decode(encoding, "replace"))
    assert not MOJIBAKE.search(text)


@pytest.mark.parametrize("text", ["Ã¤", "â€™", "锟斤拷", "a\ufffdb", "\x92"])
def test_signs_of_mojibake(text):
    assert MOJIBAKE.search(text)


@pytest.mark.parametrize("text", ["« café »", "été\xa0!", "déjà à Århus, São Paulo, 5 €", "“AMANHÔ", "Ünïcode ÄÖÜ ß"])
def test_european_text_is_none(text):
    assert not MOJIBAKE.search(text)


def test_text_is_cleaned_inside_values_too():
    written = {"a\0": ["b\x07\r\nc\rd", {"e": "\ud800"}], "n": 1, "x": float("inf")}
    assert plain(written) == {"a\0": ["b\x07\nc\nd", {"e": "\ud800"}], "n": 1, "x": "inf"}
    assert clean(plain(written)) == {"a": ["b\nc\nd", {"e": "\ufffd"}], "n": 1, "x": "inf"}
    assert clean("tab\tand\nline") == "tab\tand\nline"


def test_a_key_levels_width_case_and_marks():
    assert key("Ｈow do I  PAY?") == key("how do i pay") != key("how did i pay")
    assert key("怎么退货？") == key("怎么 退货!")
    assert key(" ?! ") == "?!"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("怎么退货", "zh"),
        ("iPhone 15 怎么激活 eSIM", "zh"),
        ("How do I pay?", "en"),
        ("如何 install python on windows server 2019", "mixed"),
        ("日本語のテキスト", "other"),
        ("Как?", "other"),
        ("123", "other"),
        ("", "other"),
    ],
)
def test_languages_by_script(text, expected):
    assert language(text) == expected
