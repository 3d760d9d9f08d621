from zlib import crc32

import numpy as np
import pytest
import torch
from encoders_toys import DEVICE, EMPTY, HOSTILE, QUESTIONS, holds_the_contract, rows
from torch.nn import functional

from toolkit.errors import RunError
from toolkit_encoders import ngram_bag
from toolkit_encoders.configs_learnt import NgramBag as Config
from toolkit_encoders.ngram_bag import ngrams


def made(seed=1, **options):
    return ngram_bag.make(Config(**{"width": 8, "buckets": 64, **options}), device=DEVICE, seed=seed)


@pytest.mark.parametrize(
    ("text", "sizes", "words", "found"),
    [
        ("ab", [1], False, ["a", "b"]),
        ("ab", [2, 3], False, ["<a", "ab", "b>", "<ab", "ab>"]),
        ("ab", [2, 4], True, ["<ab>", "<a", "ab", "b>"]),
        ("ab", [4], False, ["<ab>"]),
        ("a b", [5], True, ["<a>", "<b>"]),
        ("c++ 密码?", [1], True, ["<c>", "c", "<+>", "+", "<+>", "+", "<密码>", "密", "码", "<?>", "?"]),
        ("", [1, 2], True, []),
    ],
)
def test_ngrams_are_those_of_the_marked_words(text, sizes, words, found):
    assert list(ngrams(text, sizes, words)) == found


def test_a_vector_is_the_mean_of_the_buckets_of_the_ngrams():
    encoder = made(sizes=[2], words=True)
    buckets = [crc32(ngram.encode()) % 64 for ngram in ("<ab>", "<a", "ab", "b>")]
    mean = encoder.network.embed.weight.detach().numpy()[buckets].mean(0)
    np.testing.assert_allclose(encoder.encode(rows("ab"), "question")[0], mean / np.linalg.norm(mean), atol=1e-6)


def test_layer_norm_and_projection_follow_the_mean():
    encoder = made(sizes=[1], words=False, layer_norm=True, projection=3)
    mean = encoder.network.embed.weight.detach()[[crc32(b"a") % 64, crc32(b"b") % 64]].mean(0)
    with torch.no_grad():
        wanted = functional.layer_norm(mean, (8,)) @ encoder.network.project.weight.T + encoder.network.project.bias
    found = encoder.encode(rows("ab"), "question")[0]
    np.testing.assert_allclose(found, functional.normalize(wanted, dim=0).numpy(), atol=1e-6)


def test_it_keeps_the_contract():
    for encoder, width in [(made(), 8), (made(projection=4, layer_norm=True), 4)]:
        vectors = holds_the_contract(encoder, rows(*QUESTIONS), width)
        assert [bool(vector.any()) for vector in vectors] == [bool(question) for question in QUESTIONS]


def test_case_and_width_of_characters_do_not_count():
    vectors = made().encode(rows("Reset ＡＢＣ", "reset abc", "other"), "question")
    np.testing.assert_array_equal(vectors[0], vectors[1])
    assert vectors[0] @ vectors[2] < 0.99


def test_any_text_is_read_and_no_text_is_zero():
    encoder = made()
    np.testing.assert_allclose(np.linalg.norm(encoder.encode(rows(*HOSTILE), "question"), axis=1), 1, atol=1e-5)
    assert not encoder.encode([{}, *rows(*EMPTY)], "question").any()


def test_only_the_first_characters_are_read_also_of_one_that_is_many():
    first, second = made(max_characters=5).encode(rows("reset my password", "reset"), "question")
    np.testing.assert_array_equal(first, second)
    assert len(made(max_characters=5, sizes=[1], words=False).read({"question": "\ufdfa" * 9}, "question")) <= 5


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
    np.testing.assert_array_equal(encoder.encode(rows("ab"), "question"), other.encode(rows("ab"), "question"))
    with pytest.raises(RunError, match="of another encoder"):
        made(projection=4).load(tmp_path)


def test_dropout_leaves_out_ngrams_but_never_all():
    network = ngram_bag.Bag(64, 8, dropout=0.5)
    ids, lengths = torch.arange(40), torch.tensor([1, 38, 1])
    torch.manual_seed(0)
    for _ in range(20):
        kept, left = network._dropped(ids, lengths)
        assert left.min() >= 1 and left.sum() == len(kept) < 40
        assert {0, 1, 39} <= set(kept.tolist())


PAIRS = [
    ("reset password", "忘记密码怎么办"),
    ("order status", "我的订单在哪里"),
    ("return goods", "怎么退货"),
    ("pay", "支付"),
]


def test_a_few_steps_bring_pairs_together():
    encoder = made(width=16, buckets=512)
    torch.manual_seed(0)
    optimizer = torch.optim.Adam(encoder.parameters(), lr=0.01)
    losses = []
    for _ in range(30):
        english, chinese = (encoder(rows(*side), "question") for side in zip(*PAIRS, strict=True))
        loss = functional.cross_entropy(10 * english @ chinese.T, torch.arange(len(PAIRS)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.2 * losses[0]
    english, chinese = (encoder.encode(rows(*side), "question") for side in zip(*PAIRS, strict=True))
    assert (english @ chinese.T).argmax(1).tolist() == [0, 1, 2, 3]
