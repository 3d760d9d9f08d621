from toolkit_samples.ports import fields


def test_fields_of_a_form_sorted():
    assert fields({"number:b", "number:a", "label:c"}, "number") == ["a", "b"]


def test_side_tables_are_left_out():
    assert fields({"number:passages.length", "number:age"}, "number") == ["age"]
