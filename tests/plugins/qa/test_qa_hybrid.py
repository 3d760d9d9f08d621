"""A hybrid of two parts, each of which knows one half of the questions."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from qa_toys import asked, dense, first, fitted, lexical, mixed, topic_queries, topics

from toolkit_qa.contrastive import ContrastiveRetriever
from toolkit_qa.hybrid import LANGUAGE, WORDS
from toolkit_qa.retriever import Retriever

QUERIES = topic_queries()
WORDS_ONLY = {"character_weight": 0.0}


def hits(model, queries=QUERIES):
    answerable = [row for row in queries if row["gold_ids"]]
    found = first(model, *(row["question"] for row in answerable))
    return sum(id_ in row["gold_ids"] for id_, row in zip(found, answerable, strict=True)) / len(answerable)


@pytest.mark.parametrize("validation", [[], QUERIES[::2]])
def test_together_they_find_what_each_finds_alone(validation):
    assert hits(fitted(lexical(), topics(), validation)) == 0.5
    assert hits(fitted(dense(), topics(), validation)) == 0.5
    assert hits(fitted(mixed(lexical_options=WORDS_ONLY), topics(), validation)) == 1.0


def test_without_validation_each_part_counts_as_it_is_known_to():
    model = fitted(mixed(), topics())
    weights = dict(zip(model.mixing.default, model.mixing.weights.tolist(), strict=True))
    expected = {"words": WORDS, "answer words": WORDS, "characters": WORDS * 0.2}
    expected |= {"question meaning": 10.0, "answer meaning": 10.0, "same language": LANGUAGE}
    assert weights == pytest.approx(expected)


def test_a_part_that_misleads_is_learnt_to_count_less():
    """Words name one entry and the meaning another, which is always the right one, or never."""
    passages = topics()

    def model(right):
        queries = [
            {"question": f"xq{n} {passages[(n + 5) % 12]['question'].split()[0][:-1]}9", "gold_ids": [right(n)]}
            for n in range(12)
        ]
        return fitted(mixed(lexical_options=WORDS_ONLY), passages, queries)

    by_words, by_meaning = model(lambda n: f"e{n}"), model(lambda n: f"e{(n + 5) % 12}")
    assert first(by_words, "xq1 king7") == ["e1"]
    assert first(by_meaning, "xq1 king7") == ["e11"]
    assert by_words.mixing.weights[0] > by_meaning.mixing.weights[0]


def test_what_is_trained_is_trained_behind_the_whole():
    assert type(mixed()) is Retriever
    model = mixed(adapter="linear")
    assert isinstance(model, ContrastiveRetriever)
    assert list(model.searchers) == ["lexical", "dense"] and model.retriever.learns_weights
    assert list(model.retriever.mixing.default)[-1] == "same language"


def test_the_bytes_do_not_depend_on_hash_order(tmp_path):
    code = """
        import pathlib, sys
        from qa_toys import fitted, mixed, topic_queries, topics

        fitted(mixed(), topics(), topic_queries()).save(pathlib.Path(sys.argv[1]))
    """
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    fitted(mixed(), topics(), topic_queries()).save(one)
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    path = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
    subprocess.run([sys.executable, "-c", textwrap.dedent(code), str(other)], check=True, env=environment)
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert len(files) == 8
    assert [(other / file).read_bytes() for file in files] == [(one / file).read_bytes() for file in files]


def test_languages_of_question_and_entry_are_compared_by_the_whole_only():
    assert "same language" not in dense().mixing.default
    (found,) = asked(fitted(mixed(), topics()), "xq3")
    assert all(row["score"] < LANGUAGE for part in found["parts"].values() for row in part[1:])
