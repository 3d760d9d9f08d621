import hashlib
import json
import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from pydantic import ValidationError

from toolkit.contracts import Saves, Sections, Table
from toolkit.errors import DataError
from toolkit.examples import Examples
from toolkit_qa import bm25
from toolkit_qa.configs_bm25 import BM25

PASSAGES = [
    {"id": "reset", "title": "Reset", "question": "reset my password", "answer": "open settings"},
    {"id": "reset", "title": "Reset", "question": "forgotten login code", "answer": "open settings"},
    {"id": "vpn", "title": "VPN", "question": "connect to the vpn", "answer": "install the client then connect"},
    {"id": "cake", "title": "Cake", "question": "bake a cake", "answer": "flour sugar butter"},
]


class Blanks:
    """A tokenizer that cuts at blanks."""

    def encode(self, examples):
        for example in examples:
            fields = [field for field in ("question", "answer") if field in example]
            yield {**example, **{f"words:{field}": example[field].split() for field in fields}}

    def decode(self, predictions):
        return predictions


def examples(rows=(), passages=PASSAGES):
    return Examples(rows, {"passages": passages}, Blanks(), frozenset({"answer", "gold_ids"}))


def fitted(validation=(), passages=PASSAGES, **options):
    model = bm25.make(BM25(**options))
    model.fit(examples(passages=passages), examples(validation))
    return model


def asked(model, *questions):
    return list(examples([{"question": question} for question in questions]).answered(model))


VALIDATION = [
    {"question": "forgotten my password", "gold_ids": ["reset"]},
    {"question": "connect vpn", "gold_ids": ["vpn"]},
    {"question": "the weather of tomorrow in town", "gold_ids": []},
    {"question": "my holiday on a boat", "gold_ids": []},
]


def test_a_prediction_has_every_key_of_the_port():
    (found,) = asked(fitted(), "password code")
    assert list(found) == ["answer", "refused", "confidence", "source", "ranking"]
    assert found["answer"] == "open settings"
    assert found["source"] == {"id": "reset", "title": "Reset"}
    assert found["refused"] is False and 0 < found["confidence"] < 1
    assert json.loads(json.dumps(found)) == found


def test_an_entry_counts_by_its_best_wording_not_by_all_of_them():
    model = fitted(answer_weight=0.0)
    (found,) = asked(model, "reset code")
    wordings = model.questions.scores(["reset", "code"])
    assert found["ranking"] == [{"id": "reset", "score": pytest.approx(float(wordings[:2].max()), abs=1e-4)}]


def test_answers_count_by_their_weight():
    model = fitted(answer_weight=0.5)
    (found,) = asked(model, "vpn client")
    expected = model.questions.scores(["vpn", "client"])[2] + 0.5 * model.answers.scores(["vpn", "client"])[1]
    assert found["ranking"][0] == {"id": "vpn", "score": pytest.approx(float(expected), abs=1e-4)}
    assert asked(fitted(answer_weight=0.0), "flour")[0]["ranking"] == []


def test_the_ranking_is_best_first_and_no_longer_than_top_k():
    (found,) = asked(fitted(), "connect my vpn a client")
    scores = [hit["score"] for hit in found["ranking"]]
    assert scores == sorted(scores, reverse=True) and len(scores) == 3
    assert asked(fitted(top_k=2), "connect my vpn a client")[0]["ranking"] == found["ranking"][:2]


def test_equal_entries_come_in_the_order_of_the_table():
    passages = [{"id": name, "title": "", "question": "same words", "answer": "x"} for name in "dacb"]
    (found,) = asked(fitted(passages=passages, top_k=3), "same")
    assert [hit["id"] for hit in found["ranking"]] == ["d", "a", "c"]


def test_a_question_of_unknown_words_is_refused():
    for question in ("zebra", ""):
        assert asked(fitted(), question) == [
            {"answer": "", "refused": True, "confidence": 0.0, "source": None, "ranking": []}
        ]


def test_an_unknown_word_lowers_the_confidence_and_not_the_ranking():
    plain, strange = asked(fitted(), "reset password", "reset password zebra")
    assert plain["ranking"] == strange["ranking"]
    assert plain["confidence"] > strange["confidence"]


def test_the_confidence_is_what_the_formula_says():
    model = fitted(answer_weight=0.5)
    words = ["vpn", "zebra"]
    (found,) = asked(model, "vpn zebra")
    bound = model.questions.bound(words) + 0.5 * model.answers.bound(words)
    g = found["ranking"][0]["score"] / bound**0.5
    assert found["confidence"] == pytest.approx(0.5 * g / (1 + g), abs=1e-4)


def test_it_learns_when_to_refuse():
    questions = [row["question"] for row in VALIDATION]
    before = [found["refused"] for found in asked(fitted(), *questions)]
    model = fitted(VALIDATION)
    after = asked(model, *questions)
    assert before == [False, False, False, False]
    assert [found["refused"] for found in after] == [False, False, True, True]
    assert (model.refusal.answerable, model.refusal.unanswerable, model.refusal.balanced_accuracy) == (2, 2, 1.0)
    assert after[2]["answer"] == "" and after[2]["source"] is None and after[2]["ranking"]


def test_without_questions_the_answers_are_searched():
    passages = [{**row, "question": ""} for row in (PASSAGES[0], *PASSAGES[2:])]
    (found,) = asked(fitted(passages=passages), "sugar")
    assert found["ranking"][0]["id"] == "cake" and found["source"]["title"] == "Cake"
    assert 0 < found["confidence"] < 1 and not found["refused"]


def test_nothing_to_search_is_an_error_of_the_data():
    passages = [{**row, "question": ""} for row in PASSAGES]
    with pytest.raises(DataError, match="no question of any entry holds a word"):
        fitted(passages=passages, answer_weight=0.0)
    with pytest.raises(DataError, match="no entry holds a word"):
        fitted(passages=[{"id": "a", "question": "", "answer": ""}])


def test_saved_and_loaded_it_predicts_the_same(tmp_path):
    model = fitted(VALIDATION)
    assert isinstance(model, Saves)
    model.save(tmp_path)
    again = bm25.make(BM25())
    again.load(tmp_path)
    questions = ["forgotten password", "weather", "connect a cake"]
    assert asked(again, *questions) == asked(model, *questions)
    assert [section.blocks for section in again.sections()] == [section.blocks for section in model.sections()]


def test_the_report_says_what_was_indexed_and_how_the_threshold_was_chosen():
    model = fitted(VALIDATION)
    assert isinstance(model, Sections)
    (section,) = model.sections()
    table, text = section.blocks
    assert isinstance(table, Table) and ["entries", 3] in table.rows and ["wordings", 4] in table.rows
    assert "2 validation queries with an answer and 2 without" in text
    (section,) = fitted().sections()
    assert "refuses only where no word" in section.blocks[1]


@pytest.mark.parametrize("seed", range(5))
def test_highest_equals_a_full_sort(seed):
    scores = np.random.default_rng(seed).integers(0, 5, 50).astype(np.float32)
    order = [place for place in sorted(range(50), key=lambda place: (-scores[place], place)) if scores[place] > 0]
    for k in (1, 7, 50, 100):
        assert bm25.highest(scores, k).tolist() == order[:k]


def test_the_bytes_do_not_depend_on_hash_order(tmp_path):
    code = """
        import pathlib, sys
        from toolkit.examples import Examples
        from toolkit_qa import bm25
        from toolkit_qa.configs_bm25 import BM25
        from toolkit_text import words
        from toolkit_text.tokenizer_options import Words

        texts = [(f"how {n} 怎么重置{n} of w{n % 7}", f"答案 a{n % 5}") for n in range(40)]
        rows = [{"id": str(n), "question": text, "answer": answer} for n, (text, answer) in enumerate(texts)]
        given = frozenset({"text:question", "text:answer", "text:passages.question", "text:passages.answer"})
        tokenizer = words.make(Words(), given=given)
        examples = Examples(rows, {"passages": rows}, tokenizer)
        tokenizer.fit(examples)
        model = bm25.make(BM25())
        model.fit(examples, Examples([], {}, tokenizer))
        folder = pathlib.Path(sys.argv[1])
        folder.mkdir()
        for part in (tokenizer, model):
            part.save(folder)
    """
    digests = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / seed)]
        subprocess.run(command, check=True, env=environment)
        files = sorted((tmp_path / seed).iterdir())
        digests.append([(file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files])
    assert digests[0] == digests[1] and len(digests[0]) == 5


@pytest.mark.parametrize("options", [{"k1": -0.1}, {"b": 1.1}, {"answer_weight": -1.0}, {"top_k": 0}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(ValidationError):
        BM25(**options)


def test_its_ports():
    config = BM25()
    assert config.needs() == {"words:question", "words:passages.question", "words:passages.answer", "id:passages.id"}
    assert config.gives(frozenset()) == {"learns:direct", "predicts:ranking", "predicts:text"}
    assert config.suggests() == {"optimizer": ["direct"], "tokenizer": ["words"]}
