import pytest

from toolkit.errors import DataError, SpecError
from toolkit_new.columns import NAMES, ROLES, find


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        (["问题", "答案"], {"question": "问题", "answer": "答案"}),
        (["问", "答"], {"question": "问", "answer": "答"}),
        (["Q", "A"], {"question": "Q", "answer": "A"}),
        (["Question", "Answer", "Category"], {"question": "Question", "answer": "Answer"}),
        (["标准问", "相似问", "答复"], {"question": "标准问", "answer": "答复", "wordings": "相似问"}),
        (["prompt", "response"], {"question": "prompt", "answer": "response"}),
        (["title", "content"], {"question": "title", "answer": "content"}),
        (["title", "question", "content"], {"question": "question", "answer": "content", "title": "title"}),
        (["编号", "问题（必填）", "答案*"], {"id": "编号", "question": "问题（必填）", "answer": "答案*"}),
        (
            ["ID", "Customer question", "Our answer"],
            {"id": "ID", "question": "Customer question", "answer": "Our answer"},
        ),
        (
            ["Similar Questions", "question", "answer"],
            {"question": "question", "answer": "answer", "wordings": "Similar Questions"},
        ),
        (["lang", "q", "a"], {"question": "q", "answer": "a", "language": "lang"}),
    ],
)
def test_columns_are_found_by_their_names(there, taken):
    found = find(there, {})
    assert found.taken == taken
    assert set(found.further) == set(there) - set(taken.values())


def test_what_is_said_goes_before_what_is_found():
    found = find(["question", "answer", "asked"], {"question": "asked", "answer": None})
    assert found.taken == {"question": "asked", "answer": "answer"}
    assert found.further == ("question",)
    assert find(["Wie?", "answer"], {"question": "wie"}).taken["question"] == "Wie?"
    assert find(["q", "a"], {"question": "q", "wordings": "q"}).taken == {
        "question": "q",
        "wordings": "q",
        "answer": "a",
    }


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(SpecError, match=r"--title Titel: there is no such column[\s\S]*q, a"):
        find(["q", "a"], {"title": "Titel"})


@pytest.mark.parametrize(("there", "role"), [(["wer", "a"], "question"), (["q", "was"], "answer"), ([], "question")])
def test_where_none_is_found_the_way_out_is_said(there, role):
    with pytest.raises(DataError, match=rf"no column holds the {role}s: there are .*\n.*--{role} COLUMN"):
        find(there, {})


def test_many_and_long_columns_are_not_all_shown():
    with pytest.raises(DataError) as error:
        find(["x" * 1000, *(f"c{i}" for i in range(100))], {})
    assert len(str(error.value)) < 400
    assert "81 more" in str(error.value)


def test_no_name_stands_for_two_roles_but_a_title_for_a_question():
    names = [(name, role) for role in ROLES for name in NAMES[role].split()]
    twice = {name for name, _ in names if sum(name == other for other, _ in names) > 1}
    assert twice <= set(NAMES["title"].split())


def test_a_second_language_beside_the_first():
    found = find(["id", "问题", "答案", "Question", "Answer", "分类"], {})
    assert (found.taken["question"], found.second, found.further) == ("Question", ("问题", "答案"), ("分类",))
    assert find(["问题", "答案", "Q", "A"], {"question": "问题", "answer": "答案"}).second == ("Q", "A")
    assert find(["question", "answer", "query", "response"], {}).second is None
    assert find(["question", "answer", "问题"], {}).second is None
