"""Time one meta-regression against a naive twin and against pooling, in one run.

Usage: python benchmarks/regression.py

The data are the 13 BCG trials (Colditz 1994, log risk ratios) on their latitude. The twin is Fisher scoring
with explicit matrices, returning coefficients and standard errors only. Times are of the processor; read the
ratios, for they depend on the machine.
"""

from __future__ import annotations

from time import process_time
from timeit import repeat
from typing import TYPE_CHECKING

import numpy as np

from metaan import effect_sizes, pool, regress, subgroups

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS = (4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27)
TREATED = (123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913)
CONTROL_EVENTS = (11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29)
CONTROLS = (139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854)
LATITUDE = (44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33)

CALLS, ROUNDS = 100, 7
BAR = 1.0
"""Milliseconds for one full REML result."""


def naive(yi: np.ndarray, vi: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    X = np.column_stack([np.ones(len(x)), x])
    tau2 = max(0.0, float(np.var(yi, ddof=1) - np.mean(vi)))
    for _ in range(100):
        W = np.diag(1 / (vi + tau2))
        inverse = np.linalg.inv(X.T @ W @ X)
        P = W - W @ X @ inverse @ X.T @ W
        step = (yi @ P @ P @ yi - np.trace(P)) / np.trace(P @ P)
        tau2 = max(0.0, tau2 + step)
        if abs(step) < 1e-12:
            break
    return inverse @ X.T @ W @ yi, np.sqrt(np.diag(inverse))


def milliseconds(call: Callable[[], object]) -> float:
    call()
    return 1000 * min(repeat(call, number=CALLS, repeat=ROUNDS, timer=process_time)) / CALLS


def main() -> None:
    effects = effect_sizes("RR", ai=EVENTS, n1i=TREATED, ci=CONTROL_EVENTS, n2i=CONTROLS)
    yi, vi, x = effects.yi, effects.vi, np.array(LATITUDE, dtype=float)
    groups = ["north" if latitude > 33 else "south" for latitude in LATITUDE]
    times = {
        "regress, REML": milliseconds(lambda: regress(yi, vi, x)),
        "regress, DL": milliseconds(lambda: regress(yi, vi, x, method="DL", test="z")),
        "naive REML": milliseconds(lambda: naive(yi, vi, x)),
        "pool, REML": milliseconds(lambda: pool(yi, vi)),
        "subgroups, REML": milliseconds(lambda: subgroups(yi, vi, groups)),
    }
    for name, time in times.items():
        print(f"{name:18}{time:8.3f} ms  {time / times['regress, REML']:5.2f} times one regression")
    print(f"bar: {BAR} ms for one regression by REML")


if __name__ == "__main__":
    main()
