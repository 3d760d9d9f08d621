"""The tokenizer `bpe`: byte-pair encoding over bytes (Sennrich et al. 2016; Radford et al. 2019), lossless.

The library's special tokens are not used: they would be found in the text as well, and who writes `<eos>` in a
question would end it. The marks are entries that no text can be encoded to, as their names hold a character
that the byte alphabet lacks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from toolkit.contracts import Example, Examples, Prediction, Size
from toolkit.errors import RunError
from toolkit_text import fields
from toolkit_text.tokenizer_options import BytePairs as Options
from toolkit_text.vocabulary import MARKS

FILE = "tokenizer.json"
_NAMES = [f"⟨{name}⟩" for name in MARKS]


class BytePairs:
    """Turns text into ids of byte sequences and back."""

    def __init__(self, columns: Sequence[str], size: int, min_count: int) -> None:
        self.columns, self.fields = columns, fields.keys(columns)
        self.vocabulary_size, self.min_count = size, min_count
        self.library = byte_level(models.BPE())

    def fit(self, examples: Examples) -> None:
        """Learn which pairs to merge."""
        trainer = trainers.BpeTrainer(
            vocab_size=self.vocabulary_size,
            min_frequency=self.min_count,
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            special_tokens=_NAMES,
            show_progress=False,
        )
        learnt = byte_level(models.BPE())
        learnt.train_from_iterator(fields.texts(examples, self.columns), trainer)
        self.library = without_special_tokens(learnt)

    def encode(self, examples: Iterable[Example]) -> Iterator[Example]:
        """Add `tokens:FIELD`, a list of ids."""
        return fields.encoded(examples, self.fields, lambda text: {"tokens": self.library.encode(text).ids})

    def decode(self, predictions: Iterable[Prediction]) -> Iterator[Prediction]:
        """Write ids as text; bytes that are no UTF-8 become U+FFFD."""
        return fields.decoded(predictions, self.text)

    def text(self, ids: Sequence[int]) -> str:
        """Return the text of ids, marks left out."""
        return self.library.decode([i for i in ids if i >= len(MARKS)])

    def signature(self) -> Mapping[str, Size]:
        """Return one Size, the same for each port."""
        model = json.dumps(learnt_model(self.library), sort_keys=True)
        size = Size((None,), self.library.get_vocab_size(), MARKS, hashlib.sha256(model.encode()).hexdigest())
        return {f"tokens:{column}": size for column in self.columns}

    def save(self, folder: Path) -> None:
        """Write the form that the library and the model hubs read."""
        (folder / FILE).write_text(self.library.to_str(pretty=True) + "\n", encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Read what `save` wrote."""
        file = folder / FILE
        try:
            library = Tokenizer.from_file(str(file))
        except Exception as error:  # the library raises nothing narrower
            raise RunError(f"{file} cannot be read: {error}") from error
        if [library.id_to_token(i) for i in MARKS.values()] != _NAMES or library.get_added_tokens_decoder():
            raise RunError(f"{file} was not written by the tokenizer bpe: its first ids are not the four marks")
        self.library = library


def byte_level(model: models.BPE) -> Tokenizer:
    """Return a tokenizer that cuts at blanks and classes of characters, then works on bytes."""
    library = Tokenizer(model)
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    library.decoder = decoders.ByteLevel()
    return library


def learnt_model(library: Tokenizer) -> dict[str, Any]:
    """Return what was learnt: `vocab`, ids by byte sequence, and `merges`, pairs in their order."""
    model = json.loads(library.to_str())["model"]
    return {name: model[name] for name in ("vocab", "merges")}


def without_special_tokens(learnt: Tokenizer) -> Tokenizer:
    """Return the same tokenizer with the special tokens as plain entries."""
    model = learnt_model(learnt)
    return byte_level(models.BPE(vocab=model["vocab"], merges=[tuple(pair) for pair in model["merges"]]))


def make(config: Options, *, given: frozenset[str]) -> BytePairs:
    """Make the tokenizer `bpe` for the text columns among `given`."""
    return BytePairs(config.columns(given), config.vocab_size, config.min_count)
