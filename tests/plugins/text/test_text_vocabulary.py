import pytest

from toolkit.errors import RunError
from toolkit_text.vocabulary import MARKS, UNKNOWN, Vocabulary


def test_the_marks_come_first_then_the_most_frequent_then_by_name():
    made = Vocabulary.of(["b", "c", "a", "c"], size=100, min_count=1)
    assert made.strings == ["c", "a", "b"]
    assert made.ids(["c", "a", "b", "z"]) == [4, 5, 6, MARKS["unk"]]
    assert (made.size().count, made.size().marks) == (7, {"pad": 0, "bos": 1, "eos": 2, "unk": 3})


def test_size_counts_the_marks_and_rare_strings_are_left_out():
    assert Vocabulary.of("aabbc", size=5, min_count=1).strings == ["a"]
    assert Vocabulary.of("aabbc", size=100, min_count=2).strings == ["a", "b"]


def test_ids_come_back_as_strings_without_pad_begin_and_end():
    made = Vocabulary(["a", "b"])
    assert made.of_ids([1, 4, 5, 3, 2, 0]) == ["a", "b", UNKNOWN]


def test_the_digest_tells_vocabularies_apart():
    assert Vocabulary(["a", "b"]).size() == Vocabulary(["a", "b"]).size()
    assert Vocabulary(["a", "b"]).size().digest != Vocabulary(["b", "a"]).size().digest


def test_saved_and_loaded_it_is_the_same(tmp_path):
    Vocabulary(["中", "\u2028", "\n", '"']).save(tmp_path / "v.json")
    assert Vocabulary.load(tmp_path / "v.json").strings == ["中", "\u2028", "\n", '"']


@pytest.mark.parametrize("text", ["", "{}", "[1]", '["a", "a"]', "[" * 5])
def test_a_damaged_file_is_refused_by_name(tmp_path, text):
    file = tmp_path / "v.json"
    file.write_text(text)
    with pytest.raises(RunError, match=r"v\.json"):
        Vocabulary.load(file)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(RunError, match="gone"):
        Vocabulary.load(tmp_path / "gone.json")
