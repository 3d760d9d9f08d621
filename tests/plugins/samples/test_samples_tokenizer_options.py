import pytest
from samples_toys import config

GIVEN = frozenset({"number:a", "category:b", "image:i", "id:u", "target:t", "label:kind", "number:other.c", "text:q"})


@pytest.mark.parametrize(
    "name, given, gives",
    [
        ("pixels", GIVEN, {"pixels:i", "class:kind"}),
        ("columns", GIVEN, {"columns:inputs", "columns:targets", "class:kind"}),
        ("ids", GIVEN, {"index:u", "columns:targets", "class:kind"}),
        ("columns", {"label:kind", "number:other.c"}, {"class:kind"}),
        ("columns", {"category:b"}, {"columns:inputs"}),
        ("pixels", {"text:q"}, set()),
    ],
)
def test_what_is_given_for_what(name, given, gives):
    assert config("tokenizer", name).gives(frozenset(given)) == gives
