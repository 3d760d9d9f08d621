import pytest
from encoders_toys import write_json
from pydantic import ValidationError

from toolkit.component import Located
from toolkit_encoders.configs_pretrained import SentenceTransformers, UniversalSentenceEncoder

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def folder_of_static_vectors(folder):
    """The smallest folder that is accepted: one module, weights that nobody reads here."""
    folder.mkdir(parents=True)
    module = {"path": "", "type": "sentence_transformers.models.StaticEmbedding"}
    write_json(folder / "modules.json", [module])
    (folder / "model.safetensors").touch()
    return folder


def test_a_folder_is_found_from_the_spec_that_names_it(tmp_path):
    folder = folder_of_static_vectors(tmp_path / "models" / "mine")
    config = SentenceTransformers(model=Located("models/mine", tmp_path))
    assert config.model == str(folder)
    assert SentenceTransformers.model_validate(config.model_dump(mode="json")) == config


def test_a_pinned_model_of_the_hub_is_taken_as_it_is():
    assert SentenceTransformers(model=f"intfloat/e5.v2@{COMMIT}").model == f"intfloat/e5.v2@{COMMIT}"


@pytest.mark.parametrize("model", ["intfloat/e5", "intfloat/e5@main", f"intfloat/e5@{COMMIT[:7]}"])
def test_a_model_of_the_hub_without_its_commit_is_refused_and_told_how_to_pin(model):
    with pytest.raises(ValidationError, match=r"intfloat/e5@ and 40 hexadecimal.*co/intfloat/e5/commits/main lists"):
        SentenceTransformers(model=model)


@pytest.mark.parametrize("model", ["", "nowhere", "a/b/c", "x" * 5000, "a\0b", f"../e5@{COMMIT}", f"a/b@{COMMIT}\n"])
def test_what_is_no_folder_is_refused(model, tmp_path):
    with pytest.raises(ValidationError, match="there is no folder"):
        SentenceTransformers(model=Located(model, tmp_path))


def test_an_unsafe_folder_is_refused_before_anything_is_built(tmp_path):
    folder = folder_of_static_vectors(tmp_path / "unsafe")
    write_json(folder / "modules.json", [{"path": "", "type": "mine.Own"}])
    with pytest.raises(ValidationError, match=r"mine\.Own"):
        SentenceTransformers(model=str(folder))


def test_a_run_is_opened_where_the_folder_is_gone():
    config = SentenceTransformers.model_validate({"model": "/gone/model"}, context={"paths": False})
    assert config.model == "/gone/model"


@pytest.mark.parametrize("model", [1, None, ["a"]])
def test_a_model_is_a_string(model):
    with pytest.raises(ValidationError, match="string"):
        SentenceTransformers(model=model)


def test_prompts_are_of_fields_that_are_read():
    model = f"intfloat/e5@{COMMIT}"
    assert SentenceTransformers(model=model, prompts={"question": "query: "}).prompts == {"question": "query: "}
    with pytest.raises(ValidationError, match="no field title; read are answer and question"):
        SentenceTransformers(model=model, prompts={"title": "passage: "})


@pytest.mark.parametrize("option", [{"threads": 0}, {"max_characters": 0}, {"max_characters": 10**6}])
def test_options_have_ranges(option):
    with pytest.raises(ValidationError, match="Input should be"):
        UniversalSentenceEncoder(**option)
