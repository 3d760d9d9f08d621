import pytest

from toolkit.errors import RunError
from toolkit_samples import facts


def test_round_trip_with_the_text_as_it_is(tmp_path):
    path = tmp_path / "facts.json"
    facts.write(path, {"b": ["猫"], "a": 0.1})
    assert facts.read(path) == {"a": 0.1, "b": ["猫"]}
    assert path.read_text(encoding="utf-8") == '{"a": 0.1, "b": ["猫"]}\n'


@pytest.mark.parametrize("text", ["{", "[1]", "", "\xff"])
def test_a_broken_file_is_named(tmp_path, text):
    path = tmp_path / "facts.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(RunError, match=r"facts\.json"):
        facts.read(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(RunError, match=r"none\.json"):
        facts.read(tmp_path / "none.json")


def test_expect_names_both_sides(tmp_path):
    facts.expect(tmp_path, "labels", ["b", "a"], {"a": 1, "b": 2})
    with pytest.raises(RunError, match=r"labels are \['a'\], and should be \['b'\]"):
        facts.expect(tmp_path, "labels", ["a"], ["b"])
