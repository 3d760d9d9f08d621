"""The shape of the code, read from the code: floors, cycles, what plugins import, and calls that nobody may make."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = ROOT / "toolkit"
PLUGINS = sorted(path for path in (ROOT / "plugins").iterdir() if (path / "__init__.py").exists())

#: A module imports from lower floors only. `docs/architecture.md` says what each floor knows.
FLOORS = [
    {"component", "errors"},
    {"hookspecs", "contracts", "fs", "spec"},
    {"registry", "examples", "inputs", "run"},
    {"plan"},
    {"resolver"},
    {"evaluation"},
    {"system"},
    {"builder"},
    {"record"},
    {"api"},
    {"cli", "testing"},
]
#: What a plugin may import of the core.
OFFERED = {"component", "contracts", "errors", "hookspecs"}
#: Imports that a function makes when it is called, each with its reason.
WITHIN_FUNCTIONS = {
    ("run", "resource"): "POSIX only",
    ("testing", "pytest"): "only where tests run",
    ("cli", "toolkit.api"): "--help, validate and plugins do without what builds",
    ("__init__", "toolkit.api"): "a plugin's `import toolkit.component` stays light",
}
#: The modules that import what a string names: the one that makes components, and the check of what it will find.
BY_NAME = {"toolkit/plan.py", "toolkit/testing.py"}


def words(number: int) -> str:
    counted = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return f"{counted[number - 1]} floor{'s' if number > 1 else ''}"


# -- imports -----------------------------------------------------------------------------------------------------------


def imports(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Yield the dotted name of each import but those for types alone, and whether a function makes it."""
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test).endswith("TYPE_CHECKING")
        for statement in block.body
        for node in ast.walk(statement)
    }
    within = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in within) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (
                (f"{'.' * node.level}{node.module or ''}.{alias.name}", id(node) in within) for alias in node.names
            )
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            argument = node.args[0]
            if isinstance(argument, ast.Constant):
                yield str(argument.value), id(node) in within


def core_modules(tree: ast.Module) -> set[str]:
    """Return the modules of the core that a module imports, from within functions too."""
    found = (name.split(".") for name, _ in imports(tree))
    return {
        parts[1] for parts in found if parts[0] == "toolkit" and len(parts) > 1 and (CORE / f"{parts[1]}.py").exists()
    }


def upward(graph: dict[str, set[str]], floors: list[set[str]]) -> list[str]:
    """Return a sentence for each import that does not point down."""
    floor = {module: level for level, modules in enumerate(floors) for module in modules}
    said = [f"{module} stands on no floor: give it one in FLOORS" for module in sorted(graph) if module not in floor]
    for module, targets in sorted(graph.items()):
        for target in sorted(targets):
            up = floor.get(target, 0) - floor.get(module, 0)
            if module in floor and up >= 0:
                said.append(f"{module} imports {target}, {f'{words(up)} up' if up else 'on the same floor'}")
    return said


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the modules from which one comes back to where one was."""

    def reach(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            for target in graph.get(waiting.pop(), ()):
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return seen

    return [sorted({module} | reach(module)) for module in sorted(graph) if module in reach(module)]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


GRAPH = {path.stem: core_modules(parsed(path)) for path in sorted(CORE.glob("*.py")) if not path.stem.startswith("__")}


def test_imports_point_down_only():
    assert upward(GRAPH, FLOORS) == []


def test_no_floor_is_empty_and_no_module_is_gone():
    assert {module for floor in FLOORS for module in floor} == set(GRAPH)


def test_there_is_no_cycle_not_even_a_hidden_one():
    assert cycles(GRAPH) == []


def test_the_page_shows_the_same_floors():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.*?) \|", page, re.MULTILINE)
    assert {int(level): set(re.findall(r"`(\w+)`", modules)) for level, modules in rows} == dict(enumerate(FLOORS))


def test_functions_import_only_what_is_argued_here():
    found = set()
    for path in sorted(CORE.glob("*.py")):
        found |= {(path.stem, name) for name, within in imports(parsed(path)) if within}
    assert found == set(WITHIN_FUNCTIONS)
    assert len({name for module, name in found if not name.startswith("toolkit")}) <= 3


@pytest.mark.parametrize(
    ("graph", "said"),
    [
        ({"registry": {"builder"}}, "registry imports builder, five floors up"),
        ({"registry": {"plan"}}, "registry imports plan, one floor up"),
        ({"spec": {"plan"}}, "spec imports plan, two floors up"),
        ({"run": {"examples"}}, "run imports examples, on the same floor"),
        ({"helpers": set()}, "helpers stands on no floor: give it one in FLOORS"),
    ],
)
def test_planted_fault_an_import_that_points_up(graph, said):
    assert upward(graph, FLOORS) == [said]


def test_planted_fault_a_cycle():
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]] * 3
    assert cycles({"a": {"a"}}) == [["a"]]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import toolkit.plan", {"plan"}),
        ("from toolkit.plan import resolve", {"plan"}),
        ("from toolkit import plan, fs as files", {"plan", "fs"}),
        ("def f():\n    from toolkit import plan", {"plan"}),
        ("import importlib\ndef f():\n    return importlib.import_module('toolkit.plan')", {"plan"}),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from toolkit import plan", set()),
        ("import toolkit_plan", set()),
    ],
)
def test_every_way_of_importing_is_seen(code, found):
    assert core_modules(ast.parse(code)) == found


# -- plugins -----------------------------------------------------------------------------------------------------------

NAMES = [path.name for path in PLUGINS]


def foreign(tree: ast.Module, own: str) -> list[str]:
    """Return what a module of the plugin `own` imports that it may not."""
    said = []
    for name, _ in imports(tree):
        top, _, rest = name.partition(".")
        if top == "toolkit" and rest.partition(".")[0] not in OFFERED:
            said.append(f"{own} imports {name}; a plugin may import toolkit.{{{', '.join(sorted(OFFERED))}}}")
        elif top.startswith("toolkit_") and top != own:
            said.append(f"{own} imports {top}: plugins meet through ports and slots")
    return said


def test_there_are_plugins():
    assert len(PLUGINS) >= 6


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: path.name)
def test_a_plugin_imports_what_is_offered_and_no_other_plugin(plugin):
    assert [said for path in sorted(plugin.rglob("*.py")) for said in foreign(parsed(path), plugin.name)] == []


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ("from toolkit.component import Config", False),
        ("from toolkit import errors, hookspecs, contracts", False),
        ("import toolkit_own.helpers", False),
        ("from toolkit import fs", True),
        ("from toolkit.registry import Registry", True),
        ("import toolkit", True),
        ("import toolkit_other", True),
        ("def f():\n    from toolkit_other.module import g", True),
        ("import importlib\nimportlib.import_module('toolkit_other.module')", True),
    ],
)
def test_planted_fault_a_plugin_that_imports_too_much(code, caught):
    assert bool(foreign(ast.parse(code), "toolkit_own")) is caught


@pytest.mark.parametrize("name", NAMES)
def test_no_plugin_s_name_stands_in_the_core(name):
    for path in sorted(path for path in CORE.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        assert name not in path.read_text(encoding="utf-8"), path


# -- dangerous calls ---------------------------------------------------------------------------------------------------

MODULES = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
CALLS = {
    "torch.load": "unpickles",
    "torch.hub.load": "fetches and runs code",
    "torch.distributed.checkpoint.FileSystemReader": "unpickles",
    "numpy.load": "may unpickle",
    "yaml.load": "may run code",
    "yaml.unsafe_load": "runs code",
    "yaml.full_load": "may run code",
    "os.system": "runs a shell",
    "os.popen": "runs a shell",
    "urllib.request.urlopen": "fetches",
    "eval": "runs code",
    "exec": "runs code",
    "compile": "runs code",
    "__import__": "imports what a string names",
}
KEYWORDS = {
    "allow_pickle": (True, False),
    "shell": (True,),
    "weights_only": (False,),
    "trust_remote_code": (True,),
    "autoescape": (False,),
}
IN_TEMPLATES = {r"\|\s*safe\b": "|safe", r"autoescape\s+false": "autoescape false", r"\binnerHTML\b": "innerHTML"}


def dangers(tree: ast.Module, by_name: bool = False) -> list[str]:
    """Return what a module does that no module may; `by_name`: it may import what a string names."""
    aliases: dict[str, str] = {}
    said = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            aliases |= {alias.asname or alias.name.partition(".")[0]: alias.name if alias.asname else
                        alias.name.partition(".")[0] for alias in node.names}  # fmt: skip
            said += [f"imports {alias.name}" for alias in node.names if alias.name.partition(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module:
            aliases |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            said += [f"imports {node.module}"] if node.module.partition(".")[0] in MODULES else []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            said += [f"line {node.lineno}: {what}" for what in _dangers_of(node, aliases, by_name)]
    return said


def _dangers_of(node: ast.Call, aliases: dict[str, str], by_name: bool) -> Iterator[str]:
    written = ast.unparse(node.func)
    first, dot, rest = written.partition(".")
    called = f"{aliases.get(first, first)}{dot}{rest}"
    literal = bool(node.args) and isinstance(node.args[0], ast.Constant)
    if called in CALLS:
        yield f"{called} {CALLS[called]}"
    if called.endswith(".from_string"):
        yield "a template from a string"
    if called.rpartition(".")[2] == "Template" and not literal:
        yield "a template that is not written down"
    if called.rpartition(".")[2] == "import_module" and not literal and not by_name:
        yield "imports what a string names"
    for keyword in node.keywords:
        value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        if keyword.arg in KEYWORDS and value in KEYWORDS[keyword.arg]:
            yield f"{keyword.arg}={value}"


SOURCES = sorted(path for folder in (CORE, *PLUGINS) for path in folder.rglob("*.py"))
TEMPLATES = sorted(
    path
    for folder in (CORE, ROOT / "plugins", ROOT / "templates")
    for path in folder.rglob("*")
    if path.suffix in (".j2", ".html", ".jinja")
)


def test_no_dangerous_call_exists():
    said = []
    for path in SOURCES:
        name = path.relative_to(ROOT).as_posix()
        said += [f"{name}: {what}" for what in dangers(parsed(path), name in BY_NAME)]
    assert said == []
    assert len(SOURCES) > 50


def in_templates(text: str) -> list[str]:
    return [what for pattern, what in IN_TEMPLATES.items() if re.search(pattern, text)]


def test_no_template_lets_text_through_as_markup():
    assert TEMPLATES
    assert [(path.name, what) for path in TEMPLATES for what in in_templates(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from pickle import loads",
        "import joblib",
        "def f():\n    import dill",
        "import torch\ntorch.load(f)",
        "from torch import load\nload(f)",
        "import torch as t\nt.load(f, weights_only=True)",
        "import torch\ntorch.hub.load('a', 'b')",
        "from torch.distributed.checkpoint import FileSystemReader\nFileSystemReader(f)",
        "import numpy as np\nnp.load(f)",
        "from numpy import load as read\nread(f)",
        "import numpy\nnumpy.savez(f, allow_pickle=False)",
        "import yaml\nyaml.load(f, yaml.Loader)",
        "from yaml import unsafe_load\nunsafe_load(f)",
        "eval('1')",
        "exec('x = 1')",
        "compile('1', 'x', 'eval')",
        "__import__('os')",
        "import os\nos.system('ls')",
        "import subprocess\nsubprocess.run('ls', shell=True)",
        "from urllib.request import urlopen\nurlopen('x')",
        "import jinja2\njinja2.Environment().from_string(text)",
        "from jinja2 import Template\nTemplate(text)",
        "import jinja2\njinja2.Template(open('x').read())",
        "import jinja2\njinja2.Environment(autoescape=False)",
        "import x\nx.load('m', trust_remote_code=True)",
        "import x\nx.load('m', weights_only=False)",
        "import importlib\nimportlib.import_module(name)",
        "from importlib import import_module\nimport_module(f'{a}.b')",
    ],
)
def test_planted_fault_a_dangerous_call(code):
    assert dangers(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "import yaml\nyaml.safe_dump(x)",
        "model.eval()",
        "import re\nre.compile('x')",
        "import string\nstring.Template('$a')",
        "import safetensors.torch\nsafetensors.torch.load_file(f)",
        "import json\njson.load(f)",
        "import importlib\nimportlib.import_module('toolkit.api')",
        "import subprocess\nsubprocess.run(['ls'])",
    ],
)
def test_what_is_harmless_is_let_through(code):
    assert dangers(ast.parse(code)) == []


def test_importing_by_name_is_let_through_where_it_is_argued():
    code = ast.parse("import importlib\nimportlib.import_module(name)")
    assert dangers(code, by_name=True) == []
    assert {path.relative_to(ROOT).as_posix() for path in SOURCES} >= BY_NAME


@pytest.mark.parametrize("text", ["{{ x|safe }}", "{{ x | safe }}", "{% autoescape false %}", "a.innerHTML = b"])
def test_planted_fault_a_template_that_lets_text_through(text):
    assert in_templates(text)
    assert not in_templates("{{ x }} is safe, {{ y|safely }}")
