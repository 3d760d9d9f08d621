"""`docs/serving.md` names every option, route and error that there is, and no other; its examples work."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from serve_fakes import FakeSystem
from serve_http import in_process, running

from toolkit_serve import Http, Terminal
from toolkit_serve.problems import PROBLEMS

PAGE = (Path(__file__).parents[3] / "docs" / "serving.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return the text below a heading, up to the next of its level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found, title
    return found[1]


def options(text: str) -> dict[str, str]:
    """Return the options that a section's table lists, with their defaults."""
    return dict(re.findall(r"^\| `(\w+)` \| `([^`]*)` \|", text, re.MULTILINE))


@pytest.mark.parametrize(("title", "config"), [("`terminal`", Terminal), ("`http`", Http)])
def test_every_option_is_on_the_page_with_its_default(title, config):
    shown = options(section(title))
    assert set(shown) == set(config.model_fields)
    for name, default in shown.items():
        if name != "refusal":
            assert default == json.dumps(getattr(config(), name)).strip('"'), name


def test_every_error_is_on_the_page():
    assert dict(re.findall(r"^\| (\d{3}) \| `(\w+)` \|", PAGE, re.MULTILINE)) == {
        str(status): kind for kind, (status, _) in PROBLEMS.items()
    }


def test_every_route_is_on_the_page():
    with in_process(FakeSystem()) as ask:
        paths = ask("GET", "/openapi.json").json()["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert set(re.findall(r"^\| `((?:GET|POST) /[^`]*)` \|", PAGE, re.MULTILINE)) == routes | {"GET /"}


def test_the_curl_examples_are_answered():
    found = re.findall(r"^curl (?:.*\\\n)*.*", PAGE, re.MULTILINE)
    assert len(found) >= 2
    with in_process(FakeSystem()) as ask:
        for command in found:
            words = shlex.split(command.replace("\\\n", " "))
            header = dict([words[words.index("-H") + 1].split(": ")])
            asked = ask("POST", "/v1/predict", headers=header, content=words[words.index("-d") + 1].encode())
            assert asked.status_code == 200


def test_the_python_example_runs(capsys):
    code = next(block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "urllib" in block)
    with running(FakeSystem()) as port:
        exec(code.replace("127.0.0.1:8000", f"127.0.0.1:{port}"), {})
    assert capsys.readouterr().out == "Type toolkit build.\n"
