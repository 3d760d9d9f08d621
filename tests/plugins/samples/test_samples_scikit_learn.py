from collections import Counter

import numpy as np
import pytest
from samples_toys import SPLITS, data
from sklearn import datasets

from toolkit_samples.scikit_learn import rows_of


def test_digits_are_the_library_s():
    rows, bunch = rows_of("digits"), datasets.load_digits()
    assert np.array_equal(np.array([row["image"] for row in rows]) * 16, bunch.images)
    assert [row["label"] for row in rows] == [str(y) for y in bunch.target]


def test_tables_are_the_library_s():
    rows, bunch = rows_of("breast-cancer"), datasets.load_breast_cancer()
    assert rows[0]["mean_radius"] == bunch.data[0][0] and rows[0]["label"] == "malignant"
    assert Counter(row["label"] for row in rows) == {"benign": 357, "malignant": 212}


def test_diabetes_is_in_its_own_units():
    rows = rows_of("diabetes")
    assert min(row["age"] for row in rows) >= 19 and max(row["age"] for row in rows) <= 79  # years
    assert [row["target"] for row in rows] == datasets.load_diabetes().target.tolist()


@pytest.mark.parametrize("name", ["digits", "wine"])
def test_splits_are_stratified_and_disjoint(name):
    dataset = data("scikit-learn", name=name, validation=0.2, test=0.1)
    whole = Counter(row["label"] for row in dataset.rows)
    for split, share in zip(SPLITS, (0.7, 0.2, 0.1), strict=True):
        found = Counter(row["label"] for row in dataset.split(split))
        assert all(abs(found[label] - share * count) <= 2 for label, count in whole.items())
    seen = [id(row) for split in SPLITS for row in dataset.split(split)]
    assert len(set(seen)) == len(seen) == len(dataset.rows)


def test_the_seed_decides_who_is_where():
    one, two, three = (data("scikit-learn", seed=seed, name="wine").positions for seed in (1, 1, 2))
    assert one == two != three
