"""Pooling against rma() of metafor 5.1-12, tightly iterated."""

from __future__ import annotations

import csv
from collections import defaultdict
from math import inf
from pathlib import Path

import mpmath
import pytest

from metaan import heterogeneity_interval, pool

CLOSED = 1e-9
"""Closed formulas in doubles, on effects of 15 digits; differences of near-equal sums cost some digits."""

ITERATED = 1e-5
"""metafor stops at an absolute change of tau2; on effects of the usual size this is what remains."""

ITERATED_METHODS = {"ML", "REML", "EB", "DLIT"}
TESTS = {"knha": "hksj"}
LOCATIONS = ("estimate", "ci_low", "ci_high", "pi_low", "pi_high")


def read(name: str) -> list[dict[str, str]]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def read_data() -> dict[str, tuple[list[float], list[float]]]:
    data: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for row in read("pairwise_metafor_yv.csv"):
        data[row["case"]][0].append(float(row["yi"]))
        data[row["case"]][1].append(float(row["vi"]))
    return dict(data)


DATA = read_data()
FITS = read("pairwise_metafor_fits.csv")


@pytest.mark.parametrize("row", FITS, ids=lambda row: f"{row['case']}-{row['method']}-{row['test']}")
def test_fit(row: dict[str, str]) -> None:
    fit = pool(*DATA[row["case"]], method=row["method"], test=TESTS.get(row["test"], row["test"]))
    tolerance = ITERATED if row["method"] in ITERATED_METHODS else CLOSED
    found = {
        "estimate": fit.estimate,
        "se": fit.se,
        "stat": fit.statistic,
        "pvalue": fit.pvalue,
        "ci_low": fit.ci[0],
        "ci_high": fit.ci[1],
        "pi_low": fit.prediction[0],
        "pi_high": fit.prediction[1],
        "tau2": fit.tau2,
        "se_tau2": fit.se_tau2,
        "I2": 100 * fit.I2,
        "H2": fit.H2,
        "Q": fit.Q,
        "Q_pvalue": fit.Q_pvalue,
    }
    for name, value in found.items():
        if row[name]:
            near_zero = tolerance * fit.se if name in LOCATIONS else 0
            assert value == pytest.approx(float(row[name]), rel=tolerance, abs=near_zero), name
    assert fit.dof == (float(row["df"]) if row["df"] else inf)


def test_where_metafor_stops_early_the_exact_root_decides() -> None:
    """On incidence rate differences tau2 is 1.3e-7, and metafor's REML is off in the sixth digit.

    Which of the two is right is settled by a third way: the score at 40 digits changes sign around ours.
    """
    yi, vi = DATA["nielweise2008_IRD"]
    ours = pool(yi, vi).tau2
    theirs = float(
        next(
            row["tau2"]
            for row in FITS
            if (row["case"], row["method"], row["test"]) == ("nielweise2008_IRD", "REML", "z")
        )
    )
    assert abs(theirs / ours - 1) == pytest.approx(5.9e-6, rel=0.01)
    with mpmath.workdps(40):
        assert restricted_score(yi, vi, ours * (1 - 1e-10)) > 0 > restricted_score(yi, vi, ours * (1 + 1e-10))
        assert restricted_score(yi, vi, theirs * (1 + 1e-6)) > 0


def test_an_empty_q_profile_is_shown_as_zero_to_zero() -> None:
    """metafor 5.1-12 prints 0 to 0 for the odds ratios of Yusuf 1985, whose Q is 9.43 on 21 df."""
    found = heterogeneity_interval(*DATA["yusuf1985_OR"])
    assert found.tau2 == (0.0, 0.0)
    assert found.I2 == (0.0, 0.0)
    assert found.H2 == (1.0, 1.0)
    assert "empty" in found.notes[0]


def restricted_score(yi: list[float], vi: list[float], tau2: float) -> mpmath.mpf:
    w = [1 / (mpmath.mpf(v) + tau2) for v in vi]
    total = mpmath.fsum(w)
    mean = mpmath.fsum(a * y for a, y in zip(w, yi, strict=True)) / total
    squares = mpmath.fsum((a * (y - mean)) ** 2 for a, y in zip(w, yi, strict=True))
    return squares - total + mpmath.fsum(a * a for a in w) / total
