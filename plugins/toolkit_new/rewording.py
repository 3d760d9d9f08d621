"""Questions put in other words by rule, in English and in Chinese.

A rule takes a question and returns it changed, or as it was where it does not apply. Numbers, codes, and words that
hold either are never touched. What comes out reads as people type when they are in a hurry, not as they write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from toolkit_new import synonyms
from toolkit_new.characters import key

Rule = Callable[[str, Random], str]
Patterns = Sequence[tuple[re.Pattern[str], Sequence[str]]]

#: How often other rules are drawn where those drawn first hardly apply.
_DRAWS = 12
#: How likely each rule for details is drawn. A typo and a frame alone leave a question as it was.
_CHANCES = {"synonym": 0.8, "fewer words": 0.3, "typo": 0.25, "frame": 0.4}
_DRESSING = {"typo", "frame"}
_END = " ?.!？。！,，;；:：~"


def _patterns(*pairs: tuple[str, tuple[str, ...]]) -> Patterns:
    return [(re.compile(pattern, re.IGNORECASE), turned) for pattern, turned in pairs]


# -- English -----------------------------------------------------------------------------------------------------------

_TURNS = _patterns(
    (r"^how (?:do|can|could|should|would) (?:i|we|you) (.+)$", (r"what is the way to \1", r"what are the steps to \1")),
    (r"^how to (.+)$", (r"what is the way to \1", r"how would i \1")),
    (r"^what is the (?:way|procedure|process) (?:to|for) (.+)$", (r"how is it done: \1", r"how does one go about \1")),
    (r"^(?:can|could|may) (?:i|we) (.+)$", (r"is it possible to \1", r"am i allowed to \1")),
    (r"^is it possible to (.+)$", (r"can i \1", r"would i be able to \1")),
    (r"^what (?:is|are) (?:the|an?) (.+)$", (r"please explain \1", r"i have a question about the \1")),
    (r"^what (?:is|are) ((?:[\w&'-]+ ?){1,4})$", (r"\1 - what does that mean", r"please explain \1")),
    (r"^where (?:do|can) (?:i|we) (.+)$", (r"which place lets me \1", r"where would i go to \1")),
    (r"^(?:do|does) (.+?) (?:have|offer) (.+)$", (r"is there \2 from \1", r"does \1 come with \2")),
    (r"^do (?:i|we) (?:need|have) to (.+)$", (r"must i \1", r"is it necessary to \1")),
    (r"^is there (?:an? |any )?(.+)$", (r"do you have \1", r"does \1 exist")),
    (r"^how (?:long|much time) (?:does|will) (?:it|this) take to (.+)$", (r"when will i be able to \1", r"time to \1")),
    (r"^how much (?:is|does|are|do) (.+?)(?: cost)?$", (r"price of \1", r"what do i pay for \1")),
)
_STATEMENTS = _patterns(
    (r"^what (?:if|happens if|should i do if|do i do if|to do if) (.+)$", (r"\1", r"\1, what now")),
    (r"^why (?:can't|cannot|can not|can) (?:i|we) (?:not )?(.+)$", (r"i cannot \1", r"i am not able to \1")),
    (r"^why (?:is|are|does|do|did|was|were) (.+)$", (r"i do not understand this: \1", r"\1, but why")),
    (r"^how (?:do|can|could|should) (?:i|we) (.+)$", (r"i want to \1", r"i am trying to \1", r"i need to \1")),
    (r"^(?:can|could|may) (?:i|we) (.+)$", (r"i would like to \1", r"i want to \1")),
    (r"^where (?:do|can) (?:i|we) (.+)$", (r"i am looking for where to \1",)),
    (r"^(?:i|we) (?:am|are) unable to (.+)$", (r"\1 does not work for me",)),
)
_FRAMES = (
    "hi, {}", "hello, {}", "quick question: {}", "{} please", "{}, thanks", "sorry to bother you, {}",
    "i would like to know: {}", "could someone tell me: {}", "hey there, {}", "need some help: {}",
)  # fmt: skip
_FUNCTION = re.compile(
    r"\b(?:a|an|the|do|does|did|is|are|am|be|i|we|you|my|our|your|me|please|can|could|should|would|will|to|of|for|it|"
    r"this|that|there|any|some|what|how|which|when|where|why|who|if|in|on|at|by|with|from|have|has|and|or)\b|[?!,;:]",
    re.IGNORECASE,
)
_ARTICLES = re.compile(r"\b(?:a|an|the|do|does|is|are|am|my|your|our)\b ?", re.IGNORECASE)
_PLAIN_WORD = re.compile(r"(?<![\w.@/_-])[a-z]{5,}(?![\w@/_-]|\.\w)")

# -- Chinese -----------------------------------------------------------------------------------------------------------

_ZH_TURNS = _patterns(
    (r"^(?:请问)?(?:怎么|怎样|如何|怎么样)(?:才能|可以|能)?(.+)$", (r"\1的方法是什么", r"\1要怎么做", r"\1该怎么弄")),
    (r"^(.+?)(?:怎么办|咋办)$", (r"\1该怎么处理", r"\1有什么办法")),
    (r"^(.*?)(?:是)?什么意思$", (r"\1指的是啥", r"怎么理解\1")),
    (r"^(?:什么是|何为)(.+)$", (r"\1是啥", r"\1指的是什么")),
    (r"^(.+)是什么$", (r"\1是啥", r"介绍一下\1")),
    (r"^(?:为什么|为何)(.+)$", (r"\1是什么原因", r"\1，怎么回事")),
    (r"^(.*?)(?:可以|能|能够)(.+)吗$", (r"\1能不能\2", r"\1可不可以\2", r"\1\2行不行")),
    (r"^(.*?)是否(.+)$", (r"\1是不是\2", r"\1\2吗")),
    (r"^(.*?)(?:能否|可否)(.+)$", (r"\1能不能\2", r"\1可以\2吗")),
    (r"^(.*?)有(?:哪些|什么)(.+)$", (r"\1\2都有啥", r"说说\1的\2")),
    (r"^(.+?)(?:要|需要)多(?:久|长时间)(.*)$", (r"\1几天能好\2", r"\1的时间\2")),
    (r"^(.+?)(?:是|要|需要)?多少钱$", (r"\1大概多少费用", r"\1要花多少")),
    (r"^(.+?)在哪里?(.*)$", (r"哪里可以\2\1", r"\1在什么地方\2")),
    (r"^(.*?)(?:怎么|怎样|如何)(.+?)的?$", (r"\1要咋\2", r"\1\2的办法")),
)
_ZH_STATEMENTS = _patterns(
    (
        r"^(?:如果|要是|假如)?(.+?)(?:了)?(?:，|,)?(?:怎么办|咋办|怎么处理|如何处理)$",
        (r"我\1了", r"现在\1了，帮忙看看"),
    ),
    (r"^(?:为什么|为何)(.+)$", (r"\1，不知道原因", r"我这边\1")),
    (r"^(?:请问)?(?:怎么|怎样|如何)(?:才能)?(.+)$", (r"我想\1", r"我要\1，不会弄")),
    (r"^(.*?)(?:可以|能)(.+)吗$", (r"\1我想\2", r"\1打算\2")),
    (r"^(.+?)(?:在哪里?|在哪儿)$", (r"我找不到\1", r"没看到\1")),
    (r"^(.+?)(?:要|需要)多(?:久|长时间)$", (r"\1等了很久", r"想知道\1的时间")),
)
_ZH_FRAMES = (
    "请问{}", "你好，{}", "你好，我想问一下，{}", "您好，想咨询一下，{}", "麻烦问下{}", "{}，谢谢", "在吗，{}",
    "有个问题：{}", "帮我看下，{}", "想了解一下{}",
)  # fmt: skip
_ZH_FUNCTION = re.compile(
    r"为什么|怎么样|怎么办|是不是|能不能|可不可以|有没有|什么|怎么|怎样|如何|请问|哪里|哪些|哪个|多少|是否|能否|可以|应该|需要|"
    r"如果|我们|你们|我的|你的|的|了|吗|呢|吧|啊|是|在|我|你|您|把|被|就|要|会|能|请|和|与|有|[？?！!，,；;：:。]"
)
_ZH_PARTICLES = re.compile(r"的(?!确)|(?<=.)吗$|呢$|请问|了(?!解)|一下|能够|是否")
_HAN_PAIR = re.compile(r"(?<=[\u4e00-\u9fff])[\u4e00-\u9fff]{2}(?=[\u4e00-\u9fff])")
_NUMERAL = re.compile(r"[〇一二三四五六七八九十百千万亿零两第]")


# -- rules -------------------------------------------------------------------------------------------------------------


def _turned(patterns: Patterns) -> Rule:
    """Return a rule that puts a question in another form."""

    def turn(text: str, random: Random) -> str:
        bare = text.strip(_END)
        for pattern, forms in patterns:
            if found := pattern.match(bare):
                return found.expand(random.choice(forms)).strip()
        return text

    return turn


def _framed(frames: Sequence[str]) -> Rule:
    """Return a rule that puts polite words around a question."""
    return lambda text, random: random.choice(frames).replace("{}", text.strip(_END))


def _without(words: re.Pattern[str], between: str = "") -> Rule:
    """Return a rule that takes words out."""
    return lambda text, random: " ".join(words.sub(between, text).split()).strip(_END) or text


def _synonym(ways: Sequence[tuple[str, str]], bound: str) -> Rule:
    """Return a rule that replaces one word by another; `bound` may not stand beside it."""
    found = {one: re.compile(rf"(?<!{bound}){re.escape(one)}(?!{bound})") for one, _ in ways}

    def replace(text: str, random: Random) -> str:
        usable = [(one, other) for one, other in ways if found[one].search(text)]
        if not usable:
            return text
        one, other = random.choice(usable)
        return found[one].sub(other, text, count=1)

    return replace


def _english_typo(text: str, random: Random) -> str:
    """Swap two neighbouring letters inside a plain word."""
    words = list(_PLAIN_WORD.finditer(text))
    if not words:
        return text
    word = random.choice(words)
    at = random.randrange(word.start() + 1, word.end() - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _chinese_typo(text: str, random: Random) -> str:
    """Swap two neighbouring characters inside a run of Chinese, numerals left alone."""
    pairs = [pair for pair in _HAN_PAIR.finditer(text) if not _NUMERAL.search(pair[0])]
    if not pairs:
        return text
    at = random.choice(pairs).start()
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


#: By language: what changes the form (one of them is applied), and what changes details (some of them).
RULES: dict[str, tuple[dict[str, Rule], dict[str, Rule]]] = {
    "en": (
        {"turn": _turned(_TURNS), "statement": _turned(_STATEMENTS), "key words": _without(_FUNCTION, " ")},
        {
            "synonym": _synonym(synonyms.ENGLISH, r"[\w@/_-]"),
            "fewer words": _without(_ARTICLES),
            "typo": _english_typo,
            "frame": _framed(_FRAMES),
        },
    ),
    "zh": (
        {"turn": _turned(_ZH_TURNS), "statement": _turned(_ZH_STATEMENTS), "key words": _without(_ZH_FUNCTION, " ")},
        {
            "synonym": _synonym(synonyms.CHINESE, r"[A-Za-z0-9_]"),
            "fewer words": _without(_ZH_PARTICLES),
            "typo": _chinese_typo,
            "frame": _framed(_ZH_FRAMES),
        },
    ),
}


def reworded(question: str, language: str, random: Random) -> tuple[str, list[str]] | None:
    """Return a question in other words and the names of the rules that made it, two at least; None where none fit."""
    forms, details = RULES["zh" if language in ("zh", "mixed") else "en"]
    start = " ".join(question.split())
    if start.isascii() and start[:2].istitle():
        start = start[0].lower() + start[1:]
    for _ in range(_DRAWS):
        drawn = dict([random.choice(list(forms.items()))])
        drawn |= {name: rule for name, rule in details.items() if random.random() < _CHANCES[name]}
        text, applied = start, list[str]()
        for name in (*forms, *details):
            changed = drawn[name](text, random) if name in drawn else text
            if key(changed) != key(text):
                text, applied = changed, [*applied, name]
        if len(applied) > 1 and set(applied) - _DRESSING and _numbers(text) == _numbers(start):
            return text, applied
    return None


def _numbers(text: str) -> list[str]:
    """Return what holds digits: it has to come through as it was."""
    return sorted(re.findall(r"[A-Za-z_.-]*\d[\w.-]*", text))
