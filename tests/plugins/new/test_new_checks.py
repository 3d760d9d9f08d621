"""Each finding is triggered by a row that was planted for it, and by nothing in a sound table."""

import pytest
from new_samples import ENGLISH, TABLE, read

from toolkit_new.checks import findings, personal
from toolkit_new.entries import Entry

HEADER = "question,answer,note\n"
SOUND = "How do I pay?,By card or in cash.,\nWhen do you open?,At nine in the morning.,\n"
SOUND += '"Café, déjà vu?",« Oui » – of course it’s 5 €.,\n'


def found(folder, text, name="faq.csv"):
    return {one.name: one.places for one in findings(*read(folder, text, name))}


@pytest.mark.parametrize("text", [TABLE, ENGLISH, HEADER + SOUND])
def test_a_sound_table_is_silent(tmp_path, text):
    assert found(tmp_path, text) == {}


@pytest.mark.parametrize(
    ("name", "rows", "places"),
    [
        ("contradiction", "how do i PAY,Only by cheque.,\n", ((2, 5),)),
        ("near_contradiction", "How do I pay it?,Only by cheque.,\n", ((2, 5),)),
        ("duplicate", "how do i PAY,By card or in cash!,\n", ((2, 5),)),
        ("duplicate", "How do I pay?,By card or in cash.,\n", ((2, 5),)),
        ("near_duplicate", "How can I pay?,By card or in cash.,\n", ((2, 5),)),
        ("mojibake", "Is it broken?,Yes itâ€™s broken.,\n", ((5,),)),
        ("mojibake", "锟斤拷什么意思？,是乱码的意思。,\n", ((5,),)),
        ("markup", "Is it bold?,It is <b>bold</b>.,\n", ((5,),)),
        ("markup", "Is it wide?,It is&nbsp;wide.,\n", ((5,),)),
        ("too_short", "Why so short?,TBD,\n", ((5,),)),
        ("too_short", "么,单个字的问题也算太短。,\n", ((5,),)),
        ("long_answer", f"Is it long?,{'long ' * 401},\n", ((5,),)),
        ("long_question", f"Is it {'very ' * 40}long?,Yes it is.,\n", ((5,),)),
        ("lines", '"Is it\nin lines?",Yes it is.,\n', ((5,),)),
        ("control", "Is it\x07 loud?,Yes it is.,\n", ((5,),)),
        ("blank", ",,note\n", ((5,),)),
        ("no_answer", "Who knows?,,\n", ((5,),)),
        ("no_question", ",Nobody asked.,\n", ((5,),)),
        ("too_many_cells", "Is it cut?,Yes, it is,x\n", ((5,),)),
    ],
)
def test_a_planted_row_is_found_alone(tmp_path, name, rows, places):
    assert found(tmp_path, HEADER + SOUND + rows) == {name: places}


def test_an_open_quotation_mark_is_found_first(tmp_path):
    assert (
        next(iter(found(tmp_path, HEADER + SOUND + 'Is it open?,"Yes it is.,\nAnd then?,Nothing.,\n'))) == "open_quote"
    )


def test_what_json_adds(tmp_path):
    lines = '{"id": 1, "q": "how to pay", "a": "by card"}\n{"id": 1, "q": "when to pay", "a": "at once"}\nno json\n'
    assert found(tmp_path, lines, "f.jsonl") == {"same_id": ((2,),), "unreadable": ((3,),)}


@pytest.mark.parametrize(
    "rows",
    [
        "What does error 404 mean?,Not found.,\nWhat does error 500 mean?,Broken down.,\n",
        'Is 3 < 5 and a > b?,"Yes, 3 <5 & 7> 5.",\n',
        "How many are there?,12,\n",
    ],
)
def test_what_is_common_is_no_finding(tmp_path, rows):
    assert found(tmp_path, HEADER + rows) == {}


def test_how_a_question_begins_makes_no_difference(tmp_path):
    assert found(tmp_path, "问题,答案\n如何退货,七天内可以\n怎么退货,需要发票\n") == {"near_contradiction": ((2, 3),)}


def test_wordings_of_one_entry_are_no_duplicates(tmp_path):
    assert found(tmp_path, "标准问,相似问,答案\n怎么申请退货呢,怎么申请退货|怎么申请退货啊,七天内可以\n") == {}


def test_many_equal_questions_are_one_finding(tmp_path):
    rows = "".join(f"How do I pay?,Answer {'abcdefghij'[i]}.,\n" for i in range(10))
    assert found(tmp_path, HEADER + rows) == {"contradiction": (tuple(range(2, 12)),)}


@pytest.mark.parametrize(
    ("answer", "mail", "mobile"),
    [
        ("Write to help@shop.example.", 1, 0),
        ("拨打 13812345678 或 138-1234-5678", 0, 1),
        ("Call +49 171 1234567.", 0, 1),
        ("Order 202611241381234567890, 3.14 @ noon", 0, 0),
    ],
)
def test_personal_data_is_counted(answer, mail, mobile):
    assert personal([Entry("1", ["q"], answer, [2])]) == {"mail": mail, "mobile": mobile}
