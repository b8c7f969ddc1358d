"""Time the pooling of every subset of the studies against the same without its lanes, in one run.

Usage: python benchmarks/gosh.py

Thirteen studies, 8,191 subsets, and twenty, 1,048,575. The twins are `pool` on one subset after another,
timed on a sample of the subsets, and one matrix product for the sums of DerSimonian-Laird, without checks and
without the loss of digits guarded against. Times are the best of several rounds; read the ratios.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from metaan import gosh, pool

if TYPE_CHECKING:
    from collections.abc import Callable

    from metaan.types import BoolArray, FloatArray

ROUNDS = 5
SAMPLE = 300
BARS = {13: 0.05, 20: 3.0}
"""Seconds for all subsets of so many studies by REML."""


def studies(k: int) -> tuple[FloatArray, FloatArray]:
    random = np.random.default_rng(13)
    vi = random.uniform(0.02, 0.3, k)
    return 0.5 + random.standard_normal(k) * np.sqrt(vi + 0.05), vi


def seconds(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return min(times)


def one_by_one(yi: FloatArray, vi: FloatArray, members: BoolArray, method: str) -> None:
    for row in members:
        pool(yi[row], vi[row], method=method, test="z")


def one_product(yi: FloatArray, vi: FloatArray, members: BoolArray) -> FloatArray:
    w = 1 / vi
    sums = members.astype(np.float64) @ np.column_stack([np.ones_like(w), w, w * w, w * yi, w * yi * yi])
    k, weight, squares, first, second = sums.T
    with np.errstate(all="ignore"):
        found: FloatArray = (second - first**2 / weight - (k - 1)) / (weight - squares / weight)
    return np.maximum(found, 0.0)


def main() -> None:
    random = np.random.default_rng(1)
    for k, bar in BARS.items():
        yi, vi = studies(k)
        subsets = 2**k - 1
        for method in ("REML", "DL"):
            time = seconds(lambda yi=yi, vi=vi, method=method: gosh(yi, vi, method=method, subsets=2**20 - 1))
            against = f" (bar {bar})" if method == "REML" else ""
            print(f"{method}: {subsets:,} subsets of {k} studies in {time:.3f} s{against}")
            members = gosh(yi, vi, method="EE", subsets=2**20 - 1).members
            some = members[random.choice(subsets, SAMPLE, replace=False)]
            singly = seconds(lambda yi=yi, vi=vi, some=some, m=method: one_by_one(yi, vi, some, m), 1)
            print(f"   pool, one by one {singly / SAMPLE * subsets / time:9.1f} times the time of the above")
        product = seconds(lambda yi=yi, vi=vi, members=members: one_product(yi, vi, members))
        print(f"   one product (τ²) {product / time:9.2f} times the time of the above")


if __name__ == "__main__":
    main()
