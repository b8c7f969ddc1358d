"""Seconds of the command line: help, check, and the bundled report from nothing, unchanged, after one cell.

Run it from anywhere: `python benchmarks/report.py`. Machines differ: each wall time stands beside its ratio
to that of `import pandas` in the same run. It prints; it never fails on a time.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
REPEATS = 5
METAAN = ("-m", "metaan")


def main() -> None:
    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}")
    unit = min(seconds("-c", "import pandas")[1] for _ in range(REPEATS))
    print(f"{'import pandas':<34} {unit:6.2f} s of wall (best of {REPEATS})")
    for arguments in (("--help",), ("check", "studies")):
        show(f"metaan {' '.join(arguments)}", [seconds(*METAAN, *arguments) for _ in range(REPEATS)], unit)
    with tempfile.TemporaryDirectory() as place:
        os.environ["METAAN_CACHE"] = f"{place}/cache"
        review = Path(shutil.copytree(ROOT / "studies", f"{place}/studies"))
        report = (*METAAN, "report", str(review), "--out", f"{place}/out", "--quiet")
        show("report from nothing", [seconds(*report)], unit)
        show("report, nothing changed", [seconds(*report) for _ in range(REPEATS)], unit)
        changed = []
        for _ in range(REPEATS):
            one_event_more(review / "results.csv")
            changed.append(seconds(*report))
        show("report, one cell changed", changed, unit)


def show(name: str, times: list[tuple[float, float]], unit: float) -> None:
    cpu, wall = (median(column) for column in zip(*times, strict=True))
    often = f"median of {len(times)}" if len(times) > 1 else "once"
    print(
        f"{name:<34} {wall:6.2f} s of wall ({wall / unit:.1f} x pandas), {cpu:.2f} s of processor ({often})"
    )


def one_event_more(file: Path) -> None:
    """Change a number that a whole network analysis with its figures follows from."""
    with file.open(encoding="utf-8", newline="") as held:
        rows = list(csv.DictReader(held))
    row = next(row for row in rows if row["outcome_id"] == "dizziness" and row["arm_id"] == "placebo")
    row["events"] = str(int(row["events"]) + 1)
    with file.open("w", encoding="utf-8", newline="") as held:
        writer = csv.DictWriter(held, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def seconds(*arguments: str) -> tuple[float, float]:
    """Run Python and give its processor time, children that it waits for included, and its wall time."""
    before, start = os.times(), time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    after, wall = os.times(), time.perf_counter() - start
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system, wall


if __name__ == "__main__":
    main()
