"""The page `/docs`: an OpenAPI document for people, without scripts and without anything from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from toolkit_serve.guard import POLICY
from toolkit_serve.inputs import form_of
from toolkit_serve.problems import PROBLEMS

TEMPLATES = Path(__file__).parent / "templates"


def page(document: Mapping[str, Any], facts: Mapping[str, Any], takes: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return the page and the Content-Security-Policy that lets it have its own style and nothing else."""
    # Autoescape is set outright: `select_autoescape` does not know the ending `.html.j2`.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["json"] = lambda value, indent=None: json.dumps(value, ensure_ascii=False, indent=indent)
    environment.filters["shell"] = shlex.quote
    text = environment.get_template("docs.html.j2").render(
        document=document,
        token="securitySchemes" in document["components"],
        facts={name: value for name, value in facts.items() if name != "takes"},
        fields=[(name, form_of(schema)) for name, schema in takes.items()],
        problems=PROBLEMS,
    )
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode() if style else ""
    return text.encode("utf-8", "replace"), f"{POLICY}; style-src 'sha256-{digest}'"
