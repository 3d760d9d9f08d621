import time

import pytest

from toolkit_qa.languages import is_chinese


@pytest.mark.parametrize(
    "text", ["怎么重置密码？", "如何用 toolkit build 训练模型", "退货", "㐀", "𠀀", "GPU 显存不足怎么办"]
)
def test_chinese(text):
    assert is_chinese(text)


@pytest.mark.parametrize(
    "text", ["How do I reset my password?", "", "??!", "😀", "75", "\ud800", "what does 你 mean", "naïve café"]
)
def test_not_chinese(text):
    assert not is_chinese(text)


def test_a_long_text_takes_no_time():
    start = time.perf_counter()
    assert is_chinese("中a " * 100_000) is False
    assert time.perf_counter() - start < 1
