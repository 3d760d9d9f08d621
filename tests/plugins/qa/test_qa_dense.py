import numpy as np
import pytest
from qa_toys import PASSAGES, ToyEncoder, examples
from safetensors.numpy import load_file, save_file

from toolkit.errors import RunError
from toolkit_qa.dense import CHUNK, Dense, products
from toolkit_qa.passages import Passages

WIDTH = 32
QUESTIONS = ["reset password", "the tunnel", "", "cake with butter"]


def indexed(adapter=None, answer_weight=1.0, passages=PASSAGES, **encoder):
    made = Dense(ToyEncoder(WIDTH, **encoder), answer_weight, adapter is not None)
    table = examples(passages=passages).table("passages")
    made.index(table, Passages.of(table))
    if adapter is not None:
        made.set_adapter(adapter)
    return made


def adapter(seed=0, scale=0.3):
    return (scale * np.random.default_rng(seed).standard_normal((WIDTH, WIDTH))).astype(np.float32)


def rows(*questions):
    return [{"question": question} for question in questions]


def by_the_formula(w, question, texts, field):
    """Cosines of x + x W in double precision."""
    encoder = ToyEncoder(WIDTH)
    x = encoder.encode([{field: text} for text in texts], field).astype(float)
    q = encoder.encode([{"question": question}], "question").astype(float)
    x, q = x + x @ w, q + q @ w
    lengths = np.maximum(np.linalg.norm(x, axis=1) * np.linalg.norm(q), 1e-9)
    return (x @ q[0]) / lengths


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("w", [None, np.zeros((WIDTH, WIDTH), np.float32), adapter(), adapter(1, 2.0)])
def test_scores_equal_the_plain_formula(question, w):
    dense = indexed(w)
    (query,) = dense.read(rows(question))
    found = dense.scores(query)
    wordings = [row["question"] for row in PASSAGES]
    answers = [PASSAGES[n]["answer"] for n in (0, 1, 3)]
    expected = []
    for matrix in [w, 0 * w] if w is not None else [np.zeros((WIDTH, WIDTH))]:
        of_wordings = by_the_formula(matrix.astype(float), question, wordings, "question")
        expected.append([max(of_wordings[[0, 2]]), max(of_wordings[[1, 4]]), of_wordings[3]])
        expected.append(by_the_formula(matrix.astype(float), question, answers, "answer"))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_signals_and_views_tell_the_adapter_from_the_encoder_alone():
    plain, adapted = indexed(), indexed(adapter())
    assert plain.signals == {"question meaning": 10.0, "answer meaning": 10.0}
    assert plain.views == {"dense": plain.signals}
    assert list(adapted.signals.values()) == [10.0, 10.0, 0.0, 0.0]
    assert adapted.views["dense"] == plain.signals
    assert set(adapted.views["encoder alone"].values()) == {10.0}
    assert set(adapted.views["encoder alone"]) == set(list(adapted.signals)[2:])
    assert indexed(answer_weight=0.0).signals == {"question meaning": 10.0}
    assert indexed(answer_weight=0.0).scores(indexed().read(rows("cake"))[0]).shape == (1, 3)


def test_another_adapter_needs_no_encoding_and_leaves_nothing_of_the_one_before():
    dense = indexed(adapter(0))
    calls = len(dense.encoder.calls)
    dense.set_adapter(adapter(1))
    assert len(dense.encoder.calls) == calls
    for field, kept in indexed(adapter(1)).kept.items():
        assert dense.kept[field].length.tolist() == kept.length.tolist()
        assert dense.kept[field].plain.tolist() == kept.plain.tolist()


def test_the_adapted_vector_of_a_question_is_of_length_one_or_nothing():
    queries = indexed(adapter()).read(rows(*QUESTIONS))
    assert [float(np.linalg.norm(query.adapted)) for query in queries] == pytest.approx([1, 1, 0, 1], abs=1e-6)


def test_products_equal_a_matrix_product_for_more_rows_than_are_taken_at_a_time():
    source = np.random.default_rng(0)
    vectors = source.standard_normal((2 * CHUNK + 3, 7)).astype(np.float32)
    asked = source.standard_normal((2, 7)).astype(np.float32)
    np.testing.assert_allclose(products(list(asked), vectors), asked @ vectors.T, atol=1e-5)


def test_more_texts_than_are_encoded_at_a_time_keep_their_order():
    dense = Dense(ToyEncoder(WIDTH), 1.0)
    texts = [f"{chr(97 + n % 20)} {chr(97 + n % 7)}" for n in range(CHUNK + 5)]
    np.testing.assert_array_equal(
        dense.encode(rows(*texts), "question"), ToyEncoder(WIDTH).encode(rows(*texts), "question")
    )
    assert dense.encode([], "question").shape == (0, WIDTH)


def test_evidence_is_a_confidence_the_cosines_and_the_distance_to_the_tenth():
    passages = [{"id": n, "question": f"{chr(97 + n)} same", "answer": chr(97 + n)} for n in range(15)]
    dense = indexed(passages=passages)
    (query,) = dense.read(rows("c same"))
    scores = dense.scores(query)
    confidence, question, answer, margin = dense.evidence(query, scores, 2)
    assert question == pytest.approx(1.0) and answer == pytest.approx(float(scores[1, 2]))
    assert 0.9 < confidence < 1
    assert margin == pytest.approx(float(scores[0, 2] - sorted(scores[0])[-10]))


def saved(folder, w=None):
    dense = indexed(w)
    dense.save(folder)
    return dense


def loaded(folder, adapted=False, passages=PASSAGES, width=WIDTH, **encoder):
    made = Dense(ToyEncoder(width, **encoder), 1.0, adapted)
    made.load(folder, Passages.of(passages))
    return made


@pytest.mark.parametrize("w", [None, adapter()])
def test_saved_and_loaded_it_scores_the_same(tmp_path, w):
    before = saved(tmp_path, w)
    after = loaded(tmp_path, w is not None)
    for one, two in zip(before.read(rows(*QUESTIONS)), after.read(rows(*QUESTIONS)), strict=True):
        assert before.scores(one).tolist() == after.scores(two).tolist()
    assert after.facts() == before.facts() == {"numbers in a vector": 32, "vectors, MB": 0.0}


@pytest.mark.parametrize("name", ["vectors.safetensors", "adapter.safetensors"])
@pytest.mark.parametrize("damage", [b"", b"\xff" * 20, None])
def test_missing_and_damaged_files_are_named(tmp_path, name, damage):
    saved(tmp_path, adapter())
    (tmp_path / name).unlink()
    if damage is not None:
        (tmp_path / name).write_bytes(damage)
    with pytest.raises(RunError, match=name):
        loaded(tmp_path, True)


@pytest.mark.parametrize(
    ("file", "name", "change"),
    [
        ("vectors", "question", lambda a: a[:-1]),
        ("vectors", "answer", lambda a: np.concatenate([a, a])),
        ("vectors", "answer", lambda a: a[:, :-1]),
        ("vectors", "answer", lambda a: a * np.nan),
        ("vectors", "answer", lambda a: a.astype(np.float16)),
        ("vectors", "more", lambda a: np.zeros(1, np.float32)),
        ("adapter", "adapter", lambda a: a[:-1]),
        ("adapter", "adapter", lambda a: a[:-1, :-1]),
        ("adapter", "adapter", lambda a: a * np.inf),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, file, name, change):
    saved(tmp_path, adapter())
    path = tmp_path / f"{file}.safetensors"
    found = load_file(path)
    save_file({**found, name: np.ascontiguousarray(change(found.get(name)))}, path)
    with pytest.raises(RunError, match=rf"{file}\.safetensors"):
        loaded(tmp_path, True)


def test_vectors_of_other_passages_are_refused(tmp_path):
    saved(tmp_path)
    with pytest.raises(RunError, match=r"vectors\.safetensors"):
        loaded(tmp_path, passages=PASSAGES[:3])


def test_vectors_of_another_encoder_are_refused(tmp_path):
    saved(tmp_path)
    with pytest.raises(RunError, match=r"vectors\.safetensors: the array answer should be 3 x 16"):
        loaded(tmp_path, width=16)
    with pytest.raises(RunError, match=r"toy\.json"):
        loaded(tmp_path, blind="other")
