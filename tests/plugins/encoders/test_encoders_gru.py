import dataclasses

import numpy as np
import pytest
import torch
from encoders_toys import DEVICE, SIGNATURE, holds_the_contract
from torch.nn import functional

from toolkit.errors import RunError, SpecError
from toolkit_encoders import gru
from toolkit_encoders.configs_learnt import Gru as Config

TEXTS = [[4], [5, 6, 7], [], [9, 8], [4] * 50, [5, 6, 7, 3]]


def made(seed=1, **options):
    return gru.make(Config(**{"width": 8, **options}), signature=SIGNATURE, device=DEVICE, seed=seed)


def rows(*texts):
    return [{"question": "not read", "tokens:question": text} for text in texts]


@pytest.mark.parametrize("pooling", ["max", "mean"])
@pytest.mark.parametrize("bidirectional", [True, False])
def test_a_vector_is_that_of_torch_run_on_the_text_alone(pooling, bidirectional):
    encoder = made(pooling=pooling, bidirectional=bidirectional, layers=2)
    reference = torch.nn.GRU(8, 4 if bidirectional else 8, num_layers=2, batch_first=True, bidirectional=bidirectional)
    reference.load_state_dict(encoder.network.gru.state_dict())
    vectors = encoder.encode(rows(*TEXTS), "question")
    for text, vector in zip(TEXTS, vectors, strict=True):
        if text:
            with torch.no_grad():
                states, _ = reference(encoder.network.embed.weight[text][None])  # (1, T, 8)
            pooled = states[0].amax(0) if pooling == "max" else states[0].mean(0)
            np.testing.assert_allclose(vector, functional.normalize(pooled, dim=0).numpy(), atol=1e-6)


def test_it_keeps_the_contract():
    for options in ({"pooling": "mean"}, {"pooling": "max", "layers": 2, "dropout": 0.5}):
        vectors = holds_the_contract(made(**options), rows(*TEXTS), width=8)
        assert [bool(vector.any()) for vector in vectors] == [bool(text) for text in TEXTS]


def test_a_row_without_tokens_is_zero():
    assert not made().encode([{}, {"question": "text alone"}], "question").any()


def test_only_the_first_tokens_are_read():
    first, second = made(max_tokens=2).encode(rows([5, 6, 7] * 100_000, [5, 6]), "question")
    np.testing.assert_array_equal(first, second)


def test_the_order_of_tokens_counts():
    first, second = made().encode(rows([5, 6, 7], [7, 6, 5]), "question")
    assert first @ second < 0.9999


def test_a_seed_gives_the_same_bytes_and_leaves_torch_alone(tmp_path):
    before = torch.random.get_rng_state()
    for name, seed in [("first", 1), ("again", 1), ("other", 2)]:
        (tmp_path / name).mkdir()
        made(seed).save(tmp_path / name)
    assert torch.equal(torch.random.get_rng_state(), before)
    first, again, other = (
        (tmp_path / name / "encoder.safetensors").read_bytes() for name in ("first", "again", "other")
    )
    assert first == again != other


def test_what_was_saved_is_loaded_and_another_shape_is_refused(tmp_path):
    encoder, other = made(1), made(2)
    encoder.save(tmp_path)
    other.load(tmp_path)
    np.testing.assert_array_equal(encoder.encode(rows(*TEXTS), "question"), other.encode(rows(*TEXTS), "question"))
    with pytest.raises(RunError, match="of another encoder"):
        made(layers=2).load(tmp_path)


def test_two_vocabularies_are_refused():
    two = {**SIGNATURE, "tokens:passages.answer": dataclasses.replace(SIGNATURE["tokens:question"], digest="another")}
    with pytest.raises(SpecError, match="one vocabulary"):
        gru.make(Config(), signature=two, device=DEVICE, seed=1)


def test_a_few_steps_bring_pairs_together():
    encoder = made(width=16, dropout=0.0)
    optimizer = torch.optim.Adam(encoder.parameters(), lr=0.02)
    left, right = [[4, 5], [6], [7, 8, 9]], [[9, 9], [5, 4], [6, 7]]
    losses = []
    for _ in range(40):
        logits = 10 * encoder(rows(*left), "question") @ encoder(rows(*right), "question").T
        loss = functional.cross_entropy(logits, torch.arange(3))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.2 * losses[0]
    assert not encoder.network.embed.weight[0].any()  # padding was never learnt
