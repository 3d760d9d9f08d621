import pytest
import torch

from toolkit_qa.augmentation import _PIECE, augmented, kept

QUESTION = "How do I reset 我的密码, please?"


@pytest.mark.parametrize("text", [QUESTION, "", "  a  b ", "中文English混合。", "😀 \ud800\n\tx_y-z", "?? ！"])
def test_the_pieces_of_a_text_are_all_of_it(text):
    assert "".join(_PIECE.findall(text)) == text


def test_half_of_the_questions_lose_a_share_of_their_words_and_no_blank_between_others():
    torch.manual_seed(0)
    text = " ".join(f"w{n}" for n in range(100))
    found = [augmented({"question": text}, 0.2)["question"] for _ in range(200)]
    changed = [other.split() for other in found if other != text]
    assert 70 < len(changed) < 130
    assert 77 < sum(map(len, changed)) / len(changed) < 83
    assert all(set(words) <= set(text.split()) for words in changed)


def test_tokens_are_left_out_too_and_nothing_else_changes():
    torch.manual_seed(1)
    example = {"question": QUESTION, "tokens:question": list(range(50)), "words:question": ["x"], "gold_ids": ["a"]}
    found = next(other for _ in range(99) if (other := augmented(example, 0.5)) is not example)
    assert 10 < len(found["tokens:question"]) < 40
    assert found["question"] != QUESTION
    assert (found["words:question"], found["gold_ids"]) == (["x"], ["a"])
    assert example["question"] == QUESTION and len(example["tokens:question"]) == 50


def test_nothing_is_left_out_where_nothing_shall_be_and_never_everything():
    example = {"question": QUESTION}
    assert all(augmented(example, 0.0) is example for _ in range(20))
    assert all(kept(["a"], 0.999) == ["a"] and kept([], 0.5) == [] for _ in range(50))
    assert all(augmented({"question": ""}, 0.9)["question"] == "" for _ in range(20))


def test_the_same_seed_leaves_out_the_same():
    found = []
    for _ in range(2):
        torch.manual_seed(7)
        found.append([augmented({"question": QUESTION}, 0.5)["question"] for _ in range(10)])
    assert found[0] == found[1]
