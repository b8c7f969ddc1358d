"""Pooling against values that were solved to a relative 1e-15, independently of any package."""

from __future__ import annotations

import csv
from collections import defaultdict
from math import sqrt
from pathlib import Path

import pytest

from metaan import heterogeneity_interval, pool
from metaan.models.inference import critical_value

RTOL = 1e-8
"""What the project promises against an exact solution; in fact about 1e-13 is reached."""

METHODS = ("DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "PM", "PMM")


def read(name: str) -> list[dict[str, str]]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def read_data() -> dict[str, tuple[list[float], list[float]]]:
    data: dict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for row in read("pairwise_exact_yv.csv"):
        data[row["case"]][0].append(float(row["y"]))
        data[row["case"]][1].append(float(row["v"]))
    return dict(data)


def read_expected() -> dict[str, dict[str, float]]:
    expected: dict[str, dict[str, float]] = defaultdict(dict)
    for row in read("pairwise_exact_expected.csv"):
        expected[row["case"]][row["quantity"]] = float(row["value"])
    return dict(expected)


DATA = read_data()
EXPECTED = read_expected()


def found_values(case: str) -> dict[str, float]:
    """Compute every quantity of the file, under the file's names."""
    yi, vi = DATA[case]
    found: dict[str, float] = {"REML_nmodes": 1}
    for method in METHODS:
        fit = pool(yi, vi, method=method, test="z")
        found |= {f"tau2_{method}": fit.tau2, f"mu_{method}": fit.estimate, f"se_{method}": fit.se}
    common = pool(yi, vi, method="EE", test="z")
    found |= {"mu_EE": common.estimate, "se_EE": common.se, "Q": common.Q, "k": common.k}
    fits = {test: pool(yi, vi, test=test) for test in ("z", "t", "hksj")}
    found |= {"I2_Q": fits["z"].I2_Q, "I2_tau2_REML": fits["z"].I2}
    for name, interval in {
        "z": fits["z"].ci,
        "pi_z": fits["z"].prediction,
        "pi_t_km1": fits["t"].prediction,
        "pi_t_km2": prediction_on_fewer(case),
        "hk": fits["hksj"].ci,
        "tau2_qp": heterogeneity_interval(yi, vi).tau2,
    }.items():
        found |= {f"{name}_lo": interval[0], f"{name}_hi": interval[1]}
    found |= {"hk_se_REML": fits["hksj"].se, "hk_s2w_REML": (fits["hksj"].se / fits["z"].se) ** 2}
    return found


def prediction_on_fewer(case: str) -> tuple[float, float]:
    """The prediction interval on k - 2 degrees of freedom, from the parts of a fit."""
    fit = pool(*DATA[case], test="z")
    reach = critical_value(fit.k - 2, 0.95) * sqrt(fit.tau2 + fit.se**2)
    return fit.estimate - reach, fit.estimate + reach


@pytest.mark.parametrize("case", DATA)
def test_every_value_of_the_case(case: str) -> None:
    found = found_values(case)
    assert set(found) == set(EXPECTED[case])
    wrong = {
        name: (found[name], value)
        for name, value in EXPECTED[case].items()
        if found[name] != pytest.approx(value, rel=RTOL, abs=0)
    }
    assert wrong == {}


def test_a_boundary_is_exactly_zero() -> None:
    zeros = [
        (case, name) for case, values in EXPECTED.items() for name, value in values.items() if value == 0
    ]
    assert ("clasp2007_OR", "tau2_ML") in zeros
    for case, name in zeros:
        assert found_values(case)[name] == 0.0


def test_the_file_is_whole() -> None:
    assert len(EXPECTED) == 18
    assert sum(len(values) for values in EXPECTED.values()) == 864


@pytest.mark.parametrize("method", ["EB", "DLIT"])
@pytest.mark.parametrize("case", DATA)
def test_estimators_that_solve_the_same_equation(case: str, method: str) -> None:
    fit = pool(*DATA[case], method=method)
    assert fit.tau2 == pytest.approx(EXPECTED[case]["tau2_PM"], rel=RTOL, abs=0)
