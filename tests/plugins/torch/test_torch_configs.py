from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

import toolkit_torch
from toolkit_torch.configs_optimizers import Adam, AdamW, Sgd
from toolkit_torch.configs_schedules import Linear

COMPONENTS = list(toolkit_torch.toolkit_components())


def refused(config, **options):
    with pytest.raises(ValidationError) as caught:
        config.model_validate(options)
    return str(caught.value)


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda c: f"{c.kind}.{c.name}")
def test_examples_are_valid_and_survive_being_written_out(component):
    config = component.config.model_validate(dict(component.example))
    assert component.config.model_validate(config.model_dump(mode="json")) == config


def test_the_plugin_is_light():
    code = "import sys, toolkit_torch; assert not {'torch', 'numpy'} & set(sys.modules), 'heavy'"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_direct_never_imports_torch():
    code = "import sys, toolkit_torch.direct; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_ports():
    config = {(component.kind, component.name): component.config for component in COMPONENTS}
    assert config["optimizer", "adam"]().needs() == {"learns:gradient"}
    assert config["optimizer", "direct"]().needs() == {"learns:direct"}
    assert config["device", "auto"]().gives(frozenset()) == {"device:torch"}
    assert config["device", "cpu"]().gives(frozenset()) == {"device:torch", "device:cpu"}
    assert config["device", "cuda"]().gives(frozenset()) == {"device:torch", "device:cuda"}


def test_steps_stand_in_for_the_default_epochs():
    assert (Adam().epochs, Adam().steps) == (10, None)
    assert (Adam(steps=5).epochs, Adam(steps=5).steps) == (None, 5)
    assert (Adam(epochs=5).epochs, Adam(epochs=5).steps) == (5, None)


@pytest.mark.parametrize("options", [{"epochs": 2, "steps": 3}, {"epochs": None}])
def test_one_of_epochs_and_steps(options):
    assert "one of the two" in refused(AdamW, **options)


@pytest.mark.parametrize(
    ("config", "options", "said"),
    [
        (Sgd, {"nesterov": True}, "nesterov needs a momentum"),
        (Sgd, {"lr": 0.0}, "greater than 0"),
        (Adam, {"betas": [0.9]}, "at least 2"),
        (Adam, {"betas": [0.9, 1.0]}, "less than 1"),
        (Adam, {"weight_decay": 0.1}, "Extra inputs"),
        (Adam, {"batch_size": "32"}, "valid integer"),
        (Linear, {"warmup": 1.5}, "below 1"),
        (Linear, {"warmup": -1}, "greater than or equal to 0"),
    ],
)
def test_wrong_options_are_refused(config, options, said):
    assert said in refused(config, **options)
