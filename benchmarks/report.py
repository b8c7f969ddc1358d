"""Seconds of the command line: processor time of help and check, wall time of the whole bundled report.

Run it from anywhere: `python benchmarks/report.py`. It prints; it never fails on a time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
REPEATS = 5


def main() -> None:
    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}")
    for arguments in (["--help"], ["check", "studies"]):
        times = [seconds(arguments) for _ in range(REPEATS)]
        cpu, wall = min(cpu for cpu, _ in times), min(wall for _, wall in times)
        print(
            f"metaan {' '.join(arguments):<14} {cpu:6.2f} s of processor {wall:6.2f} s of wall"
            f" (best of {REPEATS})"
        )
    with tempfile.TemporaryDirectory() as place:
        cpu, wall = seconds(["report", "studies", "--out", f"{place}/out", "--quiet"])
    print(f"metaan report studies {cpu:6.2f} s of processor {wall:6.2f} s of wall")


def seconds(arguments: list[str]) -> tuple[float, float]:
    """Run a command and give its processor time, children included, and its wall time."""
    before, start = os.times(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "metaan", *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    after, wall = os.times(), time.perf_counter() - start
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system, wall


if __name__ == "__main__":
    main()
