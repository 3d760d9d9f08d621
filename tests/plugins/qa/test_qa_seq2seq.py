"""The encoder-decoder: equal to references, deterministic, and it learns."""

from __future__ import annotations

import pytest
import torch
from seq2seq_toys import BOS, EOS, LETTERS, PAD, SOURCE, TARGET, UNK, Cpu, model, pairs, right, trained

from toolkit.errors import RunError
from toolkit_qa import seq2seq
from toolkit_qa.configs_seq2seq import Seq2Seq as Config

CELLS = ["rnn", "lstm", "gru"]
ROWS = pairs(20)


def asked(rows):
    return [{SOURCE: row[SOURCE]} for row in rows]


@pytest.fixture(scope="module")
def reversing():
    return trained(pairs(400), steps=150)


@pytest.mark.parametrize("cell", CELLS)
def test_learns_to_copy_with_each_cell(cell):
    rows = pairs(300, task=list, longest=3)
    made = trained(rows, steps=120, cell=cell)
    assert right(model(cell=cell), rows[:50]) < 0.2
    assert right(made, pairs(50, task=list, longest=3, seed=9)) > 0.8


def test_learns_to_reverse(reversing):
    assert right(reversing, pairs(100, seed=9)) > 0.8


def test_attention_helps_to_reverse(reversing):
    rows = pairs(100, seed=9)
    assert right(reversing, rows) > right(trained(pairs(400), steps=150, attention="none"), rows)


@pytest.mark.parametrize("options", [{"bidirectional": False, "layers": 2}, {"attention": "none", "cell": "gru"}])
def test_loss_is_the_mean_of_what_one_step_at_a_time_gives(options):
    """The vectorised loss against the network fed token by token, one row at a time and without padding."""
    made = model(**options).eval()
    total = count = 0
    for row in ROWS:
        source = torch.tensor([[*row[SOURCE], EOS]])
        memory, state = made.network.encode(source, torch.tensor([source.shape[1]]))
        for last, token in zip([BOS, *row[TARGET]], [*row[TARGET], EOS], strict=True):
            h, state = made.network.decode(torch.tensor([[last]]), state, memory)
            total -= made.network.write(h)[0, 0].log_softmax(-1)[token].item()
            count += 1
    assert made.loss(ROWS).item() == pytest.approx(total / count, abs=1e-5)
    assert made.weight(ROWS) == count


@pytest.mark.parametrize("cell", CELLS)
def test_batch_mates_change_neither_answers_nor_scores(cell):
    made = model(seed=4, cell=cell)
    together, scores = list(made.predict(asked(ROWS))), list(made.score(ROWS))
    for row, answer, score in zip(ROWS, together, scores, strict=True):
        (alone,) = made.predict(asked([row]))
        assert alone[TARGET] == answer[TARGET]
        assert alone["score"] == pytest.approx(answer["score"], abs=2e-6)
        assert next(made.score([row]))["loss"] == pytest.approx(score["loss"], abs=1e-4)


def test_order_is_kept_over_many_batches(monkeypatch, reversing):
    wanted = list(reversing.predict(asked(ROWS)))
    monkeypatch.setattr(seq2seq, "BATCH", 3)
    found = list(reversing.predict(asked(ROWS)))
    assert [answer[TARGET] for answer in found] == [answer[TARGET] for answer in wanted]
    assert len({tuple(answer[TARGET]) for answer in found}) > 10


def test_the_score_of_an_answer_is_its_mean_likelihood(reversing):
    for beam in (1, 3):
        made = model(beam=beam)
        made.load_state_dict(reversing.state_dict())
        for row, answer in zip(asked(ROWS), made.predict(asked(ROWS)), strict=True):
            (score,) = made.score([{**row, TARGET: answer[TARGET]}])
            assert answer["score"] == pytest.approx(-score["loss"] / score["count"], abs=1e-5)


def test_the_beam_scores_no_worse_than_greedy():
    made = trained(pairs(400), steps=30)  # half trained: greedy answers are often not the best
    wide = model(beam=4)
    wide.load_state_dict(made.state_dict())
    rows = asked(pairs(60, seed=9))
    gains = [b["score"] - a["score"] for a, b in zip(made.predict(rows), wide.predict(rows), strict=True)]
    assert min(gains) > -1e-5
    assert max(gains) > 0.05


def test_marks_and_unknown_words_are_never_written():
    made = model()
    with torch.no_grad():
        made.network.write.bias[[PAD, BOS, UNK]] = 100.0
    for answer in made.predict(asked(ROWS)):
        assert set(answer[TARGET]) <= set(LETTERS)


def test_an_empty_question_is_answered():
    (answer,) = model().predict([{SOURCE: []}])
    assert len(answer[TARGET]) <= 12


def test_nothing_asked():
    assert list(model().predict([])) == list(model().score([])) == []


def test_examples_without_answer_weigh_and_score_nothing():
    rows = [ROWS[0], asked(ROWS)[1], ROWS[2]]
    made = model()
    scores = list(made.score(rows))
    assert scores[1] == {"loss": 0.0, "count": 0}
    assert scores[0]["count"] == len(ROWS[0][TARGET]) + 1
    assert made.weight([rows[1]]) == 0


def test_predict_draws_no_dropout_and_leaves_no_gradient():
    made = model(dropout=0.5)
    made.train(True)
    assert list(made.predict(asked(ROWS))) == list(made.predict(asked(ROWS)))
    assert all(parameter.grad is None for parameter in made.parameters())


def test_dropout_is_a_function_of_torchs_seed():
    made = model(dropout=0.5, layers=2).train()

    def loss(seed):
        torch.manual_seed(seed)
        return made.loss(ROWS).item()

    assert loss(1) == loss(1) != loss(2)


def test_teacher_forcing_below_one_feeds_the_own_token():
    made = model(teacher_forcing=0.5).train()

    def loss(seed):
        torch.manual_seed(seed)
        return made.loss(ROWS).item()

    assert loss(1) == loss(1) != loss(2)
    forced = model().train().loss(ROWS).item()
    assert loss(1) != forced
    made.teacher_forcing = 0.0
    assert loss(1) == loss(2)
    assert made.eval().loss(ROWS).item() == pytest.approx(forced, abs=1e-6)


def test_without_teacher_the_loss_equals_a_hand_loop():
    made = model(teacher_forcing=0.0).train()
    row = ROWS[3]
    source = torch.tensor([[*row[SOURCE], EOS]])
    memory, state = made.network.encode(source, torch.tensor([source.shape[1]]))
    last, total = BOS, 0.0
    for token in [*row[TARGET], EOS]:
        h, state = made.network.decode(torch.tensor([[last]]), state, memory)
        log_probs = made.network.write(h)[0, 0].log_softmax(-1)
        total -= log_probs[token].item()
        last = int(log_probs.argmax())
    assert made.loss([row]).item() == pytest.approx(total / (len(row[TARGET]) + 1), abs=1e-5)


def test_scheduled_sampling_learns():
    rows = pairs(300, task=list, longest=3)
    made = trained(rows, steps=100, teacher_forcing=0.7)
    assert right(made, rows[:50]) > 0.7


def test_the_same_seed_gives_the_same_weights_and_leaves_the_generator_alone():
    torch.manual_seed(5)
    wanted = torch.rand(2)
    torch.manual_seed(5)
    one, two, other = model(seed=1), model(seed=1), model(seed=2)
    assert torch.equal(torch.rand(2), wanted)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    assert not torch.equal(one.network.write.weight, other.network.write.weight)


def test_training_twice_gives_the_same_bytes(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        trained(pairs(50), steps=3, dropout=0.2).save(tmp_path / folder)
    assert (tmp_path / "a" / seq2seq.FILE).read_bytes() == (tmp_path / "b" / seq2seq.FILE).read_bytes()


def test_saved_and_loaded_predicts_the_same(tmp_path, reversing):
    reversing.save(tmp_path)
    fresh = model(seed=8)
    fresh.load(tmp_path)
    assert list(fresh.predict(asked(ROWS))) == list(reversing.predict(asked(ROWS)))


def test_weights_of_another_model_are_refused(tmp_path):
    model().save(tmp_path)
    with pytest.raises(RunError, match=r"model\.safetensors is of another model: .*weight"):
        model(width=16).load(tmp_path)


@pytest.mark.parametrize("cell", CELLS)
def test_bf16_trains_and_answers(cell):
    made = trained(pairs(300, task=list, longest=3), steps=100, cell=cell, device=Cpu("bf16"))
    assert right(made, pairs(50, task=list, longest=3, seed=9)) > 0.7
    assert all(parameter.dtype == torch.float32 for parameter in made.parameters())


def test_options_that_contradict_are_refused():
    with pytest.raises(ValueError, match="must be even"):
        Config(width=33)


def test_ports():
    config = Config(source="english", target="chinese")
    assert config.needs() == {"tokens:english", "tokens:chinese", "device:torch"}
    assert config.gives(frozenset()) == {"learns:gradient", "predicts:text", "scores:likelihood"}
    assert config.suggests()["optimizer"] == ["adam"]
