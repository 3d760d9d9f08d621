import time

import pytest

from toolkit_qa.spans import LOOKED_AT, sentences, span


def cut(text):
    return [text[start:end] for start, end in sentences(text)]


def quoted(question, answer):
    found = span(question, answer)
    return found and answer[found[0] : found[1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Open it. Then run it!", ["Open it.", "Then run it!"]),
        ("先打开设置。再点按钮！完成", ["先打开设置。", "再点按钮！", "完成"]),
        (
            "Open `spec.yaml`, v1.2.3 at http://x.y/z?a=b. Done",
            ["Open `spec.yaml`, v1.2.3 at http://x.y/z?a=b.", "Done"],
        ),
        ('Say "stop." Then (go.) Now', ['Say "stop."', "Then (go.)", "Now"]),
        ("他说“好。”然后走", ["他说“好。”", "然后走"]),
        ("Wait... what?! No", ["Wait...", "what?!", "No"]),
        ("one\n\n  two  \nthree", ["one", "two", "three"]),
        ("", []),
        ("...", []),
        ("😀", []),
    ],
)
def test_sentences(text, expected):
    assert cut(text) == expected


ENGLISH = "😀😀 Log in first. Open the settings, then choose a new password. Keep it secret."
CHINESE = "😀先登录。然后在设置里重置密码；不要告诉别人。"


def test_the_sentence_that_shares_most_with_the_question_is_quoted_in_code_points():
    assert quoted("how to set a password", ENGLISH) == "Open the settings, then choose a new password."
    assert quoted("怎么重置密码", CHINESE) == "然后在设置里重置密码；"
    assert span("怎么重置密码", CHINESE) == (5, 16)


def test_what_every_sentence_says_counts_less():
    answer = "The printer prints. The printer stops at errors. The printer sleeps."
    assert quoted("printer errors", answer) == "The printer stops at errors."


def test_the_first_of_equals_is_quoted_and_nothing_where_there_is_nothing():
    assert quoted("zebra", "One here. Two here.") == "One here."
    assert quoted("", "One here. Two here.") == "One here."
    assert span("zebra", " ...") is None


def test_words_of_other_scripts_count():
    assert quoted("пароль сбросить", "Войдите сначала. Затем сбросить пароль можно тут.") == (
        "Затем сбросить пароль можно тут."
    )


@pytest.mark.parametrize("text", ["a." * 50_000, "a" * 10**6, "." * 10**6, ("a." + '"' * 1000) * 300, "\n " * 10**5])
def test_a_long_answer_takes_no_time(text):
    start = time.perf_counter()
    span("how " * 20_000, text)
    assert len(sentences(text)) <= LOOKED_AT
    assert time.perf_counter() - start < 1.5


def test_a_lone_surrogate_is_a_character_as_others():
    assert quoted("\ud800 stop", "Go \udc00 on. Then stop \ud800.") == "Then stop \ud800."
