"""The target `terminal`: ask, answer, ask again."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Mapping
from typing import Any, TextIO

from toolkit.errors import InputError
from toolkit_serve import REFUSAL
from toolkit_serve import Terminal as Config
from toolkit_serve.console import Console
from toolkit_serve.inputs import field_of, form_of
from toolkit_serve.strict_json import NotJson, parse
from toolkit_serve.wording import TEXTS, YES, language_of, language_of_locale, shown


class Terminal:
    """Serves one person, or one pipe."""

    def __init__(
        self,
        language: str,
        refusal: Mapping[str, str],
        stdin: TextIO | None = None,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
    ) -> None:
        self.language, self.refusal = language, refusal
        self.prompts = language if language in TEXTS else language_of_locale(os.environ)
        self.streams = stdin, stdout, stderr

    def run(self, system: Any) -> None:
        """Ask and answer until there are no more questions, or the person has had enough."""
        given = zip(self.streams, (sys.stdin, sys.stdout, sys.stderr), strict=True)
        console = Console(*(stream or standard for stream, standard in given))
        try:
            if console.interactive:
                console.tell(TEXTS[self.prompts]["leave"].format(name=system.name))
            self._converse(system, console)
        except (EOFError, KeyboardInterrupt):
            if console.interactive:
                console.tell("")
        except BrokenPipeError:
            console.detach()

    def _converse(self, system: Any, console: Console) -> None:
        again = TEXTS[self.prompts]["again"]
        while True:
            row = self._ask(system, console)
            try:
                self._show(system.predict(row), row, console)
            except InputError as error:
                console.tell(str(error))
                continue
            if console.interactive and unicodedata.normalize("NFKC", console.read(again)).lower() not in YES:
                return

    def _ask(self, system: Any, console: Console) -> dict[str, Any]:
        """Return an input that the system takes, asked field by field."""
        row: dict[str, Any] = {}
        for field, schema in system.takes.items():
            while field not in row:
                row |= self._field(field, schema, console, alone=len(system.takes) == 1)
                try:
                    system.check(row)
                except InputError as error:
                    if field_of(error, row) == field:  # the others are not asked yet
                        console.tell(error.message)
                        row.pop(field, None)
        return row

    def _field(self, field: str, schema: Mapping[str, Any], console: Console, alone: bool) -> dict[str, Any]:
        """Return `{field: value}`, or nothing where what was typed is no value."""
        texts, form, is_text = TEXTS[self.prompts], form_of(schema), schema.get("type") == "string"
        prompt = texts["question"] if alone and is_text else texts["field"].format(field=field, form=form)
        line = console.read(prompt)
        if not line:
            return {}
        if is_text:
            return {field: line}
        try:
            return {field: parse(line.encode())}
        except NotJson as error:
            console.tell(texts["json"].format(field=field, form=form, fault=error.message))
            return {}

    def _show(self, prediction: Mapping[str, Any], row: Mapping[str, Any], console: Console) -> None:
        asked = language_of(" ".join(value for value in row.values() if isinstance(value, str)), self.prompts)
        labels = asked if self.language == "auto" else self.language
        for line in shown(prediction, labels, self.refusal[asked]):
            console.say(line)
        if console.interactive:
            console.say("")


def make(config: Config) -> Terminal:
    """Return the target; texts that the spec leaves out keep their default."""
    return Terminal(config.language, {**REFUSAL, **config.refusal})
