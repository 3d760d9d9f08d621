import json
import struct

import numpy as np
import pytest

from toolkit.errors import RunError
from toolkit_qa import arrays

KINDS = {"a": (np.float32, (2, None)), "b": (np.int32, (None,))}
ARRAYS = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([1, 2], np.int32)}


def test_saved_and_loaded_arrays_are_the_same(tmp_path):
    arrays.save(ARRAYS, tmp_path / "x.safetensors")
    found = arrays.load(tmp_path / "x.safetensors", KINDS)
    assert {name: array.tolist() for name, array in found.items()} == {k: v.tolist() for k, v in ARRAYS.items()}


def test_equal_arrays_give_equal_bytes_however_they_lie_in_memory(tmp_path):
    arrays.save(ARRAYS, tmp_path / "one")
    arrays.save({"b": ARRAYS["b"], "a": np.asfortranarray(ARRAYS["a"])}, tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"a": None}, "the array a is missing"),
        ({"c": ARRAYS["b"]}, "the array c is unknown"),
        ({"a": np.zeros((3, 3), np.float32)}, "the array a should be 2 x any, of type float32"),
        ({"a": np.zeros(2, np.float32)}, "should be 2 x any"),
        ({"a": np.zeros((2, 3))}, "of type float32"),
        ({"b": np.zeros(2, np.int64)}, "of type int32"),
        ({"b": np.float32(1).reshape(())}, "the array b should be any"),
        ({"a": np.full((2, 1), np.nan, np.float32)}, "the array a holds a number that is not finite"),
        ({"a": np.full((2, 1), -np.inf, np.float32)}, "not finite"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, changed, message):
    file = tmp_path / "x.safetensors"
    arrays.save({name: array for name, array in {**ARRAYS, **changed}.items() if array is not None}, file)
    with pytest.raises(RunError, match=rf"x\.safetensors: .*{message}"):
        arrays.load(file, KINDS)


def header(**tensors):
    text = json.dumps(tensors).encode()
    return struct.pack("<Q", len(text)) + text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 8,
        header(a={"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}),  # and then nothing
        header(a={"dtype": "F99", "shape": [1], "data_offsets": [0, 1]}) + b"\0",
        header(a={"dtype": "F8_E4M3", "shape": [1], "data_offsets": [0, 1]}) + b"\0",
        header(a={"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}) + b"\0\0",
        header(a={"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}),
    ],
)
def test_a_damaged_file_is_named(tmp_path, content):
    (tmp_path / "x.safetensors").write_bytes(content)
    with pytest.raises(RunError, match=r"x\.safetensors"):
        arrays.load(tmp_path / "x.safetensors", KINDS)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    for path in (tmp_path / "gone", tmp_path):
        with pytest.raises(RunError, match=path.name):
            arrays.load(path, KINDS)
