import json

import numpy as np
import pytest
from qa_toys import PASSAGES

from toolkit.errors import RunError
from toolkit_qa import arrays, passages
from toolkit_qa.passages import Entry, Passages

TABLE = [
    {"id": "b", "title": "B", "answer": "first\u2028 line"},
    {"id": 1, "answer": "二"},
    {"id": "b", "title": "another wording", "answer": "first\u2028 line"},
]


def test_wordings_of_one_id_are_one_entry_in_the_order_of_the_table():
    found = Passages.of(TABLE)
    assert found.entries == [Entry("b", "B", "first\u2028 line"), Entry(1, "", "二")]
    assert found.entry_of.tolist() == [0, 1, 0]
    assert found.first.tolist() == [0, 1]
    assert found.place_of == {"b": 0, 1: 1}
    assert found.chinese.tolist() == [False, True]


def test_wordings_are_put_together_by_entry():
    order, starts = Passages.of(PASSAGES).by_entry
    assert order.tolist() == [0, 2, 1, 4, 3]
    assert starts.tolist() == [0, 2, 4]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("together", [True, False])
def test_the_best_wording_counts_wherever_it_stands(seed, together):
    source = np.random.default_rng(seed)
    ids = source.integers(0, 8, 30).tolist()
    found = Passages.of([{"id": id_, "answer": ""} for id_ in (sorted(ids) if together else ids)])
    scores = source.standard_normal((2, 30)).astype(np.float32)
    expected = [[row[found.entry_of == place].max() for place in range(len(found))] for row in scores]
    assert found.best_wording(scores).tolist() == np.array(expected).tolist()
    assert found.best_wording(scores[0]).tolist() == expected[0]


def test_with_a_wording_each_nothing_has_to_be_chosen():
    found = Passages.of([{"id": n, "answer": ""} for n in range(3)])
    assert found.best_wording(np.array([3.0, 1.0, 2.0])).tolist() == [3.0, 1.0, 2.0]


def test_right_entries_are_those_that_answer_or_whose_own_question_it_is():
    found = Passages.of(TABLE)
    assert found.golds({"gold_ids": [1, "b"]}) == [1, 0]
    assert found.golds({"own_ids": ["b"]}) == [0]
    assert found.golds({"gold_ids": []}) == found.golds({}) == found.golds({"gold_ids": ["unknown"]}) == []


def test_saved_and_loaded_everything_is_the_same(tmp_path):
    before = Passages.of(TABLE)
    before.save(tmp_path)
    after = Passages.load(tmp_path)
    assert after.entries == before.entries
    assert after.entry_of.tolist() == before.entry_of.tolist()


@pytest.mark.parametrize("name", [passages.PASSAGES, passages.WORDINGS])
@pytest.mark.parametrize("damage", [b"{\xff\n", b"", b"\0" * 100, b"[" * 100_000 + b"\n", None])
def test_missing_and_unreadable_files_are_named(tmp_path, name, damage):
    Passages.of(TABLE).save(tmp_path)
    (tmp_path / name).unlink()
    if damage is not None:
        (tmp_path / name).write_bytes(damage)
    with pytest.raises(RunError, match=r"passages\.jsonl|wordings\.safetensors"):
        Passages.load(tmp_path)


WHOLE = {"id": "b", "title": "B", "answer": "a"}


@pytest.mark.parametrize(
    "rows",
    [
        [WHOLE],  # an entry too few
        [WHOLE, {**WHOLE, "id": 1}, {**WHOLE, "id": 2}],
        [WHOLE, WHOLE],
        [WHOLE, {"id": 1, "title": "B"}],
        [WHOLE, {**WHOLE, "id": 1, "more": ""}],
        [WHOLE, {**WHOLE, "id": 1, "answer": 1}],
        [WHOLE, {**WHOLE, "id": [1]}],
        [WHOLE, {**WHOLE, "id": 1.5}],
        [WHOLE, None],
    ],
)
def test_entries_that_do_not_fit_are_refused(tmp_path, rows):
    Passages.of(TABLE).save(tmp_path)
    (tmp_path / passages.PASSAGES).write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(RunError, match=r"passages\.jsonl"):
        Passages.load(tmp_path)


@pytest.mark.parametrize("entry_of", [[0, 2, 0], [0, -1, 0], [0, 0, 0], [1, 0, 1], [], [0, 1, 2]])
def test_wordings_of_entries_that_are_not_there_are_refused(tmp_path, entry_of):
    Passages.of(TABLE).save(tmp_path)
    arrays.save({"entry_of": np.array(entry_of, np.int32)}, tmp_path / passages.WORDINGS)
    with pytest.raises(RunError, match=r"wordings\.safetensors"):
        Passages.load(tmp_path)
