"""Time `metaan.network` against the same model fitted with explicit big matrices.

Run with metaan installed: `python benchmarks/network.py`. Prints milliseconds of CPU and how many times
longer the naive twin takes; nothing fails on a time.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from time import process_time

import numpy as np

from metaan import network

ROOT = Path(__file__).resolve().parent.parent
SIZES = ((26, 10, 20.0), (200, 50, 300.0))


def naive_network():
    """Load the twin that the tests compare with."""
    spec = importlib.util.spec_from_file_location(
        "test_network", ROOT / "tests" / "naive" / "test_network.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["test_network"] = module
    spec.loader.exec_module(module)
    return module.naive_network


def made_up(studies, treatments, seed=1):
    """Draw a connected network of consistent contrasts; every eighth study has three arms."""
    rng = np.random.default_rng(seed)
    effects = rng.normal(0, 0.5, treatments)
    rows = []
    for study in range(studies):
        arms = [study % treatments, *rng.choice(treatments, 3, replace=False)]
        arms = list(dict.fromkeys(int(arm) for arm in arms))[: 3 if study % 8 == 0 else 2]
        arms[1] = 0 if study < treatments and 0 not in arms else arms[1]
        spread = rng.uniform(0.05, 0.3, len(arms))
        values = effects[arms] + rng.normal(0, np.sqrt(spread**2 + 0.05))
        for i in range(len(arms)):
            for j in range(i + 1, len(arms)):
                names = (f"s{study}", f"t{arms[i]:02d}", f"t{arms[j]:02d}")
                rows.append((*names, values[i] - values[j], np.hypot(spread[i], spread[j])))
    return [list(column) for column in zip(*rows, strict=True)]


def milliseconds(function, data, method, repeat):
    """Give the shortest CPU time of some runs."""
    times = []
    for _ in range(repeat):
        start = process_time()
        function(*data, method=method)
        times.append(process_time() - start)
    return 1000 * min(times)


def main():
    naive = naive_network()
    print("studies  treatments  method    metaan       aim     naive   times")
    for studies, treatments, aim in SIZES:
        data = made_up(studies, treatments)
        network(*data)
        for method in ("REML", "DL"):
            ours = milliseconds(network, data, method, repeat=5)
            twin = milliseconds(naive, data, method, repeat=1)
            row = f"{studies:7d}  {treatments:10d}  {method:6s}"
            print(f"{row} {ours:6.1f} ms {aim:6.0f} ms {twin:6.0f} ms {twin / ours:7.1f}")


if __name__ == "__main__":
    main()
