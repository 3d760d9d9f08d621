"""What of a hub-shaped model folder is read: an allow-list of files and of what its JSON files may say.

A folder from a stranger can run code when it is loaded: by pickled weights, by Python files that `auto_map` or
`modules.json` names, by an attention kernel that `config.json` takes from the hub (CVE-2026-4372), by a nested model
that it names (CVE-2026-5241). So only data files of text models are handed on, under the names that they have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

WEIGHTS = ("model.safetensors", "model-*-of-*.safetensors")
INDEX = "model.safetensors.index.json"
CONFIGS = ("config.json", "config_sentence_transformers.json", "sentence_*_config.json", "tokenizer_config.json")
TOKENIZER = ("tokenizer.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt")
PIECES = ("sentencepiece.bpe.model", "spiece.model", "tokenizer.model")
LICENCES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE")
#: Names of the files that are read and copied; all others stay unread.
NAMES = ("modules.json", *WEIGHTS, INDEX, *CONFIGS, *TOKENIZER, *PIECES, *LICENCES)
#: Files in which Python objects may be written down.
PICKLES = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt", "*.h5", "*.msgpack")

#: Kinds of transformer that read text and take all they are made of from their own folder.
TEXT_MODELS = ("albert", "bert", "camembert", "convbert", "deberta", "deberta-v2", "distilbert", "electra", "ernie")
TEXT_MODELS += ("eurobert", "gemma3_text", "gte", "jina_embeddings_v3", "llama", "mistral", "modernbert", "mpnet")
TEXT_MODELS += ("nomic_bert", "qwen2", "qwen3", "roberta", "xlm-roberta", "xlm-roberta-xl")
_MODULE = re.compile(
    r"sentence_transformers\.(models|base\.modules|sentence_transformer\.modules)(\.\w+)?"
    r"\.(?P<name>Transformer|Pooling|Normalize|Dense|StaticEmbedding)"
)
_LEARNT = {"Transformer", "Dense", "StaticEmbedding"}
_FOLDER = re.compile(r"(\w[\w.-]*)?", re.ASCII)
#: Keys that name code, or a model elsewhere that may name code; of no use where they are empty or false.
_FORBIDDEN = {"auto_map", "custom_pipelines", "trust_remote_code", "quantization_config", "kernel_config"}
_FORBIDDEN |= {"use_kernels", "tokenizer_name_or_path", "base_model_name_or_path"}


def vetted(folder: Path) -> dict[str, Path]:
    """Return the files of a sentence-transformers model to read, by name in `folder`; ValueError where it is refused.

    Nothing of it is run or loaded; files that no text model needs are left out.
    """
    files: dict[str, Path] = {}
    modules = list(_modules(folder))
    for name in dict.fromkeys(("", *(name for name, _ in modules))):
        files |= {str(Path(name, path.name)): _inside(folder, path) for path in _listed(folder / name)}
    for name, path in files.items():
        if any(fnmatchcase(Path(name).name, pattern) for pattern in CONFIGS):
            _check_config(name, read(path))
    for name, kind in modules:
        if kind in _LEARNT:
            _check_weights(folder, name, files)
        if kind == "Transformer":
            _check_kind(folder, name, files)
    return dict(sorted(files.items()))


def read(path: Path) -> Any:
    """Return what a JSON file says; ValueError where it says nothing."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(f"{path} cannot be read as JSON: {error}") from error


def _modules(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each module's folder and class, as modules.json says."""
    path = folder / "modules.json"
    if not path.is_file():
        raise ValueError(f"{folder} is no folder of a sentence-transformers model: it has no modules.json")
    listed = read(_inside(folder, path))
    if not isinstance(listed, list) or not listed or not all(isinstance(module, dict) for module in listed):
        raise ValueError(f"{path} should be a list of modules")
    for module in listed:
        kind, name = _MODULE.fullmatch(str(module.get("type"))), module.get("path")
        if not kind:
            raise ValueError(f"{path} names the module {module.get('type')!r}, which may be code of the model's own")
        if not (isinstance(name, str) and _FOLDER.fullmatch(name)):
            raise ValueError(f"{path} names {name!r}, which is no folder beside it")
        yield name, kind["name"]


def _listed(folder: Path) -> Iterator[Path]:
    """Yield the files of `folder` that are read."""
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    yield from (path for path in paths if any(fnmatchcase(path.name, name) for name in NAMES) and path.is_file())


def _inside(folder: Path, path: Path) -> Path:
    """Return where `path` really lies, which must be in `folder`, or among the blobs of a hub cache of that model."""
    home, real = folder.resolve(), path.resolve()
    homes = [home]
    if home.parent.name == "snapshots" and home.parent.parent.name.startswith("models--"):
        homes.append(home.parent.parent / "blobs")
    if not any(real.is_relative_to(place) for place in homes):
        raise ValueError(f"{path} is a link that leads out of {folder}")
    return real


def _check_config(name: str, config: Any) -> None:
    """Raise ValueError where a config names code, or another model, at any depth."""
    for key, value in _pairs(config):
        if _names_code(key, value):
            raise ValueError(f"{name} says {key}: {str(value)[:80]}, which may run code that came with a model")


def _pairs(config: Any) -> Iterator[tuple[str, Any]]:
    """Yield each key with its value, at any depth; no recursion, as depth is the sender's choice."""
    left = [config]
    while left:
        value = left.pop()
        if isinstance(value, Mapping):
            yield from value.items()
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)


def _names_code(key: str, value: Any) -> bool:
    if key in _FORBIDDEN:
        return bool(value)
    if key.strip("_").removesuffix("_internal").endswith("_implementation"):  # of attention: maybe a kernel of the hub
        return value not in (None, "eager", "sdpa")
    if key == "method":  # of the transformer, called with the input
        return value != "forward"
    if key == "activation_function" and isinstance(value, str) and "." in value:  # of Dense, imported by its name
        return not re.fullmatch(r"torch\.nn\.modules\.(activation|linear)\.\w+", value)
    return False


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _check_weights(folder: Path, name: str, files: Mapping[str, Path]) -> None:
    """Raise ValueError where a module has no safetensors, or its index names files elsewhere."""
    index = files.get(str(Path(name, INDEX)))
    parts = _object(_object(read(index)).get("weight_map")).values() if index else ()
    if missing := sorted({str(part) for part in parts or WEIGHTS[:1] if str(Path(name, str(part))) not in files}):
        pickles = [path.name for pattern in PICKLES for path in (folder / name).glob(pattern)]
        other = f"; {', '.join(sorted(pickles))} may hold code and is not read" if pickles else ""
        raise ValueError(f"{folder / name} has no {', '.join(missing)}{other}: weights must be safetensors")


def _check_kind(folder: Path, name: str, files: Mapping[str, Path]) -> None:
    """Raise ValueError where the transformer is not of a kind that reads text."""
    path = files.get(str(Path(name, "config.json")))
    kind = _object(read(path)).get("model_type") if path else None
    if kind not in TEXT_MODELS:
        raise ValueError(f"{folder / name / 'config.json'} says model_type: {kind}; read are {', '.join(TEXT_MODELS)}")
