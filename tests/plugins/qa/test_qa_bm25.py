import math

import pytest
from pydantic import ValidationError
from qa_toys import PASSAGES, asked, fitted, lexical, topic_queries, topics

from toolkit.errors import DataError
from toolkit_qa.configs_retrieval import BM25
from toolkit_qa.lexical_index import LexicalIndex


def by_the_formula(question, answer_weight, k1=1.2, b=0.75):
    """Scores and confidence as the module was defined first: the best wording's, and a share of the answer's."""
    words = question.split()
    questions = LexicalIndex.build([row["question"].split() for row in PASSAGES], k1, b)
    answers = LexicalIndex.build([PASSAGES[n]["answer"].split() for n in (0, 1, 3)], k1, b)
    scores = dict.fromkeys(("reset", "vpn", "cake"), 0.0)
    for row, score in zip(PASSAGES, questions.scores(words), strict=True):
        scores[row["id"]] = max(scores[row["id"]], float(score))
    for id_, score in zip(scores, answers.scores(words), strict=True):
        scores[id_] += answer_weight * float(score)
    ranking = sorted((id_ for id_ in scores if scores[id_] > 0), key=lambda id_: -scores[id_])
    known = sum(word in questions or bool(answer_weight and word in answers) for word in words) / len(words)
    g = scores[ranking[0]] / math.sqrt(questions.bound(words) + answer_weight * answers.bound(words))
    return [(id_, scores[id_]) for id_ in ranking], known * g / (1 + g)


@pytest.mark.parametrize("answer_weight", [0.0, 0.5, 2.0])
@pytest.mark.parametrize(
    "question", ["reset code", "vpn client", "connect my vpn a client", "a cake zebra", "the the vpn"]
)
def test_ranking_and_confidence_equal_the_first_definition(question, answer_weight):
    (found,) = asked(fitted(lexical(answer_weight=answer_weight), PASSAGES), question)
    ranking, confidence = by_the_formula(question, answer_weight)
    assert [hit["id"] for hit in found["ranking"]] == [id_ for id_, _ in ranking]
    assert [hit["score"] for hit in found["ranking"]] == pytest.approx([score for _, score in ranking], abs=1e-4)
    assert found["confidence"] == pytest.approx(confidence, abs=1e-5)


def test_equal_entries_come_in_the_order_of_the_table():
    passages = [{"id": name, "title": "", "question": "same words", "answer": "x"} for name in "dacb"]
    (found,) = asked(fitted(lexical(top_k=3), passages), "same")
    assert [hit["id"] for hit in found["ranking"]] == ["d", "a", "c"]


def test_an_unknown_word_lowers_the_confidence_and_not_the_ranking():
    plain, strange = asked(fitted(lexical(), PASSAGES), "reset password", "reset password zebra")
    assert plain["ranking"] == strange["ranking"]
    assert plain["confidence"] > strange["confidence"]


def test_it_learns_when_to_refuse():
    model = fitted(lexical(), topics(), topic_queries(12, 12))
    known, unknown = asked(model, "xq3", "weather1 nothing")
    assert not known["refused"] and unknown["refused"]
    assert "validation questions" in " ".join(map(str, list(model.sections())[-1].blocks))


def test_without_questions_the_answers_are_searched():
    passages = [{**row, "question": ""} for row in PASSAGES]
    (found,) = asked(fitted(lexical(), passages), "sugar")
    assert found["ranking"][0]["id"] == "cake" and 0 < found["confidence"] < 1


def test_nothing_to_search_is_an_error_of_the_data():
    with pytest.raises(DataError, match="no question of any entry holds a word"):
        fitted(lexical(answer_weight=0.0), [{**row, "question": ""} for row in PASSAGES])


@pytest.mark.parametrize(
    "options",
    [{"k1": -0.1}, {"b": 1.1}, {"answer_weight": -1.0}, {"character_weight": 11.0}, {"top_k": 0}, {"top_k": 1001}],
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(ValidationError):
        BM25(**options)
