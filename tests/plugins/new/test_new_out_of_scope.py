import pytest

from toolkit_new.characters import language
from toolkit_new.out_of_scope import QUESTIONS, questions


@pytest.mark.parametrize("name", ["en", "zh"])
def test_sixty_questions_each_once_with_key_words(name):
    made = QUESTIONS[name]
    assert len({question for question, _ in made}) == 60
    assert all(words for _, words in made)
    assert {language(question) for question, _ in made} == {name}


def test_key_words_stand_in_the_question_or_beside_it():
    there = sum(
        any(word in question.casefold() for word in words) for found in QUESTIONS.values() for question, words in found
    )
    assert there > 110


def test_what_is_near_to_an_entry_is_left_out():
    every = {question for _, question in questions(["How do I pay?"], ["en", "zh"])}
    assert len(every) == 120
    airline = {
        question for _, question in questions(["Which visas and VISA cards are there?", "怎么抠图？"], ["en", "zh"])
    }
    assert every - airline == {"Do I need a visa for a holiday in Vietnam?", "Photoshop 里怎么抠图？"}


def test_the_languages_that_are_asked_for():
    assert {spoken for spoken, _ in questions([], ["zh"])} == {"zh"}
    assert questions([], []) == []
