"""The configs: what they accept, what they refuse, and that naming them imports nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

import toolkit_serve
from toolkit_serve import REFUSAL, Http, Terminal


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_accepted(host):
    assert Http(host=host).host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.com", "", "localhost.example.com"])
def test_anything_else_is_refused_with_the_way_out(host):
    with pytest.raises(ValidationError, match=r"put a reverse proxy such as nginx or Caddy in front"):
        Http(host=host)


@pytest.mark.parametrize(
    "options",
    [
        {"port": -1},
        {"port": 65536},
        {"port": "8000"},
        {"max_body": 0},
        {"max_text": 0},
        {"max_batch": 0},
        {"max_queue": 0},
        {"timeout": 0},
        {"header_timeout": float("inf")},
        {"body_timeout": -1},
        {"hosts": ["a b"]},
        {"hosts": ["*"]},
        {"hosts": "a.example"},
        {"prot": 1},
    ],
)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(ValidationError):
        Http.model_validate(options)


@pytest.mark.parametrize("options", [{"language": "fr"}, {"refusal": {"fr": "x"}}, {"refusal": {"zh": ""}}])
def test_unknown_languages_and_empty_refusals_are_refused(options):
    with pytest.raises(ValidationError):
        Terminal.model_validate(options)


def test_the_default_refusals_are_no_shared_state():
    assert Terminal().refusal == REFUSAL
    assert Terminal().refusal is not REFUSAL


def test_both_targets_are_offered_and_their_examples_are_valid():
    found = {each.name: each for each in toolkit_serve.toolkit_components()}
    assert set(found) == {"terminal", "http"}
    for each in found.values():
        assert each.kind == "serving"
        assert each.config.model_validate(each.example)
        assert each.config().needs() == frozenset()
        assert each.summary


def test_naming_the_components_imports_nothing_heavy():
    code = (
        "import sys, toolkit_serve\n"
        "list(toolkit_serve.toolkit_components())\n"
        "heavy = {'starlette', 'uvicorn', 'jinja2', 'anyio', 'h11', 'asyncio', 'torch', 'numpy'}\n"
        "own = [name for name in sys.modules if name.startswith('toolkit_serve.')]\n"
        "print(sorted(heavy & set(sys.modules)), own)\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "[] []\n"
