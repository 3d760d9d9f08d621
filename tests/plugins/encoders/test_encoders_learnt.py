import numpy as np
import pytest
import torch
from encoders_toys import DEVICE

from toolkit.errors import RunError
from toolkit_encoders import learnt
from toolkit_encoders.learnt import Learnt, seeded


class Sum(torch.nn.Module):
    """A network whose vector of a row is easily told, and noisy while it learns."""

    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(2))
        self.batches = []

    def forward(self, rows):
        self.batches.append([len(row) for row in rows])
        sums = torch.tensor([[float(sum(row)), float(len(row))] for row in rows])
        return sums * self.scale + self.training * torch.rand(2)


@pytest.fixture
def encoder():
    return Learnt(Sum(), lambda example, field: example.get(field, ()), 2, DEVICE)


def test_forward_gives_unit_vectors_with_a_gradient_and_zero_for_no_text(encoder):
    encoder.eval()
    vectors = encoder([{"question": [3]}, {}, {"question": [4, 0, 0]}], "question")
    wanted = np.array([[3 / 10**0.5, 1 / 10**0.5], [0, 0], [0.8, 0.6]])
    np.testing.assert_allclose(vectors.detach().numpy(), wanted, atol=1e-6)
    vectors[0, 0].backward()
    assert encoder.network.scale.grad.abs().sum() > 0


def test_a_batch_without_any_text_is_zero(encoder):
    assert not encoder([{}, {"question": []}], "question").any()
    assert not encoder.encode([{}], "question").any()


def test_encode_is_forward_without_noise_and_leaves_the_mode_as_it_was(encoder):
    rows = [{"question": [place] * (place % 3)} for place in range(10)]
    encoder.train()
    assert not np.allclose(encoder(rows, "question").detach().numpy(), encoder.encode(rows, "question"))
    assert encoder.training
    encoder.eval()
    np.testing.assert_array_equal(encoder(rows, "question").detach().numpy(), encoder.encode(rows, "question"))
    assert not encoder.training


def test_the_mode_comes_back_where_encoding_fails(encoder):
    encoder.train()
    with pytest.raises(TypeError):
        encoder.encode([{"question": ["no number"]}], "question")
    assert encoder.training


def test_texts_of_like_length_share_a_batch_that_is_not_too_large(encoder, monkeypatch):
    monkeypatch.setattr(learnt, "BATCH", 12)
    lengths = [5, 1, 20, 2, 1, 6, 3]
    vectors = encoder.encode([{"question": [length] * length} for length in lengths], "question")
    assert encoder.network.batches == [[1, 1, 2, 3], [5, 6], [20]]
    wanted = np.array([[length**2, length] for length in lengths]) / np.hypot(np.square(lengths), lengths)[:, None]
    np.testing.assert_allclose(vectors, wanted, atol=1e-6)


def test_what_was_saved_is_loaded_and_damage_is_refused(encoder, tmp_path):
    with torch.no_grad():
        encoder.network.scale.copy_(torch.tensor([2.0, 3.0]))
    encoder.save(tmp_path)
    other = Learnt(Sum(), encoder.read, 2, DEVICE)
    other.load(tmp_path)
    assert other.network.scale.tolist() == [2.0, 3.0]
    (tmp_path / learnt.FILE).write_bytes(b"\x08")
    with pytest.raises(RunError, match=learnt.FILE):
        other.load(tmp_path)


def test_seeded_draws_the_same_and_gives_the_generator_back():
    before = torch.random.get_rng_state()
    with seeded(5):
        first = torch.rand(3)
    assert torch.equal(torch.random.get_rng_state(), before)
    with seeded(5):
        assert torch.equal(torch.rand(3), first)
    with seeded(6):
        assert not torch.equal(torch.rand(3), first)
