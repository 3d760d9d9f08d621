"""Does a help desk keep its answers as it grows? Its entries among ever more that have nothing to do with them.

    python benchmarks/retrieval_scale.py [--entries 1000 10000 100000]

To the 286 entries of specs/data are added generated ones about a household shop, half Chinese, half English, and the
system of specs/helpdesk.yaml is built. hit@1 is measured on the validation questions, with the weights that were learnt
without them (cross-fitting), so that the test stays untouched. Opening, memory and time a question are those of a fresh
process that opens the run and is asked one question after the other.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "specs" / "data"
ASKED = 200

THINGS = {
    "en": """kettle toaster blender fridge oven lamp sofa mattress curtain carpet heater vacuum iron fan mirror wardrobe
        bookshelf desk stool bathtub tap shower mop bucket towel pillow blanket candle vase clock doormat ladder hammer
        drill saw rake hose lawnmower grill parasol tent backpack suitcase umbrella bicycle helmet scooter pram cot""",
    "zh": """水壶 烤面包机 搅拌机 冰箱 烤箱 台灯 沙发 床垫 窗帘 地毯 取暖器 吸尘器 熨斗 风扇 镜子 衣柜 书架 书桌
        凳子 浴缸 水龙头 花洒 拖把 水桶 毛巾 枕头 毯子 蜡烛 花瓶 挂钟 门垫 梯子 锤子 电钻 锯子 耙子 水管 割草机 烤架
        遮阳伞 帐篷 背包 行李箱 雨伞 自行车 头盔 滑板车 婴儿车 婴儿床""",
}
ABOUT = {
    "en": """colour warranty delivery cleaning parts noise height weight assembly wrapping return discount cord handle
        smell rust filter size packaging price""",
    "zh": "颜色 保修 送货 清洗 配件 噪音 高度 重量 组装 礼品包装 退货 折扣 电源线 把手 异味 生锈 滤网 尺码表 包装 价格",
}
FIRST = {
    "en": "red blue oak steel large small old folding square quiet",
    "zh": "红色 蓝色 橡木 钢制 大号 小号 旧 折叠 方形 静音",
}
ASK = {
    "en": [
        "What should I know about the {about} of the {first} model {number} {thing}?",
        "Is the {about} of {thing} {number} the same as that of the {first} one?",
        "Who helps me with the {about} when my {first} {thing} number {number} disappoints me?",
    ],
    "zh": [
        "{first}款{number}号{thing}的{about}怎么样？",
        "{thing}{number}的{about}和{first}款一样吗？",
        "{number}号{first}{thing}{about}有问题找谁？",
    ],
}
TELL = {
    "en": "Our shop keeps the {about} of every {thing} on a card beside the till. For number {number}, the {first} "
    "one, ask the assistant on the second floor between nine and five, and bring the receipt.",
    "zh": "本店每件{thing}的{about}都写在收银台旁的卡片上。"
    "{number}号{first}款请在九点到五点之间到二楼找店员，并带上小票。",
}


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--adapter", choices=["linear", "none"], default="linear")
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.build or arguments.ask:
        sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]
        print(json.dumps(built(arguments.build) if arguments.build else asked(arguments.ask)))
        return
    print(f"{platform.platform()}, Python {platform.python_version()}")
    print("| entries | hit@1 | build, s | build, MB | run, MB | open, s | serving, MB | p50, ms | p95, ms |")
    print("|---|---|---|---|---|---|---|---|---|")
    for entries in arguments.entries:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), entries, arguments.adapter)
            found = {**child("--build", folder), **child("--ask", folder)}
        names = ("hit", "build_s", "build_mb", "run_mb", "open_s", "serve_mb", "p50_ms", "p95_ms")
        print(f"| {entries:,} | {' | '.join(found[name] for name in names)} |", flush=True)


def child(flag: str, folder: str) -> dict[str, str]:
    """Run this script in a fresh process and return what it found."""
    done = subprocess.run([sys.executable, __file__, flag, folder], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def built(folder: Path) -> dict[str, str]:
    """Build the system in `folder`."""
    import toolkit

    start = time.monotonic()
    system = toolkit.build(folder / "spec.yaml", folder / "run")
    table = next(s for s in system.report["sections"] if s["title"] == "What each part finds alone")["blocks"][1][
        "table"
    ]
    hit = next(row for row in table["rows"] if row[0] == "all together")[1]
    size = sum(file.stat().st_size for file in (folder / "run").rglob("*") if file.is_file())
    return {
        "hit": f"{hit:.3f}",
        "build_s": f"{time.monotonic() - start:.0f}",
        "build_mb": f"{peak_mb():,.0f}",
        "run_mb": f"{size / 1e6:,.0f}",
    }


def asked(folder: Path) -> dict[str, str]:
    """Open the run and ask it questions one after the other."""
    import toolkit

    start = time.monotonic()
    system = toolkit.open(folder / "run")
    opened = time.monotonic() - start
    rows = [json.loads(line) for line in (DATA / "helpdesk-validation.jsonl").read_text(encoding="utf-8").splitlines()]
    took = []
    for row in rows[:ASKED]:
        start = time.monotonic()
        system.predict({"question": row["query"]})
        took.append((time.monotonic() - start) * 1e3)
    took.sort()
    return {
        "open_s": f"{opened:.1f}",
        "serve_mb": f"{peak_mb():,.0f}",
        "p50_ms": f"{took[len(took) // 2]:.1f}",
        "p95_ms": f"{took[int(len(took) * 0.95)]:.1f}",
    }


def peak_mb() -> float:
    """Return the largest memory that this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)  # bytes there, KiB elsewhere


def write(folder: Path, entries: int, adapter: str) -> None:
    """Write the entries and a spec."""
    own = (DATA / "helpdesk-entries.jsonl").read_text(encoding="utf-8").splitlines()
    others = (json.dumps(row, ensure_ascii=False) for row in unrelated(entries - len(own)))
    (folder / "entries.jsonl").write_text("\n".join([*own, *others]) + "\n", encoding="utf-8")
    spec = f"""
name: run
data: {{use: faq, entries: entries.jsonl, queries: {{validation: "{DATA / "helpdesk-validation.jsonl"}"}}}}
tokenizer: {{use: words, chinese: bigrams}}
device: {{use: cpu, threads: 1}}
architecture: {{use: hybrid, dense: {{use: dual-encoder, adapter: {adapter}}}}}
metrics: []
"""
    (folder / "spec.yaml").write_text(spec, encoding="utf-8")


def unrelated(count: int) -> Iterator[dict[str, str]]:
    """Yield entries of a household shop, no two alike."""
    source = random.Random(0)
    for number in range(count):
        language = ("en", "zh")[number % 2]
        words = {
            name: source.choice(listed[language].split())
            for name, listed in (("thing", THINGS), ("about", ABOUT), ("first", FIRST))
        }
        question = source.choice(ASK[language]).format(number=number, **words)
        yield {
            "id": f"x{number}",
            "question": question,
            "answer": TELL[language].format(number=number, **words),
            "language": language,
        }


if __name__ == "__main__":
    main()
