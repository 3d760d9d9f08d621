from toolkit.examples import Examples
from toolkit_text.fields import decoded, encoded, keys, texts


def test_columns_of_tables_have_their_own_key_in_rows():
    assert keys(["question", "passages.question", "passages.answer"]) == ["answer", "question"]


def test_texts_come_from_rows_and_from_tables_only_what_no_row_has():
    rows = [{"question": "q1"}, {"other": "x"}]
    tables = {"passages": [{"question": "again", "note": "n1"}, {"question": "again"}]}
    examples = Examples(rows, tables, tokenizer=None)
    assert list(texts(examples, ["question", "passages.question", "passages.note"])) == ["q1", "n1"]


def test_encoding_adds_ports_passes_over_absent_fields_and_leaves_the_example_alone():
    row = {"question": "ab", "id": 7}
    made = list(encoded([row, {"id": 8}], ["answer", "question"], lambda text: {"tokens": len(text)}))
    assert made == [{"question": "ab", "id": 7, "tokens:question": 2}, {"id": 8}]
    assert row == {"question": "ab", "id": 7}


def test_decoding_puts_text_in_place_of_tokens():
    made = decoded([{"tokens:answer": [1, 2], "confidence": 0.5}], lambda ids: str(sum(ids)))
    assert list(made) == [{"answer": "3", "confidence": 0.5}]
