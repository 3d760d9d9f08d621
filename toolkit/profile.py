"""What stands in the data: counts, lengths, scripts, duplicates, signs of damage. One pass, linear time.

`profile` returns plain JSON that holds no row of the data, only figures, positions, and labels of few-valued fields:

    {"splits": {NAME: {"rows", "digest", "fields": {FIELD: {...}}, "duplicates": DUPLICATES}},
     "tables": {NAME: the same},
     "overlaps": [{"between": [FIRST, SECOND], **DUPLICATES}]}

    FIELD       {"kind", "present", "empty", "distinct"} and, by kind,
                text, id, category   "length" in characters
                text                 "scripts": shares of letters {"zh", "latin", "other"}; "english": share of texts
                                     with an English function word; "mojibake": texts that look wrongly decoded
                category             "labels": [[label, count], ...], the most frequent first
                number               "range"
                list                 "length" in items
                array                "shape" (null: varies), "range" of the least and greatest number of each
                truth, mapping, other, mixed (several of these)
                ("length" and "range" are {"min", "median", "p95", "max"})
    digest      sha256 over the rows' canonical JSON, in order
    DUPLICATES  {"exact": rows that repeat an earlier one, "near": likewise once width, case, punctuation and spaces
                are levelled, "pairs": the positions of up to five}
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from numbers import Real
from typing import Any

from toolkit.contracts import Example

#: A field of strings with at most this many values, each used twice or more, is a category.
FEW_LABELS = 20
LONGEST_LABEL = 60
PAIRS_SHOWN = 5

#: What a row must share with another to be its exact, and its near duplicate.
Keys = tuple[Hashable, Hashable]

_CODE = re.compile(r"(?=\D*\d)[A-Za-z0-9_.:/#-]{1,64}")
_ENGLISH = re.compile(r"\b(?:the|and|what|how|you|with|this)\b", re.IGNORECASE)
_NOT_WORD = re.compile(r"[\W_]+")
#: UTF-8 read as Latin-1 or Windows-1252, replacement characters, and GBK's readings of them.
_MOJIBAKE = re.compile("[ÂÃ][\x80-\xbf]|[ä-é][\x80-\xbf]{2}|â€|ï¿½|\ufffd|锟斤拷|烫烫烫")


@dataclass(slots=True)
class _Field:
    """What is kept of one field of one split while its rows go by."""

    present: int = 0
    empty: int = 0
    forms: Counter[str] = field(default_factory=Counter)
    values: Counter[Hashable] = field(default_factory=Counter)
    sizes: list[float] = field(default_factory=list)
    shapes: set[tuple[int, ...]] = field(default_factory=set)
    characters: Counter[str] = field(default_factory=Counter)
    english: int = 0
    mojibake: int = 0

    def add(self, value: Any) -> None:
        if value is None:
            return
        form = _form(value)
        self.forms[form] += 1
        self.present += 1
        if form == "text":
            self._add_text(value)
        elif form == "number" and math.isfinite(value):
            self.values[value] += 1
            self.sizes.append(value)
        elif form == "truth":
            self.values[str(value).lower()] += 1
        elif form == "list":
            self.empty += not value
            self.sizes.append(len(value))
        elif form == "array":
            self.shapes.add(_shape(value))
            self.sizes += _extremes(value)

    def _add_text(self, text: str) -> None:
        self.empty += not text.strip()
        self.values[text] += 1
        self.sizes.append(len(text))
        self.characters.update(text)
        self.english += bool(_ENGLISH.search(text))
        self.mojibake += bool(_MOJIBAKE.search(text))

    def summary(self, kind: str) -> dict[str, Any]:
        facts: dict[str, Any] = {"kind": kind, "present": self.present, "empty": self.empty}
        if self.values:
            facts["distinct"] = len(self.values)
        if kind == "text":
            english = round(self.english / max(1, self.present), 4)
            facts |= {"scripts": _scripts(self.characters), "english": english, "mojibake": self.mojibake}
        elif kind in ("category", "truth"):
            ranked = sorted(self.values.items(), key=lambda item: (-item[1], str(item[0])))
            facts["labels"] = [[str(label), count] for label, count in ranked[:FEW_LABELS]]
        elif kind == "array":
            facts["shape"] = list(next(iter(self.shapes))) if len(self.shapes) == 1 else None
        if self.sizes and kind != "mixed":
            facts["range" if kind in ("number", "array") else "length"] = _spread(self.sizes)
        return facts


@dataclass(slots=True)
class _Rows:
    """What is kept of one split: its fields, its digest, and each row's texts and fingerprint."""

    fields: dict[str, _Field]
    digest: str
    texts: list[Mapping[str, str]]
    prints: list[bytes]


def profile(
    splits: Mapping[str, Sequence[Example]], tables: Mapping[str, Sequence[Example]], inputs: Collection[str] = ()
) -> dict[str, Any]:
    """Describe `splits` and side `tables` (by name). Rows are compared by their `inputs`, the text fields asked with.

    Without `inputs` every field of kind text counts; rows without any text are compared whole.
    """
    seen = {name: _read(rows) for name, rows in splits.items()}
    kinds = _kinds(seen.values())
    keys = {name: _keys(rows, [f for f in kinds if f in inputs] or _texts(kinds)) for name, rows in seen.items()}
    overlaps = ({"between": list(pair), **_duplicates(keys[pair[0]], keys[pair[1]])} for pair in combinations(keys, 2))
    return {
        "splits": {name: _describe(rows, kinds, keys[name]) for name, rows in seen.items()},
        "tables": {name: _table(_read(rows)) for name, rows in tables.items()},
        "overlaps": [overlap for overlap in overlaps if overlap["near"]],
    }


def _read(rows: Iterable[Example]) -> _Rows:
    fields: dict[str, _Field] = {}
    texts: list[Mapping[str, str]] = []
    prints: list[bytes] = []
    for row in rows:
        for name, value in row.items():
            if name not in fields:
                fields[name] = _Field()
            fields[name].add(value)
        line = json.dumps(dict(row), ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
        prints.append(hashlib.sha256(line.encode("utf-8", "surrogatepass")).digest())
        texts.append({name: value for name, value in row.items() if isinstance(value, str)})
    return _Rows(fields, hashlib.sha256(b"".join(prints)).hexdigest(), texts, prints)


def _table(rows: _Rows) -> dict[str, Any]:
    kinds = _kinds([rows])
    return _describe(rows, kinds, _keys(rows, _texts(kinds)))


def _describe(rows: _Rows, kinds: Mapping[str, str], keys: Sequence[Keys]) -> dict[str, Any]:
    return {
        "rows": len(rows.prints),
        "digest": rows.digest,
        "fields": {name: one.summary(kinds[name]) for name, one in sorted(rows.fields.items())},
        "duplicates": _duplicates(keys, keys),
    }


# -- kinds of fields ---------------------------------------------------------------------------------------------------


def _kinds(splits: Iterable[_Rows]) -> dict[str, str]:
    """Return the kind of each field, judged over all splits together."""
    fields: dict[str, list[_Field]] = {}
    for rows in splits:
        for name, one in rows.fields.items():
            fields.setdefault(name, []).append(one)
    return {name: _kind(several) for name, several in sorted(fields.items())}


def _kind(fields: Sequence[_Field]) -> str:
    forms = {form for one in fields for form in one.forms}
    if forms != {"text"}:
        return forms.pop() if len(forms) == 1 else "mixed"
    values = {str(value) for one in fields for value in one.values}
    present = sum(one.present for one in fields)
    few = max(FEW_LABELS, min(10 * FEW_LABELS, present // 10))
    if len(values) <= few and 2 * len(values) <= present and max(map(len, values)) <= LONGEST_LABEL:
        return "category"
    return "id" if all(map(_CODE.fullmatch, values)) else "text"


def _texts(kinds: Mapping[str, str]) -> list[str]:
    return [name for name, kind in kinds.items() if kind == "text"]


def _form(value: Any) -> str:
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, Real):
        return "number"
    if isinstance(value, Mapping):
        return "mapping"
    if hasattr(value, "shape") or (_listed(value) and value and _listed(value[0])):
        return "array"
    return "list" if _listed(value) else "other"


def _listed(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _shape(value: Any) -> tuple[int, ...]:
    if hasattr(value, "shape"):
        return tuple(map(int, value.shape))
    return (len(value), *(_shape(value[0]) if value else ())) if _listed(value) else ()


def _extremes(value: Any) -> tuple[float, ...]:
    """Return the least and the greatest number within nested sequences, or nothing."""
    if hasattr(value, "shape"):
        return (float(value.min()), float(value.max())) if value.size else ()
    if not _listed(value):
        return ()
    numbers = (
        value if all(isinstance(item, (int, float)) for item in value) else [x for v in value for x in _extremes(v)]
    )
    return (min(numbers), max(numbers)) if numbers else ()


def _plain(value: Any) -> Any:
    """Stand in for an array, by its bytes, or for another value that JSON does not know."""
    if hasattr(value, "tobytes"):
        return [str(value.dtype), list(value.shape), hashlib.sha256(value.tobytes()).hexdigest()]
    return str(value)


# -- figures -----------------------------------------------------------------------------------------------------------


def _spread(values: Iterable[float]) -> dict[str, float]:
    ordered = sorted(values)
    last = len(ordered) - 1
    return {name: ordered[round(last * q)] for name, q in (("min", 0), ("median", 0.5), ("p95", 0.95), ("max", 1))}


def _scripts(characters: Counter[str]) -> dict[str, float]:
    """Return the shares of Han, Latin and other letters among all letters."""
    shares = Counter({"zh": 0, "latin": 0, "other": 0})
    for character, count in characters.items():
        if character.isalpha():
            name = unicodedata.name(character, "")
            shares["zh" if name.startswith("CJK") else "latin" if "LATIN" in name else "other"] += count
    total = max(1, shares.total())
    return {script: round(count / total, 4) for script, count in shares.items()}


# -- duplicates --------------------------------------------------------------------------------------------------------


def _keys(rows: _Rows, names: Sequence[str]) -> list[Keys]:
    """Return for each row what it must share with an exact, and with a near duplicate."""
    keys: list[Keys] = []
    for texts, fingerprint in zip(rows.texts, rows.prints, strict=True):
        exact = tuple(texts[name] for name in names if texts.get(name))
        levelled = tuple(map(_level, exact))
        keys.append((exact, levelled if any(levelled) else exact) if exact else (fingerprint, fingerprint))
    return keys


def _level(text: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


def _duplicates(earlier: Sequence[Keys], later: Sequence[Keys]) -> dict[str, Any]:
    """Find the rows of `later` that stand in `earlier`; where both are one list, before themselves."""
    found: list[list[list[int]]] = []
    for sort in (0, 1):
        first: dict[Hashable, int] = {}
        for n, pair in enumerate(earlier):
            first.setdefault(pair[sort], n)
        places = ((first.get(pair[sort]), n) for n, pair in enumerate(later))
        found.append([[at, n] for at, n in places if at is not None and (earlier is not later or at < n)])
    return {"exact": len(found[0]), "near": len(found[1]), "pairs": found[1][:PAIRS_SHOWN]}
