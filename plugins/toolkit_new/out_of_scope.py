"""Questions that a company's entries hardly ever answer: everyday ones, ones about other companies' products, and ones
that only the company itself could answer. The system should learn to refuse them.

Behind each stand its key words. Where an entry holds one of them, the question may well be in scope there, and is
left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ENGLISH = """
What will the weather be like tomorrow? | weather
How do I cut out a picture in Photoshop? | photoshop
How long should I boil an egg so that it stays soft? | egg boil
What can I cook with leftover rice and chicken? | cook chicken
How do I make a pivot table in Excel? | excel pivot
Why does my bread not rise in the oven? | bread oven
Tell me a joke about penguins. | joke penguin
How do I cancel my Netflix subscription? | netflix
What is the square root of 1764? | square
How do I solve x squared minus five x plus six equals zero? | squared
What is the capital of Australia? | australia
Where is the parcel that I ordered from Amazon? | amazon
Who painted the Mona Lisa? | painted mona
How do I block somebody on WhatsApp? | whatsapp
How many bones does a human body have? | bone
Why is the sky blue? | sky
How do I write a for loop in Java? | java loop
How do you say good night in Italian? | italian
Can you write a poem about autumn for me? | poem
Which films should I watch with my grandparents? | film movie grandparent
Who won the football world cup in 2014? | football cup
How do I tip my Uber driver? | uber tip
How do I get better at chess openings? | chess
How do I change my name on LinkedIn? | linkedin
I have had a headache since Monday, what should I take? | headache
My child has a fever of 39 degrees, what now? | fever
Is it dangerous to eat mouldy cheese? | cheese mouldy
How much sleep does a teenager need? | sleep teenager
Who is your chief executive? | executive ceo founder
Can my landlord raise the rent twice a year? | landlord rent
Are you hiring at the moment? | hiring job career vacancy
What is the fine for running a red light? | traffic
What should I see in Lisbon in two days? | lisbon
Do I need a visa for a holiday in Vietnam? | visa vietnam
Where can I park my car at your office? | park parking
What was your turnover last year? | turnover revenue profit
How do I get a coffee stain out of a white shirt? | stain shirt coffee
Who are your biggest competitors? | competitor
My cat does not eat any more, why? | cat
Would you sponsor our school sports day? | sponsor
How do I tune a guitar? | guitar
May my class visit your factory? | factory tour
How do I knit a scarf? | knit scarf
Can I buy shares in your company? | shares stock investor
How do I tell my girlfriend that I am sorry? | girlfriend
What is the meaning of life? | meaning
Are you a human being? | human robot
How are you today? | fine
What is your favourite colour? | favourite
Do you pay with bitcoin or other crypto coins? | bitcoin crypto
How do I change the oil of a motorbike? | motorbike oil
How do I reset the fridge after a power cut? | fridge
Which phone has the best camera this year? | camera
Do you offer internships for students? | internship student intern
How do I take a screenshot on a laptop? | screenshot laptop
What do you give your staff for Christmas? | christmas
How fast can a cheetah run? | cheetah
How do volcanoes erupt? | volcano
Which printer should I buy for my home? | printer
What should I wear to a wedding in summer? | wedding wear
"""

_CHINESE = """
明天天气怎么样？ | 天气
Photoshop 里怎么抠图？ | photoshop 抠图
鸡蛋煮几分钟是溏心的？ | 鸡蛋 溏心
红烧肉怎么做才不腻？ | 红烧肉
Excel 怎么做数据透视表？ | excel 透视
面团为什么发不起来？ | 面团
给我讲个笑话吧 | 笑话
爱奇艺会员怎么取消自动续费？ | 爱奇艺
1764 的平方根是多少？ | 平方根
鸡兔同笼这道题怎么解？ | 鸡兔
澳大利亚的首都是哪里？ | 澳大利亚 首都
我在淘宝买的东西到哪了？ | 淘宝
蒙娜丽莎是谁画的？ | 蒙娜丽莎
微信怎么拉黑好友？ | 微信 拉黑
人身上有多少块骨头？ | 骨头
天空为什么是蓝色的？ | 天空
Java 的 for 循环怎么写？ | java 循环
晚安用法语怎么说？ | 法语 晚安
帮我写一首关于秋天的诗 | 诗 秋天
有什么适合全家一起看的电影？ | 电影
2014 年世界杯冠军是谁？ | 世界杯 冠军
滴滴打车怎么开行程单？ | 滴滴 打车
象棋开局怎么走比较好？ | 象棋
抖音怎么改昵称？ | 抖音 昵称
我从周一开始头疼，吃什么药？ | 头疼 头痛
孩子发烧 39 度怎么办？ | 发烧
发霉的花生还能吃吗？ | 发霉 花生
晚上失眠睡不着怎么办？ | 失眠 睡不着
你们老板是谁？ | 老板 创始人 总裁
房东突然要涨房租合法吗？ | 房东 房租
你们最近还招人吗？ | 招人 招聘
闯红灯扣几分？ | 红灯
去成都玩三天怎么安排？ | 成都 玩
去泰国旅游要提前办签证吗？ | 泰国 签证 旅游
你们办公楼下能停车吗？ | 停车
你们公司去年赚了多少钱？ | 营收 利润 赚
白衬衫上的咖啡渍怎么洗？ | 衬衫 咖啡
你们最大的竞争对手是哪家？ | 竞争对手
我家的猫不吃东西了 | 猫
能赞助我们学校的运动会吗？ | 赞助
吉他怎么调音？ | 吉他
可以带学生去你们工厂参观吗？ | 工厂 参观
围巾怎么织？ | 围巾
在哪里能买你们公司的股票？ | 股票 股份 上市
怎么跟女朋友道歉？ | 女朋友 道歉
人活着的意义是什么？ | 活着 意义
你是真人还是机器人？ | 机器人 真人
你今天心情好吗？ | 心情
你喜欢什么颜色？ | 颜色
可以用比特币付款吗？ | 比特币
摩托车多久换一次机油？ | 摩托车 机油
冰箱不制冷了怎么修？ | 冰箱
今年哪款手机拍照最好？ | 拍照
你们收暑期实习生吗？ | 实习
笔记本电脑怎么截图？ | 截图 笔记本
你们过年给员工发什么福利？ | 福利 过年
猎豹跑得有多快？ | 猎豹
火山为什么会喷发？ | 火山
家里用买哪款打印机好？ | 打印机
夏天参加婚礼穿什么合适？ | 婚礼
"""


def _read(text: str) -> list[tuple[str, list[str]]]:
    lines = (line.partition("|") for line in text.strip().split("\n"))
    return [(question.strip(), words.split()) for question, _, words in lines]


QUESTIONS = {"en": _read(_ENGLISH), "zh": _read(_CHINESE)}


def questions(texts: Iterable[str], languages: Iterable[str]) -> list[tuple[str, str]]:
    """Return the language and the text of each question in these languages whose key words none of `texts` holds.

    Args:
        texts: what is asked of the entries, and their titles.
    """
    every = "\n".join(texts).casefold()
    words = set(re.findall(r"[a-z]+", every))
    words |= {word.removesuffix("s") for word in words}

    def is_near(word: str) -> bool:
        return word in words if word.isascii() else word in every

    return [
        (language, question)
        for language in languages
        for question, key_words in QUESTIONS[language]
        if not any(map(is_near, key_words))
    ]
