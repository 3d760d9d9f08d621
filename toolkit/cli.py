"""The command line. Results go to stdout, everything else to stderr.

Exit codes: 0 ok, 1 a gate failed, 2 spec or usage, 3 data, 4 run folder damaged, 5 resources,
6 plugin, 75 busy, 130 and 143 signals.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import json
import os
import shlex
import sys
import traceback
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import click

from toolkit import fs
from toolkit.errors import InputError, Interrupted, Mark, SpecError, ToolkitError
from toolkit.registry import Registry
from toolkit.resolver import resolve
from toolkit.spec import read

_CONTROL = {i: None for i in (*range(32), *range(127, 160)) if chr(i) not in "\n\t"}
EPILOG = "Exit codes: 0 ok, 1 a gate failed, 2 spec or usage, 3 data, 4 run folder, 5 resources, 6 plugin, 75 busy."


def _api() -> Any:
    """Import what builds and opens systems; `--help`, `validate` and `plugins` do without it."""
    return importlib.import_module("toolkit.api")


class Commands(click.Group):
    """The toolkit's own commands, and those of plugins, which are imported only where one may be meant."""

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return a command; plugins are asked for one that the toolkit lacks."""
        if name not in self.commands:
            self.ask_plugins(context)
        return super().get_command(context, name)

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names; those that plugins add below a command are among them."""
        if context.parent:
            self.ask_plugins(context)
        return super().list_commands(context)

    def ask_plugins(self, context: click.Context) -> None:
        """Let every plugin add its commands."""
        registry = Registry.discover()
        registry.call("toolkit_commands", group=context.find_root().command, registry=registry)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(package_name="onespec", prog_name="toolkit")
@click.option("--debug", is_flag=True, help="Show the full traceback of an error.")
def group(debug: bool) -> None:
    """Build AI systems from YAML specs: data, tokenizer, architecture, optimizer, device, serving."""


_set = click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Set one option; VALUE is YAML.")
_json = click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
_run = click.argument("run", type=click.Path(path_type=Path))


@group.command()
@click.argument("spec", type=click.Path())
@_set
@click.option("--out", type=click.Path(path_type=Path), help="The run folder.  [default: runs/<name>]")
@click.option("--resume", is_flag=True, help="Go on with what the folder holds; start where it holds nothing.")
@click.option("--overwrite", is_flag=True, help="Remove what the folder holds, and build anew.")
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
@_json
def build(
    spec: str, sets: tuple[str, ...], out: Path | None, resume: bool, overwrite: bool, quiet: bool, as_json: bool
) -> None:
    """Build, train and measure the system that SPEC describes."""
    registry = Registry.discover()
    with contextlib.ExitStack() as stack:
        shown = None if quiet else registry.call("toolkit_progress", live=_live())
        listeners = [stack.enter_context(shown)] if shown else []
        options = {"sets": sets, "resume": resume, "overwrite": overwrite}
        system = _api().build(spec, out, **options, registry=registry, listeners=listeners)
    if as_json:
        _print_json({"schema": 1, "run": str(system.folder), "metrics": system.report["metrics"]})
        return
    _say(f"{system.folder} is finished")
    _print_measured(system.report)
    if (system.folder / "report.html").is_file():
        _say(f"report: {system.folder / 'report.html'}")
    _say(f"ask it: toolkit predict {shlex.quote(str(system.folder))} {_ask(system)}")


def _ask(system: Any) -> str:
    """Return what to type behind `toolkit predict RUN`: an example that the system was measured on."""
    golden = fs.read_lines(system.folder / "golden.jsonl")[:1]
    row = golden[0]["input"] if golden else dict.fromkeys(system.takes, "...")
    asked = {name: value for name, value in row.items() if name in system.takes}
    text = next(iter(asked.values())) if _is_text(system) else json.dumps(asked, ensure_ascii=False)
    return shlex.quote(_clean(text)) if len(text) < 200 else "--input FILE.jsonl"


def _is_text(system: Any) -> bool:
    """Return whether a system takes one text and nothing else."""
    return [schema["type"] for schema in system.takes.values()] == ["string"]


@group.command()
@click.argument("specs", nargs=-1, required=True, type=click.Path())
@_set
def validate(specs: tuple[str, ...], sets: tuple[str, ...]) -> None:
    """Check SPECS: every option, every component, and whether they fit; nothing is built."""
    registry = Registry.discover()
    failed = 0
    for spec in specs:
        try:
            resolve(read(spec, sets), registry)
            click.echo(f"{spec}: ok")
        except SpecError as error:
            _say_problems(error)
            failed += max(1, len(error.problems))
    if failed:
        _say(f"{failed} problem{'s' if failed > 1 else ''}")
        raise click.exceptions.Exit(SpecError.exit_code)


@group.command()
@_run
@click.argument("inputs", nargs=-1)
@click.option("--input", "file", type=click.File("rb"), help="JSON lines in, JSON lines out; - is stdin.")
@_json
def predict(run: Path, inputs: tuple[str, ...], file: IO[bytes] | None, as_json: bool) -> None:
    """Ask RUN: one or more INPUTS (text or a JSON object), or JSON lines with --input."""
    if bool(inputs) == bool(file):
        raise click.UsageError('give INPUTS, as in `toolkit predict RUN "How do I install it?"`, or --input FILE.')
    system = _api().open(run)
    rows = (_row(system, text, f"INPUT {i}") for i, text in enumerate(inputs, 1))
    if file:
        rows = (_row(system, line, f"{file.name}:{i}") for i, line in enumerate(_lines(file), 1) if line.strip())
    for prediction in system.stream(rows):
        if as_json or file or not _print_answer(prediction):
            _print_json(prediction, indent=None)


def _lines(file: IO[bytes]) -> Iterator[str]:
    for number, line in enumerate(file, 1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise InputError(f"{file.name}:{number}: not UTF-8 text") from None


def _row(system: Any, text: str, place: str) -> dict[str, Any]:
    """Read one input: a JSON object, or plain text for a system that takes one text."""
    fields = list(system.takes)
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        row = None
    if _is_text(system) and not isinstance(row, dict) and not text.lstrip().startswith("{"):
        row = {fields[0]: text.rstrip("\n")}
    if not isinstance(row, dict):
        raise InputError(f"{place}: not a JSON object", f"this system takes: {', '.join(fields)}")
    try:
        system.check(row)
    except InputError as error:
        raise InputError(f"{place}: {error.message}", error.hint) from None
    return row


@group.command()
@_run
@click.option(
    "--split",
    type=click.Choice(["train", "validation", "test"]),
    default="test",
    show_default=True,
    help="The split to measure on.",
)
@_json
def evaluate(run: Path, split: str, as_json: bool) -> None:
    """Measure RUN again on a split of its data."""
    found = {name: figure.json() for name, figure in _api().evaluate(run, split).figures.items()}
    if as_json:
        _print_json({"schema": 1, "run": str(run), "split": split, "metrics": found})
    else:
        _print_metrics(found)


@group.command()
@_run
@_set
@click.option("--with", "target", metavar="TARGET", help="Serve by this target instead of the spec's.")
def serve(run: Path, sets: tuple[str, ...], target: str | None) -> None:
    """Serve RUN by the target that its spec names."""
    _api().open(run, sets=[*([f"serving={target}"] if target else []), *sets]).serve()


@group.command()
@_run
@click.option("--render", is_flag=True, help="Render it again from report.json first.")
@_json
def report(run: Path, render: bool, as_json: bool) -> None:
    """Print where the report of RUN is, and what it says in short."""
    system = _api().open(run)
    page = _api().render(run) if render else run / "report.html"
    if as_json:
        _print_json(system.report)
        return
    click.echo(str(page if page.is_file() else run / "report.json"))
    _print_measured(system.report)


@group.group(cls=Commands, invoke_without_command=True)
@click.pass_context
def plugins(context: click.Context) -> None:
    """List the installed plugins, and describe what they offer."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@plugins.command("list")
@click.option("--kind", help="Only components of this kind.")
@_json
def list_(kind: str | None = None, as_json: bool = False) -> None:
    """List every plugin and component."""
    registry = Registry.discover()
    found = registry.components(kind)
    if as_json:
        listed = [
            {"kind": c.kind, "name": c.name, "plugin": registry.plugin(c).name, "summary": c.summary} for c in found
        ]
        known = [{"name": p.name, "from": str(p), "error": p.error} for p in registry.plugins.values()]
        _print_json({"schema": 1, "plugins": known, "components": listed})
        return
    for plugin in registry.plugins.values():
        click.echo(f"{plugin.name}  ({plugin})" + (f"  set aside: {plugin.error}" if plugin.error else ""))
    width = max((len(c.name) for c in found), default=0)
    for name in dict.fromkeys(c.kind for c in found):
        click.echo(f"\n{name}")
        for component in registry.components(name):
            click.echo(f"  {component.name:{width}}  {component.summary}")


def _live() -> bool:
    """Return whether stderr is a terminal that may be redrawn."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")


def _clean(text: object) -> str:
    """Return text without control characters, which a terminal would obey."""
    return str(text).translate(_CONTROL)


def _say_problems(error: SpecError) -> None:
    """Say every problem, with the line that it stands on and a caret below the place."""
    for problem in error.problems:
        first, *rest = str(problem).split("\n")
        _say("\n".join([first, *_excerpt(problem.where), *rest]))
    if not error.problems:
        _say(str(error))


def _excerpt(where: Mark) -> list[str]:
    try:
        line = Path(where.file).read_text(encoding="utf-8-sig").split("\n")[where.line - 1] if where.line else ""
    except (OSError, ValueError, IndexError):
        return []
    shown = _clean(line).replace("\t", " ")[: where.column + 60]
    if not shown.strip() or len(line) > 500:
        return []
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in shown[: where.column - 1])
    return [f"    {shown}", " " * (3 + where.column + wide) + "^"]


def _say(text: str) -> None:
    click.echo(_clean(text), err=True)


def _print_json(value: Any, indent: int | None = 1) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=indent))


def _print_answer(prediction: dict[str, Any]) -> bool:
    """Print a prediction that holds a text for people; return whether it does."""
    answer = prediction.get("answer")
    if not isinstance(answer, str):
        return False
    if prediction.get("refused"):
        click.echo(_clean(prediction.get("message") or "(no reliable answer / 没有可靠的答案)"))
        return True
    click.echo(_clean(answer))
    for source in prediction.get("sources") or ():
        _say(f"  source: {source.get('title') or source.get('id')}  confidence {prediction.get('confidence', 0):.2f}")
    return True


def _print_measured(report: dict[str, Any]) -> None:
    """Print the figures of the test, or of validation where there was nothing to test on."""
    tested = any(figure["count"] for figure in report["metrics"].values())
    if not tested and report.get("validation"):
        _say("there is no test split: these are figures on validation, which settings were chosen on, and flatter")
    _print_metrics(report["metrics"] if tested or not report.get("validation") else report["validation"])


def _print_metrics(metrics: dict[str, dict[str, Any]]) -> None:
    width = max(map(len, metrics), default=0)
    for name, figure in metrics.items():
        click.echo(f"{name:{width}}  {_figure(figure)}")


def _figure(figure: dict[str, Any]) -> str:
    if figure["value"] is None:
        return "not measured"
    interval = "" if figure["low"] is None else f"  [{figure['low']:.4g}, {figure['high']:.4g}]"
    return f"{figure['value']:.4g}{interval}  n={figure['count']}"


@contextlib.contextmanager
def _errors(debug: bool) -> Iterator[None]:
    """End the process with the error's exit code and its message, never with a traceback."""
    try:
        yield
    except ToolkitError as error:
        _fail(error, str(error), error.exit_code, debug)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Interrupted as error:
        _fail(error, str(error), error.exit_code, debug)
    except (KeyboardInterrupt, click.Abort) as error:
        _fail(error, "stopped", 130, debug)
    except BrokenPipeError:  # whoever read the output has seen enough
        _drop_output()
        sys.exit(0)
    except MemoryError as error:
        _fail(error, "out of memory", 5, debug)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            _fail(error, str(error), 1, debug)
        _drop_output()
        _fail(error, str(error), 5, debug)
    except Exception as error:
        _fail(error, f"{type(error).__name__}: {error} (a fault of the toolkit; --debug shows where)", 1, debug)


def _drop_output() -> None:
    """Send what is still unwritten nowhere, so that ending the process does not fail on it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(error: BaseException, message: str, code: int, debug: bool) -> None:
    if debug:
        traceback.print_exception(error)
    if isinstance(error, SpecError) and error.problems:
        _say_problems(error)
    else:
        _say(f"error: {message}")
    sys.exit(code)


def main(arguments: Iterable[str] | None = None) -> None:
    """Run the command line."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    debug = "--debug" in given  # before or behind the command, as people type it
    with _errors(debug):
        out = sys.stdout
        words = [word for word in given if word != "--debug"]
        try:
            code = group.main(words, prog_name="toolkit", standalone_mode=False)
            if sys.stdout is not None:
                sys.stdout.flush()
        except SystemExit:
            if sys.stdout is not out:  # click put another in its place, as its reader is gone and has seen enough
                sys.exit(0)
            raise
        sys.exit(code if isinstance(code, int) else 0)
