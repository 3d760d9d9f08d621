"""The order in which examples are learnt from: a pure function of (seed, epoch), so that a resume needs no state."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import torch

#: Most batches whose examples are sorted by length together, and how many such pools there are where that can be:
#: large pools save padding, several pools keep the batches of one epoch unlike those of the next.
POOL, POOLS = 50, 4

T = TypeVar("T")
Batch = list[int]


def derived(seed: int, *path: str | int) -> int:
    """Return a seed of its own for a path below `seed`, from 0 to 2^63 - 1."""
    text = "/".join(map(str, (seed, *path)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


@dataclass(frozen=True, slots=True)
class Order:
    """Batches of positions, by epoch.

    Args:
        count: number of examples, at least one.
        lengths: one an example, for batches of like length; None: any examples share a batch.
        accumulation: batches for one step; the last step of an epoch may have fewer.
    """

    count: int
    batch_size: int
    accumulation: int
    seed: int
    lengths: Sequence[int] | None = None

    @property
    def steps_per_epoch(self) -> int:
        """The same for each epoch."""
        batches = -(-self.count // self.batch_size)
        return -(-batches // self.accumulation)

    def epoch(self, epoch: int) -> list[Batch]:
        """Return the batches of an epoch, each example in exactly one."""
        source = torch.Generator().manual_seed(derived(self.seed, "order", epoch))
        positions: list[int] = torch.randperm(self.count, generator=source).tolist()
        if self.lengths is None:
            return evenly(positions, self.batch_size)
        pools = chunks(positions, min(POOL, max(2, self.count // self.batch_size // POOLS)) * self.batch_size)
        if len(pools) > 1:
            pools[-2:] = [pools[-2] + pools[-1]]
        alike = [sorted(pool, key=self.lengths.__getitem__) for pool in pools]
        batches = [batch for pool in alike for batch in evenly(pool, self.batch_size)]
        return [batches[place] for place in torch.randperm(len(batches), generator=source).tolist()]

    def steps(self, after: int) -> Iterator[list[Batch]]:
        """Yield the batches of step `after + 1`, then those of the next, without end; steps count from 1."""
        epoch, place = divmod(after, self.steps_per_epoch)
        while True:
            yield from chunks(self.epoch(epoch), self.accumulation)[place:]
            epoch, place = epoch + 1, 0


def evenly(items: list[T], size: int) -> list[list[T]]:
    """Cut a list into as few lists as `size` allows, all of nearly one length: none is left with a single example."""
    number = -(-len(items) // size)
    bounds = [len(items) * place // number for place in range(number + 1)]
    return [items[start:end] for start, end in pairwise(bounds)]


def chunks(items: list[T], size: int) -> list[list[T]]:
    """Cut a list into lists of `size`; the last may be shorter."""
    return [items[start : start + size] for start in range(0, len(items), size)]
