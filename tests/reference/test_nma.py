"""Networks against netmeta, metafor's rma.mv, and values that were solved exactly."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from math import isnan, sqrt
from pathlib import Path

import numpy as np
import pytest

from metaan import contrasts, decompose_designs, network, p_scores, split_nodes

RTOL = 1e-8
"""What the project promises; the figures have 12 digits."""

METAFOR = 3e-6
"""rma.mv stops at a relative change of 1e-10 in the likelihood, which leaves tau2 about 1e-6."""

UNDESIRABLE = {"smoking_OR"}
NOT_ESTIMABLE = {("triangle", "DBT_tau_within")}


def read(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_expected(name: str) -> dict[str, dict[str, float]]:
    expected: dict[str, dict[str, float]] = defaultdict(dict)
    for row in read(name):
        expected[row["case"]][row["quantity"]] = float(row["value"].replace("NA", "nan"))
    return dict(expected)


EXPECTED = read_expected("nma_expected.csv")
BY_METAFOR = read_expected("nma_metafor.csv")


@cache
def data(case):
    rows = [row for row in read("nma_contrasts.csv") if row["case"] == case]
    labels = [[row[column] for row in rows] for column in ("studlab", "treat1", "treat2")]
    return (*labels, [float(row["TE"]) for row in rows], [float(row["seTE"]) for row in rows])


@cache
def fitted(case, method):
    return network(*data(case), method=method)


def arms(case):
    rows = [row for row in read("nma_arms.csv") if row["case"] == case]
    cells = ("events", "n") if rows[0]["events"] else ("mean", "sd", "n")
    labels = [[row[column] for row in rows] for column in ("study", "treatment")]
    return labels, {cell: [float(row[cell]) for row in rows] for cell in cells}


def matrix_entry(case, quantity):
    """Look up a quantity such as `PIlo_RE_DL|acar|vs|plac`."""
    name, one, _, two = quantity.split("|")
    kind, *_, method = name.split("_")
    fit = fitted(case, "EE" if method == "CE" else method)
    matrix = {"TE": fit.estimate, "se": fit.se, "PIlo": fit.prediction_low, "PIhi": fit.prediction_high}[kind]
    return matrix[fit.treatments.index(one), fit.treatments.index(two)]


def scalars(case):
    fit, split = fitted(case, "DL"), decompose_designs(fitted(case, "DL"))
    return {
        "k": len(fit.studies),
        "n_trt": len(fit.treatments),
        "m_pairs": len(fit.contrasts.study),
        "n_designs": len(split.designs),
        "Q": fit.Q,
        "df_Q": fit.Q_dof,
        "Q_het": split.Q_within,
        "df_het": split.dof_within,
        "Q_inc": split.Q_between,
        "df_inc": split.dof_between,
        "I2": fit.I2,
        "tau2_DL": fit.tau2,
        "tau2_REML": fitted(case, "REML").tau2,
        "tau2_ML": fitted(case, "ML").tau2,
        "DBT_Q": split.Q_between_random,
        "DBT_df": split.dof_between,
        "DBT_p": split.pvalue_between_random,
        "DBT_tau_within": sqrt(split.tau2_within),
    }


def p_score(case, quantity):
    fit = fitted(case, "DL")
    direction = "undesirable" if case in UNDESIRABLE else "desirable"
    return p_scores(fit, small_values=direction)[quantity.split("|")[1]]


@pytest.mark.parametrize("case", EXPECTED)
def test_every_figure_of_six_networks(case):
    single = scalars(case)
    for quantity, expected in EXPECTED[case].items():
        if quantity.startswith("P_"):
            found = p_score(case, quantity)
        elif "|" in quantity:
            found = matrix_entry(case, quantity)
        else:
            found = single[quantity]
        if isnan(expected) or (case, quantity) in NOT_ESTIMABLE:
            assert isnan(found), quantity
        elif expected == 0:
            assert found == 0, quantity
        else:
            assert found == pytest.approx(expected, rel=RTOL), quantity


@pytest.mark.parametrize("case", BY_METAFOR)
def test_likelihood_with_the_full_covariance_agrees_with_metafor(case):
    for quantity, expected in BY_METAFOR[case].items():
        found = matrix_entry(case, quantity) if "|" in quantity else scalars(case)[quantity]
        assert found == pytest.approx(expected, rel=METAFOR), quantity


@pytest.mark.parametrize("case", ["smoking_OR", "woods2010_OR", "parkinson_MD", "stowe2010_MD"])
def test_contrasts_of_arms_are_those_of_pairwise(case):
    labels, cells = arms(case)
    found = contrasts(case[-2:], *labels, **cells)
    pairs = {}
    for study, one, two, yi, sei in zip(
        found.study, found.treat1, found.treat2, found.yi, found.sei, strict=True
    ):
        pairs[study, one, two], pairs[study, two, one] = (yi, sei), (-yi, sei)
    expected = list(zip(*data(case), strict=True))
    assert len(found.yi) == len(expected)
    for study, one, two, yi, sei in expected:
        assert pairs[study, one, two] == pytest.approx((yi, sei), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("reference", "ABCD")
def test_smoking_heterogeneity_is_the_same_for_every_reference(reference):
    fit = network(*data("smoking_OR"), reference=reference)
    assert fit.tau2 == pytest.approx(0.4502300975, rel=1e-9)


def test_printed_prediction_interval_of_rosiglitazone():
    fit = fitted("senn2013", "DL")
    rosi, plac = fit.treatments.index("rosi"), fit.treatments.index("plac")
    assert fit.prediction_low[rosi, plac] == pytest.approx(-1.97639295, abs=5e-9)
    assert fit.prediction_high[rosi, plac] == pytest.approx(-0.49051856, abs=5e-9)


def test_four_made_up_treatments_of_netmetas_own_tests():
    labels, cells = arms("four_treatments_OR")
    found = contrasts("OR", *labels, **cells)
    fit = network(found.study, found.treat1, found.treat2, found.yi, found.sei, method="EE")
    printed = [-0.9327362435, -0.6817487076, -0.3503817491]
    np.testing.assert_allclose(fit.estimate[0, 1:], printed, rtol=1e-8)
    np.testing.assert_allclose(fit.se[0, 1:], [0.1375951738, 0.1284675673, 0.2039955274], rtol=1e-8)
    assert (fit.Q, fit.Q_dof) == (pytest.approx(7.202827893, rel=1e-9), 9)


@pytest.mark.parametrize(
    ("pair", "difference", "se"),
    [
        (("metf", "plac"), -0.1234497999, 0.3108228024),
        (("metf", "sulf"), 0.6196160884, 0.4727904465),
        (("plac", "rosi"), -0.2206348181, 0.2977709993),
        (("rosi", "sulf"), -0.6778426453, 0.4783761456),
    ],
)
def test_direct_against_indirect_as_netsplit(pair, difference, se):
    """netmeta 3.6-2, back-calculation; a pair in the other order has the other sign."""
    row = next(row for row in split_nodes(fitted("senn2013", "DL")) if (row.treat1, row.treat2) == pair)
    assert (row.difference, row.difference_se) == pytest.approx((difference, se), abs=1e-9)


def test_direct_against_indirect_in_a_triangle():
    rows = split_nodes(fitted("triangle", "DL"))
    assert [abs(row.difference) for row in rows] == pytest.approx([0.25] * 3)
    assert [row.difference_se for row in rows] == pytest.approx([0.4387482194] * 3, abs=5e-11)
