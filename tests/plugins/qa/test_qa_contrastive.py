import math
import threading
import time

import numpy as np
import pytest
import torch
from qa_toys import DEVICE, PASSAGES, StopsAt, ToyEncoder, adam, asked, dense, examples, first, mixed
from torch import nn

from toolkit_encoders import ngram_bag
from toolkit_encoders.configs_learnt import NgramBag
from toolkit_qa.contrastive import Loss, pieces
from toolkit_qa.lexical import stretches

WIDTH = 32


def bag(dropout=0.0, width=16):
    return ngram_bag.make(NgramBag(width=width, buckets=512, dropout=dropout), device=DEVICE, seed=3)


def trained_on(passages):
    """Training rows as the data `faq` makes them: each wording asks for its entry."""
    return [{"question": row["question"], "gold_ids": [row["id"]], "answer": row["answer"]} for row in passages]


def prepared(model, passages=PASSAGES, train=None):
    model.prepare(examples(trained_on(passages) if train is None else train, passages))
    return model


def adapting(**options):
    quiet = {"dropout": 0.0, "augment": 0.0, "hard_negatives": 0, "stay": 0.0}
    return dense(adapter="linear", **{**quiet, **options})


# -- the loss ------------------------------------------------------------------------------------------------------


def by_hand(questions, candidates, right, temperature):
    """The loss as the module's docstring writes it, a question and a candidate at a time."""
    losses = []
    for b, q in enumerate(questions):
        every = [math.exp(float(q @ c) / temperature) for c in candidates]
        wanted = [x for c, x in enumerate(every) if right[b][c]]
        losses.append(math.log(sum(every)) - math.log(sum(wanted)))
    return sum(losses) / len(losses)


def test_the_loss_equals_a_computation_by_hand_with_several_right_entries():
    torch.manual_seed(0)
    questions, candidates = torch.randn(3, 5), torch.randn(4, 5)
    right = torch.tensor([[True, False, True, False], [False, True, False, False], [True, True, True, True]])
    found = Loss(0.7, 0, 0, 0.0).of(questions, candidates, right)
    assert found.item() == pytest.approx(by_hand(questions, candidates, right, 0.7), rel=1e-5)


def test_the_loss_of_a_batch_is_that_of_wordings_and_answers_behind_the_adapter():
    model = prepared(adapting(temperature=0.3, stay=0.5))
    w = torch.from_numpy((0.2 * np.random.default_rng(0).standard_normal((WIDTH, WIDTH))).astype(np.float32))
    with torch.no_grad():
        model.adapter.copy_(w)
    batch = [
        {"question": "reset code", "gold_ids": ["reset"]},
        {"question": "tunnel cake", "gold_ids": ["vpn", "cake"]},
        {"question": "unanswerable", "gold_ids": []},
    ]
    model.eval()

    def adapted(texts):
        x = torch.from_numpy(ToyEncoder().encode([{"question": text} for text in texts], "question"))
        return nn.functional.normalize(x + x @ w, dim=1)

    questions = adapted(["reset code", "tunnel cake"])
    right = [[True, False, False], [False, True, True]]
    first_wordings, answers = ([PASSAGES[n][field] for n in (0, 1, 3)] for field in ("question", "answer"))
    expected = sum(by_hand(questions, adapted(texts), right, 0.3) for texts in (first_wordings, answers))
    assert model.loss(batch).item() == pytest.approx(expected, rel=1e-4)
    assert model.weight(batch) == 2
    without_answers = prepared(adapting(temperature=0.3, answer_weight=0.0)).eval()
    with torch.no_grad():
        without_answers.adapter.copy_(w)
    expected = by_hand(questions, adapted(first_wordings), right, 0.3)
    assert without_answers.loss(batch).item() == pytest.approx(expected, rel=1e-4)


def test_the_matrix_is_drawn_to_the_identity_while_it_learns():
    model = prepared(adapting(stay=0.5, answer_weight=0.0), passages=PASSAGES[1:2])
    with torch.no_grad():
        model.adapter.fill_(0.1)
    batch = [{"question": "vpn", "gold_ids": ["vpn"]}]  # one candidate, which is right: no other loss
    assert model.train().loss(batch).item() == pytest.approx(0.5 * 0.01 * WIDTH * WIDTH, rel=1e-4)
    assert model.eval().loss(batch).item() == pytest.approx(0.0, abs=1e-6)


def test_the_gradient_equals_finite_differences():
    model = prepared(adapting(temperature=0.5, stay=0.01)).train()
    batch = trained_on(PASSAGES)
    direction = torch.randn(WIDTH, WIDTH, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(1)
    model.loss(batch).backward()
    slope = (model.adapter.grad * direction).sum().item()
    values = []
    for sign in (1, -1):
        with torch.no_grad():
            model.adapter.copy_(sign * 1e-2 * direction)
            torch.manual_seed(1)
            values.append(model.loss(batch).item())
    assert (values[0] - values[1]) / 2e-2 == pytest.approx(slope, rel=0.02)


# -- candidates ----------------------------------------------------------------------------------------------------


def candidates(model, *golds, questions=None):
    rows = [{"question": text, "gold_ids": []} for text in questions or ["zebra"] * len(golds)]
    return model._candidates(list(examples(rows)), golds).tolist()


def many(count=40, wordings=3):
    return [
        {"id": n, "question": f"w{n} about{n % 4}", "answer": f"a{n}"} for _ in range(wordings) for n in range(count)
    ]


def test_every_right_entry_is_a_candidate_and_random_ones_beside_it():
    model = prepared(adapting(random_negatives=5), many()).train()
    torch.manual_seed(0)
    found = [candidates(model, [30, 31], [39]) for _ in range(20)]
    assert all({30, 31, 39} <= set(places) and 5 <= len(places) <= 8 for places in found)
    assert len({tuple(places) for places in found}) == 20
    model.eval()
    assert candidates(model, [30]) == candidates(model, [30]) == [0, 1, 2, 3, 4, 30]
    assert candidates(prepared(adapting(random_negatives=0), many()), [30]) == [30]
    assert candidates(prepared(adapting(random_negatives=40), many()).train(), [30]) == list(range(40))


def test_hard_negatives_are_the_wrong_entries_that_share_most_words_however_many_wordings_the_right_has():
    model = prepared(adapting(hard_negatives=4, random_negatives=0), many())
    found = candidates(model, [7], questions=["w7 about3"])
    assert 7 in found and len(found) == 5
    assert all(place % 4 == 3 for place in found)
    assert candidates(model, [7], [8], questions=["w7 about3", "w9 zebra"]) == sorted({*found, 8, 9})


def test_nothing_is_mined_where_all_are_candidates_or_nothing_is_asked_for():
    assert prepared(adapting(hard_negatives=4, random_negatives=40), many()).words is None
    assert prepared(adapting(hard_negatives=0, random_negatives=0), many()).words is None
    assert prepared(dense(bag(), hard_negatives=4), many()).words is not None


def test_pieces_are_words_where_there_are_any():
    assert pieces({"question": "ab", "words:question": ["x"]}, "question") == ["x"]
    assert pieces({"question": "ab", "words:question": []}, "question") == []
    assert pieces({"question": "ab"}, "question") == stretches("ab")
    assert pieces({}, "answer") == []


def test_in_training_any_wording_of_an_entry_may_stand_for_it_else_the_first():
    model = prepared(adapting()).train()
    rows = ToyEncoder().encode(PASSAGES, "question")
    torch.manual_seed(0)
    drawn = {tuple(model._wordings(np.array([0]))[0].tolist()) for _ in range(40)}
    assert drawn == {tuple(rows[0].tolist()), tuple(rows[2].tolist())}
    model.eval()
    np.testing.assert_array_equal(model._wordings(np.array([2, 0, 1])), rows[[3, 0, 1]])


# -- what is encoded when ------------------------------------------------------------------------------------------


def test_a_fixed_encoder_reads_each_text_once_and_augmented_questions_as_they_come():
    encoder = ToyEncoder()
    model = dense(encoder, adapter="linear", augment=0.9, dropout=0.0)
    prepared(model, train=[*trained_on(PASSAGES), {"question": "another way", "gold_ids": ["cake"]}])
    assert sorted(encoder.calls) == sorted(
        [*(r["question"] for r in PASSAGES), *(PASSAGES[n]["answer"] for n in (0, 1, 3)), "another way"]
    )
    encoder.calls.clear()
    batch = [{"question": "reset my password today please", "gold_ids": ["reset"]}]
    model.eval()
    for _ in range(3):
        model.loss(batch)
    assert encoder.calls == ["reset my password today please"]
    model.train()
    torch.manual_seed(0)
    for _ in range(20):
        model.loss(batch)
    assert len(encoder.calls) > 10
    assert set(model.texts) == {*(row["question"] for row in PASSAGES), "another way"}  # nothing piles up


class Neighbours(ToyEncoder):
    """A vector's last bits depend on how many texts it is encoded with, as those of a matrix product do."""

    def encode(self, texts, field):
        return super().encode(texts, field) * np.float32(1 + len(texts) * 1e-4)


#: Questions of Latin letters, six words for each entry, and answers of Chinese characters: they share nothing.
ANSWERS = [{"id": n, "title": "", "question": "", "answer": f"{chr(0x4E10 + n)} {chr(0x4F10 + n)}"} for n in range(8)]
WORDS = [[f"{chr(97 + n)}q{chr(109 + k)}" for k in range(6)] for n in range(8)]
TRAIN = [{"question": " ".join(words), "own_ids": [n]} for n, words in enumerate(WORDS) for _ in range(2)]
HELD_OUT = [{"question": " ".join(words[:4]), "own_ids": [n]} for n, words in enumerate(WORDS)]


def train(run, encoder=None, dropout=0.2, **options):
    model = dense(encoder or Neighbours(), adapter="linear", augment=0.5, dropout=dropout, random_negatives=4)
    recipe = {"lr": 0.02, "batch_size": 4, "steps": 12, "evaluate_every": 3, "keep_every": 5, **options}
    splits = (examples(TRAIN, ANSWERS), examples(HELD_OUT, ANSWERS))
    facts = adam(**recipe).train(model, *splits, run)
    return model, facts


def files(model, folder):
    folder.mkdir()
    model.save(folder)
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("stop", [1, 4, 5, 7, 11])
def test_a_training_that_was_interrupted_ends_with_the_same_bytes(tmp_path, stop):
    whole, facts = train(StopsAt(tmp_path / "whole"))
    _, stopped = train(StopsAt(tmp_path / "stopped", stop_at=stop))
    resumed, again = train(StopsAt(tmp_path / "stopped"))
    assert stopped["steps"] == stop and again == facts
    one, two = files(whole, tmp_path / "one"), files(resumed, tmp_path / "two")
    assert one == two and {"dense/adapter.safetensors", "refusal/refusal.json"} <= one.keys()


def test_a_hybrid_that_was_interrupted_ends_with_the_same_bytes(tmp_path):
    def train_hybrid(run):
        model = mixed(Neighbours(), adapter="linear", random_negatives=4)
        splits = (examples(TRAIN, ANSWERS), examples(HELD_OUT, ANSWERS))
        adam(lr=0.02, batch_size=4, steps=9, evaluate_every=2, keep_every=4).train(model, *splits, run)
        return model

    whole = train_hybrid(StopsAt(tmp_path / "whole"))
    train_hybrid(StopsAt(tmp_path / "stopped", stop_at=5))
    resumed = train_hybrid(StopsAt(tmp_path / "stopped"))
    assert files(whole, tmp_path / "one") == files(resumed, tmp_path / "two")


def test_what_stands_in_training_mode_after_opening_would_answer_by_chance(tmp_path):
    model = dense(bag(dropout=0.5))
    prepared(model).settle(examples(trained_on(PASSAGES), PASSAGES), examples())
    model.train(False)
    model.save(tmp_path)
    again = dense(bag(dropout=0.5))
    again.load(tmp_path)
    assert not any(module.training for module in again.modules())
    assert asked(again, "reset") == asked(model, "reset")


# -- learning ------------------------------------------------------------------------------------------------------


def test_an_adapter_learns_which_answer_belongs_to_words_that_it_shares_none_with(tmp_path):
    frozen = dense(adapter="none")
    frozen.fit(examples(TRAIN, ANSWERS), examples(HELD_OUT, ANSWERS))
    questions = [row["question"] for row in HELD_OUT]
    before = np.mean([found == n for n, found in enumerate(first(frozen, *questions))])
    run = StopsAt(tmp_path)
    model, _ = train(run, ToyEncoder(), steps=60, evaluate_every=20)
    after = np.mean([found == n for n, found in enumerate(first(model, *questions))])
    assert before < 0.5 and after == 1.0
    wordings = math.log(8)  # the loss against the questions of the entries, of which there are none
    assert np.mean(run.losses()[-5:]) - wordings < (np.mean(run.losses()[:5]) - wordings) / 2


@pytest.mark.parametrize("adapter", ["none", "linear"])
def test_an_encoder_from_scratch_learns(tmp_path, adapter):
    model = dense(bag(), adapter=adapter, temperature=0.1, hard_negatives=2)
    questions = [row["question"] for row in HELD_OUT]
    before = [found == n for n, found in enumerate(first(prepared(model, ANSWERS, TRAIN), *questions))]
    splits = (examples(TRAIN, ANSWERS), examples(HELD_OUT, ANSWERS))
    run = StopsAt(tmp_path / "run")
    adam(lr=0.02, batch_size=8, steps=40).train(model, *splits, run)
    assert sum(before) < 4
    assert first(model, *questions) == list(range(8))
    wordings = math.log(8)
    assert run.losses()[-1] - wordings < (run.losses()[0] - wordings) / 3
    names = {name for name, _ in model.named_parameters()}
    assert names == {"encoder.network.embed.weight"} | ({"adapter"} if adapter == "linear" else set())


def test_a_hybrid_trains_its_dense_part(tmp_path):
    model = mixed(adapter="linear", random_negatives=100)
    splits = (examples(TRAIN, ANSWERS), examples(HELD_OUT, ANSWERS))
    adam(lr=0.02, batch_size=8, steps=40).train(model, *splits, StopsAt(tmp_path))
    assert first(model, *(row["question"] for row in HELD_OUT)) == list(range(8))
    (found,) = asked(model, HELD_OUT[3]["question"])
    assert set(found["parts"]) == {"lexical", "dense", "encoder alone"}
    assert found["parts"]["dense"][0]["id"] == 3


# -- settling ------------------------------------------------------------------------------------------------------


def test_several_threads_that_ask_at_once_settle_it_once():
    model = prepared(adapting())
    learnt, calls = model.retriever.learn, []

    def slow(validation):
        calls.append(1)
        time.sleep(0.1)
        learnt(validation)

    model.retriever.learn = slow
    model.settle(examples([], PASSAGES), examples([], PASSAGES))
    found = []
    threads = [threading.Thread(target=lambda: found.append(asked(model, "reset password"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [1]
    assert len(found) == 4 and all(each == found[0] for each in found)


@pytest.mark.parametrize("make", [dense, mixed])
def test_an_encoder_that_learnt_indexes_the_entries_anew(make):
    model = prepared(make(bag()))
    before = model.dense.kept["answer"].plain.copy()
    with torch.no_grad():
        model.encoder.network.embed.weight.add_(torch.randn(512, 16, generator=torch.Generator().manual_seed(0)))
    model.settle(examples([], PASSAGES), examples([], PASSAGES))
    asked(model, "vpn")
    table = {"question": PASSAGES, "answer": [PASSAGES[n] for n in (0, 1, 3)]}
    for field, rows in table.items():
        np.testing.assert_allclose(model.dense.kept[field].plain, model.encoder.encode(rows, field), atol=1e-6)
    assert np.abs(model.dense.kept["answer"].plain - before).max() > 0.1


def test_it_answers_by_the_weights_as_they_were_settled():
    model = prepared(adapting())
    before = list(model.embed(examples([{"question": "reset"}])))
    with torch.no_grad():
        model.adapter.add_(torch.randn(WIDTH, WIDTH, generator=torch.Generator().manual_seed(0)))
    assert list(model.embed(examples([{"question": "reset"}]))) == before
    model.settle(examples([], PASSAGES), examples([], PASSAGES))
    after = np.array(next(model.embed(examples([{"question": "reset"}]))))
    assert np.linalg.norm(after) == pytest.approx(1.0) and np.abs(after - before[0]).max() > 0.1
    x = torch.tensor(before)
    expected = nn.functional.normalize(x + x @ model.adapter.detach(), dim=1)[0]
    np.testing.assert_allclose(after, expected, atol=1e-5)
