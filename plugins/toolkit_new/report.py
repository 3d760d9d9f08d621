"""The first report on the data: a page of Markdown, and a summary for the terminal."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toolkit_new.checks import Finding, Rows, personal
from toolkit_new.columns import Columns
from toolkit_new.entries import Entry
from toolkit_new.languages import Languages
from toolkit_new.source import Source
from toolkit_new.wording import FINDINGS, TEXTS

#: Places named of each finding; findings among what to do first; and those that nobody has to do anything about.
SHOWN, STEPS = 5, 3
HARMLESS = {"blank", "control", "duplicate", "near_duplicate", "long_question", "lines"}

_MARKUP = re.compile(r"[\\`*_{}\[\]#|~$!]|^[-+=]|:(?=//)|(?<!\w)@|(?<=www)\.", re.IGNORECASE)


@dataclass(frozen=True)
class Report:
    """What there is to say of a source and its entries, in one language."""

    source: Source
    columns: Columns
    entries: Sequence[Entry]
    languages: Languages
    lang: str
    found: Sequence[Finding]

    def view(self) -> dict[str, Any]:
        """Return what the template of the page shows."""
        return {
            "source": self.source.name,
            "facts": self.facts(),
            "columns": [(column, role) for column, role in self.roles()],
            "found": [self.described(one) for one in self.found],
            "languages": self.about_languages(),
            "steps": self.steps(),
        }

    def facts(self) -> list[tuple[str, str]]:
        """Return figures with their names."""
        text = TEXTS[self.lang]
        counts = self.languages.counts
        spoken = ", ".join(f"{text[name]} {counts[name]:,}" for name in ("zh", "en", "mixed", "other") if counts[name])
        figures = {
            "rows": f"{len(self.source.rows):,}",
            "entries": f"{len(self.entries):,}",
            "wordings": f"{sum(len(entry.wordings) for entry in self.entries):,}",
            "languages": spoken,
        }
        figures |= {name: f"{count:,}" for name, count in personal(self.entries).items() if count}
        return [(text["read_as"], self.source.form), *((text[name], value) for name, value in figures.items())]

    def roles(self) -> list[tuple[str, str]]:
        """Return each column with what it was taken for."""
        text = TEXTS[self.lang]
        taken = [
            (column, text.get(f"{role}_role", text.get(role, role))) for role, column in self.columns.taken.items()
        ]
        second = zip(self.columns.second or (), (text["question"], text["answer"]), strict=False)
        return [*taken, *second, *((column, text["further"]) for column in self.columns.further)]

    def described(self, one: Finding) -> dict[str, str]:
        """Return a finding in words."""
        title, advice = FINDINGS[self.lang][one.name]
        return {"title": title, "count": f"{len(one.places):,}", "rows": self.rows(one.places), "advice": advice}

    def rows(self, places: Sequence[Rows]) -> str:
        """Return the first places by row number: `3 = 17, 20 = 21 and 4 more`."""
        more = TEXTS[self.lang]["more"].format(count=f"{len(places) - SHOWN:,}")
        shown = ", ".join(" = ".join(map(str, rows[:SHOWN])) for rows in places[:SHOWN])
        return shown + (f" {more}" if len(places) > SHOWN else "")

    def about_languages(self) -> str:
        """Say what the languages of the entries mean for those who ask."""
        text, found = TEXTS[self.lang], self.languages
        there = [name for name in ("zh", "en") if found.counts[name]]
        if found.lacking:
            lacks = [self._lacking(name, rows) for name, rows in sorted(found.lacking.items())]
            return " ".join([text["both"].format(pairs=found.pairs), *lacks])
        if found.pairs:
            return text["both"].format(pairs=found.pairs)
        if len(there) == 1:
            return text["one"].format(there=text[there[0]], other=text["en" if there == ["zh"] else "zh"])
        return text["two" if there else "neither"]

    def _lacking(self, name: str, rows: Sequence[int]) -> str:
        text = TEXTS[self.lang]
        every = self.languages.pairs + sum(map(len, self.languages.lacking.values()))
        share, shown = f"{100 * len(rows) / every:.0f} %", self.rows([(row,) for row in rows])
        return text["lacking"].format(share=share, count=len(rows), language=text[name], rows=shown)

    def steps(self) -> list[str]:
        """Say what to do first: the gravest findings, the address, and questions to measure with."""
        text = TEXTS[self.lang]
        grave = [self.described(one) for one in self.found if one.name not in HARMLESS][:STEPS]
        return [*(text["mend"].format_map(one) for one in grave), text["address"], text["test"]]

    def summary(self, facts: Mapping[str, Any]) -> str:
        """Return what the terminal shows; `facts`: folder, entries, queries, aside, commands."""
        text = TEXTS[self.lang]
        found = [self.described(one) for one in self.found]
        heading = text["found"].format(report=f"{facts['folder']}/data-report.md") if found else text["nothing"]
        lines = [text["made"].format_map(facts)]
        lines += [text["aside"].format(folder=facts["aside"])] if facts["aside"] else []
        lines += ["", *(f"  {column}: {role}" for column, role in self.roles()), ""]
        lines += [*(f"  {name}: {value}" for name, value in self.facts()), "", heading]
        lines += [f"  {one['title']}: {one['count']}  ({one['rows']})" for one in found]
        lines += ["", text["next"], *(f"  {command}" for command in facts["commands"])]
        return "\n".join(map(clean, lines))


def md(text: object) -> str:
    """Return a text as one line of Markdown that shows just that text: no markup, no link, no element."""
    return html.escape(_MARKUP.sub(r"\\\g<0>", clean(" ".join(str(text).split()))), quote=False)


def clean(text: str) -> str:
    """Return text without what a terminal would obey, and without marks that turn its direction."""
    return "".join(character for character in text if unicodedata.category(character) not in ("Cc", "Cf", "Cs"))
