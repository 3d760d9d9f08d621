"""Exit codes, places, and how an error reads."""

from __future__ import annotations

import inspect

import pytest

from toolkit import errors
from toolkit.errors import Interrupted, Mark, Problem, SpecError, ToolkitError

CODES = {
    "ToolkitError": 1,
    "SpecError": 2,
    "DataError": 3,
    "InputError": 3,
    "RunError": 4,
    "ResourceError": 5,
    "PluginError": 6,
    "BuildError": 6,
    "BusyError": 75,
}


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_exit_codes_are_those_that_scripts_rely_on(name, code):
    assert getattr(errors, name).exit_code == code


def test_every_error_is_the_toolkit_s_and_stands_in_the_table():
    found = {name for name, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, Exception)}
    assert found == set(CODES)
    assert not issubclass(Interrupted, Exception), "a component that catches what fails must not catch a stop"
    assert all(issubclass(getattr(errors, name), ToolkitError) for name in found)
    assert all(name in errors.__doc__ for name in found)


@pytest.mark.parametrize(("number", "code"), [(2, 130), (15, 143)])
def test_a_signal_gives_its_own_code(number, code):
    assert Interrupted(number).exit_code == code


def test_an_error_reads_as_what_happened_and_the_way_out():
    error = errors.RunError("x is damaged", "build it again")
    assert str(error) == "x is damaged\n    build it again"
    assert (error.message, error.hint) == ("x is damaged", "build it again")
    assert str(errors.DataError("faq.csv:17: empty")) == "faq.csv:17: empty"


def test_places_read_as_editors_understand_them():
    assert str(Mark("specs/数据 1.yaml", 3, 7)) == "specs/数据 1.yaml:3:7"
    assert str(Mark("--set a=1")) == "--set a=1"
    assert Mark("a", 2, 1) < Mark("a", 10, 1) < Mark("b", 1, 1)


def test_a_problem_begins_with_its_place():
    assert str(Problem(Mark("s.yaml", 3, 7), "a.b", "is wrong", "do this")) == "s.yaml:3:7: a.b: is wrong\n    do this"
    assert str(Problem(Mark("s.yaml", 3, 7), "", "is wrong")) == "s.yaml:3:7: is wrong"


def test_problems_are_sorted_by_place_and_all_are_shown():
    def at(line, column):
        return Problem(Mark("s.yaml", line, column), "p", f"at {line}:{column}")

    error = SpecError(iter([at(10, 1), at(2, 5), at(2, 1)]))
    assert [problem.message for problem in error.problems] == ["at 2:1", "at 2:5", "at 10:1"]
    assert str(error).splitlines() == [str(problem) for problem in error.problems]


def test_a_spec_error_may_be_one_sentence():
    error = SpecError("x holds something", "choose another")
    assert error.problems == ()
    assert str(error) == "x holds something\n    choose another"
