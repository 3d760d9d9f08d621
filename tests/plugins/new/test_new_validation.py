import json

import pytest

from toolkit_new.characters import key
from toolkit_new.validation import validation
from toolkit_text.faq import read_entries, read_queries

WORDS = ["phone", "camera", "laptop", "printer", "keyboard", "monitor", "tablet", "charger", "cable", "speaker"]
ENTRIES = [
    {"id": word, "question": f"How do I return a broken {word}?", "answer": f"Send the {word} back."} for word in WORDS
]
CHINESE = [
    {"id": "refund", "question": ["怎么申请退款？", "如何退款"], "answer": "在订单页申请。"},
    {"id": "bill", "question": "发票在哪里下载？", "answer": "在订单页下载。"},
]


def test_the_same_entries_and_seed_give_the_same():
    assert validation(ENTRIES, 1) == validation(ENTRIES, 1)
    assert validation(ENTRIES, 1) != validation(ENTRIES, 2)


def test_every_row_says_how_it_was_made():
    for row in validation(ENTRIES + CHINESE, 0):
        assert row.keys() == {"query", "gold_ids", "language", "made", "rules"}
        assert row["made"] == "by rule"
        assert len(row["rules"]) > 1 or row["gold_ids"] == []


def test_no_query_is_an_entry_s_own_and_none_comes_twice():
    own = {key(entry["question"]) for entry in ENTRIES}
    queries = [key(row["query"]) for row in validation(ENTRIES, 0)]
    assert len(set(queries)) == len(queries)
    assert not own & set(queries)


def test_each_entry_is_asked_for_by_its_own_words():
    for row in validation(ENTRIES, 0):
        if row["gold_ids"] and "typo" not in row["rules"]:
            assert row["gold_ids"][0] in row["query"]
    assert {id_ for row in validation(ENTRIES, 0) for id_ in row["gold_ids"]} == set(WORDS)


def test_there_are_at_most_two_hundred_beside_those_out_of_scope():
    many = [
        {"id": str(i), "question": f"How do I return item {i} of my order?", "answer": f"By post {i}."}
        for i in range(500)
    ]
    made = validation(many, 0)
    assert sum(bool(row["gold_ids"]) for row in made) == 200
    assert 40 <= sum(not row["gold_ids"] for row in made) <= 60


@pytest.mark.parametrize(
    ("entries", "spoken"), [(ENTRIES, {"en"}), (CHINESE, {"zh"}), (ENTRIES + CHINESE * 3, {"en", "zh"})]
)
def test_out_of_scope_is_asked_in_the_languages_of_the_entries(entries, spoken):
    assert {row["language"] for row in validation(entries, 0) if not row["gold_ids"]} == spoken


def test_entries_with_the_same_answer_or_question_are_right_too():
    entries = [
        *ENTRIES,
        {"id": "twin", "question": "What happens to a returned phone of mine?", "answer": "send the PHONE back!"},
        {"id": "other", "question": "how do i return a broken camera", "answer": "You cannot."},
    ]
    made = [row["gold_ids"] for row in validation(entries, 0)]
    assert ["phone", "twin"] in made
    assert ["twin", "phone"] in made
    assert ["camera", "other"] in made


def test_what_cannot_be_reworded_is_left_out():
    assert all(not row["gold_ids"] for row in validation([{"id": "1", "question": "?" * 3, "answer": "x"}], 0))
    long = [{"id": "1", "question": "how do i pay " * 20, "answer": "x"}]
    assert all(not row["gold_ids"] for row in validation(long, 0))


def test_the_data_faq_reads_it(tmp_path):
    for name, rows in (("entries", ENTRIES + CHINESE), ("validation", validation(ENTRIES + CHINESE, 0))):
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (tmp_path / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    entries = read_entries(tmp_path / "entries.jsonl")
    assert len(read_queries(tmp_path / "validation.jsonl", entries)) == len(validation(ENTRIES + CHINESE, 0))
