"""What stands in the data: counts, lengths, scripts, duplicates, signs of damage. Linear in time and memory.

`profile` returns plain JSON that holds no row of the data, only figures, positions, and labels of few-valued fields:

    {"splits": {NAME: {"rows", "fields": {FIELD: {...}}, "duplicates": [{"field", **FOUND}]}},
     "tables": {NAME: the same},
     "overlaps": [{"between": [EARLIER, LATER], "field": of the later, **FOUND}]}

    FIELD   {"kind", "present", "empty", "distinct"} and, by kind,
            text, id, category   "length" in characters
            text, category       "mojibake": values that look wrongly decoded
            text                 "scripts": shares of letters {"zh", "latin", "other"}; "english": share of texts
                                 with an English function word
            category, truth      "labels": [[label, count], ...], the most frequent first
            number               "range"
            list                 "length" in items
            array                "shape" (null: varies), "range" of the least and the greatest number of each
            ("length" and "range" are {"min", "median", "p95", "max"})
    FOUND   {"exact": rows that stand there before, "near": likewise once width, case, punctuation and spaces are
            levelled, "pairs": the positions of up to five}
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from numbers import Real
from typing import Any

from toolkit.contracts import Example

#: A field of strings with at most this many values, each used twice on average, is a category.
FEW_LABELS = 20
LONGEST_LABEL = 60
PAIRS_SHOWN = 5
#: The split that may well repeat what stands in side tables.
LEARNT_FROM = "train"

#: By text field, what each row shares with an exact and with a near duplicate; None where it has no text.
Keys = Mapping[str, Sequence[tuple[Hashable, Hashable] | None]]

_CODE = re.compile(r"(?=[A-Za-z]*[^A-Za-z])[A-Za-z0-9_.:/#-]{1,64}")
_ENGLISH = re.compile(r"\b(?:the|and|what|how|you|with|this)\b", re.IGNORECASE)
_NOT_WORD = re.compile(r"[\W_]+")
#: UTF-8 read as Latin-1 or Windows-1252, replacement characters, and what GBK makes of those.
_MOJIBAKE = re.compile("[ÂÃ][\x80-\xbf]|[ä-é][\x80-\xbf]{2}|â€|ï¿½|\ufffd|锟斤拷|烫烫烫")


def profile(splits: Mapping[str, Sequence[Example]], tables: Mapping[str, Sequence[Example]]) -> dict[str, Any]:
    """Describe splits and side tables. A split to measure on is compared with those before it, and with the tables."""
    read = {name: _read(rows) for name, rows in {**tables, **splits}.items()}
    kinds = {name: _kinds([read[name]]) for name in tables}
    kinds |= dict.fromkeys(splits, _kinds(read[name] for name in splits))  # one field is of one kind in all splits
    keys = {name: _keys(rows, kinds[name]) for name, rows in {**tables, **splits}.items()}

    measured = [name for name in splits if name != LEARNT_FROM]

    def described(name: str, rows: Sequence[Example]) -> dict[str, Any]:
        fields = {field: one.summary(kinds[name][field]) for field, one in sorted(read[name].items())}
        return {"rows": len(rows), "fields": fields, "duplicates": _duplicates(keys[name])}

    return {
        "splits": {name: described(name, rows) for name, rows in splits.items()},
        "tables": {name: described(name, rows) for name, rows in tables.items()},
        "overlaps": [
            found for pair in combinations(keys, 2) if pair[1] in measured for found in _overlaps(keys, *pair)
        ],
    }


# -- fields ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Field:
    """What is kept of one field while the rows go by."""

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
        """Count one value."""
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
            self.empty += not len(value)
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
        """Return the figures as plain JSON."""
        facts: dict[str, Any] = {"kind": kind, "present": self.present, "empty": self.empty}
        if self.values:
            facts["distinct"] = len(self.values)
        if kind == "text":
            english = round(self.english / max(1, self.present), 4)
            facts |= {"scripts": _scripts(self.characters), "english": english}
        elif kind in ("category", "truth"):
            ranked = sorted(self.values.items(), key=lambda item: (-item[1], str(item[0])))
            facts["labels"] = [[str(label), count] for label, count in ranked[:FEW_LABELS]]
        elif kind == "array":
            facts["shape"] = list(next(iter(self.shapes))) if len(self.shapes) == 1 else None
        if kind in ("text", "category"):
            facts["mojibake"] = self.mojibake
        if self.sizes and kind != "mixed":
            facts["range" if kind in ("number", "array") else "length"] = _spread(self.sizes)
        return facts


def _read(rows: Iterable[Example]) -> dict[str, _Field]:
    fields: dict[str, _Field] = {}
    for row in rows:
        for name, value in row.items():
            if name not in fields:
                fields[name] = _Field()
            fields[name].add(value)
    return fields


def _kinds(parts: Iterable[Mapping[str, _Field]]) -> dict[str, str]:
    """Return the kind of each field, judged over all parts together."""
    fields: dict[str, list[_Field]] = {}
    for part in parts:
        for name, one in part.items():
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


def _form(value: Any) -> str:
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, Real):
        return "number"
    if isinstance(value, Mapping):
        return "mapping"
    if hasattr(value, "shape") or (_is_list(value) and value and _is_list(value[0])):
        return "array"
    return "list" if _is_list(value) else "other"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _shape(value: Any) -> tuple[int, ...]:
    if hasattr(value, "shape"):
        return tuple(map(int, value.shape))
    return (len(value), *(_shape(value[0]) if value else ())) if _is_list(value) else ()


def _extremes(value: Any) -> tuple[float, ...]:
    """Return the least and the greatest number within nested sequences, or nothing."""
    if hasattr(value, "shape"):
        return (float(value.min()), float(value.max())) if value.size else ()
    if not _is_list(value):
        return ()
    flat = value if all(isinstance(item, (int, float)) for item in value) else [x for v in value for x in _extremes(v)]
    return (min(flat), max(flat)) if flat else ()


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


def _keys(rows: Sequence[Example], kinds: Mapping[str, str]) -> Keys:
    """Return the keys of each text field; rows without any are compared whole, under the name of no field."""
    names = [name for name, kind in kinds.items() if kind == "text"]
    if names:
        return {name: [_key(row.get(name)) for row in rows] for name in names}
    return {"": [(line, line) for line in map(_line, rows)]}


def _key(text: Any) -> tuple[Hashable, Hashable] | None:
    return (text, _level(text) or text) if isinstance(text, str) and text.strip() else None


def _level(text: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


def _line(row: Example) -> bytes:
    line = json.dumps(dict(row), ensure_ascii=False, sort_keys=True, default=_stand_in)
    return hashlib.sha256(line.encode("utf-8", "surrogatepass")).digest()


def _stand_in(value: Any) -> Any:
    """Stand in for an array, by its bytes, or for another value that JSON does not know."""
    if hasattr(value, "tobytes"):
        return [str(value.dtype), list(value.shape), hashlib.sha256(value.tobytes()).hexdigest()]
    return str(value)


def _duplicates(keys: Keys) -> list[dict[str, Any]]:
    """Find, field by field, rows that repeat an earlier one."""
    found = ({"field": name, **_found({name: of_rows}, of_rows, within=True)} for name, of_rows in keys.items())
    return [one for one in found if one["near"]]


def _overlaps(keys: Mapping[str, Keys], earlier: str, later: str) -> list[dict[str, Any]]:
    """Find, field by field, rows of the later part whose text stands in any text field of the earlier."""
    fields = keys[later].items()
    found = ({"between": [earlier, later], "field": name, **_found(keys[earlier], of_rows)} for name, of_rows in fields)
    return [one for one in found if one["near"]]


def _found(there: Keys, of_rows: Sequence[tuple[Hashable, Hashable] | None], within: bool = False) -> dict[str, Any]:
    """Count the rows that stand `there`; within one field, those that stand there before themselves."""
    pairs = []
    for sort in (0, 1):
        first: dict[Hashable, int] = {}
        for others in there.values():
            for n, key in enumerate(others):
                if key is not None:
                    first.setdefault(key[sort], n)
        places = ((first.get(key[sort]), n) for n, key in enumerate(of_rows) if key is not None)
        pairs.append([[at, n] for at, n in places if at is not None and (at < n or not within)])
    return {"exact": len(pairs[0]), "near": len(pairs[1]), "pairs": pairs[1][:PAIRS_SHOWN]}
