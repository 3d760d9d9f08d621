from hypothesis import given
from hypothesis import strategies as st

from toolkit.contracts import Saves
from toolkit.examples import Examples
from toolkit_text import characters
from toolkit_text.tokenizer_options import Characters
from toolkit_text.vocabulary import UNKNOWN

GIVEN = frozenset({"text:question", "text:answer"})


def fitted(texts, **options):
    made = characters.make(Characters(**options), given=GIVEN)
    made.fit(Examples([{"question": text} for text in texts], {}, made))
    return made


def round_trip(made, text):
    ids = next(iter(made.encode([{"answer": text}])))["tokens:answer"]
    return next(iter(made.decode([{"tokens:answer": ids}])))["answer"]


@given(st.text())
def test_known_characters_come_back_exactly(text):
    assert round_trip(fitted([text], vocab_size=10_000), text) == text


def test_an_unknown_character_is_shown_as_such():
    assert round_trip(fitted(["abc"]), "abz") == "ab" + UNKNOWN


def test_ids_are_by_frequency():
    made = fitted(["bba"])
    assert next(iter(made.encode([{"question": "ab"}])))["tokens:question"] == [5, 4]


def test_saved_and_loaded_it_is_the_same(tmp_path):
    made = fitted(["abc", "中文"])
    assert isinstance(made, Saves)
    made.save(tmp_path)
    again = characters.make(Characters(), given=GIVEN)
    again.load(tmp_path)
    assert again.signature() == made.signature()
    assert set(again.signature()) == Characters().gives(GIVEN)
    assert again.signature()["tokens:question"].count == 9
