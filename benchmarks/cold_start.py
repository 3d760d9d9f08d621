"""How long the light commands take, as whole processes, and that they import neither torch nor numpy.

python benchmarks/cold_start.py [RUNS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

SPEC = Path(__file__).parents[1] / "specs" / "helpdesk.yaml"
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "toolkit --help": ["-m", "toolkit", "--help"],
    "toolkit validate": ["-m", "toolkit", "validate", str(SPEC)],
    "toolkit plugins": ["-m", "toolkit", "plugins"],
}


def seconds(arguments: list[str]) -> float:
    """Return the wall time of one process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print a table: median, and the smallest and largest of the runs."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs + 1):  # in turn, so that a busy moment hits all of them; the first round warms up
        for name, arguments in COMMANDS.items():
            times[name].append(seconds(arguments))
    print("| command | median s | min | max |\n|---|---|---|---|")
    for name, found in times.items():
        kept = found[1:]
        print(f"| `{name}` | {statistics.median(kept):.3f} | {min(kept):.3f} | {max(kept):.3f} |")


if __name__ == "__main__":
    main()
