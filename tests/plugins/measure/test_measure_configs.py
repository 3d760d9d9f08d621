"""What holds for every metric: declared lightly, documented, and fast enough to resample."""

import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from measure_helpers import COMPONENTS, config, make

DOCS = Path(__file__).parents[3] / "docs" / "metrics.md"
WORDS = ["run", "the", "build", "report", "打开", "重启", "服务器", "folder"]
RESAMPLES, ROWS = 1000, 300


def documented():
    """Return (name, needs, better) of each of the table's lines."""
    lines = [line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    assert all(len(line) == 5 for line in cells)
    return [(name.strip("`"), needs, better) for name, needs, _, _, better in cells]


def test_the_table_has_a_line_for_each_metric():
    assert sorted(name for name, _, _ in documented()) == sorted(COMPONENTS)


@pytest.mark.parametrize(("name", "needs", "better"), documented())
def test_the_table_tells_needs_default_field_and_direction(name, needs, better):
    options = config(name)
    ports = {port.replace("FIELD", getattr(options, "field", "")) for port in re.findall("`([^`]*)`", needs)}
    assert ports == options.needs()
    assert better == getattr(options, "better", "higher")
    if hasattr(options, "field"):
        assert needs.endswith(f"({options.field})")


def test_declaring_imports_nothing_heavy():
    code = "import sys, toolkit_measure; list(toolkit_measure.toolkit_components()); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"numpy", "sklearn", "sacrebleu", "torch", "scipy"}
    assert {m for m in loaded if m.startswith("toolkit_measure")} == {"toolkit_measure", "toolkit_measure.configs"}


def sentence(source):
    return " ".join(source.choices(WORDS, k=source.randrange(1, 12)))


def answered(source):
    """Return one prediction with every key, and one example with every field."""
    names = [f"c{i}" for i in range(10)]
    prediction = {
        "label": source.choice(names),
        "probabilities": {name: source.random() for name in names},
        "loss": source.random(),
        "count": source.randrange(1, 9),
        "answer": sentence(source),
        "ranking": [{"id": i, "score": -i} for i in source.sample(range(20), 10)],
        "confidence": source.random(),
        "refused": source.random() < 0.5,
        "target": source.random(),
    }
    prediction["parts"] = {"dense": prediction["ranking"][::-1], "lexical": prediction["ranking"][1:]}
    gold = source.choice([[], [source.randrange(20)]])
    example = {"label": source.choice(names), "answer": sentence(source), "gold_ids": gold}
    return prediction, example | {"own_ids": [source.randrange(20)], "target": source.random()}


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_thousand_resamples_take_little_time(name):
    source = random.Random(0)
    predictions, examples = zip(*(answered(source) for _ in range(ROWS)), strict=True)
    metric = make(name)
    rows = [row for row in metric.rows(predictions, examples) if row is not None]
    drawn = [source.choices(rows, k=len(rows)) for _ in range(RESAMPLES)]
    start = time.process_time()
    totals = [metric.total(some) for some in drawn]
    assert time.process_time() - start < 2
    assert all(total == total for total in totals)
    assert len(set(totals)) > 1
    assert type(totals[0]) is float
    assert metric.total(rows) == metric.total(rows)  # counting changes no row


@pytest.mark.parametrize("name", COMPONENTS)
def test_no_row_depends_on_what_was_measured_before(name):
    source = random.Random(1)
    predictions, examples = zip(*(answered(source) for _ in range(30)), strict=True)
    metric = make(name)
    fresh = [repr(row) for row in make(name).rows(predictions[:9], examples[:9])]
    list(metric.rows(predictions, examples))
    assert [repr(row) for row in metric.rows(predictions[:9], examples[:9])] == fresh


def test_component_names():
    assert len(COMPONENTS) == 24
    assert {"hit@k", "mrr@k", "question finds its own answer"} < COMPONENTS.keys()
