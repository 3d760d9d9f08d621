import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from toolkit.errors import RunError
from toolkit_qa import passages
from toolkit_qa.lexical_index import LexicalIndex
from toolkit_qa.passages import Entry

TABLE = [
    {"id": "b", "title": "B", "answer": "first\u2028 line"},
    {"id": 1, "answer": "二"},
    {"id": "b", "title": "another wording", "answer": "first\u2028 line"},
]


def saved(folder):
    entries, entry_of, _ = passages.entries(TABLE)
    indices = {
        "question": LexicalIndex.build([["x", "y"], ["y"], []], 1.2, 0.75),
        "answer": LexicalIndex.build([["z"], []], 1.2, 0.75),
    }
    passages.save(folder, entries, entry_of, indices)
    return entries, entry_of, indices


def test_wordings_of_one_id_are_one_entry_in_the_order_of_the_table():
    entries, entry_of, first = passages.entries(TABLE)
    assert entries == [Entry("b", "B", "first\u2028 line"), Entry(1, "", "二")]
    assert entry_of.tolist() == [0, 1, 0]
    assert first == [0, 1]


def test_saved_and_loaded_everything_is_the_same(tmp_path):
    entries, entry_of, indices = saved(tmp_path)
    again, entry_of_again, indices_again = passages.load(tmp_path)
    assert again == entries
    assert entry_of_again.tolist() == entry_of.tolist()
    for name, index in indices.items():
        assert indices_again[name].words == index.words
        assert indices_again[name].scores(["x", "y", "z"]).tolist() == index.scores(["x", "y", "z"]).tolist()


@pytest.mark.parametrize("name", [passages.PASSAGES, passages.WORDS, passages.INDEX])
def test_missing_and_unreadable_files_are_named(tmp_path, name):
    saved(tmp_path)
    (tmp_path / name).write_bytes(b"{\xff\n")
    with pytest.raises(RunError, match=name):
        passages.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(RunError, match=name):
        passages.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("words.json", {"question": ["x", "y"]}),
        ("words.json", {"question": ["x", 1], "answer": ["z"]}),
        ("words.json", {"question": ["x", "y", "more"], "answer": ["z"]}),
        ("words.json", {"question": ["x", "x"], "answer": ["z"]}),
        ("passages.jsonl", {"id": "b", "title": "B"}),
        ("passages.jsonl", {"id": "b", "title": "B", "answer": 1}),
        ("passages.jsonl", {"id": "b", "title": "B", "answer": "a"}),
    ],
)
def test_files_that_do_not_fit_are_refused(tmp_path, name, value):
    saved(tmp_path)
    (tmp_path / name).write_text(json.dumps(value) + "\n")
    with pytest.raises(RunError, match=r"words\.json|passages\.jsonl"):
        passages.load(tmp_path)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("entry_of", None),
        ("more", np.zeros(1, np.int32)),
        ("entry_of", np.zeros(3, np.int64)),
        ("entry_of", np.array([0, 2, 0], np.int32)),
        ("entry_of", np.array([0, -1, 0], np.int32)),
        ("answer.data", np.array([np.nan], np.float32)),
        ("answer.indices", np.array([2], np.int32)),
        ("answer.indptr", np.array([0, 2], np.int64)),
        ("question.indptr", np.array([0, 4, 3], np.int64)),
        ("question.indptr", np.zeros((1, 3), np.int64)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, name, array):
    saved(tmp_path)
    file = tmp_path / passages.INDEX
    arrays = load_file(file)
    if array is None:
        del arrays[name]
    else:
        arrays[name] = array
    save_file(arrays, file)
    with pytest.raises(RunError, match=r"index\.safetensors"):
        passages.load(tmp_path)
