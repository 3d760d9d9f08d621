import tracemalloc
from collections import Counter

import numpy as np
import pytest
from qa_toys import MEANINGS, dense, examples, fitted, lexical, mixed, topic_queries, topics

from toolkit_qa import validation
from toolkit_qa.mixing import Mixing
from toolkit_qa.passages import Passages
from toolkit_qa.ranking import Found, highest
from toolkit_qa.validation import CANDIDATES, compared, groups, measured, without_own_fold


def blocks(sections, title):
    return next(section.blocks for section in sections if section.title == title)


def indexed(model, passages):
    model.index(examples(passages=passages).table("passages"))
    return model


def rows(queries):
    return list(examples(queries))


# -- what a question is compared on --------------------------------------------------------------------------------


def many(count=300):
    source = np.random.default_rng(0)
    words = [f"{a}{b}" for a in MEANINGS for b in MEANINGS]
    texts = [" ".join(source.choice(words, 4)) for _ in range(count)]
    return [{"id": n, "question": text, "answer": text[::-1]} for n, text in enumerate(texts)]


def test_a_question_is_compared_on_the_best_by_every_signal_and_on_those_that_answer_it():
    passages = many()
    model = indexed(mixed(), passages)
    queries = [{"question": passages[n]["question"], "gold_ids": [299, n]} for n in range(5)]
    (*_, found), (*_, asked) = model.found(rows(queries)), compared(model, rows(queries))
    kept = asked.found.signals
    assert kept.shape[1] < len(passages) / 2
    of_searchers = len(kept) - 1  # all but the language
    for whole, part in zip(found.signals[:of_searchers], kept[:of_searchers], strict=True):
        assert sorted(whole)[-CANDIDATES:] == sorted(part)[-CANDIDATES:]
    assert list(asked.answers) == [299, 4] and asked.question == queries[4]["question"]
    places = [299, 4]
    right = sorted(map(tuple, found.signals[:, places].T.tolist()))
    assert sorted(map(tuple, kept[:, asked.golds].T.tolist())) == right


def test_a_right_entry_that_nothing_finds_is_among_the_candidates():
    passages = many()
    model = indexed(lexical(), passages)
    (asked,) = compared(model, rows([{"question": "zebra", "gold_ids": [299]}]))
    assert len(asked.golds) == 1 and asked.found.signals.shape[1] == CANDIDATES + 1


def test_features_of_the_candidates_are_those_of_all_entries():
    passages = many()
    model = indexed(mixed(), passages)
    queries = rows([{"question": passages[n]["question"][:9], "gold_ids": [n]} for n in range(20)])
    for found, asked in zip(model.found(queries), compared(model, queries), strict=True):
        scores = model.mixing.score(found.signals)
        whole = model.features(found, scores, highest(scores, 50))
        assert validation.judge(model, asked, model.mixing).features == pytest.approx(whole, abs=1e-5)


def test_what_is_held_does_not_grow_with_the_entries(monkeypatch):
    """200 questions over 20,000 entries by 4 signals are 64 MB; of them only the candidates may be held."""
    count, words = 20_000, 500
    source = np.random.default_rng(0)
    entry = [{"id": n, "question": f"w{n % words} v{n}", "answer": ""} for n in range(count)]
    model = indexed(lexical(answer_weight=0.0), entry)
    signals = source.random((4, count), dtype=np.float32)
    model.found = lambda some: (Found([None], signals + n) for n, _ in enumerate(some))
    model.own = lambda found: [(None, None, found.signals)]
    model.mixing = Mixing(dict.fromkeys("abcd", 1.0))
    queries = [{"question": f"q{n}", "gold_ids": [n]} for n in range(200)]
    tracemalloc.start()
    asked = list(compared(model, queries))
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(asked) == 200
    assert held < 4e6
    assert peak < 8e6  # the signals of a question or two


def test_signals_are_made_a_question_at_a_time():
    model = indexed(mixed(), topics())
    made = []
    scores = model.searchers["dense"].scores
    model.searchers["dense"].scores = lambda query: made.append(1) or scores(query)
    found = model.found(rows([{"question": "car2"}] * 9))
    next(found)
    assert len(made) == 1


# -- folds ---------------------------------------------------------------------------------------------------------


def golds(*answers):
    return [
        validation.Asked(Found([], np.zeros((1, 1))), [0] if a else [], a, f"q{n % 2}") for n, a in enumerate(answers)
    ]


def test_questions_that_share_an_answer_are_one_group_also_through_others():
    passages = Passages.of([{"id": f"e{n}", "answer": ""} for n in range(9)])
    named = groups(golds([1], [1, 2], [3], [2, 4], [5], [4], [], [], []), passages)
    assert named == [
        *["entry e1", "entry e1", "entry e3", "entry e1", "entry e5", "entry e1"],
        *["question q0", "question q1", "question q0"],
    ]
    assert groups(golds([4], [2, 4], [1, 2]), passages) == ["entry e1"] * 3


class Spy:
    """Notes which questions each mixing was learnt from."""

    def __init__(self, monkeypatch, asked):
        self.seen = {}
        place = {id(each.found.signals): n for n, each in enumerate(asked)}
        learnt, candidates = Mixing.learnt, validation.candidates

        def noting(each):
            found = candidates(each)
            place[id(found.signals)] = place[id(each.found.signals)]
            self.alive = [*getattr(self, "alive", []), found]  # an id is unique among what lives
            return found

        def learning(mixing, some):
            found = learnt(mixing, some)
            self.seen[id(found)] = {place[id(each.signals)] for each in some}
            return found

        monkeypatch.setattr(validation, "candidates", noting)
        monkeypatch.setattr(Mixing, "learnt", learning)

    def check(self, mixings, named):
        """Raise where a mixing saw its own question's group, or next to nothing at all."""
        for mixing, name in zip(mixings, named, strict=True):
            seen = self.seen[id(mixing)]
            assert name not in {named[n] for n in seen}, "a question's own group was learnt from"
            assert len(seen) >= len(named) / 2, "hardly anything was learnt from"


def crossed(monkeypatch):
    model = indexed(mixed(), topics())
    asked = list(compared(model, rows([*topic_queries(), *topic_queries()])))
    named = groups(asked, model.passages)
    spy = Spy(monkeypatch, asked)
    return spy, without_own_fold(model.mixing, asked, named), named


def test_the_weights_used_for_a_question_never_saw_its_group(monkeypatch):
    spy, mixings, named = crossed(monkeypatch)
    spy.check(mixings, named)
    assert len({tuple(mixing.weights) for mixing in mixings}) == validation.FOLDS
    assert max(Counter(named).values()) > 1


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (lambda named, k: np.zeros(len(named), int), "hardly anything"),
        (lambda named, k: np.arange(len(named)) % k, "own group"),
    ],
)
def test_faulty_folds_do_not_go_unseen(monkeypatch, fault, message):
    monkeypatch.setattr(validation, "folds", fault)
    with pytest.raises(AssertionError, match=message):
        Spy.check(*crossed(monkeypatch))


def test_confidence_is_learnt_from_what_other_folds_say(monkeypatch):
    model = indexed(mixed(), topics())
    judged = []
    judge = validation.judge
    monkeypatch.setattr(
        validation, "judge", lambda model, asked, mixing: judged.append(mixing) or judge(model, asked, mixing)
    )
    model.learn(examples(topic_queries(), topics()))
    assert len(judged) == 30 and model.mixing not in judged
    assert all(mixing.questions < model.mixing.questions == 24 for mixing in judged)


# -- what is learnt ------------------------------------------------------------------------------------------------


def test_learning_again_learns_the_same_whatever_was_learnt_before():
    passages = many()
    queries = [{"question": passages[n]["question"][:9], "gold_ids": [n]} for n in range(30)] + topic_queries(0, 9)
    model, other = indexed(mixed(), passages), indexed(mixed(), passages)
    model.learn(examples(queries, passages))
    other.learn(examples(queries[::3], passages))
    other.mixing.weights *= [0, 0, 50, 1, 0, 9]
    other.learn(examples(queries, passages))
    assert other.mixing.weights.tolist() == model.mixing.weights.tolist()
    assert other.refusal.threshold == model.refusal.threshold


@pytest.mark.parametrize(
    "queries", [[], topic_queries(0, 20), topic_queries(12, 0), topic_queries(1, 0), topic_queries(0, 1)]
)
@pytest.mark.parametrize("make", [lexical, dense, mixed])
def test_every_kind_of_validation_can_be_learnt_from(make, queries):
    model = fitted(make(), topics(), queries)
    answerable = sum(bool(row["gold_ids"]) for row in queries)
    assert model.mixing.questions == (answerable if model.learns_weights else 0)
    assert next(model.sections()).title == "Search index"
    assert bool(model.learnt) == bool(answerable)


def test_own_questions_are_learnt_from_too():
    queries = [{"question": row["question"], "own_ids": row["gold_ids"]} for row in topic_queries(12, 0)]
    assert fitted(mixed(), topics(), queries).mixing.questions == 24


def test_a_question_of_no_known_word_is_not_taken_for_right():
    """Nothing is found for it, so the first of equals, which answers it, is no finding."""
    learnt = []
    model = indexed(lexical(), topics())
    model.refusal.learn = lambda features, right, answerable, groups: learnt.append((right, answerable))
    model.learn(examples([{"question": "zebra", "gold_ids": ["e0"]}, {"question": "xq3", "gold_ids": ["e3"]}]))
    ((right, answerable),) = learnt
    assert right.tolist() == [False, True] and answerable.tolist() == [True, True]


def test_the_report_shows_what_each_part_finds_alone():
    model = fitted(mixed(lexical_options={"character_weight": 0.0}), topics(), topic_queries())
    text, table = blocks(model.learnt, "What each part finds alone")
    assert "24 validation questions" in text
    assert list(table.columns) == ["", "hit@1", "hit@3", "mrr@10"]
    figures = {row[0]: row[1] for row in table.rows}
    assert figures == {"lexical": 0.5, "dense": 0.5, "all together": 1.0}
    _, table = blocks(model.learnt, "How much each signal counts")
    assert [row[0] for row in table.rows] == list(model.mixing.default)
    assert [row[2] for row in table.rows] == pytest.approx(model.mixing.weights.tolist(), abs=1e-3)


def test_a_part_that_finds_nothing_is_counted_as_such():
    assert measured("x", [1, 2, 4, 11, 0]) == ["x", 0.2, 0.4, 0.35]
    assert measured("x", [0, 0]) == ["x", 0.0, 0.0, 0.0]
