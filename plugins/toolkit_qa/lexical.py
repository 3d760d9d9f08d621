"""Search by words: BM25 over the wordings, over the answers, and over stretches of characters in the wordings.

The questions and the answers are indexed apart, so that short questions are not drowned in long answers. Stretches
of three and four characters find what words miss: other endings, compounds, spelling mistakes.

The confidence is known * g / (1 + g), from 0 to 1: `known` is the share of the question's words that any entry
holds, and g = score / sqrt(bound), where the bound is what a question of these words could reach at most. g is the
geometric mean of the score, which a long question raises by chance, and of the share of the bound that it reaches,
which a short one does.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from toolkit.contracts import Example
from toolkit.errors import DataError, RunError
from toolkit_qa import arrays
from toolkit_qa.lexical_index import ARRAYS, LexicalIndex
from toolkit_qa.passages import Passages

#: Lengths of the stretches of characters.
SIZES = (3, 4)
#: Characters of a question that are cut into stretches.
LONGEST = 2000
WORDS, INDEX = "words.json", "index.safetensors"


class Query(NamedTuple):
    """What a question is searched by."""

    words: Sequence[str]
    stretches: Sequence[str]


class Lexical:
    """Scores entries by the words and characters that they share with a question.

    Args:
        k1, b: see `toolkit_qa.configs_retrieval`.
        answer_weight, character_weight: how much these count, the words of the questions counting 1; 0: not indexed.
    """

    def __init__(self, k1: float, b: float, answer_weight: float, character_weight: float) -> None:
        self.k1, self.b = k1, b
        weights = {"words": 1.0, "answer words": answer_weight, "characters": character_weight}
        self.signals = {name: weight for name, weight in weights.items() if weight or name == "words"}
        self.views = {"lexical": self.signals}
        self.indices = {name: LexicalIndex.build([], k1, b) for name in self.signals}
        self.passages = Passages()

    def index(self, table: Sequence[Example], passages: Passages) -> None:
        """Index the wordings and the answers; DataError where there is nothing to find."""
        texts = {
            "words": lambda: [row["words:question"] for row in table],
            "answer words": lambda: [table[row]["words:answer"] for row in passages.first],
            "characters": lambda: [stretches(row["question"]) for row in table],
        }
        self.passages = passages
        self.indices = {name: LexicalIndex.build(texts[name](), self.k1, self.b) for name in self.signals}
        if not any(index.words for index in self.indices.values()):
            holds_words = any(row["words:answer"] for row in table)
            what = "no question of any entry holds a word" if holds_words else "no entry holds a word"
            raise DataError(f"nothing can be searched: {what}", "index the answers as well: answer_weight above 0")

    def read(self, examples: Sequence[Example]) -> list[Query]:
        """Return the words and, where they are indexed, the stretches of characters of each question."""
        cut = stretches if "characters" in self.signals else lambda text: []
        return [Query(example["words:question"], cut(example["question"])) for example in examples]

    def scores(self, query: Query) -> np.ndarray:
        """Return (signals, entries)."""
        rows = []
        for name, index in self.indices.items():
            of_texts = index.scores(query.stretches if name == "characters" else query.words)
            rows.append(of_texts if name == "answer words" else self.passages.best_wording(of_texts))
        return np.stack(rows)

    def evidence(self, query: Query, scores: np.ndarray, place: int) -> tuple[float, ...]:
        """Return the confidence, the share of the words' bound that the entry reaches, and the share of known words."""
        indices = {name: index for name, index in self.indices.items() if name != "characters"}
        bound = sum(self.signals[name] * index.bound(query.words) for name, index in indices.items())
        if not bound:
            return 0.0, 0.0, 0.0
        names = list(self.signals)
        score = sum(self.signals[name] * float(scores[names.index(name), place]) for name in indices)
        known = sum(any(word in index for index in indices.values()) for word in query.words) / len(query.words)
        g = score / math.sqrt(bound)
        return known * g / (1 + g), score / bound, known

    def facts(self) -> dict[str, Any]:
        """Return how many distinct words each index holds."""
        return {f"distinct {name}": len(index.words) for name, index in self.indices.items()}

    def save(self, folder: Path) -> None:
        """Write the indices."""
        words = {name: index.words for name, index in self.indices.items()}
        (folder / WORDS).write_text(json.dumps(words, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
        parts = {
            f"{name}.{part}": array for name, index in self.indices.items() for part, array in index.arrays.items()
        }
        arrays.save(parts, folder / INDEX)

    def load(self, folder: Path, passages: Passages) -> None:
        """Read what `save` wrote; RunError where it is not whole."""
        words = _words(folder / WORDS, self.signals)
        kinds = {f"{name}.{part}": (kind, (None,)) for name in self.signals for part, kind in ARRAYS.items()}
        found = arrays.load(folder / INDEX, kinds)
        indices = {}
        for name in self.signals:
            parts = {part: found[f"{name}.{part}"] for part in ARRAYS}
            texts = len(passages) if name == "answer words" else len(passages.entry_of)
            if not is_whole(words[name], parts, texts):
                raise RunError(f"{folder / INDEX}: the index of {name} does not fit {WORDS} and the passages")
            indices[name] = LexicalIndex(words[name], parts, texts)
        self.indices, self.passages = indices, passages


def stretches(text: str) -> list[str]:
    """Return the stretches of characters of a text, in lower case, its ends marked by a blank."""
    text = f" {' '.join(unicodedata.normalize('NFKC', text[:LONGEST]).lower().split())} "
    return [text[i : i + size] for size in SIZES for i in range(len(text) - size + 1)]


def is_whole(words: Sequence[str], parts: Mapping[str, np.ndarray], texts: int) -> bool:
    """Return whether the arrays of an index fit each other, its words and the number of its texts."""
    data, indices, indptr = (parts[name] for name in ARRAYS)
    ends = indptr.shape == (len(words) + 1,) and indptr[0] == 0 and indptr[-1] == len(data) == len(indices)
    found = np.diff(indptr)  # in how many texts each word stands
    if not ends or np.any((found < 0) | (found > texts)) or len(set(words)) != len(words):
        return False
    return not len(indices) or bool(0 <= indices.min() <= indices.max() < texts)


def _words(file: Path, names: Mapping[str, float]) -> dict[str, list[str]]:
    try:
        words = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{file} cannot be read: {error}") from error
    if not isinstance(words, dict) or set(words) != set(names):
        raise RunError(f"{file} should hold lists of {', '.join(names)}")
    if not all(isinstance(listed, list) and all(isinstance(w, str) for w in listed) for listed in words.values()):
        raise RunError(f"{file} should hold lists of words")
    return words
