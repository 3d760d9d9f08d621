"""What the plugin declares is what its components do, and it learns nothing of other plugins."""

import ast
from pathlib import Path

import pytest
from samples_toys import COMPONENTS, SPLITS, config, data, fitted

import toolkit_samples

ALLOWED = {"component", "contracts", "errors", "hookspecs"}


@pytest.mark.parametrize("file", sorted(Path(toolkit_samples.__file__).parent.glob("*.py")), ids=lambda f: f.stem)
def test_imports_only_the_floor_below(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        names = [module] if module else [alias.name for alias in getattr(node, "names", []) if hasattr(node, "names")]
        for name in names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            package, _, rest = name.partition(".")
            assert not (package.startswith("toolkit_") and package != "toolkit_samples"), name
            assert package != "toolkit" or rest in ALLOWED, name


DATA = [
    ("scikit-learn", {"name": "digits"}, "pixels"),
    ("scikit-learn", {"name": "breast-cancer"}, "columns"),
    ("scikit-learn", {"name": "wine"}, "columns"),
    ("scikit-learn", {"name": "diabetes"}, "columns"),
    ("ratings", {"users": 20, "items": 10}, "ids"),
    ("table", dict(COMPONENTS["data", "table"].example), "columns"),
]


@pytest.mark.parametrize("name, options, tokenizer", DATA, ids=lambda value: str(value)[:40])
def test_declared_ports_are_there(name, options, tokenizer):
    settings = config("data", name, **options)
    given = settings.gives(frozenset())
    rows = [row for split in SPLITS for row in data(name, **options).split(split)]
    assert {port.partition(":")[2] for port in given} == set(rows[0]) == {key for row in rows for key in row}
    assert settings.answers() < set(rows[0])
    made = fitted(tokenizer, given, rows)
    added = config("tokenizer", tokenizer).gives(given)
    assert set(made.signature()) == added
    assert set(next(iter(made.encode(rows)))) - set(rows[0]) == added


@pytest.mark.parametrize("name", ["scikit-learn", "ratings"])
def test_data_of_others_carry_a_licence(name):
    assert COMPONENTS["data", name].licence
