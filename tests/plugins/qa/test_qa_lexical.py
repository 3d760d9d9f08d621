import json
import math
import unicodedata

import numpy as np
import pytest
from qa_toys import PASSAGES, examples
from safetensors.numpy import load_file, save_file

from toolkit.errors import DataError, RunError
from toolkit_qa.lexical import LONGEST, Lexical, stretches
from toolkit_qa.lexical_index import LexicalIndex
from toolkit_qa.passages import Passages

ALL = {"answer_weight": 0.5, "character_weight": 0.2}


def indexed(passages=PASSAGES, answer_weight=0.0, character_weight=0.0):
    made = Lexical(1.2, 0.75, answer_weight, character_weight)
    table = examples(passages=passages).table("passages")
    made.index(table, Passages.of(table))
    return made


def read(lexical, question):
    (query,) = lexical.read(list(examples([{"question": question}])))
    return query


def scored(lexical, question):
    return lexical.scores(read(lexical, question))


def test_stretches_are_of_three_and_four_characters_with_marked_ends():
    assert stretches("Ab C") == [" ab", "ab ", "b c", " c ", " ab ", "ab c", "b c "]
    assert stretches("密码") == [" 密码", "密码 ", " 密码 "]
    assert stretches("ＡＢ  \n c") == stretches("ab C")
    assert stretches("") == stretches(" \t") == []
    assert len(stretches("x" * 100_000)) == 2 * LONGEST - 1
    assert stretches("\ud800a") == [" \ud800a", "\ud800a ", " \ud800a "]


@pytest.mark.parametrize("text", ["reset my password", "怎么重置密码？", "É\u0301a ﬁ"])
def test_stretches_equal_a_window_slid_over_the_text(text):
    padded = f" {unicodedata.normalize('NFKC', text).lower()} "
    assert stretches(text) == [padded[i:][:n] for n in (3, 4) for i in range(len(padded)) if len(padded[i:]) >= n]


def test_signals_are_those_that_count():
    assert indexed().signals == {"words": 1.0}
    assert indexed(**ALL).signals == {"words": 1.0, "answer words": 0.5, "characters": 0.2}
    assert indexed(**ALL).views == {"lexical": {"words": 1.0, "answer words": 0.5, "characters": 0.2}}


def test_each_signal_is_the_bm25_of_its_own_index_and_an_entry_counts_by_its_best_wording():
    question = "forgotten vpn client"
    words, answers, characters = scored(indexed(**ALL), question)
    of_wordings = LexicalIndex.build([row["question"].split() for row in PASSAGES], 1.2, 0.75).scores(question.split())
    of_answers = LexicalIndex.build([PASSAGES[n]["answer"].split() for n in (0, 1, 3)], 1.2, 0.75)
    of_stretches = LexicalIndex.build([stretches(row["question"]) for row in PASSAGES], 1.2, 0.75)
    assert words.tolist() == [max(of_wordings[0], of_wordings[2]), max(of_wordings[1], of_wordings[4]), of_wordings[3]]
    assert answers.tolist() == of_answers.scores(question.split()).tolist()
    by_wording = of_stretches.scores(stretches(question))
    assert characters.tolist() == [max(by_wording[[0, 2]]), max(by_wording[[1, 4]]), by_wording[3]]


def test_stretches_find_what_words_miss():
    question = "resetting pasword"
    assert not scored(indexed(), question).any()
    assert scored(indexed(character_weight=0.2), question)[1].argmax() == 0


def test_the_confidence_is_what_the_formula_says():
    lexical = indexed(answer_weight=0.5)
    query = read(lexical, "vpn zebra client")
    scores = lexical.scores(query)
    confidence, reached, known = lexical.evidence(query, scores, 1)
    bound = lexical.indices["words"].bound(query.words) + 0.5 * lexical.indices["answer words"].bound(query.words)
    score = float(scores[0, 1] + 0.5 * scores[1, 1])
    g = score / math.sqrt(bound)
    assert known == pytest.approx(2 / 3)
    assert reached == pytest.approx(score / bound) and 0 < reached < 1
    assert confidence == pytest.approx(2 / 3 * g / (1 + g))


@pytest.mark.parametrize("question", ["", "zebra", "??"])
def test_without_a_known_word_nothing_is_sure(question):
    lexical = indexed(**ALL)
    query = read(lexical, question)
    assert lexical.evidence(query, lexical.scores(query), 0)[0] == 0.0


def test_nothing_to_search_is_an_error_of_the_data():
    passages = [{**row, "question": ""} for row in PASSAGES]
    assert indexed(passages, answer_weight=1.0).facts() == {"distinct words": 0, "distinct answer words": 10}
    with pytest.raises(DataError, match="no question of any entry holds a word"):
        indexed(passages)
    with pytest.raises(DataError, match="no entry holds a word"):
        indexed([{"id": "a", "question": "", "answer": ""}], **ALL)


def saved(folder):
    lexical = indexed(**ALL)
    lexical.save(folder)
    return lexical


def loaded(folder, passages=PASSAGES):
    made = Lexical(1.2, 0.75, **ALL)
    made.load(folder, Passages.of(passages))
    return made


def test_saved_and_loaded_it_scores_the_same(tmp_path):
    before = saved(tmp_path)
    after = loaded(tmp_path)
    for question in ("forgotten password", "vpn client", ""):
        assert scored(after, question).tolist() == scored(before, question).tolist()
    assert after.facts() == before.facts()


@pytest.mark.parametrize("name", ["words.json", "index.safetensors"])
@pytest.mark.parametrize("damage", [b"\xff", b"", b"[" * 100_000, b"null", None])
def test_missing_and_unreadable_files_are_named(tmp_path, name, damage):
    saved(tmp_path)
    (tmp_path / name).unlink()
    if damage is not None:
        (tmp_path / name).write_bytes(damage)
    with pytest.raises(RunError, match=name):
        loaded(tmp_path)


@pytest.mark.parametrize(
    "change", [{"words": None}, {"words": ["a", 1]}, {"more": []}, {"words": "abc"}, {"words": {}}]
)
def test_words_that_do_not_fit_are_refused(tmp_path, change):
    saved(tmp_path)
    words = {**json.loads((tmp_path / "words.json").read_text()), **change}
    (tmp_path / "words.json").write_text(json.dumps({k: v for k, v in words.items() if v is not None}))
    with pytest.raises(RunError, match=r"words\.json"):
        loaded(tmp_path)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("words.indices", lambda a: a + 5),
        ("words.indices", lambda a: a - 1),
        ("answer words.indices", lambda a: a + 3),
        ("words.indptr", lambda a: a[:-1]),
        ("words.indptr", lambda a: a + 1),
        ("words.indptr", lambda a: np.append(a[0], np.full(len(a) - 1, a[-1]))),  # a word that stands in too many texts
        ("words.indptr", lambda a: np.concatenate([a[:1], a[2:3], a[1:2], a[3:]])),
        ("words.data", lambda a: a * np.nan),
        ("words.data", lambda a: a[:-1]),
        ("words.data", lambda a: a[None]),
        ("words.data", lambda a: a.astype(np.float64)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, name, change):
    saved(tmp_path)
    file = tmp_path / "index.safetensors"
    found = load_file(file)
    save_file({**found, name: np.ascontiguousarray(change(found[name]))}, file)
    with pytest.raises(RunError, match=r"index\.safetensors"):
        loaded(tmp_path)


def test_an_index_of_other_passages_is_refused(tmp_path):
    saved(tmp_path)
    for passages in (PASSAGES[:3], PASSAGES[:1]):
        with pytest.raises(RunError, match=r"index\.safetensors"):
            loaded(tmp_path, passages)


def test_an_index_of_other_signals_is_refused(tmp_path):
    indexed().save(tmp_path)
    with pytest.raises(RunError, match=r"words\.json"):
        loaded(tmp_path)
