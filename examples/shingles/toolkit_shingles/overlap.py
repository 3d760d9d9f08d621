"""The model: every entry's shingles, and an inverted index from shingle to entries."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any


class Overlap:
    """Ranks entries by |A and B| / |A or B| of shingle sets."""

    def __init__(self, top: int, refuse_below: float) -> None:
        self.top, self.refuse_below = top, refuse_below
        self.entries: list[dict[str, Any]] = []
        self.index: dict[str, list[int]] = {}

    def fit(self, train: Any, validation: Any) -> None:
        """Store the entries; `validation` is not needed."""
        columns = ("id", "title", "answer")
        table = zip(train.raw("passages"), train.table("passages"), strict=True)
        self.learn(
            [{**{c: raw.get(c, "") for c in columns}, "cut": coded["shingles:question"]} for raw, coded in table]
        )

    def learn(self, entries: list[dict[str, Any]]) -> None:
        """Build the index over entries."""
        self.entries, self.index = entries, {}
        for place, entry in enumerate(entries):
            for shingle in entry["cut"]:
                self.index.setdefault(shingle, []).append(place)

    def predict(self, examples: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield a ranking, the first entry's answer, and whether the question is out of scope."""
        for example in examples:
            ranking = self.rank(example["shingles:question"])
            best = self.entries[ranking[0][0]] if ranking else {}
            confidence = ranking[0][1] if ranking else 0.0
            yield {
                "ranking": [{"id": self.entries[place]["id"], "score": score} for place, score in ranking],
                "answer": best.get("answer", ""),
                "source": {"id": best.get("id", ""), "title": best.get("title", "")},
                "confidence": confidence,
                "refused": confidence < self.refuse_below,
            }

    def rank(self, cut: list[str]) -> list[tuple[int, float]]:
        """Return the best entries and their similarities, one place an entry, ties in the order of the table."""
        shared = Counter(place for shingle in cut for place in self.index.get(shingle, ()))
        scored = [(place, n / (len(cut) + len(self.entries[place]["cut"]) - n)) for place, n in shared.items()]
        ranked, seen = [], set()
        for place, score in sorted(scored, key=lambda pair: (-pair[1], pair[0])):
            if self.entries[place]["id"] not in seen:
                seen.add(self.entries[place]["id"])
                ranked.append((place, score))
        return ranked[: self.top]

    def save(self, folder: Path) -> None:
        """Write the entries."""
        (folder / "entries.json").write_text(json.dumps(self.entries, ensure_ascii=False, sort_keys=True), "utf-8")

    def load(self, folder: Path) -> None:
        """Read the entries, and index them."""
        self.learn(json.loads((folder / "entries.json").read_text("utf-8")))


def make(config: Any) -> Overlap:
    """Make the model."""
    return Overlap(config.top, config.refuse_below)
