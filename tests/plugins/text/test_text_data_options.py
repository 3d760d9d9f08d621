import pytest
from pydantic import ValidationError

from toolkit_text.data_options import Faq, Pairs, Text


@pytest.fixture
def file(tmp_path):
    (tmp_path / "f").write_text("")
    return str(tmp_path / "f")


def test_faq_with_queries_gives_gold_ids_and_suggests_ranking_metrics(file):
    config = Faq(entries=file, queries={"test": file})
    assert "ids:gold_ids" in config.gives(frozenset())
    assert config.answers() == {"gold_ids", "answer"}
    assert config.suggests() == {"metric": ["hit@1", "hit@3", "mrr@10", "refusal-auroc"]}


def test_faq_without_queries_cannot_be_measured_by_hit_at_1(file):
    config = Faq(entries=file)
    assert "ids:own_ids" in config.gives(frozenset()) and "ids:gold_ids" not in config.gives(frozenset())
    assert config.answers() == {"own_ids", "answer"}
    assert config.suggests() == {"metric": ["question finds its own answer"]}


@pytest.mark.parametrize("queries", [{"train": "f"}, {"tset": "f"}, {"test": "gone"}, {"test": None}])
def test_faq_refuses_other_splits_and_missing_files(file, queries):
    named = {split: file if name == "f" else name for split, name in queries.items()}
    with pytest.raises(ValidationError):
        Faq(entries=file, queries=named)


def test_faq_has_exactly_two_options():
    assert list(Faq.model_fields) == ["entries", "queries"]


def test_pairs_give_their_two_columns(file):
    config = Pairs(path=file, input="en", output="zh")
    assert config.gives(frozenset()) == {"text:en", "text:zh"}
    assert config.answers() == {"zh"}


def test_a_held_out_part_is_a_share_or_a_file(file):
    config = Text(path=file, validation=file, test=0)
    assert str(config.validation) == file and config.test == 0
    assert config.gives(frozenset()) == {"text:text"}


@pytest.mark.parametrize("options", [{"validation": 1.0}, {"test": -0.1}, {"validation": 0.5, "test": 0.5}])
def test_shares_leave_something_for_training(file, options):
    with pytest.raises(ValidationError):
        Pairs(path=file, **options)


def test_pairs_need_two_columns(file):
    with pytest.raises(ValidationError, match="two columns"):
        Pairs(path=file, input="answer")
