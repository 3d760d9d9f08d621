"""Which column holds what, found by how the columns are called, in English and in Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from toolkit.errors import DataError, SpecError

#: What a column may be called, the likeliest first: in lower case, without blanks, marks and what stands in brackets.
NAMES = {
    "question": (
        "question questions q 标准问 标准问题 标准问法 问题 问 问句 提问 用户问题 客户问题 query prompt faq input "
        "title heading subject 标题 主题"
    ),
    "answer": (
        "answer answers a 答案 答 答复 回答 回复 标准答案 标准答复 解答 response reply solution completion output "
        "content body text 内容 正文"
    ),
    "wordings": (
        "wordings wording similarquestions similarquestion similar variants variations alternatives "
        "alternativequestions paraphrases utterances synonyms "
        "相似问 相似问题 相似问法 相似问句 相似说法 扩展问 扩展问法 同义问 同义问法 其他问法"
    ),
    "id": "id 编号 序号 问题编号 问题id 编码 no number nr key faqid questionid entryid",
    "title": "title heading subject 标题 主题",
    "language": "language lang locale 语言 语种",
}
ROLES = tuple(NAMES)
#: What else such a column's name may hold, where no column is called as above.
_WITHIN = {"question": ("question", "问题"), "answer": ("answer", "答案", "答复", "回复", "回答")}
_BRACKETS = re.compile(r"[(\[【].*?[)\]】]")
_NOT_WORD = re.compile(r"[\W_]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Columns:
    """The column taken for each role; question and answer are always there."""

    taken: Mapping[str, str]
    further: tuple[str, ...]
    """Columns that are kept as they are."""
    second: tuple[str, str] | None = None
    """Columns of the same question and answer in another language, where both stand in one row."""

    def get(self, role: str) -> str | None:
        """Return the column taken for a role."""
        return self.taken.get(role)


def find(there: Sequence[str], said: Mapping[str, str | None]) -> Columns:
    """Return what each column is taken for.

    Args:
        there: the columns of the file.
        said: the column by role where somebody said it; None to find it.
    Raises: SpecError where a column that was said is not there, DataError where none is found for question or answer.
    """
    taken = {role: _named(there, role, name) for role, name in said.items() if name is not None}
    for role in ROLES:
        free = [name for name in there if name not in taken.values()]
        found = None if role in taken else _likeliest(free, role)
        if found:
            taken[role] = found
    for role in ("question", "answer"):
        if role not in taken:
            raise DataError(
                f"no column holds the {role}s: there are {_listed(there)}", f"name the right one: --{role} COLUMN"
            )
    further = [name for name in there if name not in taken.values()]
    second = _second(taken, further)
    return Columns(taken, tuple(name for name in further if name not in (second or ())), second)


def _second(taken: Mapping[str, str], further: Sequence[str]) -> tuple[str, str] | None:
    """Return another question and answer that are called so in the other language: 问题 and 答案 beside Q and A."""
    free = [name for name in further if bool(_HAN.search(name)) != bool(_HAN.search(taken["question"]))]
    question, answer = (_likeliest(free, role) for role in ("question", "answer"))
    return (question, answer) if question and answer and question != answer else None


def _named(there: Sequence[str], role: str, name: str) -> str:
    same = [column for column in there if column == name] or [
        column for column in there if _level(column) == _level(name)
    ]
    if not same:
        raise SpecError(f"--{role} {name}: there is no such column", f"there are {_listed(there)}")
    return same[0]


def _likeliest(free: Sequence[str], role: str) -> str | None:
    by_name = {_level(column): column for column in reversed(free)}
    exact = [by_name[name] for name in NAMES[role].split() if name in by_name]
    within = [column for column in free if any(part in _level(column) for part in _WITHIN.get(role, ()))]
    others = {name for other in ROLES if other != role for name in NAMES[other].split()}
    within = [column for column in within if _level(column) not in others]
    return exact[0] if exact else within[0] if len(within) == 1 else None


def _level(name: str) -> str:
    wide = unicodedata.normalize("NFKC", name).casefold()
    return _NOT_WORD.sub("", _BRACKETS.sub("", wide)) or wide


def _listed(names: Sequence[str]) -> str:
    shown = [name if len(name) <= 40 else f"{name[:40]}…" for name in names[:20]]
    return ", ".join(shown) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
