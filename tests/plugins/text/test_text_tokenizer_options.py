import pytest
from pydantic import ValidationError

from toolkit_text.tokenizer_options import BytePairs, Characters, Words

GIVEN = frozenset(
    {"text:question", "text:answer", "ids:gold_ids", "text:passages.title", "text:passages.question", "id:passages.id"}
)


def test_every_text_column_but_the_title_is_encoded():
    assert Characters().gives(GIVEN) == {"tokens:question", "tokens:answer", "tokens:passages.question"}
    assert Words().gives(frozenset({"text:a"})) == {"words:a", "tokens:a"}
    assert Words().needs() == frozenset()


def test_named_fields_bring_their_columns_and_are_needed():
    config = Words(fields=["question"])
    assert config.columns(GIVEN) == ["passages.question", "question"]
    assert config.needs() == {"text:question"}


def test_one_column_of_a_table_can_be_named():
    config = BytePairs(fields=["answer", "passages.title"])
    assert config.columns(GIVEN) == ["answer", "passages.title"]
    assert config.needs() == {"text:answer", "text:passages.title"}


@pytest.mark.parametrize(
    "options",
    [{"vocab_size": 4}, {"min_count": 0}, {"fields": []}, {"stop_words": "german"}, {"chinese": "jieba"}],
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(ValidationError):
        Words(**options)


def test_byte_pairs_cannot_have_fewer_ids_than_bytes_and_marks():
    with pytest.raises(ValidationError):
        BytePairs(vocab_size=259)
