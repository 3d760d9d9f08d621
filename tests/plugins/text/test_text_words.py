import pytest

from toolkit.contracts import Saves, Size
from toolkit.examples import Examples
from toolkit_text import words
from toolkit_text.tokenizer_options import Words
from toolkit_text.vocabulary import UNKNOWN

GIVEN = frozenset({"text:question", "text:answer", "text:passages.question"})
ROWS = [
    {"question": "How do I reset the VPN password?", "answer": "Open settings, then choose “reset”."},
    {"question": "怎么重置VPN的密码？", "answer": "打开设置，然后点“重置”。"},
]


def fitted(rows=ROWS, **options):
    made = words.make(Words(**options), given=GIVEN)
    made.fit(Examples(rows, {"passages": rows}, made))
    return made


def searched(text, **options):
    return next(iter(words.make(Words(**options), given=GIVEN).encode([{"question": text}])))["words:question"]


def round_trip(made, text):
    ids = next(iter(made.encode([{"answer": text}])))["tokens:answer"]
    return next(iter(made.decode([{"tokens:answer": ids}])))["answer"]


def test_words_to_search_with_have_no_stop_words_and_chinese_in_pairs():
    assert searched("How do I reset the VPN password?") == ["reset", "vpn", "password"]
    assert searched("怎么重置VPN的密码？") == ["重置", "vpn", "的密", "密码"]
    assert searched("hit@1 of GPT-4") == ["hit@1", "hit", "gpt-4", "gpt"]


def test_stop_words_are_an_option():
    assert searched("how is it", stop_words="chinese") == ["how", "is", "it"]
    assert searched("怎么密码", stop_words="english") == ["怎么", "么密", "密码"]


def test_a_text_of_stop_words_alone_keeps_them():
    assert searched("Who are you?") == ["who", "are", "you"]
    assert searched("怎么？") == ["怎么"]
    assert searched("?!") == []


def test_rjieba_cuts_by_its_dictionary():
    pytest.importorskip("rjieba")
    assert searched("中国科学院", chinese="rjieba", stop_words="none")[-1] == "中国科学院"
    made = fitted(chinese="rjieba")
    assert "密码" in made.vocabulary.strings


def test_ids_are_of_every_word_and_mark_and_chinese_characters_stand_alone():
    made = fitted()
    assert {"how", "?", "密", "码", "vpn"} <= set(made.vocabulary.strings)
    assert "密码" not in made.vocabulary.strings


@pytest.mark.parametrize("text", ["open settings, then choose “reset”.", "打开设置,然后点“重置”。", "重置vpn密码"])
def test_what_is_written_reads_as_text(text):
    assert round_trip(fitted(), text) == text


def test_joining_puts_blanks_where_they_belong():
    assert words.joined(["see", "specs", "/", "data", "(", "c#", "or", "3.14", ")", ":", "ok"]) == (
        "see specs/data (c# or 3.14): ok"
    )


def test_an_unknown_word_is_shown_as_such():
    assert round_trip(fitted(), "open zebra") == f"open {UNKNOWN}"


def test_question_and_answer_share_one_vocabulary_and_its_size_is_told():
    made = fitted()
    signature = made.signature()
    assert set(signature) == Words().gives(GIVEN)
    assert signature["words:question"] == Size((None,))
    assert signature["tokens:question"] == signature["tokens:passages.question"] == made.vocabulary.size()
    assert signature["tokens:answer"].count == len(made.vocabulary.strings) + 4


def test_a_table_that_repeats_the_rows_is_not_counted_again():
    assert "重" in fitted(min_count=2).vocabulary.strings
    assert "how" not in fitted(min_count=2).vocabulary.strings


def test_the_vocabulary_is_limited():
    assert len(fitted(vocab_size=10).vocabulary) == 10


def test_equal_words_are_one_object():
    examples = list(fitted().encode([{"question": "reset password"}, {"question": "password"}]))
    assert examples[0]["words:question"][1] is examples[1]["words:question"][0]


def test_saved_and_loaded_it_encodes_the_same(tmp_path):
    made = fitted()
    assert isinstance(made, Saves)
    made.save(tmp_path)
    again = words.make(Words(), given=GIVEN)
    again.load(tmp_path)
    assert list(again.encode(ROWS)) == list(made.encode(ROWS))
    assert again.signature() == made.signature()
