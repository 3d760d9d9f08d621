"""The command line: exit codes, what goes where, what is said of a mistake, and how little is imported for it."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from variants import toy_made_by, toy_with

import toy
from toolkit import cli
from toolkit.errors import BusyError, DataError, Interrupted, ResourceError, RunError, ToolkitError
from toolkit.registry import Registry

GOOD = "data: {use: rows, rows: 12}\narchitecture: counting\nserving: shout\n"
HEAVY = {"torch", "numpy", "matplotlib", "starlette", "sklearn", "uvicorn", "tokenizers", "rich", "jinja2"}


@pytest.fixture
def run(command, spec_file):
    """A finished run in the test's folder."""
    spec_file(GOOD)
    assert command("build", "spec.yaml", "--out", "run", "--quiet").code == 0
    return "run"


# -- results to stdout, the rest to stderr -----------------------------------------------------------------------------


def test_build_prints_figures_and_says_where_things_are(command, spec_file, tmp_path):
    spec_file(GOOD)
    done = command("build", "spec.yaml")
    assert done.code == 0
    assert re.fullmatch(r"right  [0-9.]+  \[[0-9.]+, [0-9.]+\]  n=4\n", done.out)
    assert "runs/spec is finished" in done.err
    assert "toolkit predict runs/spec" in done.err
    assert (tmp_path / "runs" / "spec" / "MANIFEST.json").exists()


def test_without_a_test_split_the_figures_are_those_of_validation_and_said_to_be(command, spec_file, untested):
    spec_file(GOOD)
    done = command("build", "spec.yaml", "--out", "run")
    assert re.fullmatch(r"right  [0-9.]+  \[[0-9.]+, [0-9.]+\]  n=[0-9]+\n", done.out)
    assert "figures on validation" in done.err
    assert "figures on validation" in command("report", "run").err


def test_build_prints_one_object(command, spec_file):
    spec_file(GOOD)
    done = command("build", "spec.yaml", "--out", "运行 1", "--json", "-q")
    found = json.loads(done.out)
    assert found.keys() == {"schema", "run", "metrics"}
    assert (found["schema"], found["run"]) == (1, "运行 1")
    assert found["metrics"]["right"].keys() == {"value", "low", "high", "count"}
    assert done.err == ""


def test_build_takes_options_from_the_command_line(command, spec_file):
    spec_file(GOOD)
    done = command(
        "build", "spec.yaml", "--out", "run", "--set", "data.rows=6", "--set", "report={resamples: 0}", "--json"
    )
    assert json.loads(done.out)["metrics"]["right"]["count"] == 2
    assert json.loads(done.out)["metrics"]["right"]["low"] is None


def test_what_build_says_to_type_can_be_typed(command, spec_file):
    spec_file(GOOD)
    said = command("build", "spec.yaml", "--out", "my run").err
    words = shlex.split(re.search(r"ask it: toolkit (.*)", said)[1])
    assert words[:2] == ["predict", "my run"]
    assert command(*words).code == 0


def test_without_a_renderer_no_report_is_promised(command, spec_file, run):
    """The report is a plugin's; where none is installed there is no page to name."""
    spec_file(GOOD)
    assert "report.html" not in command("build", "spec.yaml", "--out", "other").err
    shown = command("report", run)
    assert shown.code == 0
    first = shown.out.splitlines()[0]
    assert not first.endswith("report.html") or Path(first).exists()


def test_report_shows_figures_and_the_whole_document(command, run):
    assert "right" in command("report", run).out
    document = json.loads(command("report", run, "--json").out)
    assert document["schema"] == 1 and "right" in document["metrics"]


def test_report_renders_again(command, run, monkeypatch):
    registry = toy_with(toolkit_render=lambda document, templates: {"report.html": "<p>again</p>"})
    monkeypatch.setattr(Registry, "discover", classmethod(lambda cls, block=(): registry))
    done = command("report", run, "--render")
    assert (done.code, done.out.splitlines()[0]) == (0, "run/report.html")
    assert Path("run/report.html").read_text() == "<p>again</p>"


def test_evaluate_measures_a_split(command, run):
    assert re.match(r"right  [0-9.]+", command("evaluate", run).out)
    found = json.loads(command("evaluate", run, "--split", "validation", "--json").out)
    assert (found["schema"], found["run"], found["split"]) == (1, "run", "validation")
    assert found["metrics"]["right"]["count"] == 4
    assert command("evaluate", run, "--split", "all").code == 2


def test_serve_serves_by_the_spec_s_target_or_another(command, run, spec_file):
    served = command("serve", run)
    assert served.code == 0 and served.out.strip().lower() in toy.COLOURS
    assert command("serve", run, "--with", "shout").out == served.out
    spec_file(GOOD.replace("serving: shout\n", ""))
    command("build", "spec.yaml", "--out", "mute", "-q")
    silent = command("serve", "mute")
    assert silent.code == 2 and "--with" in silent.err
    wrong = command("serve", "mute", "--with", "trumpet")
    assert wrong.code == 2 and "no serving is called 'trumpet'" in wrong.err


# -- validate ----------------------------------------------------------------------------------------------------------


def test_validate_says_ok_for_each_spec(command, spec_file, tmp_path):
    spec_file(GOOD)
    spec_file(GOOD, "规格 2.yaml")
    done = command("validate", "spec.yaml", "规格 2.yaml")
    assert (done.code, done.err) == (0, "")
    assert done.out == "spec.yaml: ok\n规格 2.yaml: ok\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["spec.yaml", "规格 2.yaml"], "nothing is built"


@pytest.mark.parametrize("name", ["build", "validate"])
def test_a_wrong_spec_gives_its_place_first_on_the_line(command, spec_file, tmp_path, name):
    spec_file(GOOD + "optimizr: steps\nmetrics: [rigth]\n", "规格 一.yaml")
    done = command(name, "规格 一.yaml")
    assert done.code == 2
    assert done.out == ""
    lines = done.err.splitlines()
    assert lines[0].startswith("规格 一.yaml:4:1: optimizr: unknown section")
    assert "did you mean `optimizer`?" in "".join(lines[1:4])
    assert [line for line in lines if line.startswith("规格 一.yaml:5:11: ")]
    assert "Traceback" not in done.err
    assert not (tmp_path / "runs").exists(), "nothing is written"


def test_a_wrong_spec_is_shown_with_its_line_and_a_caret(command, spec_file):
    spec_file(GOOD + "optimizr: steps\n")
    lines = command("validate", "spec.yaml").err.splitlines()
    place = next(i for i, line in enumerate(lines) if line.strip() == "optimizr: steps")
    assert lines[place + 1].strip().startswith("^")
    assert lines[place].index("optimizr") == lines[place + 1].index("^")


def test_validate_goes_on_behind_a_wrong_spec_and_counts(command, spec_file):
    spec_file(GOOD)
    spec_file(GOOD + "a: 1\nb: 2\n", "wrong.yaml")
    spec_file("data: [", "broken.yaml")
    done = command("validate", "wrong.yaml", "spec.yaml", "broken.yaml", "none.yaml")
    assert done.code == 2
    assert done.out == "spec.yaml: ok\n"
    assert done.err.splitlines()[-1] == "4 problems"
    assert "none.yaml: cannot be read" in done.err


def test_a_mistake_on_the_command_line_is_reported_there(command, spec_file):
    spec_file(GOOD)
    done = command("validate", "spec.yaml", "--set", "data.rows=many")
    assert done.code == 2
    assert done.err.startswith("--set data.rows=many: data.rows: ")


def test_one_problem_is_one_problem(command, spec_file):
    spec_file(GOOD + "a: 1\n")
    assert command("validate", "spec.yaml").err.splitlines()[-1] == "1 problem"


# -- predict -----------------------------------------------------------------------------------------------------------


def test_predict_takes_text_and_objects(command, run):
    done = command("predict", run, "a red thing", '{"question": "a blue thing"}', "你好", "3", "null", '["x"]')
    assert (done.code, done.err) == (0, "")
    found = [json.loads(line) for line in done.out.splitlines()]
    assert len(found) == 6 and all(row["colour"] in toy.COLOURS for row in found)


def test_predict_reads_lines_from_a_file_and_from_stdin(command, run, tmp_path, monkeypatch):
    lines = '\ufeff{"question": "a red thing"}\n\n{"question": "你好"}\r\n{"question": "last"}'
    (tmp_path / "问题 1.jsonl").write_text(lines, encoding="utf-8")
    done = command("predict", run, "--input", "问题 1.jsonl")
    assert (done.code, len(done.out.splitlines())) == (0, 3)
    assert all(json.loads(line)["colour"] in toy.COLOURS for line in done.out.splitlines())
    monkeypatch.setattr("sys.stdin", (tmp_path / "问题 1.jsonl").open(encoding="utf-8"))
    with sys.stdin:
        assert command("predict", run, "--input", "-").out == done.out


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"questoin": "x"}', "questoin: no such field"),
        ('{"question": 3}', "question: should be string"),
        ('{"question": NaN}', "question: should be string"),
        ("{}", "question: this field is missing"),
        ('{"question": "x"', ""),
        ('{"question": "\\ud800"}', "surrogate"),
        ('{"question": "x", "question": 3}', "question"),
    ],
)
def test_a_bad_line_is_named_by_file_and_number(command, run, tmp_path, line, said):
    (tmp_path / "in.jsonl").write_text('{"question": "good"}\n\n' + line + "\n")
    done = command("predict", run, "--input", "in.jsonl")
    assert done.code == 3
    assert "in.jsonl:3: " in done.err
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_bad_input_is_named_by_its_number(command, run):
    done = command("predict", run, "good", '{"colour": "red"}')
    assert done.code == 3
    assert "INPUT 2: colour: no such field" in done.err
    assert "this system takes: question (string)" in done.err


def test_lines_that_are_not_utf8_are_bad_lines(command, run, tmp_path):
    (tmp_path / "in.jsonl").write_bytes('{"question": "good"}\n{"question": "你好"}\n'.encode("gbk"))
    done = command("predict", run, "--input", "in.jsonl")
    assert done.code == 3
    assert "in.jsonl" in done.err and "UTF-8" in done.err


@pytest.mark.parametrize("words", [[], ["x", "--input", "-"], ["--input", "none.jsonl"]])
def test_predict_says_how_it_is_used(command, run, words):
    done = command("predict", run, *words)
    assert (done.code, done.out) == (2, "")
    assert "--input" in done.err


class Speaker(toy.Counter_):
    """Answers in words."""

    said = {}

    def predict(self, examples):
        for found in super().predict(examples):
            yield {**found, **self.said}


@pytest.mark.parametrize(
    ("said", "out", "err"),
    [
        ({"answer": "Yes.\x1b[31m"}, "Yes.[31m\n", ""),
        (
            {"answer": "是的。", "sources": [{"id": 7, "title": "安装"}], "confidence": 0.5},
            "是的。\n",
            "source: 安装  confidence 0.50",
        ),
        ({"answer": "No.", "refused": True}, "(no reliable answer / 没有可靠的答案)\n", ""),
        ({"answer": ["a"]}, None, ""),
    ],
)
def test_an_answer_in_words_is_printed_as_such(command, spec_file, monkeypatch, said, out, err):
    monkeypatch.setattr(Speaker, "said", said)
    registry = toy_made_by("architecture", lambda config: Speaker(1.0, 1.0, 3), "speaker")
    monkeypatch.setattr(Registry, "discover", classmethod(lambda cls, block=(): registry))
    spec_file(GOOD)
    command("build", "spec.yaml", "--out", "run", "-q")
    done = command("predict", "run", "x")
    if out is None:
        assert json.loads(done.out)["answer"] == said["answer"]
    else:
        assert done.out == out and err in done.err
    assert json.loads(command("predict", "run", "x", "--json").out)["answer"] == said["answer"]


# -- exit codes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ToolkitError("a gate"), 1),
        (DataError("faq.csv:3: empty"), 3),
        (RunError("damaged"), 4),
        (ResourceError("full"), 5),
        (MemoryError(), 5),
        (BusyError("busy"), 75),
        (Interrupted(2), 130),
        (Interrupted(15), 143),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("oops"), 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_error_has_its_exit_code_and_no_traceback(command, spec_file, monkeypatch, error, code):
    def fail(*arguments, **options):
        raise error

    spec_file(GOOD)
    monkeypatch.setattr("toolkit.api.build", fail)
    done = command("build", "spec.yaml")
    assert (done.code, done.out) == (code, "")
    assert done.err.lstrip().startswith("error: ")
    assert "Traceback" not in done.err
    shown = command("build", "spec.yaml", "--debug")
    assert shown.code == code
    assert "Traceback" in shown.err and type(error).__name__ in shown.err
    assert "Traceback" in command("--debug", "build", "spec.yaml").err


def test_a_component_that_fails_is_exit_code_6_with_place(command, spec_file):
    spec_file(GOOD + "optimizer:\n  use: steps\n  fail_at: 2\n")
    done = command("build", "spec.yaml")
    assert done.code == 6
    assert "spec.yaml:4:1: optimizer: 'steps' failed: RuntimeError: the toy broke" in done.err
    debugged = command("build", "spec.yaml", "--overwrite", "--debug").err
    assert debugged.count("RuntimeError: the toy broke") >= 2 and "toy.py" in debugged


def test_empty_data_are_exit_code_3(command, spec_file):
    spec_file(GOOD.replace("rows: 12", "rows: 0"))
    done = command("build", "spec.yaml")
    assert (done.code, "Traceback" in done.err) == (3, False)
    assert "spec.yaml:1:1" in done.err


@pytest.mark.parametrize("words", [["predict", "run", "x"], ["evaluate", "run"], ["serve", "run"], ["report", "run"]])
def test_a_damaged_run_is_exit_code_4_for_every_command(command, run, words):
    path = Path("run/model/counts.json")
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    done = command(*words)
    assert (done.code, done.out) == (4, "")
    assert "run/model/counts.json is damaged" in done.err
    missing = command(words[0], "nowhere", *words[2:])
    assert missing.code == 4 and "there is no run folder nowhere" in missing.err


def test_a_finished_run_is_not_built_over(command, run):
    done = command("build", "spec.yaml", "--out", "run")
    assert done.code == 2
    assert "run is finished already" in done.err and "--overwrite" in done.err
    assert command("build", "spec.yaml", "--out", "run", "--resume").code == 0
    assert command("build", "spec.yaml", "--out", "run", "--overwrite").code == 0


@pytest.mark.parametrize(
    "words",
    [["nothing"], ["build"], ["build", "a", "b"], ["build", "--zzz"], ["validate"], ["predict"], ["plugins", "zzz"],
     ["build", "spec.yaml", "--set"], ["--zzz"]],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_exit_code_2_and_says_what_is_right(command, words):
    done = command(*words)
    assert (done.code, done.out) == (2, "")
    assert "Usage: toolkit" in done.err or done.err.startswith("Error: ")
    assert "Traceback" not in done.err


@pytest.mark.parametrize("folder", ["file", "file/below", "x" * 300])
def test_a_run_folder_that_cannot_be_is_a_clear_error(command, spec_file, tmp_path, folder):
    spec_file(GOOD)
    (tmp_path / "file").write_text("kept")
    done = command("build", "spec.yaml", "--out", folder)
    assert done.code in (2, 5)
    assert folder in done.err
    assert "fault of the toolkit" not in done.err
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("exists", [True, False])
def test_a_spec_that_cannot_be_read_is_exit_code_2(command, tmp_path, exists):
    (tmp_path / "folder.yaml").mkdir()
    done = command("build", "folder.yaml" if exists else "none.yaml")
    assert done.code == 2
    assert ("folder.yaml" if exists else "none.yaml") + ": cannot be read" in done.err


# -- help and plugins --------------------------------------------------------------------------------------------------

COMMANDS = ["build", "validate", "predict", "evaluate", "serve", "report", "plugins", "plugins list"]


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_is_everywhere(command, name):
    short, long = (command(*name.split(), flag) for flag in ("-h", "--help"))
    assert short.code == long.code == 0
    assert short.out == long.out and short.err == ""
    assert short.out.startswith(f"Usage: toolkit{' ' + name if name else ''} ")


def test_help_names_every_command_and_exit_code(command):
    shown = command("--help").out
    assert all(f"\n  {name} " in shown for name in COMMANDS[:-1])
    shown = " ".join(shown.split())
    assert all(code in shown for code in ("0 ok", "2 spec", "3 data", "4 run", "5 resources", "6 plugin", "75 busy"))


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_fits_a_narrow_terminal(command, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "40")
    shown = command(*name.split(), "--help")
    assert shown.code == 0
    assert max(map(len, shown.out.splitlines())) <= 50, "click's own least width"


def test_every_command_and_option_says_what_it_does():
    for name in COMMANDS:
        found = cli.group
        for word in name.split():
            found = found.commands[word]
        assert found.help, name
        for parameter in found.params:
            assert not isinstance(parameter, click.Option) or parameter.help, f"{name} {parameter.name}"


def test_without_a_word_the_help_is_shown(command):
    done = command()
    assert done.code in (0, 2)
    assert "Usage: toolkit" in done.out + done.err


def test_plugins_are_listed_with_what_they_offer(command):
    done = command("plugins")
    assert done.code == 0
    assert done.out == command("plugins", "list").out
    assert done.out.splitlines()[0] == "toy  (toy)"
    assert re.search(r"^data\n  rows +Sentences that name a colour\.$", done.out, re.MULTILINE)
    assert command("plugins", "list", "--kind", "metric").out.splitlines()[-1].split()[0] == "right"


def test_plugins_are_listed_as_one_object(command):
    found = json.loads(command("plugins", "list", "--json").out)
    assert found["schema"] == 1
    assert found["plugins"] == [{"name": "toy", "from": "toy", "error": ""}]
    assert {"kind": "data", "name": "rows", "plugin": "toy", "summary": "Sentences that name a colour."} in found[
        "components"
    ]


def test_a_plugin_that_was_set_aside_is_shown(command, only_toy):
    only_toy._set_aside(
        type(only_toy.plugins["toy"])("bad", "bad_module", "toolkit-bad", "1.0"), RuntimeError("no driver")
    )
    shown = command("plugins").out
    assert "bad  (toolkit-bad 1.0)  set aside: RuntimeError: no driver" in shown
    assert json.loads(command("plugins", "list", "--json").out)["plugins"][1]["error"] == "RuntimeError: no driver"


def test_a_plugin_may_add_commands_of_its_own(command, monkeypatch):
    def toolkit_commands(group, registry):
        assert registry.components()
        group.add_command(click.Command("wave", callback=lambda: click.echo("hello"), help="Wave."))

    monkeypatch.setattr(cli.group, "commands", dict(cli.group.commands))
    registry = toy_with(toolkit_commands=toolkit_commands)
    monkeypatch.setattr(Registry, "discover", classmethod(lambda cls, block=(): registry))
    assert command("wave").out == "hello\n"


def test_a_plugin_shows_progress_unless_told_to_be_quiet(command, spec_file, monkeypatch):
    heard = []

    class Shown:
        def __call__(self, event):
            heard.append(event["kind"])

        def __enter__(self):
            heard.append("open")
            return self

        def __exit__(self, *error):
            heard.append("close")

    registry = toy_with(toolkit_progress=lambda live: Shown() if not live else pytest.fail("no terminal here"))
    monkeypatch.setattr(Registry, "discover", classmethod(lambda cls, block=(): registry))
    spec_file(GOOD)
    command("build", "spec.yaml", "--out", "one", "--quiet")
    assert heard == []
    command("build", "spec.yaml", "--out", "two")
    assert heard[0] == "open" and heard[-1] == "close" and {"started", "step", "finished"} <= set(heard)


# -- as a process ------------------------------------------------------------------------------------------------------


def process(*words, cwd, how="toy_cli.py", **options):
    """Run the command line as a process of its own."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    environment |= options.pop("environment", {})
    command = [sys.executable, str(Path(__file__).with_name(how)), *words] if how else [sys.executable, *words]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 60, **options}
    return subprocess.run(command, cwd=cwd, env=environment, check=False, **options)


@pytest.mark.parametrize(
    "environment",
    [{"LANG": "C", "LC_ALL": "C", "HOME": "/nonexistent", "TERM": "dumb"},
     {"NO_COLOR": "1", "FORCE_COLOR": "1", "TERM": "xterm-256color", "CI": "true", "COLUMNS": "40"}],
    ids=["C", "CI"],
)  # fmt: skip
def test_in_a_pipe_there_are_only_words(tmp_path, environment):
    (tmp_path / "规格 一.yaml").write_text(GOOD, encoding="utf-8")
    done = process("build", "规格 一.yaml", "--out", "运行 一", cwd=tmp_path, environment=environment)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().startswith("right  ")
    assert "运行 一 is finished" in done.stderr.decode()
    assert b"\x1b" not in done.stdout + done.stderr and b"\r" not in done.stdout + done.stderr
    wrong = process("validate", "规格 一.yaml", "--set", "名=1", cwd=tmp_path, environment=environment)
    assert wrong.returncode == 2
    assert wrong.stderr.decode().startswith("--set 名=1: 名: unknown section")
    assert b"Traceback" not in wrong.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(("where", "codes"), [("gone", (0,)), ("closed", (0, 1, 5)), ("full", (5,))])
def test_a_reader_that_went_away_or_a_full_disk_is_no_traceback(tmp_path, where, codes):
    words = ("plugins", "list", "--json")
    if where == "gone":
        read, write = os.pipe()
        os.close(read)
        done = process(*words, cwd=tmp_path, stdout=write)
        os.close(write)
    elif where == "closed":
        done = process(*words, cwd=tmp_path, stdout=None, preexec_fn=lambda: os.close(1))
    else:
        with Path("/dev/full").open("wb") as full:
            done = process(*words, cwd=tmp_path, stdout=full)
    assert done.returncode in codes, done.stderr.decode()
    assert b"Traceback" not in done.stderr and b"fault of the toolkit" not in done.stderr


def test_lines_come_in_and_go_out_through_pipes(tmp_path):
    (tmp_path / "spec.yaml").write_text(GOOD)
    assert process("build", "spec.yaml", "--out", "run", cwd=tmp_path).returncode == 0
    done = process("predict", "run", "--input", "-", cwd=tmp_path, input='{"question": "你好"}\n'.encode(),
                   environment={"LANG": "C", "LC_ALL": "C"})  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["colour"] in toy.COLOURS


SPY = """
import atexit, sys
@atexit.register
def tell():
    print("loaded", *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
from toolkit.cli import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize("words", [["--help"], ["validate", "spec.yaml"], ["plugins"]], ids=lambda words: words[0])
def test_what_must_be_quick_imports_nothing_heavy(tmp_path, words):
    """With every plugin that is installed; the modules are asserted here, the time by the benchmark."""
    (tmp_path / "spec.yaml").write_text("data: x\n")
    done = process("-c", SPY, *words, cwd=tmp_path, how=None)
    assert done.returncode == (2 if words[0] == "validate" else 0), done.stderr.decode()
    loaded = done.stderr.decode().splitlines()[-1].split()
    assert loaded[0] == "loaded" and "toolkit" in loaded
    assert not HEAVY & set(loaded)


def test_python_m_toolkit_is_the_same_and_quick(tmp_path):
    start = time.perf_counter()
    done = process("-m", "toolkit", "--version", cwd=tmp_path, how=None)
    assert done.returncode == 0 and done.stdout.decode().startswith("toolkit, version ")
    assert time.perf_counter() - start < 3, "a benchmark shows the time; this only notices a slip"
