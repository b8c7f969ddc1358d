"""Time one pooled result against a naive twin and against statsmodels, in one run.

Usage: python benchmarks/pairwise.py

The data are the 13 BCG trials (Colditz 1994, log risk ratios). The twin is what one would write first: Fisher
scoring for REML and the closed form for DerSimonian-Laird in plain numpy, returning the mean and its interval
only, without checks, tests, notes, or a second mode. Times are of the processor; read the ratios, for they
depend on the machine.
"""

from __future__ import annotations

from time import process_time
from timeit import repeat
from typing import TYPE_CHECKING

import numpy as np

from metaan import heterogeneity_interval, pool

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS = (4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27)
TREATED = (123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913)
CONTROL_EVENTS = (11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29)
CONTROLS = (139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854)

CALLS = 200
ROUNDS = 7
BARS = {"REML": 0.5, "DL": 0.2}
"""Milliseconds for one full result."""


def bcg() -> tuple[np.ndarray, np.ndarray]:
    a, n1, c, n2 = (np.array(x, dtype=float) for x in (EVENTS, TREATED, CONTROL_EVENTS, CONTROLS))
    return np.log(a / n1) - np.log(c / n2), 1 / a - 1 / n1 + 1 / c - 1 / n2


def naive_interval(yi: np.ndarray, vi: np.ndarray, tau2: float) -> tuple[float, float, float]:
    w = 1 / (vi + tau2)
    mean = np.sum(w * yi) / np.sum(w)
    reach = 1.959963984540054 * np.sqrt(1 / np.sum(w))
    return mean, mean - reach, mean + reach


def naive_dl(yi: np.ndarray, vi: np.ndarray) -> tuple[float, float, float]:
    w = 1 / vi
    mean = np.sum(w * yi) / np.sum(w)
    q = np.sum(w * (yi - mean) ** 2)
    tau2 = max(0.0, (q - (len(yi) - 1)) / (np.sum(w) - np.sum(w**2) / np.sum(w)))
    return naive_interval(yi, vi, tau2)


def naive_reml(yi: np.ndarray, vi: np.ndarray) -> tuple[float, float, float]:
    tau2 = max(0.0, np.var(yi, ddof=1) - np.mean(vi))
    for _ in range(100):
        w = 1 / (vi + tau2)
        p = np.diag(w) - np.outer(w, w) / np.sum(w)
        py = p @ yi
        step = (py @ py - np.trace(p)) / np.trace(p @ p)
        tau2 = max(0.0, tau2 + step)
        if abs(step) < 1e-12:
            break
    return naive_interval(yi, vi, tau2)


def milliseconds(call: Callable[[], object]) -> float:
    call()
    return 1000 * min(repeat(call, number=CALLS, repeat=ROUNDS, timer=process_time)) / CALLS


def main() -> None:
    from statsmodels.stats.meta_analysis import combine_effects

    yi, vi = bcg()
    times = {
        "REML": milliseconds(lambda: pool(yi, vi)),
        "REML, naive": milliseconds(lambda: naive_reml(yi, vi)),
        "DL": milliseconds(lambda: pool(yi, vi, method="DL", test="z")),
        "DL, naive": milliseconds(lambda: naive_dl(yi, vi)),
        "DL, statsmodels": milliseconds(lambda: combine_effects(yi, vi, method_re="chi2")),
        "PM": milliseconds(lambda: pool(yi, vi, method="PM", test="z")),
        "PM, statsmodels": milliseconds(lambda: combine_effects(yi, vi, method_re="iterated")),
        "ML": milliseconds(lambda: pool(yi, vi, method="ML", test="z")),
        "Q-profile": milliseconds(lambda: heterogeneity_interval(yi, vi)),
    }
    for name, time in times.items():
        method = name.partition(",")[0]
        ratio = (
            f"{time / times[method]:6.2f} times metaan's" if "," in name else f"bar {BARS.get(name, '-')} ms"
        )
        print(f"{name:18}{time:8.3f} ms  {ratio}")


if __name__ == "__main__":
    main()
