import subprocess
import sys

import numpy as np
import pytest
from calibrated_toys import learnt, questions
from pydantic import ValidationError
from sklearn.metrics import log_loss, roc_auc_score

from toolkit.contracts import Saves, Sections
from toolkit.errors import RunError
from toolkit_qa.calibrated import FILE, make
from toolkit_qa.configs_calibrated import TEXTS, Calibrated

# -- options -----------------------------------------------------------------------------------------------------------


def config(**options):
    return Calibrated.model_validate(options)


def test_the_rule_is_a_cost_of_one_where_none_is_given():
    assert config().cost == config(ceiling=None).cost == 1
    assert config(ceiling=0.1).cost is config(false_answers=0.05).cost is None
    assert config(cost=3).cost == 3


def test_there_is_one_rule_only():
    with pytest.raises(ValidationError, match="cost and ceiling are ways to choose one threshold"):
        config(cost=1.0, ceiling=0.1)
    with pytest.raises(ValidationError, match="leave all but one out"):
        config(false_answers=0.1, ceiling=0.1)


@pytest.mark.parametrize(
    "wrong", [{"cost": 0}, {"ceiling": 0.0}, {"ceiling": 1.0}, {"false_answers": 5}, {"calibration": "platt"}]
)
def test_what_is_no_option_is_refused(wrong):
    with pytest.raises(ValidationError):
        config(**wrong)


@pytest.mark.parametrize("options", [{}, {"ceiling": 0.1}, {"text": {"en": "No idea."}, "hand_over": "a@b.example"}])
def test_written_out_and_read_back_it_is_the_same(options):
    written = config(**options).model_dump(mode="json")
    assert config(**written).model_dump(mode="json") == written
    assert set(written["text"]) == {"zh", "en"}


def test_options_import_nothing_heavy():
    code = "import sys, toolkit_qa.configs_calibrated; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"numpy", "sklearn", "torch"}


@pytest.mark.parametrize("bad", ["a\nb", "a\x1b[31mb", "a\u202eb", "a\u2028b", "a\0b", "a\u200bb"])
def test_control_characters_in_the_address_are_refused(bad):
    with pytest.raises(ValidationError, match=r"character \d \(U\+[0-9A-F]{4}\) is a control character"):
        config(hand_over=bad)


def test_texts_that_say_nothing_or_hold_control_characters_are_refused():
    with pytest.raises(ValidationError, match="the text in zh is empty"):
        config(text={"zh": " \n"})
    with pytest.raises(ValidationError, match="control character"):
        config(text={"en": "bell\a"})
    with pytest.raises(ValidationError):
        config(text={"fr": "Je ne sais pas."})


def test_texts_of_a_spec_stand_beside_those_by_default():
    message = make(config(text={"zh": "不知道。\n"})).message
    assert (message("zh"), message("en")) == ("不知道。", TEXTS["en"])


def test_the_address_stands_in_the_message_as_it_was_given():
    address = "https://example.com/{0}?a=%s&b=1"
    made = make(config(hand_over=f" {address} "))
    for language in ("zh", "en"):
        assert made.message(language).startswith(TEXTS[language])
        assert made.message(language).endswith(address)
    assert make(config()).message("en") == TEXTS["en"]


# -- learning ----------------------------------------------------------------------------------------------------------


def test_it_keeps_the_protocols():
    assert isinstance(learnt(), Saves)
    assert isinstance(learnt(), Sections)


@pytest.mark.parametrize("calibration", ["temperature", "isotonic"])
def test_the_confidence_is_truer_than_the_formula_on_new_questions(calibration):
    made, new = learnt(calibration=calibration), questions(3000, seed=1)
    before, after = new.features[:, 0].clip(0.001, 0.999), made.confidence(new.features)
    assert log_loss(new.right, after) < 0.85 * log_loss(new.right, before)
    assert roc_auc_score(new.right, after) > roc_auc_score(new.right, before) + 0.005


@pytest.mark.parametrize("calibration", ["temperature", "isotonic"])
def test_with_more_questions_it_gets_truer(calibration):
    new = questions(3000, seed=1)
    losses = [
        np.mean(
            [
                log_loss(new.right, learnt(questions(n, seed), calibration=calibration).confidence(new.features))
                for seed in range(2, 8)
            ]
        )
        for n in (24, 300)
    ]
    assert losses[1] < losses[0] - 0.01


def test_a_dearer_wrong_answer_raises_the_threshold():
    cheap, dear = learnt(cost=0.5), learnt(cost=9)
    assert (cheap.threshold, dear.threshold) == (pytest.approx(1 / 3), pytest.approx(0.9))
    assert dear.refuses(0.9 - 1e-9) and not dear.refuses(0.91) and not cheap.refuses(0.5)


def test_the_threshold_itself_is_refused():
    made = learnt()
    assert made.threshold == 0.5
    assert made.refuses(0.5) and not made.refuses(np.nextafter(0.5, 1))


def test_the_ceilings_hold_on_new_questions():
    new = questions(5000, seed=1)
    made = learnt(questions(400, seed=5), ceiling=0.15)
    answered = made.confidence(new.features) > made.threshold
    assert 0.05 < (~new.right[answered]).mean() < 0.15 < (~new.right).mean()
    made = learnt(questions(400, seed=5), false_answers=0.05)
    answered = made.confidence(new.features) > made.threshold
    assert 0 < answered[~new.answerable].mean() < 0.05
    assert answered[new.right].mean() > 0.5


@pytest.mark.parametrize("rule", [{"ceiling": 0.1}, {"false_answers": 0.1}])
def test_a_threshold_rests_on_what_other_folds_say(rule):
    # One group that holds all that is right tells whether a question is judged by a fit that has seen it.
    asked = questions(100)
    alone = asked._replace(groups=["same" if right else str(i) for i, right in enumerate(asked.right)])
    assert learnt(alone, **rule).questions.confidence[asked.right].max() < 0.2
    assert learnt(asked, **rule).questions.confidence[asked.right].max() > 0.8


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (slice(0, 0), "There are 0 validation questions"),
        (slice(0, 9), "There are 9 validation questions"),
        (questions().right, "The first entry is right for all"),
        (~questions().right, "The first entry is wrong for all"),
    ],
)
def test_from_too_little_nothing_is_learnt(rows, why):
    asked = questions()
    groups = [str(i) for i in range(200)]
    some = [np.asarray(part)[rows] for part in (asked.features, asked.right, asked.answerable, groups)]
    made = learnt([*some[:3], some[3].tolist()], ceiling=0.01)
    assert made.confidence(asked.features).tolist() == asked.features[:, 0].tolist()
    assert made.threshold == 0.5
    (section,) = made.sections()
    assert why in section.blocks[0]
    assert len(section.blocks) == 1


def test_questions_about_two_entries_only_are_too_few():
    asked = questions()
    assert learnt(asked._replace(groups=["a", "b"] * 100)).learnt is None
    assert learnt(asked._replace(groups=[""] * 200)).learnt is not None


def test_before_it_learnt_the_confidence_is_that_of_the_formula():
    made = make(config(cost=3))
    said = made.confidence(np.array([[0.2, np.nan], [np.nan, 1.0], [1.5, 2.0]]))
    assert said.tolist() == [0.2, 0.0, 1.0]
    assert made.threshold == 0.75
    assert "Nothing was learnt" in next(iter(made.sections())).blocks[0]


def test_learning_again_forgets_what_was_before():
    made, asked = learnt(), questions()
    made.learn(asked.features[:3], asked.right[:3], asked.answerable[:3], asked.groups[:3])
    assert made.learnt is None
    assert not len(made.questions.right)


# -- kept --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"calibration": "isotonic", "ceiling": 0.2}])
def test_it_comes_back_to_the_bit(tmp_path, options):
    made, back, new = learnt(**options), make(config(**options)), questions(500, seed=9)
    made.save(tmp_path)
    back.load(tmp_path)
    assert back.confidence(new.features).tobytes() == made.confidence(new.features).tobytes()
    assert back.threshold == made.threshold
    assert list(back.sections()) == list(made.sections())


@pytest.mark.parametrize("calibration", ["temperature", "isotonic"])
def test_the_same_questions_give_the_same_bytes_and_others_do_not(tmp_path, calibration):
    written = []
    for seed in (0, 0, 1):
        learnt(questions(seed=seed), calibration=calibration).save(tmp_path)
        written.append((tmp_path / FILE).read_bytes())
    assert written[0] == written[1] != written[2]


def test_what_was_not_learnt_comes_back_as_well(tmp_path):
    make(config(cost=4)).save(tmp_path)
    back = make(config(cost=4))
    back.load(tmp_path)
    assert (back.threshold, back.learnt) == (0.8, None)


def test_a_damaged_file_changes_nothing(tmp_path):
    made = learnt()
    (tmp_path / FILE).write_text("{}")
    before = made.threshold, made.learnt
    with pytest.raises(RunError, match=FILE):
        made.load(tmp_path)
    assert (made.threshold, made.learnt) == before


def test_confidence_can_be_that_there_is_an_answer_at_all():
    """Half of what has an answer is answered wrongly, for a reason that tells nothing of what has none."""
    source = np.random.default_rng(0)
    answerable = np.arange(400) % 2 == 0
    near, alike = np.where(answerable, 1.0, -1.0) + source.normal(size=400), source.normal(size=400)
    right = answerable & (alike > 0)
    features = np.column_stack([np.full(400, 0.5), near, alike])
    groups = [str(i) for i in range(400)]
    found = {}
    for what in ("right", "answerable"):
        model = make(config(confidence=what))
        model.learn(features, right, answerable, groups)
        found[what] = roc_auc_score(answerable, model.confidence(features))
    best = roc_auc_score(answerable, near)
    assert found["answerable"] == pytest.approx(best, abs=0.01)
    assert found["right"] < best - 0.05
