"""Time the mixed models on the 13 BCG trials against a naive twin, in one run.

Usage: python benchmarks/glmm.py

The twin is the conditional model as one would write it first: for every study the noncentral hypergeometric
probabilities on a fixed grid of 201 points, and a general-purpose optimiser on their sum. It gives the
estimate and tau2 only. Times are of the processor; read the ratios, for they depend on the machine.
"""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln, logsumexp

from metaan import glmm

if TYPE_CHECKING:
    from collections.abc import Callable

CELLS = {
    "ai": (4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27),
    "n1i": (123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913),
    "ci": (11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29),
    "n2i": (139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854),
}

BAR = 0.5
"""Seconds for one CM.EL fit with its full result."""

ROUNDS = 5
POINTS = 201


def naive() -> tuple[float, float]:
    points = np.linspace(-8, 8, POINTS)
    weights = np.exp(-(points**2) / 2)
    weights /= weights.sum()
    rows = list(zip(*CELLS.values(), strict=True))

    def height(parameters: np.ndarray) -> float:
        effect, tau = parameters
        total = 0.0
        for a, n1, c, n2 in rows:
            x = np.arange(max(0, a + c - n2), min(a + c, n1) + 1)
            ways = log_choose(n1, x) + log_choose(n2, a + c - x)
            terms = ways + np.outer(effect + tau * points, x)
            total += np.log(weights @ np.exp(terms[:, a - x[0]] - logsumexp(terms, axis=1)))
        return -total

    found = minimize(height, np.array([0.0, 0.5]), method="Nelder-Mead")
    return float(found.x[0]), float(found.x[1] ** 2)


def log_choose(n: int, x: np.ndarray) -> np.ndarray:
    return gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)


def seconds(call: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = process_time()
        call()
        times.append(process_time() - start)
    return min(times)


def main() -> None:
    glmm(**CELLS, model="CM.EL")
    fast = {
        model: seconds(lambda m=model: glmm(**CELLS, model=m), ROUNDS)
        for model in ("CM.EL", "UM.FS", "UM.RS")
    }
    for model, time in fast.items():
        fit = glmm(**CELLS, model=model)
        bar = f"bar {BAR} s" if model == "CM.EL" else ""
        print(f"{model:12}{time:8.3f} s  {fit.estimate:.7f}  tau2 {fit.tau2:.7f}  {fit.nodes} nodes  {bar}")
    slow = seconds(naive, 1)
    estimate, tau2 = naive()
    ratio = slow / fast["CM.EL"]
    print(f"{'naive CM.EL':12}{slow:8.3f} s  {estimate:.7f}  tau2 {tau2:.7f}  {ratio:.0f} times metaan's")


if __name__ == "__main__":
    main()
