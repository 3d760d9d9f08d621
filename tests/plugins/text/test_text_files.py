import pytest

from toolkit.errors import DataError
from toolkit_text.files import closest, is_text, read_rows, shown

NAMES = {"question": "question", "answer": "answer", "问题": "question", "答案": "answer"}


def rows(folder, name, text, **more):
    (folder / name).write_bytes(text.encode("utf-8"))
    return [(row.line, dict(row.values)) for row in read_rows(folder / name, NAMES, **more)]


def test_json_lines_keep_types_and_lines(tmp_path):
    text = '{"question": "a\\nb", "n": 1}\r\n\n{"Question ": ["x"], "Note": null}\n'
    assert rows(tmp_path, "f.jsonl", text) == [
        (1, {"question": "a\nb", "n": 1}),
        (3, {"question": ["x"], "Note": None}),
    ]


def test_a_line_separator_inside_a_string_does_not_end_the_line(tmp_path):
    assert rows(tmp_path, "f.jsonl", '{"question": "a\u2028b\x85c"}') == [(1, {"question": "a\u2028b\x85c"})]


def test_csv_rows_know_the_line_on_which_they_begin(tmp_path):
    text = '问题,答案, Language \n"a, ""b""\nc",d,zh\n\ne,f\n'
    assert rows(tmp_path, "f.csv", text) == [
        (2, {"question": 'a, "b"\nc', "answer": "d", "Language": "zh"}),
        (5, {"question": "e", "answer": "f", "Language": ""}),
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("f.tsv", "question\tanswer\na,b\tc"),
        ("f.csv", "question;answer\na,b;c"),
        ("f.csv", "question\tanswer\r\na,b\tc"),
    ],
)
def test_the_delimiter_is_the_one_of_the_header(tmp_path, name, text):
    assert rows(tmp_path, name, text) == [(2, {"question": "a,b", "answer": "c"})]


def test_without_a_known_suffix_the_beginning_tells(tmp_path):
    assert rows(tmp_path, "f.txt", ' {"question": "a"}') == [(1, {"question": "a"})]
    assert rows(tmp_path, "g.txt", "question,answer\na,b") == [(2, {"question": "a", "answer": "b"})]


def test_a_cell_of_a_listed_column_may_hold_a_value_a_line(tmp_path):
    text = 'question,answer\n"a\n\n b ","c\nd"\ne,f'
    values = [value for _, value in rows(tmp_path, "f.csv", text, lists=("question",))]
    assert values == [{"question": ["a", "b"], "answer": "c\nd"}, {"question": "e", "answer": "f"}]
    assert rows(tmp_path, "f.jsonl", '{"question": "a\\nb"}', lists=("question",))[0][1] == {"question": "a\nb"}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("f.jsonl", '{"question": "a"}\n{"question": }', r"f\.jsonl:2: this is no JSON"),
        ("f.jsonl", "[1]", r":1: this is no JSON object"),
        ("f.jsonl", '{"a": NaN}', r":1: .*NaN"),
        ("f.jsonl", '{"a": 1, "a": 2}', r":1: .*stands twice"),
        ("f.jsonl", '{"question": 1, "问题": 2}', r":1: the column question stands twice"),
        ("f.jsonl", "[" * 100_000, r":1: this is no JSON"),
        ("f.jsonl", '{"a": "\\ud800"}', r":1: the column 'a' holds NUL or half a surrogate pair"),
        ("f.jsonl", '{"a": {"b": ["\\u0000"]}}', r":1: the column 'a' holds NUL"),
        ("f.jsonl", '{"\\ud800": 1}', r":1: the column '\\ud800' holds"),
        ("f.csv", "question,answer\na,b\0", r":2: the column 'answer' holds NUL"),
        ("f.csv", "question,answer\na,b,c", r":2: there are 3 cells under 2 columns"),
        ("f.csv", "question,问题\na,b", r":2: the column question stands twice"),
        ("f.csv", 'question,answer\na,b\n"c,d\n', r":3: this row cannot be read"),
        ("f.csv", "question,answer\n", r"f\.csv: there is no row in it"),
        ("f.jsonl", " \n", r"f\.jsonl: there is no row in it"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_its_place(tmp_path, name, text, message):
    with pytest.raises(DataError, match=message):
        rows(tmp_path, name, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"anwser": "a"}', "the column answer is missing\n    did you mean 'anwser'"),
        ('{"x": "a", "y": 1}', "missing\n    there are 'x', 'y'"),
        ('{"answer": " "}', "the column answer is empty"),
        ('{"answer": null}', "the column answer should be text, and is null"),
        ('{"answer": 1}', "should be text, and is 1"),
    ],
)
def test_a_row_says_what_its_text_lacks(tmp_path, text, message):
    (tmp_path / "f.jsonl").write_text(text)
    (row,) = read_rows(tmp_path / "f.jsonl", NAMES)
    with pytest.raises(DataError) as caught:
        row.text("answer")
    assert f"f.jsonl:1: {message}" in str(caught.value) or message in str(caught.value)
    assert f"{tmp_path / 'f.jsonl'}:1: " in str(caught.value)


def test_small_helpers():
    assert is_text("中文 \U0001f600") and not is_text("a\0") and not is_text("\udc00")
    assert len(shown("x" * 500)) == 60 and shown(None) == "null"
    assert closest("py0001", ["py001", "zz"]) == "did you mean 'py001'?" and closest("abc", ["xyz"]) == ""
