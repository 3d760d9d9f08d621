"""A model of sentence-transformers: a transformer over subwords, its states pooled to one vector.

Only what `model_folder` lets through is loaded, in float32 (so that a text's vector does not hang on its batch).
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from huggingface_hub import snapshot_download
from sentence_transformers import SentenceTransformer
from transformers.utils import logging

from toolkit.contracts import Example
from toolkit.errors import DataError, ResourceError, RunError
from toolkit_encoders.configs_pretrained import HUB
from toolkit_encoders.configs_pretrained import SentenceTransformers as Config
from toolkit_encoders.model_folder import NAMES, vetted
from toolkit_encoders.texts import texts_of


class SentenceTransformersEncoder:
    """The encoder; the model is fetched and loaded when the first text is encoded.

    Args:
        model: a folder, or `organisation/name@commit`.
        prompts: what is written before the texts of a field.
        device: name of a torch device.
    """

    def __init__(
        self,
        model: str,
        prompts: Mapping[str, str] | None = None,
        max_characters: int = 2000,
        batch_size: int = 32,
        device: str = "cpu",
    ) -> None:
        self.model = model
        self.prompts = dict(prompts or {})
        self.max_characters, self.batch_size, self.device = max_characters, batch_size, device
        self.width = 0
        self._files: dict[str, Path] = {}
        self._network: SentenceTransformer | None = None
        self._lock = threading.Lock()

    def encode(self, examples: Sequence[Example], field: str) -> np.ndarray:
        """Return the vectors (n, width) of the texts in `field`, each of length 1, or 0 where there is no text."""
        texts = texts_of(examples, field, self.max_characters)
        network = self._loaded()
        vectors = np.zeros((len(texts), self.width), np.float32)
        written = [place for place, text in enumerate(texts) if text]
        if written:
            vectors[written] = network.encode(
                [texts[place] for place in written],
                prompt=self.prompts.get(field, ""),  # "", not None: else one that the model's folder says
                batch_size=self.batch_size,
                show_progress_bar=False,
                normalize_embeddings=True,
            )
        return vectors

    def save(self, folder: Path) -> None:
        """Copy the model's files, so that the run needs neither the folder nor the hub any more."""
        for name, path in self._found().items():
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(path, folder / name)

    def load(self, folder: Path) -> None:
        """Load the model that `save` wrote; RunError where it is damaged, or holds more than data."""
        try:
            files = vetted(folder)
            network = _load(files, self.device)
        except ValueError as error:
            raise RunError(str(error), "build again") from error
        self._take(files, network)

    def _loaded(self) -> SentenceTransformer:
        with self._lock:
            if self._network is None:
                files = self._found()
                try:
                    self._take(files, _load(files, self.device))
                except ValueError as error:
                    raise DataError(f"{self.model}: {error}") from error
        return self._network

    def _take(self, files: dict[str, Path], network: SentenceTransformer) -> None:
        self._files, self._network = files, network
        self.width = len(network.encode("a", show_progress_bar=False))

    def _found(self) -> dict[str, Path]:
        """Return the model's files by name; those of the hub are fetched, or taken from its cache."""
        if not self._files:
            pinned = HUB.fullmatch(self.model)
            try:
                self._files = vetted(_fetched(**pinned.groupdict()) if pinned else Path(self.model))
            except ValueError as error:
                raise DataError(f"{self.model}: {error}") from error
        return self._files


def _fetched(name: str, commit: str) -> Path:
    """Return the folder in the hub's cache that holds the model's files at `commit`; HF_HUB_OFFLINE is respected."""
    patterns = [*NAMES, *(f"*/{pattern}" for pattern in NAMES)]
    try:
        with _quiet():
            return Path(snapshot_download(name, revision=commit, allow_patterns=patterns))
    except Exception as error:  # of the network, of the hub, of the disk
        hint = "fetch it where there is a network, and name the folder in `model`"
        raise ResourceError(f"{name}@{commit} cannot be fetched: {type(error).__name__}: {error}", hint) from error


def _load(files: Mapping[str, Path], device: str) -> SentenceTransformer:
    """Return the model made of these files and no others; ValueError where they do not fit together."""
    with tempfile.TemporaryDirectory() as name, _quiet(), torch.random.fork_rng(devices=[]):
        folder = Path(name)
        for relative, path in files.items():
            (folder / relative).parent.mkdir(exist_ok=True)
            (folder / relative).symlink_to(path)
        options: dict[str, Any] = {"use_safetensors": True, "dtype": torch.float32}
        try:
            network = SentenceTransformer(
                name, device=device, trust_remote_code=False, local_files_only=True, model_kwargs=options
            )
            missing = _missing(network, folder, options)
        except Exception as error:  # whatever a library does with files that are damaged
            raise ValueError(f"the model cannot be loaded: {type(error).__name__}: {error}") from error
    if missing:
        raise ValueError(f"the weights are of another model: it lacks {', '.join(missing[:5])}")
    return network.eval()


def _missing(network: SentenceTransformer, folder: Path, options: Mapping[str, Any]) -> list[str]:
    """Return the weights that the files do not have: transformers only warns, and draws them at random."""
    transformer = getattr(network[0], "auto_model", None)
    if transformer is None:
        return []  # of other modules sentence-transformers refuses to load a part
    _, report = type(transformer).from_pretrained(folder, local_files_only=True, output_loading_info=True, **options)
    # BERT's pooler is for another task and often left out; its output is not used here
    return sorted(name for name in report["missing_keys"] if not name.startswith("pooler."))


@contextmanager
def _quiet() -> Iterator[None]:
    """A context without progress bars and reports; the settings, which are the process's, come back."""
    bars, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


def make(config: Config, *, device: Any = None) -> SentenceTransformersEncoder:
    """Make the encoder `sentence-transformers`, on the spec's device or the CPU."""
    where = "cpu" if device is None else str(device.torch)
    return SentenceTransformersEncoder(config.model, config.prompts, config.max_characters, config.batch_size, where)
