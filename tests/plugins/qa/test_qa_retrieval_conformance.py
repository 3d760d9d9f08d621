"""Each architecture that retrieves, held to every check of a spec."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from qa_toys import registry, write_faq

from toolkit.system import System
from toolkit.testing import SPEC_CHECKS, Trial

CPU = {"use": "cpu", "threads": 1}
ADAM = {"use": "adam", "lr": 1e-2, "epochs": 3, "batch_size": 8}
TOY = {"use": "toy-words", "width": 16}
SMALL = {"hard_negatives": 3, "random_negatives": 4}
SPECS = {
    "bm25": {"architecture": {"use": "bm25", "character_weight": 0.2}},
    "frozen": {"architecture": {"use": "dual-encoder", "encoder": TOY}},
    "adapter": {
        "device": CPU,
        "architecture": {"use": "dual-encoder", "encoder": TOY, "adapter": "linear", **SMALL},
        "optimizer": ADAM,
    },
    "ngram-bag": {
        "device": CPU,
        "architecture": {
            "use": "dual-encoder",
            "encoder": {"use": "ngram-bag", "width": 16, "buckets": 256},
            **SMALL,
        },
        "optimizer": ADAM,
    },
    "gru": {
        "device": CPU,
        "architecture": {"use": "dual-encoder", "encoder": {"use": "gru", "width": 8}, **SMALL},
        "optimizer": ADAM,
    },
    "hybrid": {
        "device": CPU,
        "architecture": {
            "use": "hybrid",
            "dense": {"use": "dual-encoder", "encoder": TOY, "adapter": "linear", **SMALL},
        },
        "optimizer": ADAM,
    },
    "no queries": {
        "architecture": {"use": "hybrid", "dense": {"use": "dual-encoder", "encoder": TOY}},
        "metrics": None,
    },
}


@pytest.fixture(scope="module", params=SPECS)
def trial(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    spec = {
        "name": request.param.replace(" ", "-"),
        "data": write_faq(folder, queries=request.param != "no queries"),
        "metrics": ["hit@1", "refusal-auroc", "ablation"],
        "report": {"resamples": 10},
        **SPECS[request.param],
    }
    return Trial({name: value for name, value in spec.items() if value is not None}, folder, registry(), [])


def check_threads(trial):
    """Built or opened, a system that several threads ask says what it says to one."""
    rows = trial.splits["test"].asked().rows
    opened = System.load(trial.folder / "first", trial.registry)
    serial = [trial.system.predict(row) for row in rows]
    for system in (trial.system, opened):
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(system.predict, rows)) == serial


@pytest.mark.parametrize(
    "check", [*SPEC_CHECKS, check_threads], ids=lambda check: check.__name__.removeprefix("check_")
)
def test_spec(check, trial):
    check(trial)
