"""A document as a build writes it, with every part in use: a bilingual help desk that also knows digits."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from toolkit_report import page
from toolkit_report.profile import profile

TEMPLATES = Path(__file__).parents[3] / "templates"

TOPICS = {
    "refund": ("退款", "How long does a refund take after the parcel has come back?", "退货寄回之后，多久能收到退款？"),
    "invoice": ("发票", "Where do I find the invoice for my last order?", "上个月那笔订单的发票在哪里可以下载？"),
    "delivery": ("配送", "Can you deliver on a Saturday, and what does it cost?", "周末可以送货上门吗？要加多少钱？"),
    "account": ("账号", "I changed my phone number and cannot log in any more.", "换了手机号以后登录不上了，怎么办？"),
    "warranty": ("保修", "Is water damage covered by the warranty?", "手机进水了还在保修范围内吗？"),
}
LONG_ANSWER = (
    "Open Orders, choose the order, and press Return. You have 30 days from the day the parcel came; goods that were "
    "made to measure are excepted. We send a label by e-mail. Once the parcel is back we check it within two working "
    "days, and the money goes back the way it came: cards take three to five days, bank transfers one to two.\n\n"
    "If the parcel was lost on its way to us, send us the receipt of the post office and we will look into it."
)


def rows(source: random.Random, count: int, start: int) -> list[dict[str, str]]:
    made = []
    for n in range(start, start + count):
        topic = source.choice(list(TOPICS))
        chinese, english, question = TOPICS[topic]
        text = f"{question}（第{n}单）" if n % 2 else f"{english} (case {n})"
        made.append({"question": text, "topic": topic, "answer": f"{chinese}：{LONG_ANSWER[: 40 + n % 300]}"})
    return made


def splits() -> dict[str, list[dict[str, str]]]:
    source = random.Random(3)
    made = {"train": rows(source, 640, 0), "validation": rows(source, 160, 640), "test": rows(source, 360, 800)}
    made["test"][:9] = [{**row, "question": row["question"].replace("？", "?")} for row in made["train"][:9]]
    made["train"][77] = {**made["train"][77], "question": "é€€æ¬¾å¤šä¹…åˆ°è´¦ Ã¼ber"}
    return made


def sections() -> list[dict]:
    names = [f"{topic} {chinese}" for topic, (chinese, _, _) in TOPICS.items()]
    counts = [[61, 3, 1, 0, 6], [4, 70, 0, 2, 0], [0, 1, 55, 9, 1], [2, 0, 4, 68, 0], [11, 0, 2, 1, 59]]
    words = ["退款", "发票", "保修", "invoice", "refund", "Saturday"]
    return [
        {
            "title": "Confusion of topics",
            "blocks": [
                {"text": "Each row is what a question was about, each column what the system took it for."},
                {"matrix": {"rows": names, "columns": names, "values": counts, "x": "predicted", "y": "true"}},
            ],
        },
        {
            "title": "Terms that decide",
            "blocks": [
                {"text": "The heaviest terms of the index (inverse document frequency)."},
                {
                    "plot": {
                        "x": "term",
                        "y": "weight",
                        "form": "bar",
                        "series": {"weight": [words, [5.1, 4.8, 4.4, 4, 3, 2]]},
                    }
                },
                {
                    "table": {
                        "columns": ["term", "weight", "documents"],
                        "rows": [[w, 5.1 - n, 7 + n] for n, w in enumerate(words)],
                    }
                },
            ],
        },
    ]


def worst() -> list[dict]:
    ranking = [
        {"id": f"entry-{n}", "score": 0.61 - n / 9, "title": t}
        for n, t in enumerate(["保修条款", "退货政策", "Warranty"])
    ]
    image = [[max(0.0, 1 - math.dist((row, column), (3.5, 3.5)) / 4) for column in range(8)] for row in range(8)]
    return [
        {
            "metric": "mrr@10",
            "score": 0.0,
            "input": {"question": "手机掉进水里了，屏幕花了，你们保不保？能不能上门取件？我人在外地，下周才回来。"},
            "expected": {"answer": LONG_ANSWER, "topic": "warranty"},
            "prediction": {
                "answer": "退货寄回之后三到五天到账。",
                "ranking": ranking,
                "confidence": 0.61,
                "refused": False,
            },
        },
        {
            "metric": "mrr@10",
            "score": 0.125,
            "input": {"question": "invoice?? last order pls"},
            "expected": {"answer": "Open Orders and press Invoice.", "topic": "invoice"},
            "prediction": {"label": "refund", "probabilities": {"refund": 0.61, "invoice": 0.29, "account": 0.1}},
        },
        {
            "metric": "mrr@10",
            "score": 0.25,
            "input": {"image": image},
            "expected": {"digit": "0"},
            "prediction": {"digit": "8", "vector": [0.1 * n for n in range(40)]},
        },
    ]


def document() -> dict:
    steps = list(range(20, 1201, 20))
    return {
        "schema": 1,
        "name": "helpdesk · 客服助手",
        "about": "Answers customers' questions in Chinese and English from the shop's own entries, and says so\n"
        "when it does not know.\n\nExpect hit@1 of about .74 within a minute on two cores.",
        "seed": 7,
        "metrics": {
            "hit@1": {"value": 0.742, "low": 0.694, "high": 0.786, "count": 360},
            "mrr@10": {"value": 0.811, "low": 0.772, "high": 0.846, "count": 360},
            "refusal-auroc": {"value": 0.957, "low": 0.931, "high": 0.978, "count": 560},
            "bleu": {"value": 31.42, "low": 28.9, "high": 34.02, "count": 360},
            "loss": {"value": 1.284, "low": 1.2, "high": 1.37, "count": 360},
            "f1@rare": {"value": None, "low": None, "high": None, "count": 0},
        },
        "validation": {
            "hit@1": {"value": 0.756, "low": 0.69, "high": 0.82, "count": 160},
            "mrr@10": {"value": 0.823, "low": 0.77, "high": 0.87, "count": 160},
            "refusal-auroc": {"value": 0.961, "low": 0.92, "high": 0.99, "count": 220},
            "bleu": {"value": 30.1, "low": 26.4, "high": 33.9, "count": 160},
            "loss": {"value": 1.251, "low": 1.15, "high": 1.36, "count": 160},
        },
        "better": {"hit@1": "higher", "mrr@10": "higher", "refusal-auroc": "higher", "bleu": "higher", "loss": "lower"},
        "order": ["hit@1", "mrr@10", "refusal-auroc", "bleu", "loss"],
        "notes": ["There are no validation examples without an answer: the threshold for refusing is the default."],
        "components": [
            part(
                "data",
                "data",
                "faq",
                "Questions and answers from JSONL or CSV.",
                "CC-BY-4.0",
                "https://example.org/desk",
            ),
            part("device", "device", "cpu", "The processor."),
            part(
                "tokenizer",
                "tokenizer",
                "words",
                "Words of Latin script, pairs of Chinese letters, stop words left out.",
            ),
            part(
                "architecture", "architecture", "seq2seq", "Encoder and decoder with attention (Bahdanau et al., 2015)."
            ),
            part("optimizer", "optimizer", "adamw", "Adam with decoupled weight decay (Loshchilov and Hutter, 2019)."),
            part("optimizer.schedule", "schedule", "cosine", "Warms up, then falls along a cosine."),
            part("serving", "serving", "http", "Answers over HTTP."),
            part("metrics[0]", "metric", "hit@k", "Share of questions whose right entry is among the first k."),
        ],
        "ports": ["text:question", "words:question", "predicts:ranking"],
        "data": {
            **profile(
                splits(), {"passages": [{"id": f"e-{n}", "text": f"条目 {n}: {LONG_ANSWER[:n]}"} for n in range(1, 90)]}
            ),
            "digests": {"train": "9b1c" * 16, "validation": "07fe" * 16, "test": "52aa" * 16},
        },
        "curves": {
            "loss": [[step, 0.4 + 3.2 * math.exp(-step / 260) + 0.12 * math.sin(step)] for step in steps],
            "validation_loss": [[step, 0.62 + 3.0 * math.exp(-step / 250)] for step in steps[4::5]],
            "lr": [[step, 3e-3 * min(1, step / 100) * (1 + math.cos(math.pi * step / 1200)) / 2] for step in steps],
        },
        "worst": worst(),
        "stages": [
            {"name": "data", "seconds": 0.21, "peak_mb": 214.2},
            {"name": "tokenizer", "seconds": 0.84, "peak_mb": 260.0},
            {"name": "train", "seconds": 38.4, "peak_mb": 611.7},
            {"name": "evaluate", "seconds": 4.9, "peak_mb": 640.1},
        ],
        "facts": {"steps": 1200, "epochs": 30, "best_step": 1100, "stopped_early": False, "parameters": 1284096},
        "sections": sections(),
        "spec": "name: helpdesk\ndata:\n  use: faq\n  entries: data/entries.jsonl\n"
        "tokenizer:\n  use: words\n  chinese: bigrams\narchitecture:\n  use: seq2seq\n  cell: lstm\n  # 中文注释\n",
        "environment": {
            "python": "3.11.7",
            "platform": "Linux x86_64",
            "toolkit": "0.1.0",
            "threads": 2,
            "packages": {"torch": "2.13.0", "numpy": "2.4.6", "pydantic": "2.14.3"},
        },
        "takes": {"question": {"type": "string"}},
        "reproduce": ["toolkit build helpdesk.yaml --set optimizer.lr=0.003"],
        "clock": {"started": "2026-11-24T09:30:00+00:00", "seconds": 44.35},
    }


def part(path: str, kind: str, use: str, summary: str, licence: str = "", homepage: str = "") -> dict[str, str]:
    made = {"path": path, "kind": kind, "use": use, "summary": summary, "plugin": "onespec", "version": "0.1.0"}
    return {**made, "licence": licence, "homepage": homepage}


def render(report: Mapping[str, Any], templates: Sequence[Path] = ()) -> tuple[str, str]:
    """Render as a build does: a plugin's templates first, then the toolkit's own."""
    return page.render(report, [*templates, TEMPLATES])
