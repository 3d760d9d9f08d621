import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.contracts import Saves
from toolkit.errors import RunError
from toolkit.examples import Examples
from toolkit_text import bpe
from toolkit_text.tokenizer_options import BytePairs

GIVEN = frozenset({"text:question", "text:answer"})
TEXTS = ["low lower lowest", "new newer newest", "重置密码", "重置密码"] * 3


def fitted(texts=TEXTS, **options):
    made = bpe.make(BytePairs(**options), given=GIVEN)
    made.fit(Examples([{"question": text} for text in texts], {}, made))
    return made


MADE = fitted()


def ids(made, text):
    return next(iter(made.encode([{"answer": text}])))["tokens:answer"]


def round_trip(made, text):
    return next(iter(made.decode([{"tokens:answer": ids(made, text)}])))["answer"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
@settings(max_examples=200)
def test_every_text_comes_back_exactly(text):
    assert round_trip(MADE, text) == text


@pytest.mark.parametrize("name", ["<pad>", "⟨eos⟩", "⟨pad⟩", "</s>", "[UNK]"])
def test_a_mark_written_in_a_text_is_text(name):
    made = fitted([f"a{name}b"] * 20)
    found = ids(made, f"a{name}b")
    assert min(found) >= 4
    assert round_trip(made, f"a{name}b") == f"a{name}b"


def test_the_marks_are_the_first_ids_and_are_left_out_of_text():
    assert [MADE.library.id_to_token(i) for i in range(4)] == ["⟨pad⟩", "⟨bos⟩", "⟨eos⟩", "⟨unk⟩"]
    assert MADE.text([1, *ids(MADE, "low"), 2, 0]) == "low"


def test_what_is_frequent_becomes_one_id():
    assert len(ids(MADE, "重置密码")) == 1
    assert len(ids(MADE, "low")) == 1


def test_more_ids_make_shorter_sequences():
    small = sum(len(ids(fitted(vocab_size=262), text)) for text in TEXTS)
    large = sum(len(ids(fitted(vocab_size=300), text)) for text in TEXTS)
    assert large < small < sum(len(text.encode()) for text in TEXTS)


def test_the_vocabulary_is_limited_and_its_size_is_told():
    made = fitted(vocab_size=270)
    signature = made.signature()
    assert set(signature) == BytePairs().gives(GIVEN)
    assert signature["tokens:question"] == signature["tokens:answer"]
    assert signature["tokens:question"].count == 270
    assert signature["tokens:question"].digest != fitted(vocab_size=271).signature()["tokens:question"].digest


def test_rare_pairs_are_not_merged():
    assert fitted(["xyz"], min_count=2).library.get_vocab_size() == 260


def test_trained_twice_it_is_the_same():
    assert fitted().library.to_str() == MADE.library.to_str()


def test_saved_and_loaded_it_encodes_the_same(tmp_path):
    assert isinstance(MADE, Saves)
    MADE.save(tmp_path)
    again = bpe.make(BytePairs(), given=GIVEN)
    again.load(tmp_path)
    assert again.signature() == MADE.signature()
    assert ids(again, "lowest 密码 ?") == ids(MADE, "lowest 密码 ?")


def test_a_file_with_special_tokens_or_without_our_marks_is_refused(tmp_path):
    MADE.save(tmp_path)
    state = json.loads((tmp_path / bpe.FILE).read_text(encoding="utf-8"))
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    special = [{"id": 2, "content": "⟨eos⟩", **flags}]
    for damaged in (
        {**state, "added_tokens": special},
        {**state, "model": {**state["model"], "vocab": {}, "merges": []}},
    ):
        (tmp_path / bpe.FILE).write_text(json.dumps(damaged), encoding="utf-8")
        with pytest.raises(RunError, match=r"tokenizer\.json"):
            bpe.make(BytePairs(), given=GIVEN).load(tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "not json"])
def test_a_damaged_file_is_refused(tmp_path, text):
    (tmp_path / bpe.FILE).write_text(text)
    with pytest.raises(RunError, match=r"tokenizer\.json"):
        bpe.make(BytePairs(), given=GIVEN).load(tmp_path)
