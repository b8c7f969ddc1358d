"""Time `metaan.network` against explicit big matrices, and contributions against listing every path.

Run with metaan installed: `python benchmarks/network.py`. Prints milliseconds of CPU and how many times
longer the naive twins take (half a minute in all); nothing fails on a time.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from time import process_time

import numpy as np

from metaan import contributions, decompose_designs, network, split_nodes

ROOT = Path(__file__).resolve().parent.parent
SIZES = ((26, 10, 20.0), (200, 50, 300.0))
FLOWS = ((93, 22, 2000.0),)
GROWTH = ((40, 10), (200, 50), (800, 200))


def naive(room):
    """Load a twin that the tests compare with."""
    spec = importlib.util.spec_from_file_location(room, ROOT / "tests" / "naive" / f"{room}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[room] = module
    spec.loader.exec_module(module)
    return module


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


def milliseconds(function, *values, repeat, **words):
    """Give the shortest CPU time of some runs."""
    times = []
    for _ in range(repeat):
        start = process_time()
        function(*values, **words)
        times.append(process_time() - start)
    return 1000 * min(times)


def report(studies, treatments, method, ours, aim, twin):
    row = f"{studies:7d}  {treatments:10d}  {method:12s}"
    print(f"{row} {ours:6.1f} ms {aim:6.0f} ms {twin:6.0f} ms {twin / ours:7.1f}")


def time_networks():
    twin = naive("test_network").naive_network
    for studies, treatments, aim in SIZES:
        data = made_up(studies, treatments)
        network(*data)
        for method in ("REML", "DL"):
            ours = milliseconds(network, *data, method=method, repeat=5)
            slow = milliseconds(twin, *data, method=method, repeat=1)
            report(studies, treatments, method, ours, aim, slow)


def time_contributions():
    twin = naive("test_contributions").naive_contributions
    for studies, treatments, aim in FLOWS:
        data = made_up(studies, treatments)
        fit = network(*data)
        for method in ("shortestpath", "randomwalk"):
            ours = milliseconds(contributions, fit, of="studies", method=method, repeat=5)
            slow = milliseconds(twin, *data[:3], data[4], fit.tau2, method, repeat=1)
            report(studies, treatments, method, ours, aim, slow)


def time_growth():
    """Show how cost grows where studies and treatments grow alike: fits, splits, Q by design, one flow."""
    print("\nstudies  treatments  work           metaan   times the size before")
    before = {}
    for studies, treatments in GROWTH:
        data = made_up(studies, treatments)
        fit = network(*data)
        work = {
            "network": lambda data=data: network(*data),
            "split_nodes": lambda fit=fit: split_nodes(fit),
            "decompose": lambda fit=fit: decompose_designs(fit),
        }
        for name, run in work.items():
            ours = milliseconds(run, repeat=3)
            grown = f"{ours / before[name]:7.1f}" if name in before else "      –"
            print(f"{studies:7d}  {treatments:10d}  {name:12s} {ours:7.1f} ms {grown}")
            before[name] = ours


def main():
    print("studies  treatments  method          metaan       aim     naive   times")
    time_networks()
    time_contributions()
    time_growth()


if __name__ == "__main__":
    main()
