"""JSON lines, whole or not at all."""

from __future__ import annotations

import io
import json
import stat

import pytest

from toolkit.errors import ResourceError, SpecError
from toolkit_feedback.export import dumps, write, write_to

ROWS = [{"question": "怎么\n安装？\u2028\x9b31m", "helpful": None}, {"question": "", "helpful": True}]


def test_lines():
    out = io.StringIO()
    assert write_to(out, ROWS) == 2
    lines = out.getvalue().splitlines()  # of every kind that Unicode knows
    assert [json.loads(line) for line in lines] == ROWS
    assert "怎么" in lines[0]
    assert write_to(out, []) == 0


def test_a_file_for_its_owner_alone(tmp_path):
    file = tmp_path / "rows.jsonl"
    assert write(file, iter(ROWS)) == 2
    assert [json.loads(line) for line in file.read_bytes().decode().split("\n")[:-1]] == ROWS
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_what_is_there_is_written_over_only_by_force(tmp_path):
    file, dangling = tmp_path / "rows.jsonl", tmp_path / "link"
    file.write_text("mine")
    dangling.symlink_to(tmp_path / "nowhere")
    for taken in (file, dangling, tmp_path):
        with pytest.raises(SpecError, match="is there already") as caught:
            write(taken, ROWS)
        assert "--force" in caught.value.hint
    assert file.read_text() == "mine"
    write(file, ROWS, force=True)
    assert len(file.read_text().splitlines()) >= 2


def test_what_fails_leaves_nothing_and_what_was_there(tmp_path):
    def failing():
        yield ROWS[0]
        raise OSError(28, "No space left on device")

    file = tmp_path / "rows.jsonl"
    file.write_text("mine")
    with pytest.raises(ResourceError, match=r"cannot write .*No space"):
        write(file, failing(), force=True)
    assert file.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(ResourceError, match="No such file"):
        write(tmp_path / "nowhere" / "rows.jsonl", ROWS)


def test_dumps_may_be_indented():
    assert dumps({"a": ["\x7f"]}, 1) == '{\n "a": [\n  "\\u007f"\n ]\n}'
