"""`docs/serving.md` names every option, route and error that there is, and no other; its examples work."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from serve_fakes import VECTORS, FakeStore, FakeSystem
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
            true = json.dumps(getattr(config(), name))
            assert default in (true, true.strip('"') or true), name


def test_every_error_is_on_the_page():
    assert dict(re.findall(r"^\| (\d{3}) \| `(\w+)` \|", PAGE, re.MULTILINE)) == {
        str(status): kind for kind, (status, _) in PROBLEMS.items()
    }


def test_every_route_is_on_the_page():
    with in_process(FakeSystem(gives=VECTORS), store=FakeStore()) as ask:
        paths = ask("GET", "/openapi.json").json()["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert set(re.findall(r"^\| `((?:GET|POST) /[^`]*)` \|", PAGE, re.MULTILINE)) == routes


def test_every_metric_is_on_the_page():
    with in_process(FakeSystem()) as ask:
        told = set(re.findall(r"^# TYPE (toolkit_\w+)", ask("GET", "/metrics").text, re.MULTILINE))
    listed = set(re.findall(r"^\| `(toolkit_\w+)", PAGE, re.MULTILINE))
    assert {name for name in told if not name.endswith("_created")} == listed


def test_every_key_of_an_answer_is_on_the_page():
    shown = json.loads(re.search(r"```json\n(\{\"id\".*?)```", PAGE, re.DOTALL)[1])
    with in_process(FakeSystem()) as ask:
        assert ask("POST", "/v1/answer", json={"question": "How do I build a system?"}).json() == shown
    assert list(shown) == re.findall(r"^\| `(\w+)` \| [^|]* \|$", section("`http`").split("### Feedback")[0], re.M)[-8:]


def test_the_curl_examples_are_answered(monkeypatch):
    found = re.findall(r"^curl (?:.*\\\n)*.*", PAGE, re.MULTILINE)
    assert len(found) >= 6
    store = FakeStore()
    with in_process(FakeSystem(gives=VECTORS), store=store, token="$TOOLKIT_TOKEN") as ask:
        store.said["id-0"] = "asked", {}, "en"
        for command in found:
            words = shlex.split(command.replace("\\\n", " "))
            given = [words[place + 1].split(": ") for place, word in enumerate(words) if word == "-H"]
            headers = {"Authorization": "Bearer $TOOLKIT_TOKEN", **dict(given)}
            path = words[1].removeprefix("http://127.0.0.1:8000")
            asked = ask("POST", path, headers=headers, content=words[words.index("-d") + 1].encode())
            assert asked.status_code == 200, command


def test_the_python_example_runs(capsys):
    code = next(block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "urllib" in block)
    with running(FakeSystem()) as port:
        exec(code.replace("127.0.0.1:8000", f"127.0.0.1:{port}"), {})
    assert capsys.readouterr().out == "Type toolkit build.\n"


def test_the_specs_on_the_page_are_valid(monkeypatch):
    shown = [yaml.safe_load(block)["serving"] for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
    assert len(shown) == 3
    for options in shown:
        assert options.pop("use") == "http"
        assert Http.model_validate(options)
