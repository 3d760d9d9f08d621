import string

import pytest

from toolkit_new.checks import findings
from toolkit_new.source import Source
from toolkit_new.wording import FINDINGS, TEXTS


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things():
    assert FINDINGS["en"].keys() == FINDINGS["zh"].keys()
    assert TEXTS["en"].keys() == TEXTS["zh"].keys()
    assert {name: fields(text) for name, text in TEXTS["en"].items()} == {
        name: fields(text) for name, text in TEXTS["zh"].items()
    }


def test_every_finding_can_be_said():
    noted = {name: [1] for name in FINDINGS["en"]}
    assert {one.name for one in findings(Source("x", notes=noted), [])} <= FINDINGS["en"].keys()


@pytest.mark.parametrize("lang", FINDINGS)
def test_no_text_breaks_a_table(lang):
    assert all("|" not in text and "\n" not in text for pair in FINDINGS[lang].values() for text in pair)
