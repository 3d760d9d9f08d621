"""Words that carry no subject: short lists for questions in English and in Chinese."""

from __future__ import annotations

_ENGLISH = """
a about am an and any are aren't as at be been being but by can can't cannot could couldn't did didn't do does
doesn't doing don't for from get gets got had has hasn't have haven't he her here hers him his how how's i i'd i'll
i'm i've if in into is isn't it it's its just let let's like may me might mine must my need of on or our ours please
shall she should shouldn't so some something such tell than thanks that that's the their them then there there's
these they this those to too us very want was wasn't we we're were what what's when where where's which while who
who's whom whose why will with won't would wouldn't you you're your yours
"""

_CHINESE = """
为什么 怎么样 怎么办 是不是 能不能 可不可以 有没有 会不会 要不要 哪一个 哪一些 多少个
什么 怎么 怎样 如何 为何 请问 哪里 哪儿 哪个 哪些 那个 那些 这个 这些 这里 那里 这样 那样 多少 几个
可以 能够 应该 需要 想要 是否 有些 一些 一下 一个 一种 我们 你们 他们 她们 它们 咱们 自己 大家
以及 或者 并且 而且 但是 不过 因为 所以 如果 然后 还是 就是 只是 关于 对于 谢谢 麻烦 告诉
我 你 您 吗 呢 吧 啊 呀 嘛 哦 啦
"""

ENGLISH, CHINESE = frozenset(_ENGLISH.split()), frozenset(_CHINESE.split())

#: By the value of the option.
LISTS: dict[str, frozenset[str]] = {
    "none": frozenset(),
    "english": ENGLISH,
    "chinese": CHINESE,
    "both": ENGLISH | CHINESE,
}
