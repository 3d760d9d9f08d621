import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from qa_toys import (
    MEANINGS,
    PASSAGES,
    ToyEncoder,
    asked,
    dense,
    examples,
    first,
    fitted,
    lexical,
    mixed,
    refusal,
    topic_queries,
    topics,
)

from toolkit.contracts import Saves, Sections
from toolkit.errors import RunError
from toolkit.inputs import close
from toolkit_qa import hybrid, retriever
from toolkit_qa.configs_retrieval import Hybrid
from toolkit_qa.ranking import CHUNK

MAKERS = {"bm25": lexical, "dual-encoder": dense, "hybrid": mixed}
KEYS = ["answer", "refused", "message", "confidence", "sources", "related", "ranking", "parts"]
BILINGUAL = [
    {
        "id": "en",
        "title": "Password?",
        "question": "how to reset a password",
        "answer": "😀 Log in. Then reset it there.",
    },
    {"id": "zh", "title": "密码？", "question": "怎么 重置 密码", "answer": "😀先登录。然后在设置里重置密码。"},
]
HOSTILE = {
    "empty": "",
    "blanks": " \n\t　",
    "marks": "?!。，…()",
    "unknown": "zebra quagga",
    "long": "reset my password " * 5556,
    "long, one word": "x" * 100_000,
    "long, chinese": "密码" * 50_000,
    "surrogate": "reset \ud800 password",
    "surrogates": "\udc00\ud800",
    "nul": "\x00\x01",
    "emoji": "😀" * 50,
}


@pytest.fixture(scope="module", params=MAKERS)
def model(request):
    return fitted(MAKERS[request.param](), topics(), topic_queries())


def unsure(model):
    """Let the model refuse nothing that it finds."""
    model.refusal.learnt, model.refusal.threshold = None, -1.0
    return model


# -- predictions ---------------------------------------------------------------------------------------------------


def test_a_prediction_has_every_key_of_the_contract(model):
    (found,) = asked(unsure(fitted(type_of(model), topics())), "car1 xq0")
    assert list(found) == KEYS
    assert json.loads(json.dumps(found)) == found
    assert found["answer"] == "about car1" and found["refused"] is False and found["message"] == ""
    assert 0 < found["confidence"] < 1
    (source,) = found["sources"]
    about = {"id": "e0", "title": "T0", "text": "about car1"}
    assert source == {**about, "span": [0, 10], "score": found["confidence"]}
    assert found["ranking"][0]["id"] == "e0"
    assert [list(row) for row in found["ranking"]] == [["id", "score"]] * len(found["ranking"])
    for ranking in (found["ranking"], *found["parts"].values()):
        scores = [row["score"] for row in ranking]
        assert scores == sorted(scores, reverse=True) and len(scores) <= 10


def type_of(model):
    return {("lexical",): lexical, ("dense",): dense}.get(tuple(model.searchers), mixed)()


def test_parts_are_what_each_searcher_ranks_alone():
    (found,) = asked(fitted(mixed(), topics()), "xq3 milk2")
    (words,) = asked(fitted(lexical(answer_weight=1.0, character_weight=0.2), topics()), "xq3 milk2")
    (meaning,) = asked(fitted(dense(), topics()), "xq3 milk2")
    assert list(found["parts"]) == ["lexical", "dense"]
    assert found["parts"]["lexical"] == words["ranking"]
    assert found["parts"]["dense"] == meaning["ranking"]
    assert "parts" not in asked(fitted(lexical(answer_weight=0.0), topics()), "xq3")[0]


def test_the_span_cuts_the_right_sentence_in_code_points():
    model = unsure(fitted(mixed(), BILINGUAL))
    for question, quoted in (
        ("how to reset a password", "Then reset it there."),
        ("怎么 重置 密码", "然后在设置里重置密码。"),
    ):
        (source,) = asked(model, question)[0]["sources"]
        start, end = source["span"]
        assert source["text"][start:end] == quoted


def test_an_answer_of_marks_alone_has_no_span():
    (found,) = asked(unsure(fitted(lexical(), [{"id": 1, "title": "", "question": "smile", "answer": "😀"}])), "smile")
    assert found["sources"][0]["span"] is None and found["answer"] == "😀"


def test_a_refusal_speaks_the_language_of_the_question_and_says_whom_to_ask():
    model = fitted(mixed(), BILINGUAL)
    model.refusal = refusal(hand_over="help@example.org")()
    model.refusal.threshold = 1.0
    english, chinese = asked(model, "how to reset", "怎么 重置")
    for found in (english, chinese):
        assert (found["answer"], found["refused"], found["sources"]) == ("", True, [])
        assert found["message"].endswith("help@example.org" if found is english else "：help@example.org")
    assert english["message"].startswith("I have no reliable answer")
    assert chinese["message"].startswith("这个问题我没有可靠的答案")
    assert english["ranking"][0]["id"] == "en"


def test_related_are_the_next_entries_or_where_refused_the_first(monkeypatch):
    monkeypatch.setattr(retriever, "NEAR", 0.0)
    model = unsure(fitted(mixed(top_k=1), topics()))
    model.top_k = 1
    (found,) = asked(model, "xq3 car2 sun2")
    model.refusal.threshold = 1.0
    (refused,) = asked(model, "xq3 car2 sun2")
    model.top_k = 10
    ranking = asked(model, "xq3 car2 sun2")[0]["ranking"]
    titles = [f"T{row['id'][1:]}" for row in ranking]
    assert found["ranking"] == ranking[:1]
    assert found["related"] == [{**row, "title": t} for row, t in zip(ranking[1:4], titles[1:4], strict=True)]
    assert refused["related"] == [{**row, "title": t} for row, t in zip(ranking[:3], titles[:3], strict=True)]


def test_nothing_is_related_to_a_question_that_is_about_something_else(monkeypatch):
    model = unsure(fitted(mixed(), topics()))
    (found,) = asked(model, "xq3 car2 sun2")
    monkeypatch.setattr(retriever, "NEAR", found["confidence"])
    assert asked(model, "xq3 car2 sun2")[0]["related"]
    monkeypatch.setattr(retriever, "NEAR", found["confidence"] + 1e-3)
    assert asked(model, "xq3 car2 sun2")[0]["related"] == []


def test_the_confidence_does_not_depend_on_how_many_entries_are_ranked():
    found = []
    for top_k in (1, 3, 100):
        model = fitted(lexical(top_k=top_k), topics(), topic_queries())
        found.append([row["confidence"] for row in asked(model, "xq1", "about", "about car1 sun1", "weather1")])
    assert found[0] == found[1] == found[2]


# -- questions of every kind ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_no_question_is_too_strange(model, name):
    (found,) = asked(model, HOSTILE[name])
    assert json.loads(json.dumps(found)) == found
    assert 0 <= found["confidence"] <= 1
    assert np.isfinite([row["score"] for row in found["ranking"]]).all()


@pytest.mark.parametrize("name", ["empty", "blanks", "marks", "surrogates", "nul", "emoji"])
def test_a_question_without_words_is_refused_and_nothing_is_related(model, name):
    (found,) = asked(model, HOSTILE[name])
    assert found["refused"] and found["message"]
    assert (found["confidence"], found["ranking"], found["related"], found["sources"]) == (0.0, [], [], [])


def test_one_entry_is_enough(model):
    passages = topics(1)
    (found,) = asked(unsure(fitted(type_of(model), passages, topic_queries(1))), "car1 xq0")
    assert found["ranking"][0]["id"] == "e0" and found["related"] == []


def test_two_entries_of_the_same_text_are_both_found(model):
    passages = [*topics(), {**topics()[3], "id": "twin"}]
    (found,) = asked(fitted(type_of(model), passages, topic_queries()), "milk1 xq3")
    (one, two) = found["ranking"][:2]
    assert {one["id"], two["id"]} == {"e3", "twin"}
    assert one["score"] == pytest.approx(two["score"], abs=1e-4)


def test_entries_without_questions_are_found_by_their_answers():
    passages = [{**row, "question": ""} for row in topics()]
    queries = [{"question": row["question"], "own_ids": row["gold_ids"]} for row in topic_queries(12, 0)]
    for make in MAKERS.values():
        model = fitted(make(), passages, queries)
        assert first(model, "about milk1", "about car1") == ["e3", "e0"]


def test_the_language_of_the_question_counts_between_equals():
    passages = [{**row, "question": "vpn", "answer": "vpn"} for row in BILINGUAL]
    model = fitted(mixed(), passages)
    assert first(model, "vpn", "vpn 怎么办") == ["en", "zh"]
    model.mixing.weights[-1] = 0.0
    assert first(model, "vpn", "vpn 怎么办") == ["en", "en"]


# -- many at a time ------------------------------------------------------------------------------------------------

QUESTIONS = [f"{MEANINGS[n % 12]}{n % 3} xq{n % 5} about" for n in range(CHUNK + 10)]


def test_a_question_is_answered_alone_as_among_others(model):
    together = asked(model, *QUESTIONS)
    assert close([asked(model, question)[0] for question in QUESTIONS], together, 1e-5)
    assert asked(model) == []


def test_threads_get_what_one_gets(model):
    serial = [asked(model, question) for question in QUESTIONS]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda question: asked(model, question), QUESTIONS)) == serial


def test_vectors_of_questions_are_of_length_one():
    for make in (dense, mixed):
        vectors = np.array(list(fitted(make(), topics()).embed(examples([{"question": "car2"}, {"question": ""}]))))
        assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0], abs=1e-6)
        assert vectors[0] == pytest.approx(ToyEncoder().encode([{"question": "car"}], "question")[0], abs=1e-6)


# -- saved and opened ----------------------------------------------------------------------------------------------


def test_saved_and_loaded_it_answers_the_same(model, tmp_path):
    assert isinstance(model, Saves) and isinstance(model, Sections)
    model.save(tmp_path)
    again = type_of(model)
    again.load(tmp_path)
    assert asked(again, *QUESTIONS, *HOSTILE.values()) == asked(model, *QUESTIONS, *HOSTILE.values())


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved") / "model"
    folder.mkdir()
    fitted(mixed(), topics(), topic_queries()).save(folder)
    return folder


FILES = [
    *["passages.jsonl", "wordings.safetensors", "mixing.json", "refusal/refusal.json"],
    *["lexical/words.json", "lexical/index.safetensors", "dense/vectors.safetensors"],
]


def test_these_are_all_files(saved):
    found = {str(path.relative_to(saved)) for path in saved.rglob("*") if path.is_file()}
    assert found == {*FILES, "dense/encoder/toy.json"}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("damage", ["missing", "empty", "cut short", "no text"])
def test_a_damaged_file_is_named(saved, tmp_path, file, damage):
    shutil.copytree(saved, tmp_path, dirs_exist_ok=True)
    path = tmp_path / file
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes({"empty": b"", "cut short": content[: len(content) // 2], "no text": b"\xff\x00" * 9}[damage])
    # A table of entries that was cut after a whole line is told by the wordings, which name more of them.
    named = {"passages.jsonl": "passages.jsonl|wordings.safetensors"}.get(file, path.name)
    with pytest.raises(RunError, match=named):
        mixed().load(tmp_path)


def test_a_run_of_other_parts_is_refused(saved):
    for other in (hybrid_of(lexical(answer_weight=0.0), dense()), hybrid_of(lexical(), dense(answer_weight=0.0))):
        with pytest.raises(RunError):
            other.load(saved)


def hybrid_of(words, meaning):
    return hybrid.make(Hybrid(), lexical=lambda: words, dense=lambda: meaning, refusal=refusal())


def test_a_run_of_another_encoder_is_refused(saved):
    with pytest.raises(RunError, match=r"toy\.json"):
        mixed(ToyEncoder(blind="y")).load(saved)
    with pytest.raises(RunError, match=r"vectors\.safetensors"):
        mixed(ToyEncoder(width=8)).load(saved)


def test_parts_of_another_run_are_refused(saved, tmp_path):
    shutil.copytree(saved, tmp_path / "mixed")
    (tmp_path / "other").mkdir()
    fitted(mixed(), PASSAGES).save(tmp_path / "other")
    for file, named in (("dense/vectors.safetensors", "vectors"), ("lexical/index.safetensors", "index")):
        shutil.copy(tmp_path / "other" / file, tmp_path / "mixed" / file)
        with pytest.raises(RunError, match=named):
            mixed().load(tmp_path / "mixed")
        shutil.copy(saved / file, tmp_path / "mixed" / file)
    mixed().load(tmp_path / "mixed")
