"""A split as a model sees it: encoded in order, once where it is kept, and never with an answer when it predicts."""

from __future__ import annotations

import pytest

from toolkit import contracts
from toolkit.examples import CHUNK, Examples

ROWS = [{"question": f"q{i}", "colour": "red", "n": i} for i in range(5)]
TABLES = {"facts": [{"text": "a b"}, {"text": "c"}]}


class Tokenizer:
    """Splits; counts how often it is asked."""

    def __init__(self):
        self.seen = []

    def encode(self, examples):
        for row in examples:
            self.seen.append(dict(row))
            yield {**row, **{f"words:{name}": row[name].split() for name in ("question", "text") if name in row}}

    def decode(self, predictions):
        return ({**prediction, "decoded": True} for prediction in predictions)


class Model:
    def predict(self, examples):
        for example in examples:
            assert "colour" not in example
            yield {"n": example["n"]}


@pytest.fixture
def tokenizer():
    return Tokenizer()


@pytest.fixture
def examples(tokenizer):
    return Examples(ROWS, TABLES, tokenizer, frozenset({"colour"}))


def test_they_keep_the_contract(examples):
    assert isinstance(examples, contracts.Examples)


def test_nothing_is_encoded_before_it_is_wanted(examples, tokenizer):
    assert len(examples) == 5
    assert examples.rows is ROWS
    assert examples.raw("facts") is TABLES["facts"]
    assert tokenizer.seen == []


def test_iterating_gives_each_row_encoded_and_in_order(examples):
    assert [example["n"] for example in examples] == list(range(5))
    assert next(iter(examples)) == {**ROWS[0], "words:question": ["q0"]}
    assert list(examples) == list(examples)


def test_taking_gives_positions_in_their_order_and_encodes_once(examples, tokenizer):
    assert [example["n"] for example in examples.take([3, 0, 3])] == [3, 0, 3]
    assert examples.take(iter([])) == []
    assert examples.take(range(5)) == list(examples)
    assert len(tokenizer.seen) == 5
    with pytest.raises(IndexError):
        examples.take([5])


def test_a_table_is_encoded_once(examples, tokenizer):
    assert [row["words:text"] for row in examples.table("facts")] == [["a", "b"], ["c"]]
    assert examples.table("facts") is examples.table("facts")
    assert len(tokenizer.seen) == 2
    with pytest.raises(KeyError):
        examples.table("nothing")


def test_what_is_asked_holds_no_answer_before_it_is_encoded(examples, tokenizer):
    asked = examples.asked()
    assert asked.rows == [{"question": f"q{i}", "n": i} for i in range(5)]
    assert all("colour" not in example for example in asked)
    assert all("colour" not in row for row in tokenizer.seen)
    assert asked.raw("facts") is TABLES["facts"]
    assert ROWS[0]["colour"] == "red", "the rows themselves are left alone"


def test_answering_hides_answers_even_from_the_tokenizer(examples, tokenizer):
    examples.take([0])  # what was encoded with its answer must not be used again
    tokenizer.seen.clear()
    assert list(examples.answered(Model())) == [{"n": i, "decoded": True} for i in range(5)]
    assert all("colour" not in row for row in tokenizer.seen)


@pytest.mark.parametrize("count", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_answering_any_number_keeps_the_order(tokenizer, count):
    rows = [{"question": "q", "colour": "x", "n": i} for i in range(count)]
    examples = Examples(rows, {}, tokenizer, frozenset({"colour"}))
    assert [found["n"] for found in examples.answered(Model())] == list(range(count))


def test_answering_is_lazy(tokenizer):
    rows = [{"question": "q", "n": i} for i in range(3 * CHUNK)]
    next(iter(Examples(rows, {}, tokenizer).answered(Model())))
    assert len(tokenizer.seen) <= CHUNK


def test_a_planted_fault_a_model_that_reads_the_answer_is_noticed(tokenizer):
    leaking = Examples(ROWS, TABLES, tokenizer, frozenset())
    with pytest.raises(AssertionError):
        list(leaking.answered(Model()))
