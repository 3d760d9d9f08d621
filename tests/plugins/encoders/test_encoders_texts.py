import pytest

from toolkit_encoders.texts import text_of, texts_of


def test_an_absent_field_none_and_blanks_are_an_empty_text():
    rows = [{}, {"question": None}, {"question": ""}, {"question": " \n\u3000"}]
    assert texts_of(rows, "question", 10) == ["", "", "", ""]


def test_texts_keep_their_order_and_lose_blanks_around():
    assert texts_of([{"question": " a b "}, {"question": "密码\n"}], "question", 10) == ["a b", "密码"]


def test_no_more_than_the_longest_is_read():
    assert text_of({"answer": "x" * 100_000}, "answer", 7) == "x" * 7


@pytest.mark.parametrize(
    ("text", "read"),
    [("\ud83d\ude00", "😀"), ("a\ud800b", "a\ufffdb"), ("\udc00", "\ufffd"), ("密\ud800", "密\ufffd"), ("😀é", "😀é")],
)
def test_halves_of_surrogate_pairs_are_joined_or_replaced(text, read):
    assert text_of({"question": text}, "question", 10) == read
    assert text_of({"question": text}, "question", 10).encode()
