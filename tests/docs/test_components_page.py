"""docs/components.md is what the installed plugins say; docs/ports.md names every port that they declare."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from toolkit.registry import Registry

DOCS = Path(__file__).parents[2] / "docs"
#: Ports of first-party components only; an outsider's may be installed beside them.
OURS = {"text", "qa", "encoders", "torch", "samples", "measure"}
OURS |= {"serve", "feedback", "new", "report", "console", "authoring"}

#: Forms whose names are fixed; the others are followed by a field's name.
WHOLE = ("learns", "predicts", "scores", "searches", "device")


def registry() -> Registry:
    found = Registry.discover()
    return Registry.discover(block=set(found.plugins) - OURS)


def test_the_page_is_fresh():
    loader = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    generate = importlib.util.module_from_spec(loader)
    loader.loader.exec_module(generate)
    assert (DOCS / "components.md").read_text(encoding="utf-8") == generate.page(registry()), "run `make docs`"


def declared_forms() -> set[str]:
    given = frozenset(
        {"text:question", "text:answer", "text:passages.answer", "image:image", "number:age", "label:label"}
    )
    given |= {"category:job", "target:price", "id:user", "ids:gold_ids", "device:torch", "device:cpu"}
    ports: set[str] = set()
    for component in registry().components():
        config = component.config.model_validate(dict(component.example), context={"paths": False})
        ports |= config.needs() | config.gives(given)
    return {port if port.split(":")[0] in WHOLE else port.split(":")[0] + ":" for port in ports}


def test_every_port_is_on_its_page():
    page = (DOCS / "ports.md").read_text(encoding="utf-8")
    missing = sorted(port for port in declared_forms() if f"`{port}" not in page)
    assert not missing


def test_the_page_names_no_port_that_nothing_declares():
    page = (DOCS / "ports.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `((?:learns|predicts|scores|searches|device):\w+)`", page, re.MULTILINE))
    assert listed == {port for port in declared_forms() if not port.endswith(":")}
