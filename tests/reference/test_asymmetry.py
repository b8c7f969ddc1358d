"""Tests of small-study effects and influence diagnostics against metafor, meta and statsmodels."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from statsmodels.regression.linear_model import WLS

from metaan import effect_sizes
from metaan.sensitivity.asymmetry import small_study_test
from metaan.sensitivity.diagnostics import influence_diagnostics
from metaan.sensitivity.trimfill import trim_and_fill

CLOSED = 1e-9
"""Closed formulas, printed with 12 digits."""

ITERATED = 2e-6
"""metafor stops at an absolute change of tau2, which small differences amplify."""

PRINTED = 1e-8
"""metabias() of meta 8.4-0 on olkin1995, printed with ten digits."""

META = {
    "egger": -1.807516872,
    "harbord": -1.733288293,
    "peters": -1.71574901,
    "macaskill": 0.6000182463,
    "pustejovsky": -1.0403943,
    "begg": -1.78958937,
}
ARRAYS = {
    "rstudent": "rstudent",
    "dffits": "dffits",
    "dfbetas": "dfbetas",
    "cook.d": "cook",
    "cov.r": "cov_ratio",
    "tau2.del": "tau2_deleted",
    "QE.del": "QE_deleted",
    "hat": "hat",
    "baujat.x": "baujat_x",
    "baujat.y": "baujat_y",
}
CASES = ("bcg", "olkin1995", "egger2001", "ties")


def read(name: str) -> list[dict[str, str]]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@cache
def data(case: str):
    rows = [row for row in read("asymmetry_data.csv") if row["case"] == case]
    cells = {name: np.array([float(row[name]) for row in rows]) for name in ("ai", "n1i", "ci", "n2i")}
    return effect_sizes(rows[0]["measure"], **cells), cells


def run(test: str, case: str, **options):
    effects, cells = data(case)
    return small_study_test(test, effects.yi, effects.vi, cells=cells, **options)


@pytest.mark.parametrize(("test", "expected"), META.items())
def test_meta_on_olkin1995(test: str, expected: float) -> None:
    found = run(test, "olkin1995")
    assert found.statistic == pytest.approx(expected, rel=PRINTED)
    assert found.k == 70


def test_thompson_and_sharp_where_the_root_is_exact() -> None:
    assert run("thompson", "olkin1995").statistic == pytest.approx(-1.9084570313546, rel=1e-9)
    assert run("thompson", "olkin1995").statistic == pytest.approx(-1.908491875, rel=3e-5)


REGRESSIONS = [row for row in read("asymmetry_metafor.csv") if row["what"] in ("regression", "egger", "begg")]
FILLED = [row for row in read("asymmetry_metafor.csv") if row["what"].startswith("trimfill.")]


@pytest.mark.parametrize("row", FILLED, ids=str)
def test_trim_and_fill(row: dict[str, str]) -> None:
    effects, _ = data(row["case"])
    side = row["what"].removeprefix("trimfill.")
    found = trim_and_fill(effects.yi, effects.vi, side=side, method=row["method"])
    assert (found.side, found.k0) == (row["pvalue"], int(row["study"]))
    assert found.pooled.estimate == pytest.approx(float(row["value"]), rel=ITERATED)
    assert found.pooled.k == len(effects.yi) + found.k0


@pytest.mark.parametrize("row", REGRESSIONS, ids=str)
def test_metafor(row: dict[str, str]) -> None:
    options = {"method": row["method"]} if row["method"] else {}
    found = run(row["what"], row["case"], **options)
    shown = found.estimate if row["what"] == "begg" else found.statistic
    tolerance = ITERATED if row["method"] == "REML" else CLOSED
    assert shown == pytest.approx(float(row["value"]), rel=tolerance)
    assert found.pvalue == pytest.approx(float(row["pvalue"]), rel=10 * tolerance)


@pytest.mark.parametrize("method", ["REML", "DL", "EE"])
@pytest.mark.parametrize("case", CASES)
def test_influence(case: str, method: str) -> None:
    effects, _ = data(case)
    found = influence_diagnostics(effects.yi, effects.vi, method=method)
    rows = [row for row in read("asymmetry_metafor.csv") if (row["case"], row["method"]) == (case, method)]
    for name, attribute in ARRAYS.items():
        expected = [float(row["value"]) for row in rows if row["what"] == name]
        tolerance = ITERATED if method == "REML" else CLOSED
        np.testing.assert_allclose(
            getattr(found, attribute), expected, rtol=tolerance, atol=tolerance * 1e-2, err_msg=name
        )


def test_the_printed_page_of_the_first_bcg_trial() -> None:
    """Canonical values of metafor's own test of influence()."""
    effects, _ = data("bcg")
    found = influence_diagnostics(effects.yi, effects.vi)
    expected = {
        "rstudent": -0.218142474,
        "dffits": -0.0407075605,
        "cook": 0.00171654237,
        "cov_ratio": 1.11644891,
        "tau2_deleted": 0.336156745,
        "QE_deleted": 151.582572747,
    }
    for name, value in expected.items():
        assert getattr(found, name)[0] == pytest.approx(value, rel=1e-6)


def predictors(case: str):
    effects, cells = data(case)
    N, m1 = cells["n1i"] + cells["n2i"], cells["ai"] + cells["ci"]
    Z = cells["ai"] - m1 * cells["n1i"] / N
    V = cells["n1i"] * cells["n2i"] * m1 * (N - m1) / (N**2 * (N - 1))
    return {
        "egger": (effects.yi, np.sqrt(effects.vi), 1 / effects.vi),
        "harbord": (Z / V, 1 / np.sqrt(V), V),
        "peters": (effects.yi, 1 / N, m1 * (N - m1) / N),
        "macaskill": (effects.yi, N, 1 / effects.vi),
        "pustejovsky": (effects.yi, np.sqrt(N / (cells["n1i"] * cells["n2i"])), 1 / effects.vi),
    }


@pytest.mark.parametrize("test", ["egger", "harbord", "peters", "macaskill", "pustejovsky"])
@pytest.mark.parametrize("case", CASES)
def test_statsmodels(case: str, test: str) -> None:
    y, x, w = predictors(case)[test]
    fit = WLS(y, np.column_stack([np.ones(len(y)), x]), weights=w).fit()
    found = run(test, case)
    assert found.estimate == pytest.approx(fit.params[1], rel=1e-8)
    assert found.se == pytest.approx(fit.bse[1], rel=1e-8)
    assert found.pvalue == pytest.approx(fit.pvalues[1], rel=1e-7)
