"""Generated ratings whose best possible error is known.

A rating is 3 + b_user + c_item + <p_user, q_item> + noise, rounded to hundredths: the model of Koren, Bell and
Volinsky (2009), section "Adding biases", with Gaussian biases and factors. Ratings are not cut off at 1 and 5,
as that would bend the noise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from toolkit.contracts import Section, Table
from toolkit.errors import DataError
from toolkit_samples.data_options import Ratings
from toolkit_samples.rows import Rows, split

MEAN = 3.0
BIAS = 0.4  # standard deviation of b and of c
TASTE = 0.6  # standard deviation of <p, q>


@dataclass(frozen=True)
class Generated:
    """Ratings as they would be without noise, and as they are."""

    user: np.ndarray  # (n,) from 0
    item: np.ndarray  # (n,) from 0
    truth: np.ndarray  # (n,)
    rating: np.ndarray  # (n,)


def generate(users: int, items: int, rank: int, noise: float, density: float, seed: int) -> Generated:
    """Return round(users * items * density) ratings of different pairs, in random order."""
    source = np.random.default_rng(seed)
    pairs = source.permutation(users * items)[: round(users * items * density)]
    user, item = np.divmod(pairs, items)
    spread = np.sqrt(TASTE / np.sqrt(rank))  # each of `rank` products has variance TASTE^2 / rank
    p, q = source.normal(0, spread, (users, rank)), source.normal(0, spread, (items, rank))
    b, c = source.normal(0, BIAS, users), source.normal(0, BIAS, items)
    truth = MEAN + b[user] + c[item] + (p[user] * q[item]).sum(1)
    return Generated(user, item, truth, np.round(truth + source.normal(0, noise, len(pairs)), 2))


class RatingRows(Rows):
    """Generated ratings as rows."""

    def __init__(self, made: Generated, positions: dict[str, list[int]]) -> None:
        triples = zip(made.user.tolist(), made.item.tolist(), made.rating.tolist(), strict=True)
        super().__init__([{"user": f"u{u}", "item": f"i{i}", "rating": r} for u, i, r in triples], positions)
        self._made = made

    def floor(self, name: str) -> float:
        """Return the root mean squared noise of a split: no model does better but by chance."""
        at = self.positions[name]
        return _root_mean_square(self._made.rating[at] - self._made.truth[at])

    def spread(self, name: str) -> float:
        """Return the error of always answering the mean of the training ratings."""
        mean = self._made.rating[self.positions["train"]].mean()
        return _root_mean_square(self._made.rating[self.positions[name]] - mean)

    def sections(self) -> Iterable[Section]:
        """Yield what can be reached at best, and what is reached by knowing nothing."""
        named = [name for name in ("train", "validation", "test") if self.positions[name]]
        rows = [[name, len(self.positions[name]), self.floor(name), self.spread(name)] for name in named]
        said = "The ratings are generated, so the noise in them is known: no model gets below it but by chance."
        yield Section("Noise floor", [said, Table(["split", "ratings", "RMSE of the noise", "RMSE of the mean"], rows)])


def _root_mean_square(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def load(config: Ratings, *, seed: int) -> RatingRows:
    """Return generated ratings, each split a random part of them."""
    made = generate(config.users, config.items, config.rank, config.noise, config.density, seed)
    positions = split(len(made.rating), config.validation, config.test, seed)
    if not positions["train"]:
        hint = "give more users or items, or a higher density"
        raise DataError(f"ratings: {len(made.rating)} ratings leave none for training", hint)
    return RatingRows(made, positions)
