"""The conformance kit: what every component and every spec must hold, as checks that pytest runs.

A plugin's author writes one file, the same that the first-party plugins have:

    import my_plugin
    from toolkit.testing import component_checks, spec_checks

    test_component = component_checks(my_plugin)
    test_spec = spec_checks({"data": "rows", "architecture": "my-model"})

A check raises `Broken` with what is wrong and the way out.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from toolkit import api, fs
from toolkit.component import Component, Config
from toolkit.inputs import close
from toolkit.plan import slots
from toolkit.registry import Registry
from toolkit.spec import plain
from toolkit.system import System

#: Packages that a plugin module may bring into an interpreter: the core's own.
LIGHT = {"toolkit", "pydantic", "pydantic_core", "pluggy", "yaml", "click", "annotated_types", "typing_extensions"}
LIGHT |= {"typing_inspection", "_yaml", "_distutils_hack"}
#: What a factory of each kind may name beside its config and slots; of any other kind, anything.
PARAMETERS = {
    "data": {"seed"},
    "tokenizer": {"given", "seed"},
    "device": set(),
    "architecture": {"signature", "device", "given", "seed"},
    "encoder": {"signature", "device", "given", "seed"},
    "optimizer": {"device", "seed"},
    "metric": set(),
    "serving": set(),
}


class Broken(AssertionError):
    """A component or a spec does not hold what it promises."""


class Absent(Exception):
    """A component's extra is not installed, so that nothing can be said of it."""


def check_light_import(module: ModuleType) -> None:
    """Importing the plugin module brings in nothing but the core's own packages."""
    code = f"import sys, {module.__name__}; print(*{{m.partition('.')[0] for m in sys.modules}})"
    paths = f"import sys; sys.path[:0] = {[path for path in sys.path if path]!r}; "
    done = subprocess.run([sys.executable, "-c", paths + code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Broken(f"{module.__name__} cannot be imported alone:\n{done.stderr}")
    own = {module.__name__.partition(".")[0], "sitecustomize", "usercustomize"}
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    before = {name.partition(".")[0] for name in bare.stdout.split()}
    heavy = set(done.stdout.split()) - before - LIGHT - own - set(sys.stdlib_module_names)
    heavy = {name for name in heavy if not name.startswith("_sysconfigdata")}  # of the standard library, unlisted
    if heavy:
        raise Broken(f"{module.__name__} imports {', '.join(sorted(heavy))}: import them where the factory stands")


def check_documented(component: Component) -> None:
    """The component and each of its options say what they are."""
    if not component.summary or component.config.__doc__ == Config.__doc__:
        raise Broken(f"{component.config.__name__} has no docstring: its first sentence is the component's summary")
    for option in component.config.model_fields.keys() - component.config.helps().keys():
        raise Broken(f"option {option} says nothing: write a string below the field")


def check_example(component: Component) -> None:
    """The example is a valid config, and comes back the same when written out and read again."""
    try:
        config = component.config.model_validate(dict(component.example), context={"paths": False})
        answers = {"needs": config.needs(), "gives": config.gives(frozenset()), "answers": config.answers()}
    except Exception as error:  # whatever a plugin's own config does
        raise Broken(f"the example is no valid config: {type(error).__name__}: {error}") from error
    parts = set(slots(component.config))
    written = config.model_dump(mode="json", exclude=parts)
    again = component.config.model_validate(
        {**written, **{k: v for k, v in component.example.items() if k in parts}}, context={"paths": False}
    )
    if again.model_dump(mode="json") != config.model_dump(mode="json"):
        raise Broken("the example is another config once written out and read again")
    for method, ports in answers.items():
        if not isinstance(ports, frozenset) or not all(isinstance(port, str) for port in ports):
            raise Broken(f"{method}() should return a frozenset of strings, got {ports!r}")


def check_factory(component: Component) -> None:
    """The factory can be imported, takes a config first, and names only what it can be given."""
    module, _, name = component.factory.partition(":")
    try:
        factory = getattr(importlib.import_module(module), name)
        first, *others = inspect.signature(factory).parameters.values()
    except ModuleNotFoundError as error:
        if component.extra and not str(error.name).startswith(module.partition(".")[0]):
            raise Absent(f"{error.name} is not installed (extra `{component.extra}`)") from error
        raise Broken(f"factory {component.factory} is no function of a config: {error}") from error
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise Broken(f"factory {component.factory} is no function of a config: {error}") from error
    if first.name != "config":
        raise Broken(f"{component.factory} should take `config` first, not `{first.name}`")
    allowed = PARAMETERS.get(component.kind)
    known = None if allowed is None else allowed | set(slots(component.config))
    for parameter in others:
        if known is not None and parameter.name not in known and parameter.default is parameter.empty:
            raise Broken(
                f"{component.factory} names `{parameter.name}`; there is: {', '.join(sorted(known)) or 'config only'}"
            )
    for slot in slots(component.config):
        if slot not in {parameter.name for parameter in others}:
            raise Broken(f"{component.factory} never takes what stands in the slot `{slot}`")


COMPONENT_CHECKS: tuple[Callable[[Component], None], ...] = (check_documented, check_example, check_factory)


class Trial:
    """A spec, built once in a folder of its own, and what the checks need of it."""

    def __init__(
        self, spec: str | Path | Mapping[str, Any], folder: Path, registry: Registry, sets: Iterable[str]
    ) -> None:
        self.spec, self.folder, self.registry, self.sets = spec, folder, registry, list(sets)
        self.system = self.build("first")
        plan = self.system.plan
        data = plan.data.make(seed=plan.seed)
        tables = {name: data.table(name) for name in plan.tables()}
        rows = {name: data.split(name) for name in ("train", "validation", "test")}
        self.splits = {name: self.system.examples(rows[name], tables) for name in rows}

    def build(self, name: str) -> System:
        """Build the spec in a folder called `name`."""
        return api.build(self.spec, self.folder / name, sets=self.sets, registry=self.registry)

    def predictions(self, system: System) -> list[Any]:
        """Return what a system says of the test examples."""
        rows = self.splits["test"].asked().rows or self.splits["train"].asked().rows[:50]
        return [plain(dict(found)) for found in system.examples(rows).answered(system.model)]


def check_ports(trial: Trial) -> None:
    """What the data and the tokenizer say they give stands in the examples."""
    plan = trial.system.plan
    given = plan.tokenizer.config.gives(plan.given) | plan.data.config.gives(frozenset())
    for port in sorted(given):
        form, _, name = port.partition(":")
        table, _, column = name.rpartition(".")
        examples: Iterable[Any] = trial.splits["train"].table(table) if table else trial.splits["train"]
        key = f"{form}:{column}" if port not in plan.data.config.gives(frozenset()) else column
        if not any(key in example for example in examples):
            raise Broken(f"{port!r} is declared, and no example holds {key!r}")


def check_answers_hidden(trial: Trial) -> None:
    """A model that predicts never sees an answer, raw or encoded."""
    plan, seen = trial.system.plan, set[str]()

    class Watching:
        def predict(self, examples: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
            kept = list(examples)
            seen.update(name for example in kept for name in example)
            yield from trial.system.model.predict(kept)

    for split in trial.splits.values():
        list(split.answered(Watching()))
    answers = plan.data.config.answers()
    shown = sorted(name for name in seen if name.rpartition(":")[2] in answers)
    if shown:
        raise Broken(f"predict was shown {', '.join(shown)}")


def check_deterministic(trial: Trial) -> None:
    """The same spec and seed give the same files, the same predictions and the same figures."""
    other = trial.build("second")
    for part in ("model", "tokenizer"):
        one, two = (fs.read_json(trial.folder / name / part / fs.MANIFEST)["files"] for name in ("first", "second"))
        different = sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))
        if different:
            raise Broken(f"two builds of one spec differ in {part}/{different[0]}")
    if trial.predictions(other) != trial.predictions(trial.system):
        raise Broken("two builds of one spec predict differently")
    if other.report["metrics"] != trial.system.report["metrics"]:
        raise Broken("two builds of one spec have different figures")


def check_saved(trial: Trial) -> None:
    """A system opened from its folder predicts what it predicted before, with its data out of reach."""
    opened = _without_data(trial)
    if trial.predictions(opened) != trial.predictions(trial.system):
        raise Broken("a system predicts differently once saved and opened: does `save` write all that was learnt?")


def _without_data(trial: Trial) -> System:
    used = trial.system.plan.data.component
    registry = Registry(trial.registry.hooks, dict(trial.registry.plugins), dict(trial.registry._components))
    gone = Component(used.kind, used.name, used.config, f"{__name__}:_gone")
    registry._components[used.kind, used.name] = (gone, registry.plugin(used))
    return System.load(trial.folder / "first", registry)


def _gone(config: Config) -> None:
    raise Broken("opening a run must not read its data")


def check_batching(trial: Trial) -> None:
    """A prediction is the same alone as among others, numbers to 1e-5."""
    rows = list(trial.splits["test"].asked().rows or trial.splits["train"].asked().rows)[:8]
    together = trial.system.examples(rows).answered(trial.system.model)
    for row, found in zip(rows, [plain(dict(p)) for p in together], strict=True):
        alone = plain(dict(next(iter(trial.system.examples([row]).answered(trial.system.model)))))
        if not close(alone, found, 1e-5):
            raise Broken(f"predicted alone: {alone}; among others: {found}")


def check_nothing_outside(trial: Trial) -> None:
    """A build writes nothing outside its folder."""
    with watched_writes() as written:
        trial.build("third")
    inside = str((trial.folder / "third").resolve())
    outside = sorted(path for path in written if not path.startswith(inside) and "__pycache__" not in path)
    if outside:
        raise Broken(f"a build wrote to {outside[0]}")


SPEC_CHECKS: tuple[Callable[[Trial], None], ...] = (
    check_ports,
    check_answers_hidden,
    check_deterministic,
    check_saved,
    check_batching,
    check_nothing_outside,
)


_watching: list[set[str]] = []
_hooked: list[bool] = []


@contextlib.contextmanager
def watched_writes() -> Iterator[set[str]]:
    """Give a set that takes the path of each file opened for writing meanwhile."""
    if not _hooked:  # an audit hook cannot be taken away again, so there is one, which mostly sleeps
        sys.addaudithook(_audit)
        _hooked.append(True)
    _watching.append(set())
    try:
        yield _watching[-1]
    finally:
        _watching.pop()


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching or not isinstance(arguments[0] if arguments else None, str | bytes | Path):
        return
    # With a folder's handle behind it the path is relative: `shutil.rmtree`, which is seen by its own event.
    writes = event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree") and arguments[-1] in (
        -1,
        None,
    )
    if event == "open":
        _, mode, flags = arguments
        writes = bool(set(mode) & set("wax+")) if isinstance(mode, str) else bool(flags & 3)
    name = os.fsdecode(arguments[0])
    if writes and not name.startswith("/dev/"):
        _watching[-1].add(str(Path(name).absolute()))


def component_checks(*modules: ModuleType) -> Any:
    """Return a pytest test that holds every component of the plugin modules to every component check."""
    import pytest  # only where tests run

    cases = [pytest.param(check_light_import, module, id=f"{module.__name__}-light_import") for module in modules]
    for component in Registry.of({module.__name__: module for module in modules}).components():
        for check in COMPONENT_CHECKS:
            name = f"{component.kind}.{component.name}-{check.__name__.removeprefix('check_')}"
            cases.append(pytest.param(check, component, id=name))

    @pytest.mark.parametrize(("check", "subject"), cases)
    def test_component(check: Any, subject: Any) -> None:
        try:
            check(subject)
        except Absent as absent:
            pytest.skip(str(absent))

    return test_component


def spec_checks(
    spec: str | Path | Mapping[str, Any], sets: Iterable[str] = (), registry: Registry | None = None
) -> Any:
    """Return a pytest test that builds a spec once and holds it to every spec check."""
    import pytest  # only where tests run

    trials: list[Trial] = []

    @pytest.mark.parametrize("check", SPEC_CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
    def test_spec(check: Any, tmp_path_factory: Any) -> None:
        if not trials:
            trials.append(Trial(spec, tmp_path_factory.mktemp("trial"), registry or Registry.discover(), sets))
        check(trials[0])

    return test_spec
