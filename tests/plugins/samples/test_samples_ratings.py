import numpy as np
import pytest
from samples_toys import SPLITS, data

from toolkit.contracts import Table
from toolkit.errors import DataError
from toolkit_samples.ratings import BIAS, TASTE, generate


def test_as_many_as_asked_and_no_pair_twice():
    made = generate(40, 30, 3, 0.1, 0.25, seed=5)
    assert len(made.rating) == 300 == len(set(zip(made.user.tolist(), made.item.tolist(), strict=True)))


def test_noise_is_as_large_as_asked():
    made = generate(200, 150, 3, 0.25, 0.5, seed=5)
    assert np.std(made.rating - made.truth) == pytest.approx(0.25, rel=0.03)


def test_truth_has_the_rank_asked_for():
    made = generate(30, 20, 2, 0.0, 1.0, seed=5)
    full = np.zeros((30, 20))
    full[made.user, made.item] = made.truth
    centred = full - full.mean(0) - full.mean(1, keepdims=True) + full.mean()
    assert np.linalg.matrix_rank(centred, tol=1e-8) == 2


@pytest.mark.parametrize("rank", [1, 8])
def test_spread_does_not_hang_on_the_rank(rank):
    spreads = [generate(100, 100, rank, 0.0, 0.5, seed).truth.std() for seed in range(8)]
    assert np.mean(spreads) == pytest.approx(np.sqrt(TASTE**2 + 2 * BIAS**2), rel=0.15)


def test_rows_and_their_floor():
    dataset = data("ratings", users=50, items=40, noise=0.3)
    row = dataset.split("train")[0]
    assert set(row) == {"user", "item", "rating"} and row["user"][0] == "u" and row["item"][0] == "i"
    assert row["rating"] == round(row["rating"], 2)
    assert dataset.floor("test") == pytest.approx(0.3, rel=0.15)
    assert dataset.floor("test") < dataset.spread("test") / 2


def test_section_says_the_floor():
    dataset = data("ratings", users=20, items=20, validation=0)
    (section,) = dataset.sections()
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows] == ["train", "test"]
    assert table.rows[1][2:] == [dataset.floor("test"), dataset.spread("test")]


def test_deterministic_by_seed():
    one, two, three = ([data("ratings", seed=seed).split(name) for name in SPLITS] for seed in (1, 1, 2))
    assert one == two != three


def test_too_few_to_learn_from():
    with pytest.raises(DataError, match="none for training"):
        data("ratings", users=1, items=1, density=0.1)
