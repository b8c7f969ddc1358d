"""Time a million analyses against a naive twin, statsmodels and `pool` in one run, and their memory.

Usage: python benchmarks/batch.py [ANALYSES]

Thirteen studies each, effects normal around 0.5 with tau2 = 0.05, variances uniform from 0.02 to 0.3; then
the same with a study missing from every tenth. The twins are what one would write first in numpy, on rows in
blocks, and for REML Fisher scoring of all lanes until the last one stands, without a look for the boundary or
a second mode. "Bare arithmetic" is DerSimonian-Laird on lanes that lie side by side already. Times are the
best of several rounds by the wall clock, for `pool_many` computes in as many threads as there are processors;
read the ratios, for they depend on the machine and on what else runs on it.
"""

from __future__ import annotations

import sys
import tracemalloc
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from metaan import pool, pool_many

if TYPE_CHECKING:
    from collections.abc import Callable

STUDIES = 13
SAMPLE = 2_000
ROUNDS = 5
BARS = {"DL": 10.0, "REML": 0.7}
"""Million fits a second."""

MEMORY_BAR = 1.5
"""Peak memory with the input in it, over the input."""


def analyses(n: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(13)
    vi = random.uniform(0.02, 0.3, (n, STUDIES))
    yi = random.standard_normal((n, STUDIES))
    yi *= np.sqrt(vi + 0.05)
    yi += 0.5
    return yi, vi


def naive_dl(yi: np.ndarray, vi: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    w = 1 / vi
    w[np.isnan(yi)] = 0
    y = np.nan_to_num(yi)
    mean = np.sum(w * y, axis=1) / np.sum(w, axis=1)
    q = np.sum(w * (y - mean[:, None]) ** 2, axis=1)
    c = np.sum(w, axis=1) - np.sum(w**2, axis=1) / np.sum(w, axis=1)
    tau2 = np.maximum(0, (q - (np.sum(w > 0, axis=1) - 1)) / c)
    return naive_mean(y, vi, w, tau2)


def naive_reml(yi: np.ndarray, vi: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    here = ~np.isnan(yi)
    y = np.nan_to_num(yi)
    tau2 = np.maximum(0, np.nanvar(yi, axis=1, ddof=1) - np.mean(vi, axis=1))
    for _ in range(100):
        w = here / (vi + tau2[:, None])
        total = np.sum(w, axis=1)
        mean = np.sum(w * y, axis=1) / total
        py = w * (y - mean[:, None])
        w2, w3 = np.sum(w**2, axis=1), np.sum(w**3, axis=1)
        trace_pp = w2 - 2 * w3 / total + (w2 / total) ** 2
        step = (np.sum(py**2, axis=1) - (total - w2 / total)) / trace_pp
        following = np.maximum(0, tau2 + step)
        if np.max(np.abs(following - tau2)) < 1e-10:
            break
        tau2 = following
    return naive_mean(y, vi, here, tau2)


def naive_mean(
    y: np.ndarray, vi: np.ndarray, here: np.ndarray, tau2: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    w = (here > 0) / (vi + tau2[:, None])
    return np.sum(w * y, axis=1) / np.sum(w, axis=1), 1 / np.sqrt(np.sum(w, axis=1)), tau2


def bare_dl(y: np.ndarray, v: np.ndarray) -> np.ndarray:
    """No checks, no absent studies, no centre: what the arithmetic itself costs."""
    w = 1 / v
    total = w.sum(0)
    mean = np.einsum("kd,kd->d", w, y) / total
    r = y - mean
    q = np.einsum("kd,kd->d", w * r, r)
    tau2 = np.maximum(0, (q - (len(y) - 1)) / (total - np.einsum("kd,kd->d", w, w) / total))
    w = 1 / (v + tau2)
    return np.einsum("kd,kd->d", w, y) / w.sum(0)


def seconds(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return min(times)


def peak_over_input(yi: np.ndarray, vi: np.ndarray, method: str) -> float:
    tracemalloc.start()
    pool_many(yi, vi, method=method)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return 1 + peak / (yi.nbytes + vi.nbytes)


def in_blocks(call: Callable[..., object], yi: np.ndarray, vi: np.ndarray, size: int = 16_000) -> None:
    for start in range(0, len(yi), size):
        call(yi[start : start + size], vi[start : start + size])


def main() -> None:
    from statsmodels.stats.meta_analysis import combine_effects

    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    yi, vi = analyses(n)
    times = {}
    for method, naive in (("DL", naive_dl), ("REML", naive_reml)):
        times[method] = seconds(lambda method=method: pool_many(yi, vi, method=method)) / n
        memory = peak_over_input(yi, vi, method)
        print(f"{method}: {1e-6 / times[method]:6.2f} million fits a second (bar {BARS[method]})", end="")
        print(f", peak memory {memory:.2f} times the input (bar {MEMORY_BAR})")
        twin = seconds(lambda naive=naive: in_blocks(naive, yi, vi), 1) / n
        singly = seconds(lambda method=method: pool_singly(yi, vi, method), 1) / SAMPLE
        tell(method, "naive numpy twin", twin / times[method])
        tell(method, "pool, one by one", singly / times[method])
    with np.errstate(invalid="ignore"):
        theirs = [lambda i=i: combine_effects(yi[i], vi[i], method_re="chi2") for i in range(SAMPLE)]
        tell("DL", "statsmodels", seconds(lambda: [call() for call in theirs], 1) / SAMPLE / times["DL"])
    y, v = (np.ascontiguousarray(x[:4000].T) for x in (yi, vi))
    calls = max(1, n // y.shape[1])
    tell(
        "DL",
        "bare arithmetic",
        seconds(lambda: [bare_dl(y, v) for _ in range(calls)]) / y.size * STUDIES / calls / times["DL"],
    )
    yi[::10, 4] = np.nan
    for method, time in times.items():
        tell(
            method,
            "with absent studies",
            seconds(lambda method=method: pool_many(yi, vi, method=method)) / n / time,
        )


def pool_singly(yi: np.ndarray, vi: np.ndarray, method: str) -> None:
    for i in range(SAMPLE):
        pool(yi[i], vi[i], method=method, test="z")


def tell(method: str, what: str, ratio: float) -> None:
    print(f"   {method:5}{what:22}{ratio:9.2f} times the time of the above")


if __name__ == "__main__":
    main()
