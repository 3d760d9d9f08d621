"""What stands in the data: planted faults are found, counts are right, time is linear."""

from __future__ import annotations

import json
import random
import time

import numpy
import pytest

from toolkit_report.profile import profile


def of(*values):
    """Describe one field of one split."""
    rows = [{"x": value} for value in values]
    return profile({"train": rows}, {})["splits"]["train"]["fields"].get("x")


def test_text():
    field = of("How do I pay?", "怎么付款？", "", "What now and then?")
    assert field["kind"] == "text" and field["present"] == 4 and field["empty"] == 1 and field["distinct"] == 4
    assert field["length"] == {"min": 0, "median": 13, "p95": 18, "max": 18}
    assert field["english"] == 0.5 and field["mojibake"] == 0
    assert field["scripts"] == {"zh": round(4 / 27, 4), "latin": round(23 / 27, 4), "other": 0}


def test_scripts():
    assert of("中文 漢字 〇", "！？")["scripts"]["zh"] == 1
    assert of("Grüße ß", "123")["scripts"]["latin"] == 1
    assert of("привет", "かな", "नमस्ते")["scripts"]["other"] == 1
    assert of("123 456!", "7 8?")["scripts"] == {"zh": 0, "latin": 0, "other": 0}


@pytest.mark.parametrize(
    "text",
    [
        "Ã¼ber",
        "FranÃ§ois",
        "dâ€™accord",
        "a\ufffdb",
        "锟斤拷",
        "烫烫烫",
        "退款".encode().decode("latin-1"),
        "naïve café".encode().decode("latin-1"),
        "£5".encode().decode("cp1252"),
        "„so“".encode().decode("cp1252", errors="ignore"),
    ],
)
def test_mojibake_is_found(text):
    assert of("good text here", text)["mojibake"] == 1


@pytest.mark.parametrize(
    "text", ["über", "François", "NÃO", "d’accord", "„Spaß“", "退款", "naïve café", "£5 €6", "»MENÜ«", "Ångström"]
)
def test_sound_text_is_no_mojibake(text):
    assert of("good text here", text)["mojibake"] == 0


def test_categories_show_their_labels():
    field = of(*["yes"] * 5, *["no"] * 3, "maybe", "maybe")
    assert field["kind"] == "category" and field["distinct"] == 3
    assert field["labels"] == [["yes", 5], ["no", 3], ["maybe", 2]]


def test_a_category_is_one_in_every_split():
    """Even where a split is so small that each label stands there once."""
    found = profile({"train": [{"y": "ab"[n % 2]} for n in range(20)], "test": [{"y": "a"}, {"y": "b"}]}, {})
    assert found["splits"]["test"]["fields"]["y"]["kind"] == "category"


def test_many_labels_are_cut_and_texts_are_never_shown():
    labels = of(*[f"intent {n}" for n in range(77)] * 12)
    assert labels["kind"] == "category" and labels["distinct"] == 77 and len(labels["labels"]) == 20
    secret = "a long private sentence that repeats, and is no label at all, whatever its count"
    found = profile({"train": [{"x": secret}] * 50}, {})
    assert "private" not in json.dumps(found)


def test_other_kinds():
    assert of("q-1", "en-install", "item/77")["kind"] == "id" and of("yes", "no")["kind"] == "text"
    numbers = of(3, 1.5, 2, float("nan"))
    assert numbers["kind"] == "number" and numbers["range"] == {"min": 1.5, "median": 2, "p95": 3, "max": 3}
    assert of(True, False, True)["labels"] == [["true", 2], ["false", 1]]
    lists = of(["a", "b"], [], ["c"])
    assert lists["kind"] == "list" and lists["empty"] == 1 and lists["length"]["max"] == 2
    assert of({"a": 1})["kind"] == "mapping" and of(1, "a")["kind"] == "mixed" and of({1, 2})["kind"] == "other"


def test_arrays():
    image = [[0.0, 0.5, 1.0], [0.25, 0.75, 0.0]]
    for values in ([image, image], [numpy.array(image), numpy.array(image)]):
        field = of(*values)
        assert field["kind"] == "array" and field["shape"] == [2, 3]
        assert (field["range"]["min"], field["range"]["max"]) == (0, 1)
    assert of(image, image[:1])["shape"] is None
    assert of([[[1, 2]], [[3, 4]]])["shape"] == [2, 1, 2]


def test_absent_and_null_fields_are_not_present():
    found = profile({"train": [{"a": "one text", "b": None}, {"b": "two texts"}, {}]}, {})["splits"]["train"]
    assert found["rows"] == 3 and found["fields"]["a"]["present"] == 1 and found["fields"]["b"]["present"] == 1
    assert of(None) == {"kind": "mixed", "present": 0, "empty": 0}


def test_empty_splits():
    assert profile({"train": [], "test": []}, {"t": []}) == {
        "splits": {name: {"rows": 0, "fields": {}, "duplicates": []} for name in ("train", "test")},
        "tables": {"t": {"rows": 0, "fields": {}, "duplicates": []}},
        "overlaps": [],
    }


def test_planted_duplicates_within_a_split():
    rows = [{"q": f"question no {n}", "a": f"answer no {n}"} for n in range(20)]
    rows[7]["q"] = rows[3]["q"]
    rows[9]["q"] = "ＱＵＥＳＴＩＯＮ no. 4!"
    found = profile({"train": rows}, {})["splits"]["train"]["duplicates"]
    assert found == [{"field": "q", "exact": 1, "near": 2, "pairs": [[3, 7], [4, 9]]}]


def test_planted_duplicates_between_splits():
    train = [{"question": f"wie geht das {n}"} for n in range(9)]
    test = [{"question": "etwas anderes"}, {"question": "wie geht das 3"}, {"question": "Wie geht das, 5?"}]
    found = profile({"train": train, "validation": [{"question": "neu hier"}], "test": test}, {})["overlaps"]
    assert found == [
        {"between": ["train", "test"], "field": "question", "exact": 1, "near": 2, "pairs": [[3, 1], [5, 2]]}
    ]


def test_queries_are_compared_with_side_tables_whatever_the_column():
    table = [{"id": f"e-{n}", "wording": f"how to do {n}"} for n in range(5)]
    found = profile({"test": [{"query": "How to do 4"}, {"query": "and now?"}]}, {"entries": table})["overlaps"]
    assert found == [{"between": ["entries", "test"], "field": "query", "exact": 0, "near": 1, "pairs": [[4, 0]]}]


def test_rows_without_text_are_compared_whole():
    rows = [{"a": 1.0, "y": 0}, {"a": 2.0, "y": 0}, {"y": 0, "a": 1.0}]
    found = profile({"train": rows, "test": [{"a": 2.0, "y": 0}, {"a": 2.0, "y": 1}]}, {})
    assert found["splits"]["train"]["duplicates"] == [{"field": "", "exact": 1, "near": 1, "pairs": [[0, 2]]}]
    assert found["overlaps"] == [{"between": ["train", "test"], "field": "", "exact": 1, "near": 1, "pairs": [[1, 0]]}]
    images = [{"image": numpy.eye(3)}, {"image": numpy.ones((3, 3))}, {"image": numpy.eye(3)}]
    assert profile({"train": images}, {})["splits"]["train"]["duplicates"][0]["pairs"] == [[0, 2]]


def test_punctuation_alone_is_not_all_the_same():
    assert profile({"train": [{"q": "???"}, {"q": "!!!"}]}, {})["splits"]["train"]["duplicates"] == []


def test_at_most_five_pairs_are_named():
    found = profile({"train": [{"q": "the same text again"}] * 3, "test": [{"q": "the same text again"}] * 30}, {})
    assert found["overlaps"][0]["near"] == 30 and len(found["overlaps"][0]["pairs"]) == 5


def test_it_is_plain_json_and_always_the_same():
    rows = [{"q": f"text {n}", "v": numpy.zeros(2), "y": "ab"[n % 2], "n": n / 3} for n in range(40)]
    once = json.dumps(profile({"train": rows}, {"t": rows}), allow_nan=False)
    assert json.dumps(profile({"train": rows}, {"t": rows}), allow_nan=False) == once


def test_lone_surrogates_are_no_obstacle():
    assert profile({"train": [{"q": "a \ud800 b"}, {"n": 1}]}, {})["splits"]["train"]["rows"] == 2


def test_a_hundred_thousand_rows_take_seconds():
    source = random.Random(5)
    letters = "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能"
    rows = [
        {"id": f"q-{n}", "q": "".join(source.choices(letters, k=12)), "y": source.choice("abc")} for n in range(100_000)
    ]
    took = {count: timed(rows[:count]) for count in (10_000, 100_000)}
    assert took[100_000] < 5
    assert took[100_000] < 25 * took[10_000], "ten times the rows, about ten times the time"


def timed(rows):
    """Return the time of this thread's own work, so that other processes do not count."""
    start = time.thread_time()
    profile({"train": rows}, {})
    return time.thread_time() - start


def test_learning_from_what_stands_in_a_table_is_no_duplicate():
    rows = [{"question": f"how to do {n}"} for n in range(3)]
    assert profile({"train": rows}, {"entries": rows})["overlaps"] == []
