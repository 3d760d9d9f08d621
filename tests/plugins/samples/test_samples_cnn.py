import pytest
import torch
from samples_toys import bits, model, same, share_right, system, train
from torch import nn

from toolkit.contracts import Size
from toolkit.errors import SpecError
from toolkit_samples.cnn import CNN

SIGNATURE = {"pixels:image": Size((1, 8, 8)), "class:label": Size((), 10)}
DIGITS = (("scikit-learn", {"name": "digits"}), ("pixels", {}), ("cnn", {"channels": [8, 16], "convolutions": 1}))


def test_forward_equals_the_layers_one_by_one():
    network = CNN((2, 8, 12), 5, [4, 6], convolutions=1, kernel=5).eval()
    x = torch.randn(3, 2, 8, 12, generator=torch.Generator().manual_seed(0))
    h = x
    for block in network.blocks:
        convolution, norm = block[0], block[1]
        h = nn.functional.conv2d(h, convolution.weight, padding=2)
        h = nn.functional.max_pool2d(torch.relu(norm(h)), 2)
    assert h.shape == (3, 6, 2, 3)
    assert torch.allclose(network(x), network.classify(h.flatten(1)), atol=1e-5)


def test_without_norm_a_convolution_has_a_bias():
    kinds = [type(layer) for layer in CNN((1, 8, 8), 2, [4], batch_norm=False).blocks[0]]
    assert nn.BatchNorm2d not in kinds
    assert CNN((1, 8, 8), 2, [4], batch_norm=False).blocks[0][0].bias is not None
    assert CNN((1, 8, 8), 2, [4]).blocks[0][0].bias is None


def test_blocks_that_shrink_a_picture_to_nothing():
    with pytest.raises(SpecError, match="4 blocks shrink"):
        model("cnn", SIGNATURE, channels=[2, 2, 2, 2])
    assert model("cnn", SIGNATURE, channels=[2, 2, 2]).network.classify.in_features == 2


def test_the_seed_decides():
    one, two, three = (bits(model("cnn", SIGNATURE, seed=seed)) for seed in (1, 1, 2))
    assert same(one, two) and not same(one, three)


def test_learns_digits_the_same_each_time():
    found = []
    for _ in range(2):
        *_, made, examples = system(*DIGITS)
        losses = train(made, examples["train"], torch.optim.AdamW(made.parameters(), lr=5e-3), epochs=3)
        found.append(bits(made))
    assert losses[-1] < losses[0] / 4 and share_right(made, examples["test"]) > 0.93
    assert same(*found)


def test_saved_and_loaded_is_the_same(tmp_path):
    *_, made, examples = system(*DIGITS)
    train(made, list(examples["train"])[:64], torch.optim.AdamW(made.parameters()), epochs=1)
    made.save(tmp_path)
    other = model("cnn", SIGNATURE, seed=9, channels=[8, 16], convolutions=1)
    other.load(tmp_path)
    few = examples["test"].take(range(5))
    assert list(made.predict(few)) == list(other.predict(few))
