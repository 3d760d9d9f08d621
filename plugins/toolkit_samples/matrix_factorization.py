"""Matrix factorization with biases (Koren, Bell and Volinsky 2009, "Matrix Factorization Techniques for Recommender
Systems", equation 4), learnt by gradient or by alternating least squares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from toolkit.contracts import Examples, Size
from toolkit.errors import SpecError
from toolkit_samples import model_options
from toolkit_samples.supervised import Supervised, seeded

TARGETS = "columns:targets"


class Factors(nn.Module):
    """rating = mean + b_user + c_item + <p_user, q_item>; index 0, for those never seen, has zeros and adds nothing."""

    mean: Tensor  # ()

    def __init__(self, users: int, items: int, factors: int, spread: float = 0.1) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(()))
        self.users = nn.Parameter(_start(users, factors, spread))  # (U, 1 + k): b_user, p_user
        self.items = nn.Parameter(_start(items, factors, spread))  # (I, 1 + k): c_item, q_item

    def forward(self, user: Tensor, item: Tensor) -> Tensor:  # (B,), (B,)
        u, i = self.users[user], self.items[item]  # (B, 1 + k) each
        rating = self.mean + u[:, 0] + i[:, 0] + (u[:, 1:] * i[:, 1:]).sum(1)
        return rating[:, None]  # (B, 1)


def _start(count: int, factors: int, spread: float) -> Tensor:
    drawn = torch.randn(count, 1 + factors) * spread
    drawn[:, 0] = 0.0  # biases
    drawn[0] = 0.0  # never seen
    return drawn


class MatrixFactorization(Supervised):
    """`Factors` with its task; learns by gradient, or half by half."""

    def prepare(self, train: Examples) -> None:
        """Set the mean to that of the training ratings; it is not learnt further."""
        ratings = np.array([example[TARGETS][0] for example in train.take(range(len(train)))], dtype=np.float64)
        self.network.mean.fill_(float(ratings.mean()))

    def alternating(self, examples: Examples) -> Halves:
        """Return this model bound to ratings."""
        user, item = self.inputs
        encoded = examples.take(range(len(examples)))
        rows = [(example[user], example[item], example[TARGETS][0]) for example in encoded]
        users, items, ratings = (np.array(column) for column in zip(*rows, strict=True))
        return Halves(self.network, {"users": users, "items": items}, ratings.astype(np.float64))


class Halves:
    """Ratings, and the closed solution for all users with the items held, or the other way round.

    The objective is equation 5 of Koren et al., its penalty inside the sum over ratings:
    sum over ratings of  (rating - prediction)^2 + regularisation * (b^2 + c^2 + |p|^2 + |q|^2).
    Solutions are found in float64 from the float32 parameters as they stand, so that a resumed run repeats them.
    """

    names = ("users", "items")

    def __init__(self, network: Factors, index: Mapping[str, np.ndarray], ratings: np.ndarray) -> None:
        self.network = network
        self.index = index  # of each rating: (n,) in the rows of `users`, (n,) in those of `items`
        self.ratings = ratings  # (n,)
        self.order = {name: np.argsort(index[name], kind="stable") for name in self.names}

    def solve(self, name: str, regularisation: float) -> None:
        """Solve one half: a ridge regression an owner, on what it has rated (or who has rated it)."""
        other = self.names[1 - self.names.index(name)]
        held = self._values(other)[self.index[other]]  # (n, 1 + k)
        wanted = self.ratings - float(self.network.mean) - held[:, 0]  # (n,)
        inputs = np.concatenate([np.ones((len(held), 1)), held[:, 1:]], axis=1)  # (n, 1 + k): the bias reads 1
        solved = self._values(name)
        order = self.order[name]
        owners, starts = np.unique(self.index[name][order], return_index=True)
        for owner, own in zip(owners, np.split(order, starts[1:]), strict=True):
            solved[owner] = ridge(inputs[own], wanted[own], regularisation * len(own))
        with torch.no_grad():
            getattr(self.network, name).copy_(torch.from_numpy(solved))

    def objective(self, regularisation: float) -> float:
        """Return the regularised sum of squared errors."""
        squares = sum((self._values(name)[self.index[name]] ** 2).sum() for name in self.names)
        return float((self._errors() ** 2).sum() + regularisation * squares)

    def rmse(self) -> float:
        """Return the root mean squared error over the ratings."""
        return float(np.sqrt((self._errors() ** 2).mean()))

    def _errors(self) -> np.ndarray:
        u, i = (self._values(name)[self.index[name]] for name in self.names)
        return self.ratings - (float(self.network.mean) + u[:, 0] + i[:, 0] + (u[:, 1:] * i[:, 1:]).sum(1))

    def _values(self, name: str) -> np.ndarray:
        return getattr(self.network, name).detach().cpu().numpy().astype(np.float64)


def ridge(inputs: np.ndarray, wanted: np.ndarray, penalty: float) -> np.ndarray:
    """Return the w (k,) that minimises |wanted - inputs w|^2 + penalty |w|^2, for inputs (n, k) and wanted (n,)."""
    gram = inputs.T @ inputs + penalty * np.eye(inputs.shape[1])
    return np.linalg.solve(gram, inputs.T @ wanted)


def make(
    config: model_options.MatrixFactorization, *, signature: Mapping[str, Size], device: Any, seed: int
) -> MatrixFactorization:
    """Return a factorization of as many users and items as the tokenizer knows."""
    if signature[TARGETS].shape != (1,):
        raise SpecError(f"architecture.rating: {config.rating!r} should be the only target of the data")
    ports = [f"index:{config.user}", f"index:{config.item}"]
    with seeded(seed):
        network = Factors(*(signature[port].count for port in ports), config.factors, config.spread)
    return MatrixFactorization(network, ports, TARGETS, "mse", device)
