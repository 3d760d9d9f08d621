"""The sentence of an answer that a question is about: what is quoted as the source."""

from __future__ import annotations

import itertools
import re
from collections import Counter

#: What ends a sentence, and what may close it behind that. Marks that no blank follows, as in `spec.yaml`, end none.
_END, _CLOSED = ".!?。！？；;", r"[\"'”’」』）)\]]*+"
_SENTENCE = re.compile(rf"[^{_END}\n]+(?:[.!?](?!{_CLOSED}(?:\s|$))[^{_END}\n]*)*(?:[{_END}]+{_CLOSED})?")
_WORD = re.compile(r"[^\W\u3400-\u9fff]{3,}|[\u3400-\u9fff]")
#: Sentences of an answer that are looked at.
LOOKED_AT = 64


def sentences(text: str) -> list[tuple[int, int]]:
    """Return where the first sentences of a text begin and end, in characters, blanks around them left out."""
    found = []
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        piece = text[start:end]
        start, end = start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
        if re.search(r"\w", text[start:end]):
            found.append((start, end))
        if len(found) == LOOKED_AT:
            break
    return found


def span(question: str, answer: str) -> tuple[int, int] | None:
    """Return the sentence that shares most with the question, the first of equals; None where there is none.

    Pieces (words, pairs of Chinese characters) weigh less the more of the sentences hold them.
    """
    places = sentences(answer)
    if not places:
        return None
    pieces = [_pieces(answer[start:end]) for start, end in places]
    common = Counter(piece for found in pieces for piece in found)
    asked = _pieces(question)
    weights = [sum(1 / common[piece] for piece in found & asked) / (len(found) or 1) ** 0.5 for found in pieces]
    return places[max(range(len(places)), key=lambda place: (weights[place], -place))]


def _pieces(text: str) -> set[str]:
    found = _WORD.findall(text.lower())
    pairs = {a + b for a, b in itertools.pairwise(found) if len(a) == len(b) == 1}
    return {piece for piece in found if len(piece) > 1} | pairs
