"""Durable files and folders: whole or not at all, whatever fails and whenever the process dies; damage is found."""

from __future__ import annotations

import errno
import json
import math
import os
import shutil
from pathlib import Path

import pytest
from faults import at_operation, deaths
from hypothesis import given, settings
from hypothesis import strategies as st
from variants import STEADY

from toolkit import fs
from toolkit.errors import ResourceError, RunError

FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def tree(folder):
    """What lies below a folder: contents by name."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def staged(folder):
    return [path for path in folder.rglob("*") if path.name.startswith(".tmp-")]


# -- one file ----------------------------------------------------------------------------------------------------------


def test_write_makes_folders_and_replaces_what_was_there(tmp_path):
    path = tmp_path / "a" / "b" / "数据 1.txt"
    fs.write(path, "one")
    fs.write(path, "zwei 你好")
    fs.write(tmp_path / "raw", b"\xff\x00")
    assert path.read_bytes() == "zwei 你好".encode()
    assert (tmp_path / "raw").read_bytes() == b"\xff\x00"
    assert not staged(tmp_path)


def operations(work):
    with at_operation(0, None) as count:
        work()
    return count[0]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO, errno.EMFILE, errno.EDQUOT])
def test_write_that_fails_anywhere_leaves_what_was_there_and_names_the_file(tmp_path, code):
    path = tmp_path / "file"
    fs.write(path, "old")
    total = operations(lambda: fs.write(path, "old"))
    assert total >= 4, "write, flush, rename and flush the folder: the harness must see them"

    def strike(name):
        raise OSError(code, os.strerror(code))

    refused = 0
    for nth in range(1, total + 1):
        try:
            with at_operation(nth, strike):
                fs.write(path, "new")
        except ResourceError as error:
            assert f"cannot write {path}: {os.strerror(code)}" in str(error)
            assert error.exit_code == 5
            assert path.read_text() in ("old", "new")
            refused += 1
        else:  # to make a folder that is there may fail
            assert path.read_text() == "new"
        assert refused >= nth - 1
        fs.sweep(tmp_path)
        assert list(tmp_path.iterdir()) == [path]
        fs.write(path, "old")


def test_write_flushes_the_file_before_the_rename_and_the_folder_after(tmp_path):
    """Without either, a power cut leaves an empty file under the final name, or no file."""
    seen = []
    for nth in range(1, 8):
        with at_operation(nth, seen.append):
            fs.write(tmp_path / "file", "x")
    assert seen.index("fsync") < seen.index("replace") < len(seen) - 1 - seen[::-1].index("fsync")


@FORKS
def test_write_that_dies_anywhere_leaves_old_or_new(tmp_path):
    path = tmp_path / "file"
    fs.write(path, "old" * 5000)
    found = []
    for _ in deaths(lambda: fs.write(path, "new" * 5000)):
        found.append(path.read_text())
        fs.sweep(tmp_path)
        assert list(tmp_path.iterdir()) == [path]
        fs.write(path, "old" * 5000)
    assert set(found) == {"old" * 5000, "new" * 5000}, "some deaths before the rename, some after"


def test_a_file_that_cannot_be_written_is_a_toolkit_error(tmp_path):
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file" / "below", tmp_path / ("x" * 300)):
        with pytest.raises(ResourceError, match="cannot write"):
            fs.write(path, "x")


def test_append_names_the_file_it_cannot_write(tmp_path):
    fs.append(tmp_path / "log", "a\n")
    fs.append(tmp_path / "log", "你\n")
    assert (tmp_path / "log").read_text(encoding="utf-8") == "a\n你\n"

    def strike(name):
        raise OSError(errno.ENOSPC, "full")

    with pytest.raises(ResourceError, match="log"), at_operation(1, strike):
        fs.append(tmp_path / "log", "b\n")


# -- JSON --------------------------------------------------------------------------------------------------------------


def test_dumps_is_the_same_for_equal_values():
    one, two = {"b": 1, "a": [1.5, None, "你"]}, {"a": [1.5, None, "你"], "b": 1}
    assert fs.dumps(one) == fs.dumps(two)
    assert fs.dumps(one, indent=None) == '{"a": [1.5, null, "你"], "b": 1}\n'


@pytest.mark.parametrize("value", [math.nan, math.inf, [-math.inf], {"a": math.nan}])
def test_dumps_refuses_what_is_not_json(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        fs.dumps(value)


def test_json_that_cannot_be_written_leaves_the_old_file(tmp_path):
    fs.write_json(tmp_path / "a.json", {"a": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        fs.write_json(tmp_path / "a.json", {"a": math.nan})
    assert fs.read_json(tmp_path / "a.json") == {"a": 1}
    assert not staged(tmp_path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text("ab\n你\u2028\x85\r", max_size=3), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@settings(STEADY, max_examples=100)
@given(st.lists(JSON, max_size=4))
def test_what_is_written_is_read_back(tmp_path_factory, values):
    folder = tmp_path_factory.getbasetemp()
    fs.write_json(folder / "one.json", values)
    fs.write_lines(folder / "many.jsonl", values)
    assert fs.read_json(folder / "one.json") == values
    assert fs.read_lines(folder / "many.jsonl") == values


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"nul", b"[" * 100_000], ids=lambda content: repr(content[:4]))
def test_json_that_is_damaged_is_a_run_error(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(RunError, match=r"a\.json cannot be read") as caught:
        fs.read_json(path)
    assert caught.value.exit_code == 4


def test_json_that_is_missing_is_a_run_error(tmp_path):
    with pytest.raises(RunError, match=r"a\.json is missing"):
        fs.read_json(tmp_path / "a.json")
    with pytest.raises(RunError, match="cannot be read"):
        fs.read_json(tmp_path)


@pytest.mark.parametrize("cut", range(1, 14))
def test_a_last_line_cut_short_is_dropped(tmp_path, cut):
    whole = b'{"a": 1}\n{"b": "\xe4\xbd\xa0"}\n'
    (tmp_path / "log").write_bytes(whole[:-cut])
    assert fs.read_lines(tmp_path / "log") == [{"a": 1}]


def test_lines_that_are_damaged_are_a_run_error_and_none_are_none(tmp_path):
    (tmp_path / "log").write_text('{"a": 1\n{"b": 2}\n')
    with pytest.raises(RunError, match="log cannot be read"):
        fs.read_lines(tmp_path / "log")
    assert fs.read_lines(tmp_path / "none") == []


# -- sealed folders ----------------------------------------------------------------------------------------------------


@pytest.fixture
def sealed(tmp_path):
    folder = tmp_path / "sealed"
    fs.write(folder / "a.txt", "hello")
    fs.write(folder / "sub" / "b.json", '{"x": 1}')
    fs.write(folder / "empty", "")
    fs.write(folder / "log" / "c", "left out")
    fs.seal(folder, leave=("log",), schema=1)
    return folder


def test_a_seal_holds_size_and_digest_of_each_file(sealed):
    manifest = fs.check(sealed)
    assert manifest["schema"] == 1
    assert sorted(manifest["files"]) == ["a.txt", "empty", "sub/b.json"]
    assert manifest["files"]["a.txt"] == {"sha256": fs.digest(sealed / "a.txt"), "size": 5}
    fs.write(sealed / "log" / "c", "changed")
    assert fs.check(sealed) == manifest


def test_a_seal_opens_files_to_whoever_may_read_the_manifest(tmp_path):
    (tmp_path / "weights").write_text("x", encoding="utf-8")
    (tmp_path / "weights").chmod(0o600)  # as safetensors leaves its files
    fs.seal(tmp_path)
    assert (tmp_path / "weights").stat().st_mode == (tmp_path / fs.MANIFEST).stat().st_mode


def test_flipped_bits_are_found(sealed):
    """In every byte of every file, the manifest among them."""
    before = tree(sealed)
    flips = found = 0
    for name in ("a.txt", "sub/b.json", "MANIFEST.json"):
        for position in range(len(before[name])):
            for bit in (position % 8,):
                changed = bytearray(before[name])
                changed[position] ^= 1 << bit
                (sealed / name).write_bytes(changed)
                flips += 1
                try:
                    passed = fs.check(sealed).get("schema") == 1
                except RunError:
                    passed = False
                found += not passed
        (sealed / name).write_bytes(before[name])
    assert flips > 350
    assert found == flips
    fs.check(sealed)


@pytest.mark.parametrize("name", ["a.txt", "sub/b.json", "MANIFEST.json"])
def test_every_truncation_is_found_and_the_file_named(sealed, name):
    before = (sealed / name).read_bytes()
    for length in range(len(before) - (name == "MANIFEST.json")):  # without its last newline a manifest is whole
        (sealed / name).write_bytes(before[:length])
        with pytest.raises(RunError, match=Path(name).name):
            fs.check(sealed)


@pytest.mark.parametrize("spoil", ["missing", "longer", "swapped", "renamed", "folder", "manifest"])
def test_other_damage_is_found_and_the_file_named(sealed, spoil):
    a, b = sealed / "a.txt", sealed / "sub" / "b.json"
    if spoil == "missing":
        a.unlink()
    elif spoil == "longer":
        a.write_bytes(a.read_bytes() + b"\0")
    elif spoil == "swapped":
        one, two = a.read_bytes(), b.read_bytes()
        a.write_bytes(two)
        b.write_bytes(one)
    elif spoil == "renamed":
        a.rename(sealed / "z.txt")
    elif spoil == "folder":
        a.unlink()
        a.mkdir()
    else:
        (sealed / fs.MANIFEST).unlink()
    with pytest.raises(RunError, match="MANIFEST" if spoil == "manifest" else r"a\.txt"):
        fs.check(sealed)


@pytest.mark.parametrize(
    "manifest",
    ["[]", "3", "null", '"x"', "{}", '{"files": []}', '{"files": {"a.txt": 1}}', '{"files": {"a.txt": {}}}',
     '{"files": {"a.txt": {"size": 5}}}', '{"files": null}'],
)  # fmt: skip
def test_a_manifest_of_another_shape_is_a_run_error(sealed, manifest):
    (sealed / fs.MANIFEST).write_text(manifest)
    with pytest.raises(RunError, match=r"MANIFEST\.json"):
        fs.check(sealed)


# -- folders that appear whole -----------------------------------------------------------------------------------------


def fill(path, word):
    with fs.folder(path, word=word) as staging:
        (staging / "a").write_text(word)
        (staging / "sub").mkdir()
        (staging / "sub" / "b").write_text(word * 100)


def whole(path):
    """The word a folder was filled with; None where it does not exist, which is where its manifest does not hold."""
    if not (path / fs.MANIFEST).exists():
        return None
    manifest = fs.check(path)
    assert sorted(manifest["files"]) == ["a", "sub/b"]
    assert tree(path)["a"].decode() == manifest["word"]
    return manifest["word"]


def test_a_folder_replaces_the_one_before(tmp_path):
    fill(tmp_path / "x", "one")
    (tmp_path / "x" / "stray").write_text("?")
    fill(tmp_path / "x", "two")
    assert whole(tmp_path / "x") == "two"
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["MANIFEST.json", "a", "b", "sub", "x"]


def test_a_folder_left_by_an_error_never_appears(tmp_path):
    fill(tmp_path / "x", "one")
    with pytest.raises(ZeroDivisionError), fs.folder(tmp_path / "x") as staging:
        (staging / "a").write_text("two")
        1 / 0  # noqa: B018
    assert whole(tmp_path / "x") == "one"
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_folder_that_fails_anywhere_is_old_new_or_absent_and_named(tmp_path, code):
    def strike(name):
        raise OSError(code, os.strerror(code))

    fill(tmp_path / "x", "one")
    total = operations(lambda: fill(tmp_path / "x", "one"))
    assert total > 15
    refused = 0
    for nth in range(1, total + 1):
        try:
            with at_operation(nth, strike):
                fill(tmp_path / "x", "two")
        except ResourceError as error:
            assert str(error).startswith(f"cannot write {tmp_path}")
            assert whole(tmp_path / "x") in ("one", "two", None)
            refused += 1
        else:
            assert whole(tmp_path / "x") == "two"
        assert refused >= nth - 1
        fs.sweep(tmp_path)
        assert not staged(tmp_path)
        fill(tmp_path / "x", "one")


@FORKS
@pytest.mark.parametrize("before", [None, "one"])
def test_a_folder_whose_writer_dies_anywhere_is_old_new_or_absent(tmp_path, before):
    seen = []
    if before:
        fill(tmp_path / "x", before)
    for _ in deaths(lambda: fill(tmp_path / "x", "two")):
        seen.append(whole(tmp_path / "x"))
        fs.sweep(tmp_path)
        assert not staged(tmp_path)
        if before:
            fill(tmp_path / "x", before)
        else:
            fs.remove(tmp_path / "x")
    assert len(seen) > 15
    assert set(seen) <= {before, "two", None}
    assert {before, "two"} <= set(seen), "some deaths before the rename, some after"


def test_what_a_folder_holds_is_flushed_before_it_appears(tmp_path):
    seen = []
    for nth in range(1, 40):
        with at_operation(nth, seen.append):
            fill(tmp_path / "x", "one")
        fs.remove(tmp_path / "x")
    rename = seen.index("rename")
    assert seen[:rename].count("fsync") >= 6, "two files, the manifest and its folder, the inner folder, the folder"
    assert "fsync" in seen[rename:], "and the folder around it"


def test_a_planted_fault_a_folder_without_manifest_is_noticed(tmp_path, monkeypatch):
    """The checks above must be able to fail: a writer that seals nothing does not pass them."""
    monkeypatch.setattr(fs, "seal", lambda *arguments, **facts: None)
    fill(tmp_path / "x", "one")
    assert whole(tmp_path / "x") is None


# -- removing and sweeping ---------------------------------------------------------------------------------------------


def test_remove_takes_files_folders_and_nothing(tmp_path):
    fill(tmp_path / "x", "one")
    (tmp_path / "f").write_text("x")
    for name in ("x", "f", "none"):
        fs.remove(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@FORKS
def test_a_removal_that_dies_anywhere_leaves_all_or_nothing_that_counts(tmp_path):
    fill(tmp_path / "x", "one")
    shutil.copytree(tmp_path / "x", tmp_path / "copy")
    for _ in deaths(lambda: fs.remove(tmp_path / "x")):
        assert whole(tmp_path / "x") in ("one", None)
        shutil.rmtree(tmp_path / "x", ignore_errors=True)
        shutil.copytree(tmp_path / "copy", tmp_path / "x")


def test_a_removal_does_not_follow_a_link(tmp_path):
    """A run folder from a stranger may hold one."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kept").write_text("x")
    (tmp_path / "outside" / fs.MANIFEST).write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "outside")
    fs.remove(tmp_path / "link")
    assert sorted(p.name for p in (tmp_path / "outside").iterdir()) == [fs.MANIFEST, "kept"]
    assert not (tmp_path / "link").is_symlink()


def test_sweep_removes_what_was_staged_at_any_depth_and_nothing_else(tmp_path):
    fs.write(tmp_path / "a" / "kept", "x")
    (tmp_path / "a" / ".tmp-kept-1").write_text("x")
    (tmp_path / "a" / ".tmp-b-1" / ".tmp-c-2").mkdir(parents=True)
    (tmp_path / "a" / ".tmp-b-1" / "f").write_text("x")
    (tmp_path / ".kept").write_text("x")
    (tmp_path / "tmp-kept").write_text("x")
    fs.sweep(tmp_path)
    assert sorted(tree(tmp_path)) == [".kept", "a/kept", "tmp-kept"]


def test_what_is_staged_is_not_sealed(tmp_path):
    (tmp_path / ".tmp-a-1").write_text("x")
    (tmp_path / "a").write_text("x")
    fs.seal(tmp_path)
    assert list(fs.check(tmp_path)["files"]) == ["a"]
    assert json.loads((tmp_path / fs.MANIFEST).read_text())["files"].keys() == {"a"}
