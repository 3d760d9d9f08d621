import pytest
from pydantic import ValidationError

from toolkit_encoders.configs_learnt import Gru, NgramBag


@pytest.mark.parametrize("sizes", [[], [0, 1], [2, 2], [9]])
def test_sizes_are_different_and_short(sizes):
    with pytest.raises(ValidationError, match="different numbers from 1 to 8"):
        NgramBag(sizes=sizes)


def test_two_directions_share_an_even_width():
    with pytest.raises(ValidationError, match="must be even"):
        Gru(width=7)
    assert Gru(width=7, bidirectional=False).width == 7


@pytest.mark.parametrize(
    ("config", "option"), [(NgramBag, {"buckets": 1}), (NgramBag, {"dropout": 1.0}), (Gru, {"pooling": "last"})]
)
def test_options_have_ranges(config, option):
    with pytest.raises(ValidationError, match="Input should be"):
        config(**option)
