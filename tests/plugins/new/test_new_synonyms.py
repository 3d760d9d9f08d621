import re

from toolkit_new.synonyms import CHINESE, ENGLISH


def test_the_lists_are_of_some_size_and_in_their_language():
    assert len(ENGLISH) > 60
    assert len(CHINESE) > 60
    assert all(re.fullmatch(r"[a-z ]+", word) for pair in ENGLISH for word in pair)
    assert all(re.fullmatch(r"[\u4e00-\u9fff]+", word) for pair in CHINESE for word in pair)


def test_no_word_stands_for_itself_and_none_is_replaced_by_less_than_a_word():
    assert all(one != other for one, other in ENGLISH + CHINESE)
    assert all(len(one) > 1 for one, _ in CHINESE)


def test_both_ways_where_it_is_said():
    assert {("price", "cost"), ("cost", "price"), ("pay", "settle")} <= set(ENGLISH)
    assert ("settle", "pay") not in ENGLISH
