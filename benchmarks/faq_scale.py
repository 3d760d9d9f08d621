"""Time and peak memory of `faq` through `bm25`, from a thousand entries to a hundred thousand.

    python benchmarks/faq_scale.py [--entries 1000 10000 100000]

Entries are generated (half English, half Chinese, words by Zipf's law), so nothing but the toolkit is needed. Each
size is built in a fresh process, with the same number of test queries; "query" is one of 200 asked together. The
slope is the exponent of growth once what the smallest build costs is taken off: 1 is linear, 2 quadratic.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from itertools import accumulate, pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUERIES = 200
LENGTHS = {"question": 8, "answer": 60}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(measured(arguments.child)))
        return
    print(f"{platform.platform()}, Python {platform.python_version()}")
    print(f"{'entries':>8} {'build s':>8} {'cpu s':>6} {'peak MB':>8} {'run MB':>7} {'query ms':>9}")
    found = [in_fresh_process(entries) for entries in arguments.entries]
    print_growth(arguments.entries, found)


def in_fresh_process(entries: int) -> dict[str, float]:
    """Generate data of a size, build on it in a process of its own, print its row."""
    with tempfile.TemporaryDirectory() as folder:
        write_data(Path(folder), entries)
        command = [sys.executable, __file__, "--child", folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    print(
        f"{entries:>8} {found['seconds']:>8.2f} {found['cpu_s']:>6.2f} {found['peak_mb']:>8.0f}"
        f" {found['run_mb']:>7.1f} {found['query_ms']:>9.2f}",
        flush=True,
    )
    return found


def measured(folder: Path) -> dict[str, float]:
    """Build the spec in `folder`; return what it took. Runs alone in its process."""
    sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]
    import toolkit

    start, before = time.monotonic(), time.process_time()
    system = toolkit.build(folder / "spec.yaml", folder / "run")
    seconds, cpu = time.monotonic() - start, time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    questions = [{"question": text} for text in (folder / "asked.txt").read_text(encoding="utf-8").splitlines()]
    start = time.monotonic()
    system.predict(questions)
    query = (time.monotonic() - start) / len(questions)
    size = sum(file.stat().st_size for file in (folder / "run").rglob("*") if file.is_file())
    peak_mb = peak / (1e6 if sys.platform == "darwin" else 1e3)  # bytes there, KiB elsewhere
    return {"seconds": seconds, "cpu_s": cpu, "peak_mb": peak_mb, "run_mb": size / 1e6, "query_ms": query * 1e3}


def write_data(folder: Path, entries: int) -> None:
    """Write entries, queries and a spec."""
    source = random.Random(0)
    words = Words(source)
    with (folder / "faq.jsonl").open("w", encoding="utf-8") as file:
        for number in range(entries):
            text = {field: words.text(length, chinese=number % 2 == 1) for field, length in LENGTHS.items()}
            file.write(json.dumps({"id": f"e{number}", **text}, ensure_ascii=False) + "\n")
    asked = [words.text(6, chinese=number % 2 == 1) for number in range(QUERIES)]
    (folder / "asked.txt").write_text("\n".join(asked), encoding="utf-8")
    rows = [{"query": text, "gold_ids": [f"e{source.randrange(entries)}"]} for text in asked]
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "test.jsonl").write_text("\n".join(lines), encoding="utf-8")
    spec = "data: {use: faq, entries: faq.jsonl, queries: {test: test.jsonl}}\ntokenizer: words\narchitecture: bm25\n"
    (folder / "spec.yaml").write_text(spec, encoding="utf-8")


class Words:
    """Draws words of which the n-th most frequent stands in proportion to 1 / n."""

    def __init__(self, source: random.Random) -> None:
        self.source = source
        self.english = ["".join(source.choices(LETTERS, k=source.randint(2, 9))) for _ in range(30_000)]
        self.chinese = [chr(source.randrange(0x4E00, 0x9FA5)) for _ in range(4_000)]
        self.cumulated = list(accumulate(1 / rank for rank in range(1, len(self.english) + 1)))

    def text(self, length: int, chinese: bool) -> str:
        """Return a text of so many English words, or of twice as many Chinese characters."""
        listed, between = (self.chinese, "") if chinese else (self.english, " ")
        length *= 2 if chinese else 1
        return between.join(self.source.choices(listed, cum_weights=self.cumulated[: len(listed)], k=length))


def print_growth(entries: list[int], found: list[dict[str, float]]) -> None:
    """Print what an entry more costs, and how cost grows."""
    sizes = list(zip(entries, found, strict=True))
    for name, unit in (("cpu_s", "ms"), ("peak_mb", "KB")):
        for (small, before), (large, after) in pairwise(sizes):
            each = (after[name] - before[name]) / (large - small) * 1e3
            print(f"{name}: {each:.3f} {unit} an entry, {small} to {large}")
        if len(sizes) >= 3:
            (first, base), (middle, some), (last, most) = sizes[0], sizes[-2], sizes[-1]
            cost = math.log((most[name] - base[name]) / (some[name] - base[name]))
            print(f"{name}: slope {cost / math.log((last - first) / (middle - first)):.2f}")


if __name__ == "__main__":
    main()
