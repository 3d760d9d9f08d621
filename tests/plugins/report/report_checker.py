"""Reads a page the way a browser does and says what does not belong into a report."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "br", "img", "link", "base", "input", "hr", "source", "embed", "wbr", "area", "col", "track"}
FORBIDDEN = {
    "script",
    "iframe",
    "object",
    "embed",
    "link",
    "base",
    "form",
    "input",
    "button",
    "foreignobject",
    "animate",
}
FORBIDDEN |= {
    "set",
    "video",
    "audio",
    "source",
    "frame",
    "frameset",
    "applet",
    "portal",
    "math",
    "noscript",
    "template",
}
ADDRESSES = {"href", "src", "srcset", "action", "formaction", "data", "poster", "background", "ping", "xlink:href"}


class Page(HTMLParser):
    """`faults` tells what is wrong; `text` is what a reader sees; `tags` what it is made of, drawings left out."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.levels: list[int] = []
        self._words: list[str] = []
        self._open: list[str] = []
        self._styles = 0
        self.feed(source)
        self.close()
        self._check_whole()

    @property
    def text(self) -> str:
        return "".join(self._words)

    def handle_starttag(self, tag, attributes):
        self._check(tag, attributes)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self._check(tag, attributes)

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing that is open")

    def handle_data(self, data):
        if "style" not in self._open:
            self._words.append(data)

    def handle_comment(self, data):
        self.faults.append(f"a comment: {data[:40]}")

    def unknown_decl(self, data):
        self.faults.append(f"a declaration: {data[:40]}")

    def handle_pi(self, data):
        self.faults.append(f"an instruction: {data[:40]}")

    def _check(self, tag, attributes):
        named = dict(attributes)
        if "svg" not in self._open and tag != "svg":
            self.tags.append(tag)
        if tag in FORBIDDEN:
            self.faults.append(f"<{tag}>")
        if tag == "meta" and named.get("http-equiv", "Content-Security-Policy") != "Content-Security-Policy":
            self.faults.append(f"<meta http-equiv={named['http-equiv']}>")
        if tag == "style":
            self._styles += 1
            if self._open != ["html", "head"] or self._styles > 1:
                self.faults.append("a second style sheet")
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "img" and not named.get("alt"):
            self.faults.append("an image without words")
        if tag == "svg" and not (named.get("role") == "img" and named.get("aria-label")):
            self.faults.append("a drawing without words")
        if tag == "th" and "scope" not in named and "html" in self._open:
            self.faults.append("a table header without scope")
        if tag in ("html", "body", "head") and self._open not in ([], ["html"]):
            self.faults.append(f"a second <{tag}>")
        for name, value in attributes:
            self._check_attribute(tag, name, value or "")

    def _check_attribute(self, tag, name, value):
        if name.startswith("on"):
            self.faults.append(f"<{tag} {name}>")
        if name in ADDRESSES:
            inside = value.startswith("#") or (tag == "img" and value.startswith("data:image/png;base64,"))
            if not inside and not (tag == "a" and re.match("https?://", value)):
                self.faults.append(f"<{tag} {name}={value[:40]}>")
        if name == "style" and re.search(r"url\((?!#)|expression|@import|javascript|\\", value, re.IGNORECASE):
            self.faults.append(f"<{tag} style={value[:60]}>")
        if name == "id":
            self.ids.append(value)
        if name in ("aria-labelledby", "aria-describedby"):
            self.references.append(value)
        self.references += [value[1:]] if name in ("href", "xlink:href") and value.startswith("#") else []
        self.references += re.findall(r"url\(#([^)]*)\)", value)

    def _check_whole(self):
        self.faults += [f"<{tag}> is never closed" for tag in self._open]
        self.faults += [
            f"two elements are called {name}" for name in sorted({n for n in self.ids if self.ids.count(n) > 1})
        ]
        self.faults += [f"nothing is called {name}" for name in self.references if name not in self.ids]
        if self.levels and self.levels.count(1) != 1:
            self.faults.append("there is not one first heading")
        self.faults += [f"h{a} is followed by h{b}" for a, b in pairwise(self.levels) if b > a + 1]
