"""Mantel-Haenszel, Peto and mixed models against metafor and meta."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from metaan import glmm, mantel_haenszel, peto
from metaan.models.ascent import climb
from metaan.models.counts import read_tables
from metaan.models.marginal import BASE, BASE_VARIANCE
from metaan.models.mixed_models import MODELS

CLOSED = 1e-9
"""Closed formulas in doubles, printed with 10 digits or more."""

ITERATED = 1e-5
"""Where metafor's optimiser stops: relative for tau2."""

STOPPED = 1e-4
"""The same for an estimate, in standard errors."""

DIFFERENCED = {"metafor 5.1-12": 2e-4, "metafor 3.8-1": 2e-3}
"""metafor's information of CM.EL is a difference quotient, in the older version a coarser one."""

LME4_ESTIMATE = {"UM.FS": 0.002, "UM.RS": 0.01}
LME4_TAU2 = {"UM.FS": 1e-3, "UM.RS": 0.015}
LME4_SE = {"UM.FS": 1e-3, "UM.RS": 0.01}
"""In standard errors, relative, relative: lme4 stops early (UM.FS) or has Laplace's approximation (UM.RS)."""

HIGHEST_NODES = 64
ROUNDING = 1e-12
"""Of a log-likelihood of about 50, at two points next to each other."""


def read(name: str) -> list[dict[str, str]]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def read_tables_of_cases() -> dict[str, dict[str, list[float]]]:
    data: dict[str, dict[str, list[float]]] = defaultdict(lambda: {n: [] for n in ("ai", "n1i", "ci", "n2i")})
    for row in read("rare_tables.csv"):
        for name, values in data[row["case"]].items():
            values.append(float(row[name] or "nan"))
    return dict(data)


DATA = read_tables_of_cases()
EXPECTED = read("rare_expected.csv")
CLASSIC = [row for row in EXPECTED if row["function"] == "mantel_haenszel"]
PETO = [row for row in EXPECTED if row["function"] == "peto"]
MIXED = [row for row in EXPECTED if row["function"] == "glmm"]


def name(row: dict[str, str]) -> str:
    return "-".join((row["case"], row["which"], row["method"], row["source"])).replace(" ", "")


def printed(text: str) -> float:
    """Half a unit in the last printed place."""
    return 0.5 * 10.0 ** -len(text.partition(".")[2])


def check(found: float, text: str, rel: float) -> None:
    if text:
        assert found == pytest.approx(float(text), rel=rel, abs=printed(text))


@pytest.mark.parametrize("row", CLASSIC, ids=name)
def test_mantel_haenszel(row: dict[str, str]) -> None:
    fit = mantel_haenszel(row["which"], **DATA[row["case"]])
    check(fit.estimate, row["estimate"], CLOSED)
    check(fit.se, row["se"], CLOSED)
    check(fit.ci[0], row["ci_low"], CLOSED)
    check(fit.ci[1], row["ci_high"], CLOSED)
    check(fit.Q, row["Q"], CLOSED)
    check(fit.cmh, row["cmh"], CLOSED)
    check(fit.cmh_pvalue, row["cmh_p"], CLOSED)


@pytest.mark.parametrize("row", PETO, ids=name)
def test_peto(row: dict[str, str]) -> None:
    fit = peto(**DATA[row["case"]])
    check(fit.estimate, row["estimate"], CLOSED)
    check(fit.se, row["se"], CLOSED)
    check(fit.Q, row["Q"], CLOSED)


def test_peto_as_printed() -> None:
    """Yusuf et al. 1985: odds ratio .9332 with interval .7385 to 1.1792."""
    fit = peto(**DATA["yusuf1985"])
    assert np.exp([fit.estimate, *fit.ci]) == pytest.approx([0.9332, 0.7385, 1.1792], abs=5e-5)


@pytest.mark.parametrize("row", MIXED, ids=name)
def test_glmm(row: dict[str, str]) -> None:
    model, method = row["which"], row["method"]
    fit = glmm(**DATA[row["case"]], model=model, method=method)
    exact = model == "CM.EL" or method == "EE" or float(row["tau2"]) == 0
    away = STOPPED if exact else LME4_ESTIMATE[model]
    assert abs(fit.estimate - float(row["estimate"])) < away * fit.se
    assert fit.se == pytest.approx(float(row["se"]), rel=LME4_SE.get(model, DIFFERENCED[row["source"]]))
    tau2 = float(row["tau2"])
    if tau2 == 0:
        assert fit.tau2 == 0.0
    else:
        assert fit.tau2 == pytest.approx(tau2, rel=ITERATED if exact else LME4_TAU2[model])
    if row["loglik"]:
        assert fit.loglik == pytest.approx(float(row["loglik"]), rel=1e-7)
    if row["LRT"]:
        tolerance = 2e-3 if model == "UM.RS" else 1e-8
        assert pytest.approx(float(row["LRT"]), rel=tolerance) == fit.Q_LRT


@pytest.mark.parametrize(
    "row",
    [row for row in MIXED if row["source"] == "metafor 5.1-12" and float(row["tau2"]) > 0],
    ids=name,
)
def test_ours_is_the_higher_likelihood(row: dict[str, str]) -> None:
    """With its other parameters at their best, the likelihood at metafor's estimate and tau2 is lower."""
    tables = read_tables(DATA[row["case"]])
    made = MODELS[row["which"]](tables.kept(~tables.one_outcome))
    held = replace(
        made.problem, shared=tuple(slot for slot in made.problem.shared if slot in (BASE, BASE_VARIANCE))
    )
    theirs = replace(made.start, effect=np.array(float(row["estimate"])), tau2=float(row["tau2"]))
    theirs = climb(held, theirs, HIGHEST_NODES)
    height = made.problem.evaluate(theirs, HIGHEST_NODES).loglik.sum()
    ours = glmm(**DATA[row["case"]], model=row["which"]).loglik
    assert -ROUNDING <= ours - height < 2e-3
    if row["which"] != "CM.EL":
        assert ours - height > 1e-12


@pytest.mark.parametrize(("case", "expected"), [("bcg", 163.16491518507), ("collins1985b", 27.264901658643)])
def test_wald_of_fixed_studies_is_woolfs_q(case: str, expected: float) -> None:
    """metafor 5.1-12; no table of these has a zero."""
    assert glmm(**DATA[case], model="UM.FS").Q_Wald == pytest.approx(expected, rel=1e-7)


def test_van_houwelingen_1993() -> None:
    """Printed: common .1216 (.0995), loglik -53.6789; random .1744 (.1364), tau2 .1192, -52.9901."""
    common = glmm(**DATA["collins1985a"], model="CM.EL", method="EE")
    assert (common.estimate, common.se, common.loglik) == pytest.approx((0.1216, 0.0995, -53.6789), abs=1e-4)
    fit = glmm(**DATA["collins1985a"], model="CM.EL")
    assert (fit.estimate, fit.se, fit.tau2, fit.loglik) == pytest.approx(
        (0.1744, 0.1364, 0.1192, -52.9901), abs=5e-5
    )


def test_stijnen_2010_and_a_wrong_expectation() -> None:
    """Printed: -1.3532 (.3511), tau .8327. The variance is .1232; a value of .0405 circulates."""
    fit = glmm(**DATA["nielweise2007"], model="CM.EL")
    assert (fit.estimate, fit.tau2**0.5) == pytest.approx((-1.3532, 0.8327), abs=1e-4)
    assert fit.se == pytest.approx(0.3511, abs=1e-4)
    assert fit.se**2 == pytest.approx(0.1232, abs=5e-5)
