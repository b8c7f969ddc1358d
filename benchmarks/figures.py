"""How long a forest plot takes, warm: layout, figure, and each format.

Run `python benchmarks/figures.py`. The baseline, a bare matplotlib figure with as many texts, is measured in
the same run; read the ratios.
"""

from __future__ import annotations

import importlib.util
import io
import time
from math import log
from pathlib import Path

from matplotlib.figure import Figure

from metaan.figures.drawing import render
from metaan.figures.forest import forest_plot, layout_forest

BUILDERS = Path(__file__).parents[1] / "tests" / "figures" / "conftest.py"
STUDIES = 13
TEXTS = 110
RUNS = 7
OPTIONS = {
    "measure": "RR",
    "direction": "lower_better",
    "kind": "binary",
    "names": {"drug": "Drug", "placebo": "Placebo"},
    "outcome": "Relapse",
    "level": 0.95,
}


def example():
    spec = importlib.util.spec_from_file_location("builders", BUILDERS)
    builders = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(builders)
    studies = [
        builders.study_effect(f"Author {i} {1990 + i}", log(0.4 + 0.08 * i), 0.1 + 0.03 * i)
        for i in range(STUDIES)
    ]
    return builders.comparison_of(studies)


def bare(name):
    figure = Figure(figsize=(9, 6))
    ax = figure.add_axes((0, 0, 1, 1))
    for i in range(TEXTS):
        ax.text(0.5, i / TEXTS, "0.44 (0.27 to 0.74)")
    figure.savefig(io.BytesIO(), format=name, dpi=300)


def best(work):
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main():
    comparison = example()
    print(f"forest plot of {STUDIES} studies, best of {RUNS}, seconds")
    print(f"  layout {best(lambda: layout_forest(comparison, **OPTIONS)):.4f}")
    print(f"  figure {best(lambda: forest_plot(comparison, id='f', **OPTIONS)):.4f}")
    for name in ("svg", "pdf", "png"):
        ours = best(lambda name=name: render(forest_plot(comparison, id="f", **OPTIONS), name))
        baseline = best(lambda name=name: bare(name))
        print(f"  {name}    {ours:.3f}   bare matplotlib {baseline:.3f}   ratio {ours / baseline:.2f}")


if __name__ == "__main__":
    main()
