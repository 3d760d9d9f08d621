import pytest
from new_samples import ENGLISH, TABLE, read

from toolkit_new import columns
from toolkit_new.checks import Finding, findings
from toolkit_new.languages import languages
from toolkit_new.report import Report, clean, md
from toolkit_new.wording import FINDINGS


@pytest.fixture
def report(tmp_path):
    def make(text, lang="en", **said):
        source, made = read(tmp_path, text, **said)
        return Report(source, columns.find(source.columns, said), made, languages(made), lang, findings(source, made))

    return make


def test_facts(report):
    assert report(ENGLISH + "Who?,a@b.example 13812345678 it is\nAnd?,\n").facts() == [
        ("Read as", "CSV, UTF-8"),
        ("Rows", "4"),
        ("Entries", "3"),
        ("Wordings of questions", "3"),
        ("Languages, by script", "English 3"),
        ("Answers with an e-mail address", "1"),
        ("Answers with a phone number", "1"),
    ]


def test_columns_and_what_they_were_taken_for(report):
    made = report("id,标准问,相似问,答案,note\n1,怎么退货,,七天内可以,x\n")
    expected = {"id": "id", "标准问": "question", "答案": "answer", "相似问": "further wordings of the question"}
    assert dict(made.roles()) == expected | {"note": "kept as it is"}


def test_at_most_five_places_are_named(report):
    made = report(ENGLISH)
    assert made.rows([(3,), (4, 9)]) == "3, 4 = 9"
    assert made.rows([(row,) for row in range(2, 10)]) == "2, 3, 4, 5, 6 and 3 more"
    assert made.rows([tuple(range(2, 20))]) == "2 = 3 = 4 = 5 = 6"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENGLISH, "The entries are in English only. Somebody who asks in Chinese"),
        (TABLE, "The entries are in Chinese only. Somebody who asks in English"),
        (ENGLISH + "怎么退货？,七天内\n", "nothing says which belong together"),
        ("id,q,a\nzh-1,怎么退货,七天\nen-1,how to,seven\n", "1 entries exist in Chinese and in English."),
        (
            "id,q,a\nzh-1,怎么退货,七天\nen-1,how to,seven\nen-2,who,me\n",
            "50 % of the entries (1) exist in one language",
        ),
        ("q,a\nКак?,Так.\n", "Neither Chinese nor English"),
    ],
)
def test_what_the_languages_mean(report, text, said):
    assert said in report(text).about_languages()


def test_it_ends_with_what_to_do_first(report):
    rows = "Is it TBD?,TBD\nHow do I pay?,Never\nWho?,\nIs it bold?,<b>yes</b>\nHalf?,itâ€™s\n"
    rows += "how to PAY,By card or in cash.\n"
    made = report(ENGLISH + rows)
    steps = made.steps()
    titles = [FINDINGS["en"][name][0] for name in ("contradiction", "mojibake", "no_answer")]
    assert [step.partition(" (rows")[0] for step in steps[:3]] == titles
    assert "support@example.com" in steps[3]
    assert "data/test.jsonl" in steps[4]
    assert len(steps) == 5


def test_without_findings_two_steps_are_left(report):
    assert len(report(ENGLISH).steps()) == 2
    assert len(report(ENGLISH + "How can I pay?,By card or in cash.\n").steps()) == 2


@pytest.mark.parametrize(("lang", "said"), [("en", "Nothing odd was found"), ("zh", "数据里没有发现问题")])
def test_the_summary_says_what_was_made(report, lang, said):
    facts = {"folder": "shop", "entries": 2, "queries": 60, "aside": "shop.before-1", "commands": ["toolkit build x"]}
    text = report(ENGLISH, lang).summary(facts)
    assert said in text
    assert "shop.before-1" in text
    assert text.endswith("\n  toolkit build x")


def test_what_a_terminal_would_obey_is_left_out(report):
    text = "\x1b[31mred\u202egreen"
    assert clean(text) == "[31mredgreen"
    facts = {"folder": text, "entries": 2, "queries": 60, "aside": None, "commands": [text]}
    assert "\x1b" not in report("\u202eQuestion,Answer,\x9b31m\na,bc,d\n").summary(facts)


def test_markdown_of_strangers_is_text():
    assert md("a|b\n<b> `c` [d](http://e) &amp;") == r"a\|b &lt;b&gt; \`c\` \[d\](http\://e) &amp;amp;"


def test_a_finding_is_described_in_both_languages(report):
    one = Finding("markup", ((7,), (9,)))
    assert report(ENGLISH, "zh").described(one)["title"] == "HTML 标记"
    assert report(ENGLISH, "en").described(one)["rows"] == "7, 9"
