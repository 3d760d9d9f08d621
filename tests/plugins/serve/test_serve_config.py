"""The configs: what they accept, what they refuse, and that naming them imports nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

import toolkit_serve
import toy
from toolkit.errors import SpecError
from toolkit.plan import slots
from toolkit.registry import Registry
from toolkit.resolver import resolve
from toolkit.spec import parse
from toolkit_serve import REFUSAL, Http, Terminal


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_accepted(host):
    assert Http(host=host).host == host


OTHERS = ["0.0.0.0", "::", "192.168.1.2", "example.com", "localhost.example.com"]


@pytest.mark.parametrize("host", OTHERS)
def test_other_addresses_need_a_token_and_say_so(host):
    with pytest.raises(
        ValidationError, match=r"a token is needed: set `token_env: .* or keep 127\.0\.0\.1 and put a rev"
    ):
        Http(host=host)
    assert Http(host=host, token_env="TOOLKIT_TOKEN").host == host


@pytest.mark.parametrize("host", ["", " ", "a b", "a/b", "http://a", "-a", "1.2.3.4:80", "[::1]"])
def test_what_is_no_address_is_refused(host):
    with pytest.raises(ValidationError, match="this is no address to listen on"):
        Http(host=host, token_env="TOOLKIT_TOKEN")


def test_a_spec_that_opens_the_server_without_a_token_is_refused_by_validate(tmp_path):
    spec = tmp_path / "open.yaml"
    spec.write_text("data: rows\narchitecture: counting\nserving: {use: http, host: 0.0.0.0}\n")
    registry = Registry.of({"toy": toy, "serve": toolkit_serve})
    with pytest.raises(SpecError, match=r"open\.yaml:3:1: serving: the host 0\.0\.0\.0 is open") as caught:
        resolve(parse(spec.read_text(), str(spec), tmp_path, []), registry)
    assert caught.value.exit_code == 2


def test_the_slot_of_the_store_is_empty_unless_the_spec_fills_it():
    assert Http().feedback is None
    assert Http.model_validate({"feedback": "sqlite"}).feedback.use == "sqlite"
    assert slots(Http)["feedback"].kind == "feedback"


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
        {"token_env": "A B"},
        {"token_env": "1A"},
        {"token_env": "A" * 65},
        {"feedback": 1},
        {"contact": "a" * 201},
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
        "heavy = {'starlette', 'uvicorn', 'jinja2', 'anyio', 'h11', 'asyncio', 'torch', 'numpy', 'prometheus_client'}\n"
        "own = [name for name in sys.modules if name.startswith('toolkit_serve.')]\n"
        "print(sorted(heavy & set(sys.modules)), own)\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "[] []\n"
