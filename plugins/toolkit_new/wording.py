"""What is said of data, in English and in Chinese."""

from __future__ import annotations

#: By language and finding: its title, and what to do.
FINDINGS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "open_quote": (
            "A quotation mark that is never closed",
            "All that follows was read as one cell: close the mark in this row, and begin again with `--force`.",
        ),
        "contradiction": (
            "The same question with different answers",
            "Decide on one answer; which one customers get is chance now.",
        ),
        "mojibake": (
            "Broken characters (such as Ã¤, â€™, 锟斤拷 or �)",
            "Export the file again as UTF-8, or mend these rows; customers would see them like this.",
        ),
        "unreadable": ("Rows that could not be read", "They were left out: each line should be one JSON object."),
        "no_answer": ("A question without an answer", "These rows were left out: write the answer, or remove the row."),
        "no_question": (
            "An answer without a question",
            "These rows were left out: write the question that it answers.",
        ),
        "too_many_cells": (
            "More cells than there are columns",
            "Put text that holds the delimiter in quotation marks. Where the answers stand in the last column they "
            "were put together again; else the rows were left out.",
        ),
        "markup": (
            "HTML markup",
            "Customers see the marks as they stand: take them out, here in `data/entries.jsonl` or at their source.",
        ),
        "near_contradiction": (
            "Nearly the same question with different answers",
            "Look whether they mean the same; if so decide on one answer, if not say in the question what differs.",
        ),
        "same_id": (
            "An id that another entry has, with another answer",
            "The later ones got an id of their own: give each entry an id that nothing else has.",
        ),
        "too_short": (
            "Hardly a word, or a placeholder",
            "Write the question as somebody would ask it, and an answer that says something without the question.",
        ),
        "long_answer": (
            "Answers longer than 2,000 characters",
            "Divide them into several questions: short answers are found better and read to the end.",
        ),
        "long_question": (
            "Questions longer than 200 characters",
            "Shorten them to what is asked; what belongs to the answer goes there.",
        ),
        "lines": (
            "A question of several lines",
            "If the lines are several wordings, begin again with `--wordings COLUMN` and `--force`.",
        ),
        "duplicate": ("The same question with the same answer", "Keep one. Rows equal to the letter were kept once."),
        "near_duplicate": (
            "Nearly the same question with the same answer",
            "Make one entry of them, with both questions as its wordings.",
        ),
        "control": (
            "Control characters, or halves of characters",
            "They were taken out; look whether something is missing.",
        ),
        "blank": ("Rows without question and answer", "They were left out."),
    },
    "zh": {
        "open_quote": (
            "引号没有结束",
            "它后面的内容都被读进了同一个单元格：请在这一行补上引号，用 `--force` 重新生成。",
        ),
        "contradiction": ("同一个问题，答案不同", "请确定一个答案；现在客户得到哪一个全凭运气。"),
        "mojibake": (
            "乱码（例如 锟斤拷、Ã¤、â€™、�）",
            "请用 UTF-8 重新导出文件，或修改这些行；否则客户看到的就是乱码。",
        ),
        "unreadable": ("无法读取的行", "这些行没有收入：每一行应当是一个 JSON 对象。"),
        "no_answer": ("有问题，没有答案", "这些行没有收入：请补上答案，或者删掉。"),
        "no_question": ("有答案，没有问题", "这些行没有收入：请补上它回答的问题。"),
        "too_many_cells": (
            "单元格比列多",
            "含有分隔符的文字要放在引号里。答案在最后一列的，已重新拼好；否则这些行没有收入。",
        ),
        "markup": ("HTML 标记", "客户会原样看到这些标记：请在 `data/entries.jsonl` 或数据来源处去掉。"),
        "near_contradiction": (
            "几乎相同的问题，答案不同",
            "看看是不是一个意思：是就统一答案，不是就在问题里写明区别。",
        ),
        "same_id": ("编号与别的条目相同，答案不同", "后面的条目已另外编号：请给每个条目一个独有的编号。"),
        "too_short": ("太短，或只是占位文字", "把问题写成客户会问的样子；答案要单独看也能看懂。"),
        "long_answer": ("答案超过 2,000 个字符", "请拆成几个问题：短的答案更容易找到，也更容易读完。"),
        "long_question": ("问题超过 200 个字符", "请缩短到真正要问的内容；属于答案的放进答案。"),
        "lines": ("一个问题有好几行", "如果每行是一种问法，请加上 `--wordings 列名` 和 `--force` 重新生成。"),
        "duplicate": ("问题和答案都相同", "保留一条即可；一字不差的行已只收一次。"),
        "near_duplicate": ("几乎相同的问题，答案相同", "合并成一个条目，两个问题作为它的两种问法。"),
        "control": ("控制字符或残缺的字符", "已经去掉；请看看是不是少了内容。"),
        "blank": ("没有问题也没有答案的行", "没有收入。"),
    },
}

#: By language: names of facts, roles, languages, and sentences.
TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "read_as": "Read as",
        "rows": "Rows",
        "entries": "Entries",
        "wordings": "Wordings of questions",
        "languages": "Languages, by script",
        "mail": "Answers with an e-mail address",
        "mobile": "Answers with a phone number",
        "question": "question",
        "answer": "answer",
        "wordings_role": "further wordings of the question",
        "id": "id",
        "title": "title",
        "language": "language, and kept",
        "further": "kept as it is",
        "zh": "Chinese",
        "en": "English",
        "mixed": "mixed",
        "other": "other",
        "more": "and {count} more",
        "both": "{pairs} entries exist in Chinese and in English.",
        "lacking": "{share} of the entries ({count}) exist in one language only: they lack {language} (rows {rows}).",
        "one": (
            "The entries are in {there} only. Somebody who asks in {other} is answered in {there} where the meaning is "
            "found across languages, and refused more often; write the most frequent entries in {other} too."
        ),
        "two": (
            "The entries are in both languages, and nothing says which belong together (ids such as `zh-price` and "
            "`en-price` would). What stands in one language only is found less well by those who ask in the other."
        ),
        "neither": "Neither Chinese nor English was recognised; both are what the search by meaning was made for.",
        "mend": "{title} (rows {rows}). {advice}",
        "address": "Put your own address in place of `support@example.com` in `spec.yaml`.",
        "test": (
            "Write down 50 to 100 questions as your customers put them, with the ids of the right entries, in "
            "`data/test.jsonl`: until then no figure says how good the help desk is."
        ),
        "made": "{folder} is made: {entries} entries, {queries} questions made by rule.",
        "found": "Found in the data ({report} says what to do):",
        "nothing": "Nothing odd was found in the data.",
        "next": "Next:",
        "aside": "What stood there before is in {folder}.",
    },
    "zh": {
        "read_as": "读取方式",
        "rows": "行数",
        "entries": "条目",
        "wordings": "问法",
        "languages": "语言（按文字判断）",
        "mail": "含电子邮箱的答案",
        "mobile": "含手机号码的答案",
        "question": "问题",
        "answer": "答案",
        "wordings_role": "问题的其他问法",
        "id": "编号",
        "title": "标题",
        "language": "语言，并保留",
        "further": "原样保留",
        "zh": "中文",
        "en": "英文",
        "mixed": "中英混合",
        "other": "其他",
        "more": "另有 {count} 处",
        "both": "有 {pairs} 个条目中英文都有。",
        "lacking": "{share} 的条目（{count} 个）只有一种语言，缺{language}（{rows} 行）。",
        "one": (
            "条目只有{there}。用{other}提问的人，只有在跨语言能找到意思相同的条目时才会得到{there}的答案，被拒答的也更多；"
            "最常用的条目请再写一份{other}的。"
        ),
        "two": (
            "条目有中文也有英文，但看不出哪些是一对（编号写成 `zh-price` 和 `en-price` 就能看出）。"
            "只有一种语言的条目，用另一种语言提问就不容易找到。"
        ),
        "neither": "没有认出中文或英文；按意思搜索是为这两种语言做的。",
        "mend": "{title}（第 {rows} 行）。{advice}",
        "address": "把 `spec.yaml` 里的 `support@example.com` 换成您自己的地址。",
        "test": "把 50 到 100 个客户的原话和对应条目的编号写进 `data/test.jsonl`：在那之前，没有数字能说明系统有多好。",
        "made": "{folder} 已生成：{entries} 个条目，{queries} 个按规则改写的问题。",
        "found": "数据里发现的问题（怎么办见 {report}）：",
        "nothing": "数据里没有发现问题。",
        "next": "接下来：",
        "aside": "原来的内容在 {folder}。",
    },
}
