"""The words of the terminal: which language a text is in, what is said in it, and how text is made safe to print."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

TEXTS = {
    "zh": {
        "question": "请输入您的问题：",
        "field": "请输入 {field}（{form}）：",
        "again": "是否继续提问？(y/n)：",
        "answer": "答案：",
        "source": "来源：",
        "sources": "来源：",
        "quoted": "“{}”",
        "meant": "您是不是想问：",
        "confidence": "置信度：",
        "colon": "：",
        "json": "{field} 应当是 JSON 值（{form}）：{fault}",
        "leave": "{name}（按 Ctrl-D 结束）",
    },
    "en": {
        "question": "Your question: ",
        "field": "{field} ({form}): ",
        "again": "Ask again? (y/n): ",
        "answer": "Answer: ",
        "source": "Source: ",
        "sources": "Sources:",
        "quoted": '"{}"',
        "meant": "Did you mean: ",
        "confidence": "Confidence: ",
        "colon": ": ",
        "json": "{field} should be a JSON value ({form}): {fault}",
        "leave": "{name} (Ctrl-D ends)",
    },
}
#: What counts as yes to "ask again?".
YES = frozenset({"y", "yes", "是", "好", "继续", "是的", "好的"})

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_WORD = re.compile(r"[A-Za-zÀ-ɏ]+")
# ECMA-48: control strings (OSC, DCS, ...) up to their end, control sequences (CSI), and two-character escapes.
_ESCAPE = re.compile(
    r"(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
)
# Marks that turn the direction of text around and so can make it read as something else.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def language_of(text: str, otherwise: str) -> str:
    """Return `zh` or `en`, whichever carries more words of `text`; a Chinese word counts as 1.5 characters."""
    han, words = len(_HAN.findall(text)), len(_WORD.findall(text))
    if han == words == 0:
        return otherwise
    return "zh" if han >= 1.5 * words else "en"


def language_of_locale(environment: Mapping[str, str]) -> str:
    """Return `zh` where the locale (POSIX order: LC_ALL, LC_MESSAGES, LANG) is Chinese, else `en`."""
    named = [environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)]
    return "zh" if named and named[0].lower().startswith("zh") else "en"


def clean(text: str) -> str:
    """Return text without terminal escapes, control characters, direction marks and half surrogates."""
    text = _ESCAPE.sub("", text.replace("\r\n", "\n")).replace("\t", " ")
    text = re.sub(r"[\u2028\u2029\r\v\f\x85]", "\n", text)
    return "".join(c for c in text if c == "\n" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in _BIDI))


def shown(prediction: Mapping[str, Any], language: str, refusal: str) -> Iterator[str]:
    """Yield the lines in which a prediction is shown, in `language`; `refusal` stands for an answer not given."""
    texts = TEXTS[language]
    if "answer" not in prediction:
        for name, value in prediction.items():
            yield f"{name}{texts['colon']}{_plain(value)}"
        return
    answer = str(prediction["answer"] or "").strip()
    if prediction.get("refused") or not answer:
        yield texts["answer"] + (str(prediction.get("message") or "").strip() or refusal)
        titles = [_title(each) for each in prediction.get("related") or []]
        yield from _listed(texts["meant"], texts["meant"].rstrip(), titles)
        return
    yield texts["answer"] + answer
    sources = [_source(each, answer, texts) for each in prediction.get("sources") or []]
    yield from _listed(texts["source"], texts["sources"], sources)
    if prediction.get("confidence") is not None:
        yield f"{texts['confidence']}{prediction['confidence']:.2f}"


def _listed(label: str, heading: str, items: Iterable[str]) -> Iterator[str]:
    """Yield one item behind its label, or several below a heading, numbered; those without text are left out."""
    found = [item for item in items if item]
    if len(found) == 1:
        yield label + found[0]
    elif found:
        yield heading
        yield from (f"{number}. {item}" for number, item in enumerate(found, 1))


def _source(source: Mapping[str, Any], answer: str, texts: Mapping[str, str]) -> str:
    """Return a source's title and what is quoted of it, unless that is its whole text or the answer itself."""
    text, span = str(source.get("text") or ""), source.get("span") or (0, 0)
    quote = text[span[0] : span[1]].strip()
    if not quote or quote in (text.strip(), answer):
        return _title(source)
    return f"{_title(source)} {texts['quoted'].format(_one_line(quote))}".strip()


def _title(entry: Mapping[str, Any]) -> str:
    """Return an entry's title, else its id, in one line: it must not look like a line of ours."""
    title = entry.get("title") or entry.get("id")
    return "" if title is None else _one_line(str(title))


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def cells(character: str) -> int:
    """Return the columns that a character takes on a terminal: 0, 1 or 2 (Unicode Standard Annex 11)."""
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrap(text: str, width: int) -> list[str]:
    """Return lines of at most `width` columns, broken at spaces and between wide characters."""
    lines = []
    for paragraph in text.split("\n"):
        line, used = "", 0
        for piece in _pieces(paragraph, width):
            size = sum(map(cells, piece))
            if used + size > width and line:
                lines.append(line.rstrip())
                line, used = "", 0
            if line or not piece.isspace():
                line, used = line + piece, used + size
        lines.append(line.rstrip())
    return lines


def _pieces(text: str, width: int) -> Iterator[str]:
    """Yield the stretches of `text` that must not be broken; none is wider than `width`, a wide character apart."""
    piece, used = "", 0
    for character in text:
        size = cells(character)
        if piece and (_may_break(piece[-1], character) or used + size > width):
            yield piece
            piece, used = "", 0
        piece, used = piece + character, used + size
    if piece:
        yield piece


def _may_break(before: str, after: str) -> bool:
    if before.isspace() or after.isspace():
        return True
    closes = cells(after) == 0 or unicodedata.category(after) in ("Pe", "Pf", "Po")
    if closes or unicodedata.category(before) in ("Ps", "Pi"):
        return False
    return 2 in (cells(before), cells(after))
