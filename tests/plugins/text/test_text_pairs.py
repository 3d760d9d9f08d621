import json

import pytest

from toolkit.errors import DataError
from toolkit_text import pairs
from toolkit_text.data_options import Pairs


def write(folder, name, rows):
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(folder / name)


def made(path, seed=0, **options):
    data = pairs.make(Pairs(path=path, **options), seed=seed)
    return {name: data.split(name) for name in ("train", "validation", "test")}


def test_inputs_that_read_alike_never_cross_the_split(tmp_path):
    rows = [{"question": f"{text} {n}", "answer": "a"} for n in range(60) for text in ("Where is it", "where is IT?")]
    found = made(write(tmp_path, "f.jsonl", rows), validation=0.2, test=0.2)
    numbers = [{row["question"].split()[-1] for row in part} for part in found.values()]
    assert [len(part) for part in numbers] == [36, 12, 12]
    assert len(set().union(*numbers)) == 60
    assert made(write(tmp_path, "f.jsonl", rows), validation=0.2, test=0.2) == found


def test_columns_are_named_by_the_options_and_others_are_kept(tmp_path):
    (tmp_path / "f.csv").write_text("EN ,zh,source\nhello,你好,book\n", encoding="utf-8")
    found = made(str(tmp_path / "f.csv"), input="en", output="zh", validation=0.0, test=0.0)
    assert found["train"] == [{"en": "hello", "zh": "你好", "source": "book"}]


def test_a_split_may_have_a_file_of_its_own(tmp_path):
    train = write(tmp_path, "train.jsonl", [{"question": f"q{n}", "answer": "a"} for n in range(10)])
    test = write(tmp_path, "test.jsonl", [{"question": "t", "answer": "b"}])
    found = made(train, validation=0.5, test=test)
    assert [len(part) for part in found.values()] == [5, 5, 1]


def test_a_row_without_its_column_is_refused_with_its_place(tmp_path):
    path = write(tmp_path, "f.jsonl", [{"question": "q", "answer": "a"}, {"question": "q"}])
    with pytest.raises(DataError, match=r"f\.jsonl:2: the column answer is missing"):
        made(path)
