import random

import numpy as np
import pytest
from measure_helpers import config, make, measure, near, resampled
from scipy.stats import bootstrap

from toolkit_measure.ablation import WHOLE
from toolkit_measure.ablation import resampled as means_of_resamples

IDS = [f"问{i}" for i in range(12)]


def ranking(*ids):
    return [{"id": name, "score": -float(place)} for place, name in enumerate(ids)]


def made(n=120, seed=0):
    """Return predictions whose whole finds the gold id more often than its parts, and the examples."""
    source = random.Random(seed)
    predictions, examples = [], []
    for _ in range(n):
        gold = source.choice(IDS)
        orders = {}
        for name, luck in {"whole": 0.8, "lexical": 0.5, "dense": 0.65}.items():
            order = source.sample(IDS, len(IDS))
            if source.random() < luck:
                order.remove(gold)
                order.insert(0, gold)
            orders[name] = ranking(*order)
        predictions.append({"ranking": orders.pop("whole"), "parts": orders})
        examples.append({"gold_ids": [gold]})
    return predictions, examples


def hit(entries, example, k=1):
    return float(any(one["id"] in example["gold_ids"] for one in entries[:k]))


def difference(predictions, examples, k=1):
    both = list(zip(predictions, examples, strict=True))
    share = lambda find: np.mean([hit(find(p), e, k) for p, e in both])  # noqa: E731
    return share(lambda p: p["ranking"]) - max(
        share(lambda p, name=name: p["parts"][name]) for name in ("lexical", "dense")
    )


@pytest.mark.parametrize("k", [1, 3])
def test_it_is_the_difference_to_the_best_part_in_each_resample(k):
    predictions, examples = made()
    metric = make("ablation", k=k)
    assert near(measure(metric, predictions, examples), difference(predictions, examples, k))
    for figure, chosen in resampled(metric, predictions, examples, times=10):
        assert near(figure, difference([predictions[i] for i in chosen], [examples[i] for i in chosen], k))


def test_it_is_below_nought_where_a_part_alone_is_better():
    prediction = {"ranking": ranking("b", "a"), "parts": {"x": ranking("a"), "y": ranking("b")}}
    assert measure(make("ablation"), [prediction] * 2, [{"gold_ids": ["a"]}] * 2) == -1
    assert measure(make("ablation", k=2), [prediction], [{"gold_ids": ["a"]}]) == 0


def test_only_questions_with_an_answer_and_predictions_with_parts_count():
    whole = ranking("a")
    predictions = [{"ranking": whole, "parts": {"x": whole}}, {"ranking": whole, "parts": {"x": whole}}]
    predictions += [{"ranking": whole}, {"ranking": whole, "parts": {}}]
    rows = list(make("ablation").rows(predictions, [{"gold_ids": ids} for ids in (["a"], [], ["a"], ["a"])]))
    assert rows == [(1.0, 1.0), None, None, None]


def test_a_part_that_says_nothing_of_a_question_misses():
    predictions = [{"ranking": ranking("a"), "parts": {"y": ranking("a"), "x": ranking("b")}}]
    predictions += [{"ranking": ranking("b"), "parts": {"z": ranking("a")}}]
    assert list(make("ablation").rows(predictions, [{"gold_ids": ["a"]}] * 2)) == [(1, 0, 1, 0), (0, 0, 0, 1)]


def test_without_parts_there_is_neither_a_figure_nor_a_section():
    metric = make("ablation")
    assert measure(metric, [{"ranking": ranking("a")}], [{"gold_ids": ["a"]}]) is None
    assert not list(metric.sections())
    assert not list(make("ablation").sections())


def table(predictions, examples):
    metric = make("ablation")
    list(metric.rows(predictions, examples))
    (section,) = metric.sections()
    return section.blocks[1]


def test_the_table_has_a_row_a_part_and_the_whole_last():
    predictions, examples = made()
    found = table(predictions, examples)
    assert found.columns == ["ranked by", "hit@1", "hit@3", "mrr@10", "hit@1 minus that of all together", "questions"]
    assert [row[0] for row in found.rows] == ["dense", "lexical", WHOLE]
    assert {row[-1] for row in found.rows} == {120}
    assert found.rows[-1][-2] == ""
    wanted = {"lexical": "lexical", "dense": "dense"}
    for row in found.rows[:2]:
        for k, cell in ((1, row[1]), (3, row[2])):
            share = np.mean([hit(p["parts"][wanted[row[0]]], e, k) for p, e in zip(predictions, examples, strict=True)])
            assert cell.startswith(f"{share:.3f} [")


def test_the_table_s_figures_are_those_of_the_metrics_of_that_name():
    predictions, examples = made()
    found = table(predictions, examples).rows
    parts = [[{"ranking": p["parts"]["dense"]} for p in predictions], None, predictions]
    for row, given in zip(found, parts, strict=True):
        for name, k, cell in (("hit@k", 1, row[1]), ("hit@k", 3, row[2]), ("mrr@k", 10, row[3])):
            assert given is None or cell.startswith(f"{measure(make(name, k=k), given, examples):.3f} [")


def numbers(cell):
    return [float(number) for number in cell.replace("[", "").replace("]", "").replace(",", "").split()]


def test_intervals_are_near_scipy_s_and_differences_are_paired():
    predictions, examples = made(200)
    dense, _, whole = table(predictions, examples).rows
    hits = np.array(
        [[hit(p["ranking"], e), hit(p["parts"]["dense"], e)] for p, e in zip(predictions, examples, strict=True)]
    )
    for values, cell in ((hits[:, 0], whole[1]), (hits[:, 1], dense[1]), (hits[:, 1] - hits[:, 0], dense[4])):
        wanted = bootstrap((values,), np.mean, n_resamples=2000, method="percentile", rng=0).confidence_interval
        assert numbers(cell) == pytest.approx([values.mean(), wanted.low, wanted.high], abs=0.02)


def test_the_difference_of_a_part_that_is_the_whole_has_no_width():
    predictions, examples = made(50)
    same = [{**p, "parts": {"same": p["ranking"]}} for p in predictions]
    row = table(same, examples).rows[0]
    assert row[4] == "+0.000 [+0.000, +0.000]"
    assert numbers(row[1])[1] < numbers(row[1])[0] < numbers(row[1])[2]


def test_the_table_is_the_same_each_time_and_of_the_split_measured_last():
    metric, (predictions, examples) = make("ablation"), made()
    list(metric.rows(predictions[:40], examples[:40]))
    first = list(metric.sections())
    list(metric.rows(predictions, examples))
    last = list(metric.sections())
    assert first == list(fresh(predictions[:40], examples[:40]).sections()) != last
    assert last == list(fresh(predictions, examples).sections())
    assert "the 40 questions" in first[0].blocks[0]


def fresh(predictions, examples):
    metric = make("ablation")
    list(metric.rows(predictions, examples))
    return metric


def test_resamples_draw_the_same_rows_for_every_figure():
    values = np.random.default_rng(1).random((30, 2))
    assert np.allclose(means_of_resamples(values)[:, 1], means_of_resamples(values[:, 1:])[:, 0])
    assert means_of_resamples(values).shape == (1000, 2)
    assert len(means_of_resamples(np.zeros((50_000, 1)))) == 200


def test_a_question_alone_has_an_interval_of_no_width():
    assert table(*made(1)).rows[-1][1] in ("1.000 [1.000, 1.000]", "0.000 [0.000, 0.000]")


def test_options():
    assert config("ablation").k == 1
    assert config("ablation", field="right").needs() == {"predicts:ranking", "ids:right"}
