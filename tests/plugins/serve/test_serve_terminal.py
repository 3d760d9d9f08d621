"""The target `terminal`: in a pipe, and on a real terminal."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from serve_fakes import PICTURE, RATING, FakeSystem

from toolkit_serve import REFUSAL
from toolkit_serve import Terminal as Config
from toolkit_serve.terminal import Terminal, make
from toolkit_serve.wording import cells


class Screen(io.StringIO):
    """Text that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def talk(typed: str, system=None, language="auto", refusal=REFUSAL, terminal=False) -> tuple[str, str]:
    """Return what is printed to standard output and to standard error."""
    kind = Screen if terminal else io.StringIO
    stdin, stdout, stderr = kind(typed), kind(), kind()
    Terminal(language, refusal, stdin, stdout, stderr).run(system or FakeSystem())
    return stdout.getvalue(), stderr.getvalue()


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")


def test_the_loop_of_the_article(monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    said, prompts = talk("如何构建？\ny\necho: 好\nn\n", terminal=True)
    first, second, _ = said.split("\n\n")
    assert first.splitlines() == ["答案：Type toolkit build.", "来源：Building", "置信度：0.88"]
    assert second.splitlines() == ["Answer: 好", "Source: Building", "Confidence: 0.88"]
    assert prompts == "helpdesk（按 Ctrl-D 结束）\n" + "请输入您的问题：是否继续提问？(y/n)：" * 2


@pytest.mark.parametrize("yes", ["y", "Y", "yes", "是", "ｙ"])
def test_yes_goes_on(yes):
    assert talk(f"a\n{yes}\nb\n", terminal=True)[0].count("Answer") == 2


@pytest.mark.parametrize("no", ["n", "", "no", "否", "anything"])
def test_anything_else_ends(no):
    assert talk(f"a\n{no}\nb\n", terminal=True)[0].count("Answer") == 1


def test_the_end_of_input_ends_it_everywhere():
    for typed in ("", "a\n", "a\ny\n"):
        talk(typed, terminal=True)
        talk(typed)


def test_a_pipe_is_answered_line_by_line_without_questions_back():
    said, prompts = talk("echo: one\n\n   \necho: 二三\necho: four")
    assert said.splitlines()[::3] == ["Answer: one", "答案：二三", "Answer: four"]
    assert "Ask again" not in prompts
    assert "Your question" in prompts
    assert "Your question" not in said


def test_a_language_chosen_is_kept_for_labels():
    assert talk("How?\n", language="zh")[0].startswith("答案：")
    assert talk("如何？\n", language="en")[0].startswith("Answer: ")
    assert talk("如何？\n", language="zh")[1].startswith("请输入您的问题：")


def test_a_refusal_is_in_the_language_of_the_question():
    refused = FakeSystem(answer={"answer": "", "refused": True})
    assert talk("天气如何？\n", refused)[0] == f"答案：{REFUSAL['zh']}\n"
    assert talk("The weather?\n", refused)[0] == f"Answer: {REFUSAL['en']}\n"
    assert talk("天气？\n", refused, refusal={"zh": "不知道", "en": "?"})[0] == "答案：不知道\n"


def test_a_refusal_says_what_the_system_says_and_what_was_perhaps_meant():
    related = [{"id": "1", "title": "怎么\x1b[1m退货？"}, {"id": "2", "title": "多久\n到货？"}]
    refused = FakeSystem(answer={"answer": "", "refused": True, "message": "请致电 400-1。", "related": related})
    said, _ = talk("天气？\n", refused)
    assert said == "答案：请致电 400-1。\n您是不是想问：\n1. 怎么退货？\n2. 多久 到货？\n"


def test_a_refusal_left_out_keeps_its_default():
    made = make(Config(refusal={"zh": "不知道"}))
    assert made.refusal == {"zh": "不知道", "en": REFUSAL["en"]}


def test_escapes_do_not_reach_the_screen_nor_the_system():
    system = FakeSystem(
        answer={"answer": "\x1b[2J\x1b]0;x\x07safe\x9b", "sources": [{"title": "\x1b[31mt"}], "confidence": 1}
    )
    said, _ = talk("\x1b[Ahello\x00\n", system)
    assert said == "Answer: safe\nSource: t\nConfidence: 1.00\n"
    assert system.asked == [{"question": "hello"}]


def test_every_field_is_asked_for_until_it_is_right():
    system = FakeSystem(RATING, {"rating": 4.5})
    said, prompts = talk("u1\nthree\n2.5\n[1]\n3\n", system)
    assert system.asked == [{"user": "u1", "item": 3}]
    assert said == "rating: 4.5\n"
    assert prompts.count("item (integer): ") == 4
    assert "item should be a JSON value (integer): this is not JSON" in prompts
    assert "item: should be integer, got float" in prompts


def test_json_is_taken_for_fields_that_are_not_text():
    system = FakeSystem(PICTURE, {"label": "7", "probabilities": {"7": 0.9}})
    said, prompts = talk("[[0, 1], [0.5]]\n[[0, 1], [0.5, 1]]\n", system)
    assert system.asked == [{"image": [[0, 1], [0.5, 1]]}]
    assert said == 'label: 7\nprobabilities: {"7": 0.9}\n'
    assert "image (2 x 2 x number): " in prompts


def test_text_that_looks_like_json_is_text():
    system = FakeSystem()
    talk('{"a": NaN}\n', system)
    assert system.asked == [{"question": '{"a": NaN}'}]


def test_a_narrow_terminal_is_wrapped(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    said, _ = talk("q\nn\n", FakeSystem(answer={"answer": "如何构建一个系统" * 10}), terminal=True)
    assert [sum(map(cells, line)) for line in said.splitlines()][:5] == [40, 40, 40, 40, 8]
    assert len(talk("q\n", FakeSystem(answer={"answer": "如" * 80}))[0]) > 80


def test_sources_are_readable_on_a_narrow_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    text = "Open the settings. " + "Then choose the button that says reset, and wait for the message. " * 2
    sources = [
        {"id": "a", "title": "How do I reset my password?", "text": text, "span": [19, 84], "score": 0.9},
        {"id": "b", "title": "Where are the settings?", "text": "Top right.", "span": [0, 10], "score": 0.2},
    ]
    said, _ = talk("How?\nn\n", FakeSystem(answer={"answer": "Reset it.", "sources": sources}), terminal=True)
    assert said.splitlines() == [
        "Answer: Reset it.",
        "Sources:",
        '1. How do I reset my password? "Then',
        "choose the button that says reset, and",
        'wait for the message."',
        "2. Where are the settings?",
        "",
    ]


def test_bytes_that_are_no_text_and_characters_the_terminal_lacks():
    stdin = io.TextIOWrapper(io.BytesIO(b"echo: \xff\xfe\n"), encoding="utf-8")
    stdout = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Terminal("zh", REFUSAL, stdin, stdout, io.StringIO()).run(FakeSystem())
    stdout.seek(0)
    assert stdout.read().startswith("???")


CHILD = """
from serve_fakes import FakeSystem
from toolkit_serve import Terminal, terminal
terminal.make(Terminal.model_validate({"language": "zh"})).run(FakeSystem())
"""


def command() -> tuple[list[str], dict[str, str]]:
    """Return the command of a terminal of its own, and its environment."""
    paths = [str(Path(__file__).parent), *(path for path in sys.path if path)]
    given = {"PYTHONPATH": os.pathsep.join(paths), "TERM": "dumb", "LC_ALL": "C.UTF-8", "INPUTRC": os.devnull}
    return [sys.executable, "-W", "error", "-c", CHILD], {**os.environ, **given}


class Typist:
    """A child process on a pseudo-terminal, and what it shows."""

    def __init__(self) -> None:
        self.master, other = pty.openpty()
        arguments, environment = command()
        self.child = subprocess.Popen(arguments, stdin=other, stdout=other, stderr=other, env=environment)
        os.close(other)
        self.seen = b""

    def wait_for(self, text: str) -> None:
        """Read until `text` is on the screen."""
        began = time.monotonic()
        while text.encode() not in self.seen:
            assert time.monotonic() - began < 10, self.seen
            self.seen += os.read(self.master, 65536)

    def type(self, text: str) -> None:
        """Type, and forget what was on the screen."""
        self.seen = b""
        os.write(self.master, text.encode())


@pytest.fixture
def typist():
    each = Typist()
    each.wait_for("请输入您的问题：")
    yield each
    each.child.kill()
    each.child.wait()
    os.close(each.master)


def test_a_conversation_on_a_real_terminal_ends_with_ctrl_d(typist):
    typist.type("echo: 好的\n")
    typist.wait_for("是否继续提问？(y/n)：")
    assert "答案：好的".encode() in typist.seen
    typist.type("y\n")
    typist.wait_for("请输入您的问题：")
    typist.type("\x04")
    assert typist.child.wait(10) == 0


def test_ctrl_c_ends_without_a_traceback(typist):
    for _ in range(20):  # CPython's readline overlooks a signal between its prompt and its wait: press again
        time.sleep(0.1)
        typist.child.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            assert typist.child.wait(0.5) == 0
            break
    assert typist.child.poll() == 0
    assert b"Traceback" not in os.read(typist.master, 65536)


def test_a_reader_that_leaves_is_no_error():
    arguments, environment = command()
    with subprocess.Popen(arguments, stdin=-1, stdout=-1, stderr=-1, env=environment) as child:
        child.stdout.close()
        said = child.communicate(b"one\ntwo\n" * 100)[1].decode()
    assert child.returncode == 0
    assert "Error" not in said


def test_every_prompt_belongs_to_a_field():
    _, prompts = talk("u\n1\n", FakeSystem(RATING, {"rating": 1}))
    assert prompts == "user (string): \nitem (integer): \nuser (string): \n"
