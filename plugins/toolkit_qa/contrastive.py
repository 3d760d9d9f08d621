"""What is learnt of a dual encoder: a matrix behind a fixed encoder, or an encoder from scratch.

A question is drawn to its own entry and away from others (in-batch negatives, Karpukhin et al., 2020):

    loss = mean over questions [ log sum_c exp(q . c / t) - log sum_{c right} exp(q . c / t) ]

once with c the answers of the candidates and once with c a wording of each, all vectors of length 1. The candidates are
the entries of the batch, those that BM25 takes for each question's, and a random choice of the rest; every entry that
answers a question counts as right for it, so that none of its answers is pushed away. Half of the questions are read
with some words left out (augmentation), and a matrix W is drawn to the identity by stay * sum W^2.
"""

from __future__ import annotations

import threading
from collections import ChainMap
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from toolkit.contracts import Example, Examples, Prediction, Section
from toolkit_qa.augmentation import augmented
from toolkit_qa.lexical import stretches
from toolkit_qa.lexical_index import LexicalIndex
from toolkit_qa.passages import right_ids
from toolkit_qa.ranking import highest
from toolkit_qa.retriever import Retriever


@dataclass(frozen=True)
class Loss:
    """Options of the loss, see `toolkit_qa.configs_retrieval`."""

    temperature: float
    hard_negatives: int
    random_negatives: int
    stay: float

    def of(self, questions: Tensor, candidates: Tensor, right: Tensor) -> Tensor:
        """Return the mean loss of questions (B, W) and candidates (C, W); `right` (B, C) says which belong together."""
        scores = questions @ candidates.T / self.temperature  # (B, C)
        return (scores.logsumexp(1) - scores.masked_fill(~right, -torch.inf).logsumexp(1)).mean()


class ContrastiveRetriever(nn.Module):
    """A retriever whose dense part is trained behind `learns:gradient`.

    Args:
        retriever: what answers with the weights as they are.
        dropout: share of a fixed encoder's numbers that is dropped in training.
        augment: share of the words that is left out of half of the questions in training.
    """

    def __init__(self, retriever: Retriever, loss: Loss, dropout: float, augment: float, device: torch.device) -> None:
        super().__init__()
        self.retriever, self.how, self.dropout, self.augment, self.device = retriever, loss, dropout, augment, device
        self.dense: Any = retriever.searchers["dense"]
        self.fixed = not isinstance(self.dense.encoder, nn.Module)
        self.encoder = None if self.fixed else self.dense.encoder
        self.adapter: nn.Parameter | None = None  # (W, W), made once the encoder's width is known
        # Of a fixed encoder, the vectors of the questions of training, and of these and of validation.
        self.texts: MutableMapping[str, Tensor] = {}
        self.asked: MutableMapping[str, Tensor] = {}
        self.mined: dict[tuple[Any, ...], np.ndarray] = {}  # hard negatives by question and right entries
        self.words: LexicalIndex | None = None
        self.table: Sequence[Example] = ()
        self.stale: tuple[Examples, Examples] | None = None
        self.settling = threading.Lock()

    @property
    def searchers(self) -> dict[str, Any]:
        """The searchers of the retriever, for a hybrid."""
        return self.retriever.searchers

    def behind(self, retriever: Retriever) -> ContrastiveRetriever:
        """Return the same learning behind a retriever with more searchers."""
        return ContrastiveRetriever(retriever, self.how, self.dropout, self.augment, self.device)

    # -- learning ----------------------------------------------------------------------------------------------------

    def prepare(self, train: Examples) -> None:
        """Encode entries and questions where the encoder is fixed, and index the entries' words for hard negatives."""
        self.table = train.table("passages")
        self.retriever.index(self.table)
        if self.fixed:
            kept = {name: self._tensor(vectors.plain) for name, vectors in self.dense.kept.items()}
            self.wordings, self.answers = kept["question"], kept.get("answer")
            self._remember([row["question"] for row in self.table], train)
        if self.dense.adapted:
            self._make_adapter(self.dense.encoder.width)
        everything = self.fixed and len(self.retriever.passages) <= self.how.random_negatives
        if self.how.hard_negatives and not everything:
            texts = [pieces(row, "question") + pieces(row, "answer") for row in self.table]
            self.words = LexicalIndex.build(texts, 1.2, 0.75)

    def _make_adapter(self, width: int) -> None:
        if self.adapter is None:
            self.adapter = nn.Parameter(torch.zeros(width, width, device=self.device))

    def weight(self, batch: Sequence[Example]) -> int:
        """Return how many questions have an entry that answers them; the others teach nothing."""
        return sum(bool(right_ids(example)) for example in batch)

    def loss(self, batch: Sequence[Example]) -> Tensor:
        """Return the mean loss of the questions that have an entry."""
        golds = [self.retriever.passages.golds(example) for example in batch]
        asked = [example for example, right in zip(batch, golds, strict=True) if right]
        golds = [right for right in golds if right]
        places = self._candidates(asked, golds)
        right = torch.tensor(np.stack([np.isin(places, row) for row in golds]), device=self.device)  # (B, C)
        questions = self._adapt(self._questions(asked))
        loss = self.how.of(questions, self._adapt(self._wordings(places)), right)
        if "answer" in self.dense.fields:
            loss = loss + self.how.of(questions, self._adapt(self._answers(places)), right)
        if self.adapter is not None and self.training:
            loss = loss + self.how.stay * self.adapter.square().sum()
        return loss

    def _candidates(self, asked: Sequence[Example], golds: Sequence[Sequence[int]]) -> np.ndarray:
        """Return the places of the entries (C,) that the questions of a batch are compared with, ascending."""
        count = len(self.retriever.passages)
        wanted = [np.array(right) for right in golds]
        if self.fixed:
            drawn = torch.randperm(count) if self.training else torch.arange(count)
            wanted.append(drawn[: self.how.random_negatives].numpy())
        if self.words is not None:
            wanted += [self._mistakable(self.words, *pair) for pair in zip(asked, golds, strict=True)]
        return np.unique(np.concatenate(wanted))

    def _mistakable(self, words: LexicalIndex, example: Example, right: Sequence[int]) -> np.ndarray:
        """Return the places of the wrong entries that share most words with a question; found once, then kept."""
        key = (example["question"], *right)
        if key not in self.mined:
            scores = self.retriever.passages.best_wording(words.scores(pieces(example, "question")))
            scores[list(right)] = 0.0
            self.mined[key] = highest(scores, self.how.hard_negatives)
        return self.mined[key]

    def _questions(self, asked: Sequence[Example]) -> Tensor:
        """Return the encoder's vectors of questions (B, W)."""
        asked = [augmented(example, self.augment if self.training else 0.0) for example in asked]
        if self.encoder is not None:
            return self.encoder(asked, "question")
        known = self.texts if self.training else self.asked
        found = self._encoded(dict.fromkeys(row["question"] for row in asked if row["question"] not in known))
        if not self.training:  # validation asks the same again, an augmented question hardly comes twice
            known.update(found)
        vectors = ChainMap(found, known)
        return functional.dropout(torch.stack([vectors[row["question"]] for row in asked]), self.dropout, self.training)

    def _wordings(self, places: np.ndarray) -> Tensor:
        """Return the vectors (C, W) of a wording of each entry: a random one in training, else the first."""
        order, starts = self.retriever.passages.by_entry
        count = np.diff(starts, append=len(order))[places]
        drawn = torch.rand(len(places)).numpy() if self.training else np.zeros(len(places))
        rows = order[starts[places] + (drawn * count).astype(int)]
        if self.encoder is not None:
            return self.encoder([self.table[row] for row in rows], "question")
        return self.wordings[torch.from_numpy(rows).to(self.device)]

    def _answers(self, places: np.ndarray) -> Tensor:
        """Return the vectors (C, W) of the answers of entries."""
        if self.encoder is not None:
            return self.encoder([self.table[self.retriever.passages.first[place]] for place in places], "answer")
        assert self.answers is not None
        return functional.dropout(self.answers[torch.from_numpy(places).to(self.device)], self.dropout, self.training)

    def _adapt(self, vectors: Tensor) -> Tensor:
        moved = vectors if self.adapter is None else vectors + vectors @ self.adapter
        return functional.normalize(moved, dim=1)

    def _remember(self, wordings: Sequence[str], train: Examples) -> None:
        """Keep the vectors of the questions that are trained on.

        A vector's last bits may depend on what it is encoded with. So each is encoded here, or else with the augmented
        questions of its step: then a training that is resumed gets the very vectors of one that never stopped.
        """
        self.texts = dict(zip(wordings, self.wordings, strict=True))
        self.texts |= self._encoded(dict.fromkeys(r["question"] for r in train.rows if r["question"] not in self.texts))
        self.asked = ChainMap({}, self.texts)

    def _encoded(self, texts: Iterable[str]) -> dict[str, Tensor]:
        rows = [{"question": text} for text in texts]
        vectors = self._tensor(self.dense.encode(rows, "question")) if rows else ()
        return dict(zip((row["question"] for row in rows), vectors, strict=True))

    def _tensor(self, vectors: np.ndarray) -> Tensor:
        return torch.from_numpy(vectors).to(self.device)

    # -- answering ---------------------------------------------------------------------------------------------------

    def settle(self, train: Examples, validation: Examples) -> None:
        """Note that the weights moved; index, weights of the signals and threshold follow when they are needed."""
        self.stale = train, validation

    def settled(self) -> Retriever:
        """Return the retriever, brought up to date with the weights; by one thread, the others wait for it."""
        with self.settling:
            if self.stale is not None:
                train, validation = self.stale
                self._hand_over()
                if not self.fixed:
                    self.dense.index(train.table("passages"), self.retriever.passages)
                self.retriever.learn(validation)
                self.stale = None
        return self.retriever

    def _hand_over(self) -> None:
        if self.adapter is not None:
            self.dense.set_adapter(self.adapter.detach().cpu().numpy().copy())

    def predict(self, examples: Iterable[Example]) -> Iterator[Prediction]:
        """Yield predictions, see `Retriever.predict`."""
        return self.settled().predict(examples)

    def embed(self, examples: Iterable[Example]) -> Iterator[list[float]]:
        """Yield the vector of each question."""
        return self.settled().embed(examples)

    def sections(self) -> Iterator[Section]:
        """Yield what the retriever tells."""
        return self.settled().sections()

    def save(self, folder: Path) -> None:
        """Write the retriever with the weights as they are."""
        self._hand_over()
        self.settled().save(folder)

    def load(self, folder: Path) -> None:
        """Read what `save` wrote, into the same parameters; ready to answer."""
        self.retriever.load(folder)
        if self.dense.adapted:
            found = torch.from_numpy(self.dense.adapter)
            self._make_adapter(len(found))
            with torch.no_grad():
                self.adapter.copy_(found)
        self.stale = None
        self.train(False)


def pieces(row: Example, field: str) -> list[str]:
    """Return what a text is searched by: its words where a tokenizer gave them, else its stretches of characters."""
    words = row.get(f"words:{field}")
    return list(words) if words is not None else stretches(row.get(field) or "")
