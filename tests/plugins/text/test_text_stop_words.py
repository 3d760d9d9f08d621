from toolkit_text.normalise import HAN, normalise
from toolkit_text.stop_words import CHINESE, ENGLISH, LISTS
from toolkit_text.tokenizer_options import Words


def test_there_is_a_list_for_every_choice():
    choices = Words.model_fields["stop_words"].annotation.__args__
    assert set(LISTS) == set(choices)
    assert LISTS["none"] == frozenset()
    assert LISTS["both"] == ENGLISH | CHINESE


def test_words_stand_as_texts_are_normalised():
    assert {normalise(word) for word in ENGLISH | CHINESE} == ENGLISH | CHINESE


def test_the_languages_are_not_mixed():
    import re

    assert all(re.fullmatch(f"[{HAN}]+", word) for word in CHINESE)
    assert all(word.isascii() for word in ENGLISH)
