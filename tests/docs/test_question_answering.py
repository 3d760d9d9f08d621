"""docs/question-answering.md: its spec resolves, its options and its files are there, its questions are whole."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from toolkit.registry import Registry
from toolkit.resolver import resolve
from toolkit.spec import parse

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "question-answering.md").read_text(encoding="utf-8")
DATA = "data: {use: faq, entries: specs/data/helpdesk-entries.jsonl}\ntokenizer: words\n"


def test_the_spec_resolves():
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    plan = resolve(parse(DATA + block, "page.yaml", ROOT), Registry.discover())
    assert plan.architecture.use == "hybrid" and plan.optimizer.use == "direct"


def test_the_other_encoder_is_one_line(tmp_path):
    (line,) = re.findall(r"# (encoder: \{.*\})", PAGE)
    named = yaml.safe_load(line)["encoder"]
    config = Registry.discover().find("encoder", named["use"])[0].config
    assert named.keys() - {"use"} <= config.model_fields.keys()


@pytest.mark.parametrize("option", ["cost", "ceiling", "false_answers", "confidence", "text", "hand_over"])
def test_options_of_refusal_are_there(option):
    assert option in Registry.discover().find("refusal", "calibrated")[0].config.model_fields
    assert f"`{option}" in PAGE


@pytest.mark.parametrize("encoder", re.findall(r"^\| `([\w-]+)`(?:, `([\w-]+)`)? \|.*(?:extra|wordings)", PAGE, re.M))
def test_encoders_of_the_table_are_there(encoder):
    assert all(Registry.discover().find("encoder", name) for name in encoder if name)


def test_commands_are_there():
    for script in re.findall(r"^    python (\S+\.py)", PAGE, re.M):
        assert (ROOT / script).is_file()


@pytest.mark.parametrize("language", ["zh", "en", "cross"])
def test_questions_on_other_products_are_whole(language):
    lines = (
        (ROOT / "benchmarks" / "questions" / f"tech-faq-validation-{language}.jsonl").read_text("utf-8").splitlines()
    )
    rows = [json.loads(line) for line in lines]
    assert len(rows) == (40 if language == "cross" else 60)
    assert all(row.keys() == {"query", "set", "gold_ids"} and row["gold_ids"] for row in rows)
    assert len({row["query"] for row in rows}) == len(rows)
