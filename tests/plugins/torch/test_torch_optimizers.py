"""sgd, adam and adamw against a bare loop over the same batches: equal bit for bit."""

from __future__ import annotations

import copy

import pytest
import torch
from torch_toys import FakeRun, Toy, examples, optimizer, rows, same

from toolkit_torch.order import Order, chunks, derived

REFERENCES = {
    "sgd": (lambda p: torch.optim.SGD(p, lr=0.05), {"lr": 0.05}),
    "momentum": (
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
        {"lr": 0.05, "momentum": 0.9, "nesterov": True},
    ),
    "adam": (
        lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.8, 0.99), eps=1e-6),
        {"lr": 0.01, "betas": [0.8, 0.99], "eps": 1e-6},
    ),
    "adamw": (lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1), {"lr": 0.01, "weight_decay": 0.1}),
}
TRAIN = rows(50)
SEED = 3


def bare(make, epochs=3, batch_size=8, accumulation=1, clip=None, l1=0.0, l2=0.0, autocast=False):
    """Train a toy with nothing but torch; the batches and the seed of each are those of the toolkit."""
    torch.set_num_threads(1)
    toy = Toy()
    update = make(toy.parameters())
    step = 0
    for epoch in range(epochs):
        batches = Order(len(TRAIN), batch_size, accumulation, SEED).epoch(epoch)
        for group in chunks(batches, accumulation):
            step += 1
            update.zero_grad()
            count = sum(map(len, group))
            for place, batch in enumerate(group):
                torch.manual_seed(derived(SEED, "step", step, place))
                with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
                    loss = toy.loss([TRAIN[position] for position in batch])
                (loss if len(group) == 1 else loss * (len(batch) / count)).backward()
            for parameter in toy.parameters():
                parameter.grad += l2 * parameter.detach() + l1 * parameter.detach().sign()
            if clip:
                torch.nn.utils.clip_grad_norm_(toy.parameters(), clip)
            update.step()
    return toy


def trained(tmp_path, name, **options):
    toy = Toy()
    facts = optimizer(name, SEED, **options).train(toy, examples(TRAIN), examples([]), FakeRun(tmp_path))
    return toy, facts


@pytest.mark.parametrize("reference", REFERENCES)
def test_equal_to_torch(tmp_path, reference):
    make, options = REFERENCES[reference]
    name = "sgd" if reference == "momentum" else reference
    toy, facts = trained(tmp_path, name, epochs=3, batch_size=8, **options)
    assert same(toy.bits(), bare(make).bits())
    assert (facts["steps"], facts["epochs"]) == (21, 3.0)


@pytest.mark.parametrize("more", [{"accumulation": 3}, {"clip_norm": 0.3}, {"accumulation": 2, "clip_norm": 0.3}])
def test_clipping_and_accumulation_equal_a_hand_loop(tmp_path, more):
    make, options = REFERENCES["adam"]
    toy, _ = trained(tmp_path, "adam", epochs=3, batch_size=8, **options, **more)
    wanted = bare(make, accumulation=more.get("accumulation", 1), clip=more.get("clip_norm"))
    assert same(toy.bits(), wanted.bits())
    assert not same(toy.bits(), bare(make).bits())


def test_accumulated_batches_equal_one_large_batch(tmp_path):
    """Without batch statistics and dropout the gradient is that of the union of the batches."""

    def train(folder, **sizes):
        toy = Toy(dropout=0.0)
        toy.network[1] = torch.nn.Identity()
        train = examples(rows(22))  # 22 = 2 * 8 + 6: the last step has fewer examples
        optimizer("sgd", lr=0.1, epochs=1, **sizes).train(toy, train, examples([]), FakeRun(folder))
        return toy.network[0].weight

    one, many = train(tmp_path / "a", batch_size=22), train(tmp_path / "b", batch_size=8, accumulation=3)
    assert torch.allclose(one, many, atol=1e-6)


@pytest.mark.parametrize(("l1", "l2"), [(0.05, 0.0), (0.0, 0.2), (0.05, 0.2)])
def test_penalties_equal_those_of_autograd(tmp_path, l1, l2):
    toy, _ = trained(tmp_path, "sgd", lr=0.05, epochs=1, batch_size=50, l1=l1, l2=l2)
    wanted = Toy()
    torch.manual_seed(derived(SEED, "step", 1, 0))
    weights = list(wanted.parameters())
    batch = [TRAIN[place] for place in Order(50, 50, 1, SEED).epoch(0)[0]]
    penalty = l1 * sum(w.abs().sum() for w in weights) + l2 / 2 * sum(w.square().sum() for w in weights)
    (wanted.loss(batch) + penalty).backward()
    for found, weight in zip(toy.parameters(), weights, strict=True):
        assert torch.allclose(found, weight - 0.05 * weight.grad, atol=1e-6)


def test_penalties_make_weights_small_and_l1_makes_them_sparse(tmp_path):
    def weights(folder, **options):
        toy, _ = trained(tmp_path / folder, "sgd", lr=0.1, epochs=150, batch_size=50, **options)
        return toy.network[0].weight.detach()

    free, l1, l2 = weights("free"), weights("l1", l1=0.05), weights("l2", l2=0.1)
    assert l2.norm() < 0.7 * free.norm()
    small = 0.01
    assert (l1.abs() < small).sum() >= 5 + (free.abs() < small).sum()


def test_bf16_trains_and_equals_a_bare_loop_in_bf16(tmp_path):
    from toolkit_torch.configs_devices import Cpu
    from toolkit_torch.devices import cpu

    toy = Toy()
    device = cpu(Cpu(threads=1, precision="bf16"))
    made = optimizer("adam", SEED, device=device, lr=0.01, epochs=3, batch_size=8)
    made.train(toy, examples(TRAIN), examples([]), FakeRun(tmp_path))
    make = lambda p: torch.optim.Adam(p, lr=0.01)  # noqa: E731
    assert same(toy.bits(), bare(make, autocast=True).bits())
    assert not same(toy.bits(), bare(make).bits())
    assert toy.network[0].weight.dtype == torch.float32


def test_parameters_without_gradient_stay(tmp_path):
    toy = Toy()
    toy.network[0].weight.requires_grad_(False)
    before = copy.deepcopy(toy.network[0].weight)
    facts = optimizer(epochs=1, l2=0.1).train(toy, examples(TRAIN), examples([]), FakeRun(tmp_path))
    assert torch.equal(toy.network[0].weight, before)
    assert facts["parameters"] == sum(p.numel() for p in toy.parameters()) - before.numel()


def test_the_schedule_scales_the_learning_rate(tmp_path):
    run = FakeRun(tmp_path)
    schedule = {"use": "linear", "warmup": 2}
    optimizer(lr=0.4, steps=6, batch_size=8, schedule=schedule).train(Toy(), examples(TRAIN), examples([]), run)
    assert [point["lr"] for point in run.numbers] == pytest.approx([0.2, 0.4, 0.4, 0.3, 0.2, 0.1])
