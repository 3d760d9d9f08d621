"""Texts that would break a page that takes text for markup, and a document that says them everywhere."""

from __future__ import annotations

from functools import cache

from report_sample import document, render

from toolkit_report.document import SHAPE

PAYLOADS = {
    "script": "<script>alert(1)</script>",
    "closing": "</style></title></td></svg></textarea><script>alert(1)</script>",
    "template": "{{7*7}}{% raw %}${7*7}",
    "image": "<img src=x onerror=alert(1)>",
    "drawing": "<svg onload=alert(1)><use href='https://evil.example/x#a'/></svg>",
    "attribute": "\" onmouseover=\"alert(1)\" style='background:url(https://evil.example)' x='",
    "address": "javascript:alert(1)//",
    "entity": "&lt;script&gt; &amp; &#x3c;b&#62;",
    "comment": "<!-- <?php --> <![CDATA[ x ]]>",
    "direction": "ab\u202egnp.exe\u202c \u2066x\u2069 שלום عالم",
    "control": "\x00\x07\x1b[31mred\x7f\x9b\r\nnext",
    "surrogate": "\ud800 half \udfff",
    "long": "ä" * 3000,
    "chinese": "中文，《标点》「引号」！",
    "emoji": "👩‍👩‍👧‍👦 🇨🇳 \U0001f4a9",
    "markdown": "# [x](javascript:alert(1)) ![y](https://evil.example/z.png) `code` **b** | c |\n---\n- a",
    "yaml": "--- !!python/object:os.system {a: b} \n...: &x *x # c",
    "mathematics": r"$\frac{1}{0}$ _ignored \\ %d {0}",
}


def poisoned(value, shape, text):
    """Return the document with `text` in the place of every string, and behind every key that is not the schema's."""
    if isinstance(shape, dict) and "*" in shape:
        return {f"{key}{text}": poisoned(item, shape["*"], text) for key, item in value.items()}
    if isinstance(shape, dict):
        return {key: poisoned(item, shape[key], text) if key != "form" else item for key, item in value.items()}
    if isinstance(shape, list):
        return [poisoned(item, shape[0], text) for item in value]
    if shape is object:
        return everywhere(value, text)
    return text if isinstance(value, str) else value


def everywhere(value, text):
    if isinstance(value, dict):
        return {f"{key}{text}": everywhere(item, text) for key, item in value.items()}
    if isinstance(value, list):
        return [everywhere(item, text) for item in value]
    return text if isinstance(value, str) else value


@cache
def rendered(text):
    """Return the page and the card of a document that says `text` everywhere."""
    return render(poisoned(document(), SHAPE, text))
