import numpy as np
import pytest
from calibrated_toys import learnt, questions

from toolkit.contracts import Plot, Table
from toolkit_qa.refusal_report import POINTS, Questions, section

CONFIDENCE = np.array([0.9, 0.8, 0.7, 0.2, 0.1])
RIGHT = np.array([True, True, False, True, False])
ANSWERABLE = np.array([True, True, True, True, False])
ASKED = Questions(CONFIDENCE, RIGHT, ANSWERABLE)


def blocks(threshold=0.5, asked=ASKED, kind=object):
    return [block for block in section("Why.", threshold, asked).blocks if isinstance(block, kind)]


def test_it_says_what_the_threshold_costs():
    first, second, *_ = blocks(kind=str)
    assert first == "Confidence up to 0.5 is refused. Why."
    assert "Of the 5 validation questions 3 are answered, 1 (33.3%) wrongly" in second
    assert "1 are refused whose first entry is right" in second
    assert "of the 1 without an answer 0 (0.0%) are answered" in second
    assert "without an answer" not in blocks(asked=ASKED._replace(answerable=~np.zeros(5, bool)))[1]


def test_the_curve_runs_from_the_surest_to_all_and_the_chosen_point_lies_on_it():
    (plot,) = blocks(kind=Plot)
    (coverage, risk), (chosen, its_risk) = plot.series.values()
    assert coverage == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert risk == pytest.approx([0, 0, 1 / 3, 1 / 4, 2 / 5])
    assert (chosen, its_risk) == (pytest.approx([0.6]), pytest.approx([1 / 3]))


def test_where_nothing_is_answered_there_is_no_chosen_point():
    (plot,) = blocks(threshold=0.95, kind=Plot)
    assert list(plot.series) == ["any threshold"]
    assert "0 are answered, 0 wrongly" in blocks(threshold=0.95)[1]


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    source = np.random.default_rng(0)
    many = Questions(source.random(5000), source.random(5000) < 0.5, np.ones(5000, bool))
    (plot,) = blocks(asked=many, kind=Plot)
    coverage, _ = plot.series["any threshold"]
    assert len(coverage) == POINTS
    assert (coverage[0], coverage[-1]) == (1 / 5000, 1.0)


def test_the_tables_tell_how_true_the_confidence_is():
    bins, apart = blocks(kind=Table)
    assert bins.rows[-1] == ["0.9 to 1.0", 1, 0.9, 1.0]
    assert sum(row[1] for row in bins.rows) == 5
    assert [row[1:] for row in apart.rows] == [[pytest.approx(5 / 6, abs=1e-3), 3, 2], [1.0, 4, 1]]
    _, apart = blocks(asked=ASKED._replace(answerable=~np.zeros(5, bool)), kind=Table)
    assert apart.rows[1][1] == "not measured"


def test_only_plain_values_reach_the_report():
    (found,) = learnt(questions(), ceiling=0.2).sections()
    plain = (str, int, float)
    for block in found.blocks:
        if isinstance(block, Table):
            assert all(type(cell) in plain for row in block.rows for cell in row)
        if isinstance(block, Plot):
            assert all(type(x) in plain for pair in block.series.values() for axis in pair for x in axis)
