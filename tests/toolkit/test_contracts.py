"""The protocols that implementations keep, and the values that pass between them."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

import toy
from toolkit import contracts
from toolkit.contracts import Likelihood, Matrix, Plot, Saves, Section, Sections, Size, Table
from toolkit.evaluation import Evaluation
from toolkit.examples import Examples

VALUES = [Size(), Table(["a"], [[1]]), Plot("x", "y", {}), Matrix(["a"], ["b"], [[1.0]]), Section("t", [])]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_cannot_be_changed(value):
    field = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, None)


def test_a_size_says_nothing_by_itself_and_shares_nothing():
    assert Size() == Size((), None, {}, "")
    assert Size().marks is not Size().marks


def test_what_learns_and_what_shows_is_told_by_its_methods():
    assert isinstance(toy.Splitter(True), Saves)
    assert not isinstance(toy.Stepper(1, -1), Saves)
    assert isinstance(toy.Counter_(1.0, 1.0, 3), Sections)
    assert not isinstance(toy.Splitter(True), Sections)
    assert not isinstance(toy.Counter_(1.0, 1.0, 3), Likelihood)
    assert not isinstance(object(), contracts.Examples)


def test_the_core_s_examples_have_what_the_contract_names():
    for name, method in inspect.getmembers(contracts.Examples, inspect.isfunction):
        if not name.startswith("_"):
            assert list(inspect.signature(getattr(Examples, name)).parameters) == list(
                inspect.signature(method).parameters
            )


def test_every_contract_and_method_says_what_it_is():
    for name, one in inspect.getmembers(contracts, inspect.isclass):
        if one.__module__ == contracts.__name__:
            assert one.__doc__, name
            for method, function in inspect.getmembers(one, inspect.isfunction):
                if not method.startswith("_"):
                    assert function.__doc__, f"{name}.{method}"


def test_the_protocols_are_small():
    """One to three methods: what an author has to write fits on a page. (Examples and Run are the core's to write.)"""
    for name in ("Dataset", "Model", "Likelihood", "Saves", "Optimizer", "Metric", "Target", "Sections"):
        methods = [
            m for m, _ in inspect.getmembers(getattr(contracts, name), inspect.isfunction) if not m.startswith("_")
        ]
        assert 1 <= len(methods) <= 3, name


def test_an_evaluation_holds_figures_predictions_and_rows():
    assert [field.name for field in dataclasses.fields(Evaluation)] == ["figures", "predictions", "rows"]
