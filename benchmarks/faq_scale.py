"""Time and peak memory of `faq` through `bm25`, from a thousand entries to a hundred thousand.

    python benchmarks/faq_scale.py [--entries 1000 10000 100000]

Entries are generated (half English, half Chinese, words by Zipf's law), so the script needs nothing but the toolkit.
Each size is built in a fresh process by `toolkit build`, with the same 200 test queries' worth of evaluation. A
slope of 1 is linear: it is the exponent of the line through the points, both axes logarithmic, with what an empty
build costs (the smallest size) taken off.
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
    print(f"{'entries':>8} {'build s':>8} {'peak MB':>8} {'run MB':>7} {'query ms':>9}")
    found = [in_fresh_process(entries) for entries in arguments.entries]
    print_growth(arguments.entries, found)


def in_fresh_process(entries: int) -> dict[str, float]:
    """Generate data of a size, build on it in a process of its own, print its row."""
    with tempfile.TemporaryDirectory() as folder:
        write_data(Path(folder), entries)
        command = [sys.executable, __file__, "--child", folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    row = (found["seconds"], found["peak_mb"], found["run_mb"], found["query_ms"])
    print(f"{entries:>8} {row[0]:>8.2f} {row[1]:>8.0f} {row[2]:>7.1f} {row[3]:>9.2f}", flush=True)
    return found


def measured(folder: Path) -> dict[str, float]:
    """Build the spec in `folder`; return what it took. Runs alone in its process."""
    sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]
    import toolkit

    start = time.monotonic()
    system = toolkit.build(folder / "spec.yaml", folder / "run")
    seconds = time.monotonic() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    questions = [{"question": text} for text in (folder / "asked.txt").read_text(encoding="utf-8").splitlines()]
    start = time.monotonic()
    system.predict(questions)
    query = (time.monotonic() - start) / len(questions)
    size = sum(file.stat().st_size for file in (folder / "run").rglob("*") if file.is_file())
    peak_mb = peak / (1e6 if sys.platform == "darwin" else 1e3)  # bytes there, KiB elsewhere
    return {"seconds": seconds, "peak_mb": peak_mb, "run_mb": size / 1e6, "query_ms": query * 1e3}


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
        self.weights = {
            len(listed): [sum(1 / n for n in range(1, 2))] and list(_cumulated(len(listed)))
            for listed in (self.english, self.chinese)
        }

    def text(self, length: int, chinese: bool) -> str:
        """Return a text of so many English words, or of twice as many Chinese characters."""
        listed, length = (self.chinese, 2 * length) if chinese else (self.english, length)
        return ("" if chinese else " ").join(
            self.source.choices(listed, cum_weights=self.weights[len(listed)], k=length)
        )


def _cumulated(count: int):
    total = 0.0
    for rank in range(1, count + 1):
        total += 1 / rank
        yield total


def print_growth(entries: list[int], found: list[dict[str, float]]) -> None:
    """Print how time and memory grow between the sizes."""
    for name, unit, scale in (("seconds", "ms", 1e3), ("peak_mb", "KB", 1e3)):
        for (small, before), (large, after) in zip(
            list(zip(entries, found, strict=True))[:-1], list(zip(entries, found, strict=True))[1:], strict=True
        ):
            each = (after[name] - before[name]) / (large - small) * scale
            print(f"{name}: {each:.3f} {unit} an entry from {small} to {large}")
        if len(entries) >= 3:
            base = found[0][name]
            grown = math.log((found[-1][name] - base) / (found[-2][name] - base))
            steps = math.log((entries[-1] - entries[0]) / (entries[-2] - entries[0]))
            print(f"{name}: slope {grown / steps:.2f} (1 is linear)")


if __name__ == "__main__":
    main()
