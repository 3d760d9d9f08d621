import json

from new_samples import read, written

from toolkit_new.languages import languages
from toolkit_text.faq import read_entries


def test_wordings_are_split_where_the_column_says_so(tmp_path):
    table = '标准问,相似问,答案\n怎么退货,"如何退货|退货流程；想退\n怎么退货",七天内\n运费|谁出；说,,我们\n'
    _, made = read(tmp_path, table)
    assert [entry.wordings for entry in made] == [["怎么退货", "如何退货", "退货流程", "想退"], ["运费|谁出；说"]]


def test_the_question_s_own_column_is_split_where_it_is_said(tmp_path):
    _, made = read(tmp_path, "q,a\na|b,c\n", question="q", wordings="q")
    assert made[0].wordings == ["a", "b"]


def test_lists_are_wordings(tmp_path):
    _, made = read(tmp_path, '{"question": ["a", " b ", "", "a"], "answer": "c"}\n', "f.jsonl")
    assert made[0].json() == {"id": "1", "question": ["a", "b"], "answer": "c"}


def test_further_columns_and_titles_are_kept(tmp_path):
    table = '{"id": 7.0, "title": "T", "q": "a", "a": "b", "问题": "x", "tags": ["y"], "no": null, "language": "EN"}\n'
    _, made = read(tmp_path, table, "f.jsonl", question="q", answer="a")
    expected = {"id": "7", "question": "a", "answer": "b", "title": "T"}
    assert made[0].json() == expected | {"问题 (further)": "x", "tags": ["y"], "language": "EN"}


def test_halves_are_left_out_and_noted(tmp_path):
    source, made = read(tmp_path, "q,a,c\nonly,,\n,only,\nboth,both,\n,,x\n")
    assert [entry.row for entry in made] == [4]
    assert source.notes == {"no_answer": [2], "no_question": [3], "blank": [5]}


def test_a_row_cut_nobody_knows_where_is_left_out(tmp_path):
    source, made = read(tmp_path, "q,a,c\nhow?,Yes, you can,pay\nwhy?,because,pay\n")
    assert [entry.wordings for entry in made] == [["why?"]]
    assert source.notes == {"too_many_cells": [2]}


def test_rows_of_one_id_and_answer_are_wordings_of_one_entry(tmp_path):
    source, made = read(tmp_path, "id,q,a\n1,how,x\n1,why,x\n2,how,x\n1,how,x\n")
    assert [(entry.id, entry.wordings, entry.rows) for entry in made] == [
        ("1", ["how", "why"], [2, 3, 5]),
        ("2", ["how"], [4]),
    ]
    assert source.notes == {"repeated": [5]}


def test_without_ids_the_same_row_is_kept_once(tmp_path):
    source, made = read(tmp_path, "q,a\nhow,x\nhow,x\nhow,y\n")
    assert [(entry.id, entry.rows) for entry in made] == [("2", [2, 3]), ("4", [4])]
    assert source.notes == {"repeated": [3]}


def test_an_id_with_two_answers_gets_a_second(tmp_path):
    source, made = read(tmp_path, "id,q,a\n1,how,x\n1,why,y\n1,who,z\n")
    assert [entry.id for entry in made] == ["1", "1-3", "1-4"]
    assert source.notes == {"same_id": [3, 4]}


def test_an_id_in_two_languages_is_no_fault(tmp_path):
    source, made = read(tmp_path, "id,language,q,a\n1,zh,怎么,甲\n1,en,how,x\n1,en,why,x\n")
    assert [(entry.id, entry.wordings) for entry in made] == [("1", ["怎么"]), ("1-en", ["how", "why"])]
    assert source.notes == {}


def test_many_rows_of_one_id_take_no_long_time(tmp_path):
    table = "id,q,a\n" + "".join(f"x,question {i},answer {i}\n" for i in range(5000))
    _, made = read(tmp_path, table)
    assert len({entry.id for entry in made}) == 5000


def test_the_data_faq_reads_what_is_made(tmp_path):
    table = '{"ID ": 1, "Q": "a", "A": "b", "Query": "c", "gold_ids": 5, "Title": "", "答案": "d"}\n'
    _, made = read(tmp_path, table, "f.jsonl")
    rows = "".join(json.dumps(entry.json(), ensure_ascii=False) + "\n" for entry in made)
    found = read_entries(written(tmp_path, rows, "entries.jsonl"))
    assert [(entry.id, entry.answer, list(entry.wordings)) for entry in found.values()] == [
        ("1", made[0].answer, made[0].wordings)
    ]


def test_two_languages_in_one_row_are_two_entries(tmp_path):
    table = "问题,答案,Question,Answer,kind\n怎么付款,刷卡,how to pay,by card,x\n几点开门,九点,,,y\n,,who,\n,,,,z\n"
    source, made = read(tmp_path, table)
    assert [(entry.id, entry.wordings, entry.answer, entry.more) for entry in made] == [
        ("2", ["how to pay"], "by card", {"kind": "x"}),
        ("2-zh", ["怎么付款"], "刷卡", {"kind": "x"}),
        ("3", ["几点开门"], "九点", {"kind": "y"}),
    ]
    assert source.notes == {"no_answer": [4], "blank": [5]}
    assert (languages(made).pairs, languages(made).lacking) == (1, {"en": [3]})
