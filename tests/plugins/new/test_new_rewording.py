import re
from random import Random

import pytest

from toolkit_new.characters import key
from toolkit_new.rewording import RULES, reworded

ENGLISH = [
    "How do I return a broken phone?",
    "What if I cannot log in to my account?",
    "Where can I find the invoice of order A-1234?",
]
CHINESE = ["如何申请退货？", "忘记密码怎么办？", "订单 A-1234 的发票在哪里下载？"]


def rule(language, name):
    forms, details = RULES[language]
    return {**forms, **details}[name]


@pytest.mark.parametrize(
    ("language", "name", "text", "expected"),
    [
        ("en", "turn", "How do I pay my bill?", r"what (is the way|are the steps) to pay my bill"),
        ("en", "statement", "What if I cannot log in?", r"I cannot log in(, what now)?"),
        ("en", "key words", "How do I return a broken phone?", "return broken phone"),
        ("en", "fewer words", "What is the price of a ticket", "What price of ticket"),
        ("en", "synonym", "the price of it", "the cost of it"),
        ("en", "typo", "a phone", "a (pohne|phnoe)"),
        ("zh", "turn", "怎么退货？", "退货的方法是什么|退货要怎么做|退货该怎么弄"),
        ("zh", "statement", "忘记密码怎么办？", "我忘记密码了|现在忘记密码了，帮忙看看"),
        ("zh", "key words", "退货的流程是什么？", "退货 流程"),
        ("zh", "fewer words", "退货的流程", "退货流程"),
        ("zh", "synonym", "退货的流程", "退东西的流程|退货的步骤"),
        ("zh", "typo", "申请退货呢", "申退请货呢|申请货退呢"),
    ],
)
def test_a_rule(language, name, text, expected):
    for seed in range(5):
        assert re.fullmatch(expected, rule(language, name)(text, Random(seed)))


@pytest.mark.parametrize("language", RULES)
def test_frames_keep_the_question(language):
    made = {rule(language, "frame")("退款 X9", Random(seed)) for seed in range(30)}
    assert len(made) >= 8
    assert all("退款 X9" in text for text in made)


@pytest.mark.parametrize("text", ["ABC-1234 x@y.example config.yaml F16", "12345"])
@pytest.mark.parametrize("name", ["typo", "synonym", "turn", "statement"])
def test_codes_are_left_alone(name, text):
    assert all(rule("en", name)(text, Random(seed)) == text for seed in range(10))


def test_chinese_numerals_are_never_swapped():
    assert all(rule("zh", "typo")("交一百二十元吗", Random(seed)) == "交一百二十元吗" for seed in range(20))


def test_a_synonym_is_no_part_of_a_word_or_code():
    assert rule("en", "synonym")("pricey my-price price_list", Random(0)) == "pricey my-price price_list"


@pytest.mark.parametrize(("language", "questions"), [("en", ENGLISH), ("zh", CHINESE), ("mixed", CHINESE)])
def test_two_rules_at_least_and_numbers_as_they_were(language, questions):
    for question in questions:
        for seed in range(40):
            text, rules = reworded(question, language, Random(seed))
            assert len(rules) >= 2
            assert set(rules) - {"typo", "frame"}
            assert key(text) != key(question)
            assert ("A-1234" in text) == ("A-1234" in question)
            assert text == " ".join(text.split())


def test_one_seed_one_wording_and_many_in_all():
    assert reworded(ENGLISH[0], "en", Random(3)) == reworded(ENGLISH[0], "en", Random(3))
    assert len({reworded(ENGLISH[0], "en", Random(seed))[0] for seed in range(40)}) > 15


@pytest.mark.parametrize("question", ["1234", "?", "A-1"])
def test_what_cannot_be_reworded_is_not(question):
    assert reworded(question, "en", Random(0)) is None


def test_marks_of_patterns_in_a_question_are_text():
    for seed in range(20):
        found = reworded(r"How do I write \1 {} {0} \g<0>?", "en", Random(seed))
        assert found is None or r"\g<0>" in found[0] or "typo" in found[1]
