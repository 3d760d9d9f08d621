import json
import re

import pytest

from toolkit.contracts import Sections
from toolkit.errors import DataError
from toolkit_text import faq
from toolkit_text.data_options import Faq

ENTRIES = [
    {"id": "vpn", "question": ["How do I reach the VPN?", "VPN access"], "answer": "Install it.", "language": "en"},
    {"id": 7, "question": "怎么重置密码？", "answer": "打开设置。", "title": "密码"},
]
QUERIES = [
    {"query": "vpn?", "gold_ids": ["vpn"], "language": "en"},
    {"query": "密码忘了", "gold_ids": [7, "vpn"]},
    {"query": "weather", "gold_ids": []},
]


def write(file, rows):
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return str(file)


def made(folder, entries=ENTRIES, seed=0, **queries):
    named = {split: write(folder / f"{split}.jsonl", rows) for split, rows in queries.items()}
    return faq.make(Faq(entries=write(folder / "faq.jsonl", entries), queries=named), seed=seed)


def told(data):
    return " ".join(block for section in data.sections() for block in section.blocks)


def test_train_has_a_row_a_wording(tmp_path):
    assert made(tmp_path, test=QUERIES).split("train") == [
        {"language": "en", "question": "How do I reach the VPN?", "gold_ids": ["vpn"], "answer": "Install it."},
        {"language": "en", "question": "VPN access", "gold_ids": ["vpn"], "answer": "Install it."},
        {"question": "怎么重置密码？", "gold_ids": ["7"], "answer": "打开设置。"},
    ]


def test_queries_have_the_first_gold_answer_and_none_where_they_must_be_refused(tmp_path):
    data = made(tmp_path, test=QUERIES)
    assert data.split("test") == [
        {"language": "en", "question": "vpn?", "gold_ids": ["vpn"], "answer": "Install it."},
        {"question": "密码忘了", "gold_ids": ["7", "vpn"], "answer": "打开设置。"},
        {"question": "weather", "gold_ids": []},
    ]
    assert data.split("validation") == []


def test_passages_have_a_row_a_wording_and_the_first_is_the_title(tmp_path):
    passages = made(tmp_path, test=QUERIES).table("passages")
    assert [(row["id"], row["title"], row["question"], row["answer"]) for row in passages] == [
        ("vpn", "How do I reach the VPN?", "How do I reach the VPN?", "Install it."),
        ("vpn", "How do I reach the VPN?", "VPN access", "Install it."),
        ("7", "密码", "怎么重置密码？", "打开设置。"),
    ]
    assert passages[0]["language"] == "en"


def test_without_queries_the_answers_alone_are_given_and_entries_asked_for_by_their_own_questions(tmp_path):
    data = made(tmp_path)
    passages = data.table("passages")
    assert [(row["id"], row["title"], row["question"]) for row in passages] == [
        ("vpn", "How do I reach the VPN?", ""),
        ("7", "密码", ""),
    ]
    assert [(row["question"], row["own_ids"]) for row in data.split("test")] == [
        ("How do I reach the VPN?", ["vpn"]),
        ("VPN access", ["vpn"]),
        ("怎么重置密码？", ["7"]),
    ]
    assert not any("gold_ids" in row for name in ("train", "validation", "test") for row in data.split(name))


def test_a_large_file_is_asked_for_a_sample_of_its_own_questions(tmp_path):
    entries = [{"question": f"q{n}", "answer": f"a{n}"} for n in range(faq.OWN_QUESTIONS + 500)]
    asked = made(tmp_path, entries).split("test")
    assert len(asked) == faq.OWN_QUESTIONS == len({row["question"] for row in asked})
    assert made(tmp_path, entries).split("test") == asked
    assert made(tmp_path, entries, seed=1).split("test") != asked


def test_the_report_says_what_was_missing(tmp_path):
    assert isinstance(made(tmp_path), Sections)
    assert "not hit@1" in told(made(tmp_path))
    assert "No validation queries" in told(made(tmp_path, test=QUERIES))
    assert "No test queries" in told(made(tmp_path, validation=QUERIES))
    assert not list(made(tmp_path, validation=QUERIES, test=QUERIES).sections())


def test_csv_in_gbk_with_chinese_headers(tmp_path):
    text = '编号,问题,答案,部门\n1,"怎么重置密码？\n密码忘了",打开设置。,信息\n'
    (tmp_path / "faq.csv").write_bytes(text.encode("gbk"))
    entries = faq.read_entries(tmp_path / "faq.csv")
    assert list(entries["1"].wordings) == ["怎么重置密码？", "密码忘了"]
    assert entries["1"].more == {"部门": "信息"}


def test_rows_of_one_id_are_wordings_of_one_entry(tmp_path):
    rows = [
        {"id": "a", "question": "one", "answer": "same"},
        {"id": "b", "question": "two", "answer": "other"},
        {"id": "a", "question": ["three", "one"], "answer": "same"},
    ]
    data = made(tmp_path, rows, test=[{"query": "x", "gold_ids": []}])
    assert [(row["id"], row["question"]) for row in data.table("passages")] == [
        ("a", "one"),
        ("a", "three"),
        ("b", "two"),
    ]


def test_without_ids_rows_are_numbered(tmp_path):
    assert list(made(tmp_path, [{"question": "q", "answer": "a"}, {"question": "r", "answer": "b"}]).entries) == [
        "1",
        "2",
    ]


GOOD = {"id": "a", "question": "q", "answer": "x"}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "b", "question": "q"}, "the column answer is missing"),
        ({"id": "b", "question": "q", "answer": " "}, "the column answer is empty"),
        ({"id": "b", "answer": "x"}, "the column question is missing"),
        ({"id": "b", "question": [], "answer": "x"}, "the column question should list wordings, none of them empty"),
        (
            {"id": "b", "question": ["q", ""], "answer": "x"},
            "the column question should list wordings, none of them empty",
        ),
        ({"id": "b", "question": {"en": "q"}, "answer": "x"}, "the column question should be text"),
        ({"id": True, "question": "q", "answer": "x"}, "an id should be text or a whole number, and is true"),
        ({"id": 1.5, "question": "q", "answer": "x"}, "an id should be text or a whole number"),
        ({"id": "a", "question": "q", "answer": "y"}, "the id 'a' stands at .*faq.jsonl:1 too, with another answer"),
    ],
)
def test_a_bad_row_is_refused_with_its_place(tmp_path, row, message):
    with pytest.raises(DataError, match=rf"faq\.jsonl:2: {message}"):
        made(tmp_path, [GOOD, row])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"query": "x", "gold_ids": ["vnp"]}, "no entry has the id 'vnp'\n    did you mean 'vpn'?"),
        ({"query": "x", "gold_ids": "vpn"}, "gold_ids should be a list of ids"),
        ({"query": "x"}, "gold_ids should be a list of ids"),
        ({"query": "x", "gold_ids": [None]}, "an id should be text or a whole number, and is null"),
        ({"gold_ids": []}, "the column query is missing"),
        ({"query": "", "gold_ids": []}, "the column query is empty"),
    ],
)
def test_a_bad_query_is_refused_with_its_place(tmp_path, row, message):
    with pytest.raises(DataError, match=rf"test\.jsonl:2: {re.escape(message)}"):
        made(tmp_path, test=[QUERIES[0], row])


def test_empty_files_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"faq\.jsonl: there is no row"):
        made(tmp_path, [])
    with pytest.raises(DataError, match=r"test\.jsonl: there is no row"):
        made(tmp_path, test=[])
