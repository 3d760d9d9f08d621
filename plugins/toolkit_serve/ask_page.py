"""The page `/`: people ask, and read answers with their sources. One file: nothing comes from elsewhere.

The browser is told to run and to style with nothing but what stands in the file when it is made, known by hash; and
to refuse every string that would be read as HTML (Trusted Types), so that text can only become text.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from toolkit_serve import REFUSAL

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Features:
    """What the page offers: judging answers, the longest question in characters, and whom to turn to otherwise."""

    feedback: bool
    max_text: int
    contact: str


def ask_page(title: str, features: Features) -> tuple[bytes, str]:
    """Return the page in UTF-8 and its Content-Security-Policy."""
    style, script = part("ask_style.css.j2"), part("ask_script.js.j2")
    page = environment().get_template("ask.html.j2")
    text = page.render(title=title, features=asdict(features), texts=wording(), style=style, script=script)
    return text.encode("utf-8", "replace"), policy(style, script)


def policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy under which exactly this style and this script work."""
    rules = {
        "default-src": "'none'",
        "connect-src": "'self'",
        "img-src": "data:",  # the empty icon: without it browsers ask for /favicon.ico
        "script-src": source(script),
        "style-src": source(style),
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def source(text: str) -> str:
    """Return how a policy names an inline style or script: by its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def wording() -> dict[str, dict[str, str]]:
    """Return all that the page says, by language; what it says for an answer not given is as on the terminal."""
    texts = json.loads(part("ask_texts.json.j2"))
    return {language: {**said, "refusal": REFUSAL[language]} for language, said in texts.items()}


def part(name: str) -> Markup:
    """Return a template part, which is our own text and stands in the page as it is."""
    return Markup(environment().get_template(name).render())


@cache
def environment() -> Environment:
    """Return the templates. Autoescape is set outright: `select_autoescape` does not know the ending `.html.j2`."""
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
