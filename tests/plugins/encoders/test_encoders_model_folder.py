import json

import pytest
from encoders_toys import change_json, write_json, write_modules

from toolkit_encoders.model_folder import vetted

WHOLE = ["1_Pooling/config.json", "config.json", "config_sentence_transformers.json", "model.safetensors"]
WHOLE += ["modules.json", "sentence_bert_config.json", "tokenizer.json", "vocab.txt"]


def nested(depth, value):
    """`value` within lists within lists."""
    for _ in range(depth):
        value = [value]
    return value


@pytest.fixture
def folder(tmp_path):
    """A folder of the right form whose weights nobody reads here."""
    folder = tmp_path / "model"
    (folder / "1_Pooling").mkdir(parents=True)
    write_modules(folder)
    write_json(folder / "config.json", {"model_type": "bert", "trust_remote_code": False, "_attn_implementation": None})
    write_json(folder / "tokenizer.json", {"model": {"vocab": {"auto_map": 1}}})  # a vocabulary may hold any word
    for name in ("model.safetensors", "vocab.txt"):
        (folder / name).write_text("", encoding="utf-8")
    return folder


def test_a_whole_folder_is_its_data_files(folder):
    files = vetted(folder)
    assert list(files) == WHOLE
    assert all(path == folder.resolve() / name for name, path in files.items())


def test_what_no_text_model_needs_is_left_unread(folder):
    for name in ("pytorch_model.bin", "modeling_own.py", "model.onnx", "adapter_config.json", "chat_template.jinja"):
        (folder / name).write_text("", encoding="utf-8")
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.safetensors").touch()
    assert list(vetted(folder)) == WHOLE


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "model.h5", None])
def test_weights_that_are_no_safetensors_are_refused(folder, name):
    (folder / "model.safetensors").unlink()
    if name:
        (folder / name).touch()
    with pytest.raises(ValueError, match=r"has no model\.safetensors.*must be safetensors") as caught:
        vetted(folder)
    assert (name is None) or f"{name} may hold code" in str(caught.value)


@pytest.mark.parametrize(
    ("file", "keys"),
    [
        ("config.json", {"auto_map": {"AutoModel": "modeling_own.Own"}}),
        ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["own.Own", None]}}),
        ("config.json", {"_attn_implementation_internal": "someone/kernel"}),  # CVE-2026-4372
        ("config.json", {"attn_implementation": "someone/kernel:own"}),
        ("config.json", {"_attn_implementation": {"text": "someone/kernel"}}),
        ("config.json", {"_experts_implementation": "someone/kernel"}),
        ("config.json", {"text_config": {"deep": [{"auto_map": {"AutoModel": "a.B"}}]}}),
        ("config.json", {"deep": nested(900, {"auto_map": {"AutoModel": "a.B"}})}),
        ("config.json", {"trust_remote_code": True}),  # CVE-2026-5241
        ("config.json", {"quantization_config": {"quant_method": "own"}}),
        ("config.json", {"custom_pipelines": {"own": {"impl": "own.Own"}}}),
        ("sentence_bert_config.json", {"model_args": {"trust_remote_code": True}}),
        ("sentence_bert_config.json", {"tokenizer_name_or_path": "someone/else"}),
        ("sentence_bert_config.json", {"modality_config": {"text": {"method": "save_pretrained"}}}),
        ("1_Pooling/config.json", {"activation_function": "os.system"}),
        ("1_Pooling/config.json", {"activation_function": "torch.hub.load"}),
    ],
)
def test_configs_that_name_code_are_refused(folder, file, keys):
    if not (folder / file).exists():
        write_json(folder / file, {})
    change_json(folder / file, **keys)
    with pytest.raises(ValueError, match="which may run code that came with a model"):
        vetted(folder)


def test_configs_that_name_what_torch_and_transformers_have_are_read(folder):
    change_json(folder / "config.json", _attn_implementation="sdpa", hidden_act="gelu", auto_map={})
    change_json(folder / "sentence_bert_config.json", modality_config={"text": {"method": "forward"}})
    change_json(folder / "1_Pooling" / "config.json", activation_function="torch.nn.modules.activation.Tanh")
    assert list(vetted(folder)) == WHOLE


@pytest.mark.parametrize(
    "kind",
    [
        *["modeling_own.Own", "os.system", "sentence_transformers.base.model.pickle.load", "", None, 1],
        *["sentence_transformers.models.Router", "sentence_transformers.models.Transformer.load"],
        *["xsentence_transformers.models.Transformer", "sentence_transformers_own.models.Transformer"],
        "sentence_transformers.models.Transformer\n",
    ],
)
def test_modules_of_another_make_are_refused(folder, kind):
    write_json(folder / "modules.json", [{"path": "", "type": kind}])
    with pytest.raises(ValueError, match="names the module"):
        vetted(folder)


@pytest.mark.parametrize(
    "kind", ["base.modules.transformer.Transformer", "sentence_transformer.modules.Transformer", "models.Transformer"]
)
def test_modules_are_known_under_every_name_that_they_have(folder, kind):
    write_json(folder / "modules.json", [{"path": "", "type": f"sentence_transformers.{kind}"}])
    assert "model.safetensors" in vetted(folder)


@pytest.mark.parametrize("path", ["..", "../other", "/etc", "a/b", ".", 1, None])
def test_modules_elsewhere_are_refused(folder, path):
    write_json(folder / "modules.json", [{"path": path, "type": "sentence_transformers.models.Pooling"}])
    with pytest.raises(ValueError, match="no folder beside it"):
        vetted(folder)


@pytest.mark.parametrize("modules", [{}, [], [1], "x"])
def test_modules_are_a_list(folder, modules):
    write_json(folder / "modules.json", modules)
    with pytest.raises(ValueError, match="a list of modules"):
        vetted(folder)


@pytest.mark.parametrize("text", ["", "{", "\x80", "[" * 100_000])
@pytest.mark.parametrize("name", ["modules.json", "config.json", "1_Pooling/config.json"])
def test_json_that_is_none_is_refused(folder, name, text):
    (folder / name).write_text(text, encoding="latin-1")
    with pytest.raises(ValueError, match="cannot be read as JSON"):
        vetted(folder)


def test_a_folder_of_something_else_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"it has no modules\.json"):
        vetted(tmp_path)


@pytest.mark.parametrize("kind", ["lightglue", "timm_wrapper", "clip", None, ["bert"]])
def test_models_that_do_not_read_text_are_refused(folder, kind):
    write_json(folder / "config.json", {"model_type": kind})
    with pytest.raises(ValueError, match="says model_type"):
        vetted(folder)


def test_a_config_that_is_no_object_is_refused(folder):
    write_json(folder / "config.json", ["bert"])
    with pytest.raises(ValueError, match="says model_type: None"):
        vetted(folder)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "modules.json", "1_Pooling/config.json"])
def test_a_link_that_leads_out_is_refused(folder, tmp_path, name):
    (tmp_path / "elsewhere").write_bytes((folder / name).read_bytes())
    (folder / name).unlink()
    (folder / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match="a link that leads out of"):
        vetted(folder)


def test_a_folder_that_is_a_link_out_is_refused(folder, tmp_path):
    (folder / "1_Pooling").rename(tmp_path / "elsewhere")
    (folder / "1_Pooling").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match="a link that leads out of"):
        vetted(folder)


def test_links_within_a_cache_of_the_hub_are_followed(folder, tmp_path):
    cache = tmp_path / "models--someone--model"
    snapshot = cache / "snapshots" / ("0" * 40)
    snapshot.parent.mkdir(parents=True)
    (cache / "blobs").mkdir()
    folder.rename(snapshot)
    (snapshot / "model.safetensors").rename(cache / "blobs" / "abc")
    (snapshot / "model.safetensors").symlink_to("../../blobs/abc")
    assert vetted(snapshot)["model.safetensors"] == (cache / "blobs" / "abc").resolve()
    (tmp_path / "elsewhere").touch()
    (snapshot / "vocab.txt").unlink()
    (snapshot / "vocab.txt").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match="a link that leads out of"):
        vetted(snapshot)


def test_weights_in_parts_are_all_there_and_beside_their_index(folder):
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    write_json(folder / "model.safetensors.index.json", index)
    with pytest.raises(ValueError, match=r"has no model-00002-of-00002\.safetensors"):
        vetted(folder)
    (folder / "model-00002-of-00002.safetensors").touch()
    assert {"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"} <= vetted(folder).keys()
    write_json(folder / "model.safetensors.index.json", {"weight_map": {"a": "../other.safetensors"}})
    with pytest.raises(ValueError, match=r"has no \.\./other\.safetensors"):
        vetted(folder)


def test_every_module_that_has_learnt_needs_its_weights(folder):
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    modules.append({"path": "2_Dense", "type": "sentence_transformers.models.Dense"})
    write_json(folder / "modules.json", modules)
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense" / "pytorch_model.bin").touch()
    with pytest.raises(ValueError, match=r"2_Dense has no model\.safetensors; pytorch_model\.bin may hold code"):
        vetted(folder)
