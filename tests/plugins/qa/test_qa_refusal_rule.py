import numpy as np
import pytest

from toolkit_qa.refusal_rule import Rule

CONFIDENCE = np.linspace(0.005, 0.995, 100)
RIGHT = CONFIDENCE > 0.3
ANSWERABLE = CONFIDENCE > 0.4
NONE = np.zeros(100, bool)


def test_a_cost_needs_no_questions():
    threshold, why = Rule(cost=4).choose(CONFIDENCE, NONE, NONE)
    assert threshold == Rule(cost=4).unlearnt == 0.8
    assert "cost 4 where refusing a right one costs 1" in why
    assert "0.8" in why


def test_without_a_cost_right_and_wrong_are_even():
    assert Rule(ceiling=0.01).unlearnt == Rule(false_answers=0.01).unlearnt == 0.5


def test_a_ceiling_that_is_kept_says_what_it_promises():
    threshold, why = Rule(ceiling=0.2).choose(CONFIDENCE, RIGHT, RIGHT)
    assert 0.1 < threshold < 0.3
    assert "At most 0.2 of the answers given may be wrong. The threshold is the lowest" in why
    assert "0.2 of cases" in why


def test_a_ceiling_that_cannot_be_shown_leaves_each_answer_to_its_own_probability():
    threshold, why = Rule(ceiling=0.01).choose(CONFIDENCE, RIGHT, RIGHT)
    assert threshold == pytest.approx(0.99)
    assert "at least 161 answers" in why
    assert "above 0.99" in why
    assert Rule(ceiling=0.2).choose(CONFIDENCE, NONE, NONE)[0] == pytest.approx(0.8)


def test_false_answers():
    threshold, why = Rule(false_answers=0.1).choose(CONFIDENCE, RIGHT, ANSWERABLE)
    assert 0.35 < threshold < 0.4
    assert "The threshold is the lowest" in why
    threshold, why = Rule(false_answers=0.01).choose(CONFIDENCE, RIGHT, ANSWERABLE)
    assert threshold == pytest.approx(0.4)
    assert "The 40 such validation questions are too few to show that (it takes 161)" in why


def test_false_answers_without_a_question_that_has_none():
    threshold, why = Rule(false_answers=0.1).choose(CONFIDENCE, RIGHT, ~NONE)
    assert threshold == 0.5
    assert "no such validation question" in why
