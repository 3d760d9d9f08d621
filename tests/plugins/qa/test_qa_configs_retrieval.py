import json

import pytest
from pydantic import ValidationError
from qa_toys import registry, write_faq

from toolkit.errors import SpecError
from toolkit.resolver import resolve
from toolkit.spec import parse, plain
from toolkit_qa.configs_retrieval import BM25, DualEncoder, Hybrid

TOY = {"use": "toy-words"}
ADAPTER = {"use": "dual-encoder", "encoder": TOY, "adapter": "linear"}


@pytest.fixture(scope="module")
def plugins():
    return registry()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_faq(tmp_path_factory.mktemp("data"))


@pytest.fixture
def resolved(plugins, data, tmp_path):
    def found(**sections):
        text = json.dumps({"name": "x", "data": data, "metrics": ["hit@1"], **sections})
        return resolve(parse(text, "spec", tmp_path, []), plugins)

    return found


def refused(resolved, **sections):
    with pytest.raises(SpecError) as caught:
        resolved(**sections)
    return str(caught.value)


# -- ports ---------------------------------------------------------------------------------------------------------

WORDS = {"words:question", "words:passages.question", "words:passages.answer"}
TEXTS = {"text:question", "text:passages.question", "text:passages.answer", "id:passages.id"}
RANKS = {"predicts:ranking", "predicts:text"}


def test_ports_of_bm25():
    assert BM25().needs() == WORDS | TEXTS
    assert BM25().gives(frozenset()) == RANKS | {"learns:direct", "searches:words"}


def test_ports_of_dual_encoder():
    frozen, adapter = DualEncoder(), DualEncoder(adapter="linear")
    assert frozen.needs() == TEXTS
    assert adapter.needs() == TEXTS | WORDS | {"device:torch"}
    searches = RANKS | {"searches:meaning", "embeds:question"}
    for way in ("learns:direct", "learns:gradient"):
        given = frozenset({way, "words:question"})
        assert frozen.gives(given) == searches | {way}
        assert adapter.gives(given) == searches | {"learns:gradient"}


def test_ports_of_hybrid():
    given = frozenset({"learns:gradient", "embeds:question", "words:question", "searches:meaning"})
    assert Hybrid().needs() == TEXTS
    assert Hybrid().gives(given) == RANKS | {"learns:gradient", "embeds:question"}


@pytest.mark.parametrize(
    "options",
    [{"temperature": 0.0}, {"dropout": 1.0}, {"augment": 1.0}, {"stay": -1.0}, {"adapter": "deep"}, {"top_k": 0}],
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(ValidationError):
        DualEncoder(**options)


# -- specs ---------------------------------------------------------------------------------------------------------

FROZEN = [
    {"use": "bm25"},
    {"use": "dual-encoder", "encoder": TOY},
    {"use": "hybrid", "dense": {"use": "dual-encoder", "encoder": TOY}},
]


@pytest.mark.parametrize("architecture", FROZEN, ids=lambda entry: entry["use"])
def test_what_is_fixed_is_fitted_at_once_and_needs_no_device(resolved, architecture):
    plan = resolved(architecture=architecture)
    assert (plan.optimizer.use, plan.tokenizer.use, plan.device) == ("direct", "words", None)
    assert plan.architecture.gives(plan.given) >= RANKS


@pytest.mark.parametrize("architecture", [ADAPTER, {"use": "hybrid", "dense": ADAPTER}], ids=lambda entry: entry["use"])
def test_an_adapter_is_trained_by_adam_on_whatever_device_there_is(resolved, architecture):
    plan = resolved(architecture=architecture)
    assert (plan.optimizer.use, plan.tokenizer.use, plan.device.use) == ("adam", "words", "auto")
    assert {"learns:gradient", "embeds:question"} <= plan.architecture.gives(plan.given)


def test_a_hybrid_is_bm25_and_a_dual_encoder_unless_it_says_otherwise(resolved):
    plan = resolved(architecture={"use": "hybrid", "dense": {"use": "dual-encoder", "encoder": TOY}})
    assert plain(plan.architecture.parts["lexical"].entry())["character_weight"] == 0.2
    assert Hybrid().dense.use == "dual-encoder" and DualEncoder().encoder.use == "universal-sentence-encoder"


def test_a_part_in_the_wrong_slot_is_refused(resolved):
    message = refused(resolved, architecture={"use": "hybrid", "dense": "bm25", "lexical": "bm25"})
    assert "architecture.dense: does not give searches:meaning, which the slot asks for" in message
    architecture = {"use": "hybrid", "dense": ADAPTER, "lexical": {"use": "dual-encoder", "encoder": TOY}}
    message = refused(resolved, architecture=architecture)
    assert "architecture.lexical: does not give searches:words, which the slot asks for" in message
    assert "architecture.dense" in refused(resolved, architecture={"use": "hybrid", "dense": "hybrid"})


def test_a_way_to_learn_that_does_not_fit_is_refused(resolved):
    for architecture in (ADAPTER, {"use": "hybrid", "dense": ADAPTER}):
        message = refused(resolved, architecture=architecture, optimizer="direct", device="cpu")
        assert "'direct' needs 'learns:direct', and nothing before it gives that" in message
    message = refused(resolved, architecture=FROZEN[1], optimizer="adam", device="cpu")
    assert "'adam' needs 'learns:gradient'" in message


def test_an_adapter_without_a_device_for_it_is_refused(resolved):
    message = refused(resolved, architecture=ADAPTER, tokenizer="words", optimizer="adam", device="toy")
    assert "no device is called 'toy'" in message
