"""Network meta-regression against metafor: rma.mv for networks, rma for two treatments."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from metaan import network, network_regression, regress

METAFOR = 5e-6
"""rma.mv stops at a relative change of 1e-10 in the likelihood, which leaves tau2 and slopes about 1e-6."""

BOUNDARY = 1e-9
"""What rma.mv leaves of a tau2 of 0."""

REFERENCES = {"senn2013_year": "plac", "linde2016_year": "Placebo"}


def read(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


EXPECTED = {
    (row["case"], row["quantity"]): float(row["value"])
    for row in read("nma_additive.csv")
    if row["case"] in REFERENCES
}


@cache
def data(case):
    if case == "linde2016_year":
        rows = read("nma_linde2016.csv")
        years = [int(row["year"]) for row in rows]
    else:
        rows = [row for row in read("nma_contrasts.csv") if row["case"] == "senn2013"]
        rows = [{**row, "study": row["studlab"]} for row in rows]
        years = [int(re.sub(r"\D", "", row["study"])) for row in rows]
    labels = [[row[column] for row in rows] for column in ("study", "treat1", "treat2")]
    numbers = [[float(row[column]) for row in rows] for column in ("TE", "seTE")]
    return (*labels, *numbers), years


@cache
def fitted(case, interaction, method):
    contrasts, years = data(case)
    return network_regression(
        *contrasts, years, interaction=interaction, method=method, reference=REFERENCES[case], at=2000
    )


def found(case, quantity):
    name, _, treatment = quantity.partition("|")
    kind, interaction, *method = re.split(r"_(common|independent|without)_?", name)
    wanted = "common" if interaction == "without" else interaction
    fit = fitted(case, wanted, "".join(method) or "REML")
    if kind.startswith("effect"):
        matrix = fit.se if kind == "effect_se" else fit.estimate
        return matrix[fit.treatments.index(treatment), fit.treatments.index(fit.reference)]
    if kind.startswith("slope"):
        field = {"slope": "estimate", "slope_se": "se", "slope_p": "pvalue"}[kind]
        return getattr(fit, f"slope_{field}")[fit.slopes.index(treatment or "common")]
    names = {"tau2": "tau2_without" if interaction == "without" else "tau2", "QM_p": "QM_pvalue"}
    return getattr(fit, names.get(kind, kind))


@pytest.mark.parametrize(("case", "quantity"), EXPECTED)
def test_every_figure_of_two_networks_agrees_with_metafor(case, quantity):
    assert found(case, quantity) == pytest.approx(EXPECTED[case, quantity], rel=METAFOR, abs=BOUNDARY)


def test_a_treatment_with_a_single_study_has_no_slope():
    fit = fitted("senn2013_year", "independent", "REML")
    assert fit.unidentified == ("sita", "vild")
    assert fit.QM_dof == 7
    row, plac = fit.treatments.index("sita"), fit.treatments.index("plac")
    assert np.isnan(fit.estimate[row, plac])
    there = network_regression(
        *data("senn2013_year")[0],
        data("senn2013_year")[1],
        interaction="independent",
        reference="plac",
        at=2007,
    )
    # Hermansen 2007 is the study; at its own year its effect is what it found, for it closes no loop.
    assert there.estimate[row, plac] == pytest.approx(-0.57, abs=1e-9)


@pytest.mark.parametrize("method", ["REML", "ML", "DL", "EE"])
def test_two_treatments_are_a_meta_regression(method):
    """BCG vaccine and latitude, the figures of which `regress` is held to elsewhere."""
    rows = [row for row in read("regression_data.csv") if row["case"] == "bcg"]
    yi = np.array([float(row["yi"]) for row in rows])
    vi = np.array([float(row["vi"]) for row in rows])
    latitude = [float(row["x1"]) for row in rows]
    k = len(yi)
    fit = network_regression(
        range(k),
        ["BCG"] * k,
        ["none"] * k,
        yi,
        np.sqrt(vi),
        latitude,
        center=False,
        reference="none",
        method=method,
    )
    pooled = regress(yi, vi, latitude, method=method, test="z")
    assert fit.tau2 == pytest.approx(pooled.tau2, rel=1e-8)
    assert fit.slope_estimate[0] == pytest.approx(pooled.estimate[1], rel=1e-8)
    assert fit.slope_se[0] == pytest.approx(pooled.se[1], rel=1e-8)
    np.testing.assert_allclose(fit.slope_ci[0], pooled.ci[1], rtol=1e-8)
    assert fit.effect_estimate[0] == pytest.approx(pooled.estimate[0], rel=1e-8)
    assert fit.effect_se[0] == pytest.approx(pooled.se[0], rel=1e-8)
    assert pytest.approx((pooled.QE, pooled.QM), rel=1e-8) == (fit.Q, fit.QM)
    plain = network(range(k), ["BCG"] * k, ["none"] * k, yi, np.sqrt(vi), method=method)
    assert fit.tau2_without == pytest.approx(plain.tau2, rel=1e-8)
