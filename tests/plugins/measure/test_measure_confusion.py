import warnings

from hypothesis import given
from hypothesis import strategies as st
from measure_helpers import classes, config, make, measure, near, resampled
from sklearn.metrics import balanced_accuracy_score, confusion_matrix

from toolkit.contracts import Matrix, Sections, Table
from toolkit_measure.confusion import READABLE

NAMES = st.sampled_from(["猫", "狗", "bird"])


def balanced_error(true, predicted):
    with warnings.catch_warnings():  # scikit-learn warns of classes that are predicted only
        warnings.simplefilter("ignore")
        return 1 - balanced_accuracy_score(true, predicted)


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=30))
def test_equals_balanced_accuracy(pairs):
    true, predicted = zip(*pairs, strict=True)
    assert near(measure(make("confusion"), *classes(predicted, true)), balanced_error(true, predicted))


def test_resamples_equal_balanced_accuracy():
    true, predicted = list("aaaaaaabbc"), list("aaabbacbbb")
    for figure, chosen in resampled(make("confusion"), *classes(predicted, true)):
        assert near(figure, balanced_error([true[i] for i in chosen], [predicted[i] for i in chosen]))


def test_the_matrix_equals_scikit_learns():
    true, predicted = list("abcabcaab"), list("abbaccadb")
    metric = make("confusion")
    measure(metric, *classes(predicted, true))
    [section] = metric.sections()
    matrix = next(block for block in section.blocks if isinstance(block, Matrix))
    assert matrix.rows == matrix.columns == list("abcd")
    assert matrix.values == confusion_matrix(true, predicted, labels=list("abcd")).tolist()
    assert (matrix.y, matrix.x) == ("true class", "predicted class")


def test_lists_the_most_frequent_confusions_first():
    metric = make("confusion")
    measure(metric, *classes(list("bbca"), list("aaaa")))
    [section] = metric.sections()
    table = next(block for block in section.blocks if isinstance(block, Table))
    assert table.rows == [("a", "b", 2), ("a", "c", 1)]


def test_many_classes_have_no_matrix():
    names = [f"c{i}" for i in range(READABLE + 1)]
    metric = make("confusion")
    measure(metric, *classes(names, names))
    [section] = metric.sections()
    assert section.blocks == [f"There are {READABLE + 1} classes, too many for a matrix that can be read."]


def test_nothing_measured_shows_nothing():
    metric = make("confusion")
    assert isinstance(metric, Sections)
    assert list(metric.sections()) == []
    assert config("confusion").better == "lower"
