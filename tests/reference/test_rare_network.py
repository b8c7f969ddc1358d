"""Networks of rare events against what netmeta prints."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import root

from metaan import contrasts, network, network_mantel_haenszel, network_noncentral_hypergeometric

HERE = Path(__file__).parent


def read(name):
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def arms(case):
    name, case = ("nma_arms.csv", "woods2010_OR") if case == "woods2010" else ("rare_network_arms.csv", case)
    rows = [row for row in read(name) if row["case"] == case]
    labels = [[row[column] for row in rows] for column in ("study", "treatment")]
    return (*labels, *([float(row[column]) for row in rows] for column in ("events", "n")))


def expected(method):
    return [row for row in read("rare_network_expected.csv") if row["method"] == method]


def name(row):
    return f"{row['case']}-{row['treatment']}"


@pytest.mark.parametrize("row", expected("MH"), ids=name)
def test_mantel_haenszel_network_is_netmetas(row):
    fit = network_mantel_haenszel(*arms(row["case"]), reference=row["reference"])
    i, j = (fit.treatments.index(row[side]) for side in ("treatment", "reference"))
    assert fit.estimate[i, j] == pytest.approx(float(row["value"]), abs=0.6 * 10 ** -int(row["digits"]))


def test_studies_that_carry_nothing_are_listed():
    fit = network_mantel_haenszel(*arms("dong2013"))
    assert [study for study, _ in fit.left_out] == ["5", "25", "37", "34"]
    assert len(fit.studies) == 37
    assert fit.not_estimable == ()
    assert len(fit.components) == 1
    assert "Placebo" in dict(fit.left_out)["34"]


def test_treatments_that_vanish_are_named():
    fit = network_mantel_haenszel(*arms("gurusamy2011"))
    assert [treatment for treatment, _ in fit.not_estimable] == [
        "Antithrombin III",
        "Solvent detergent plasma",
    ]
    gone = [fit.treatments.index(treatment) for treatment, _ in fit.not_estimable]
    assert np.isnan(fit.estimate[gone]).all()
    assert np.isnan(fit.se[:, gone]).all()
    assert np.isfinite(np.delete(np.delete(fit.estimate, gone, 0), gone, 1)).all()
    assert {study for study, _ in fit.left_out} == {
        "Pugliese 2007",
        "Himmelreich 1992",
        "Williamson 1999",
        "Baudo 1992",
    }
    assert all(any(treatment in note for note in fit.notes) for treatment, _ in fit.not_estimable)


def test_inverse_variance_does_not_stop_at_a_double_zero_arm_in_a_multiarm_study():
    """netmeta 3.6-2 stops: "study '33' has a wrong number of comparisons"."""
    study, treatment, events, n = arms("dong2013")
    found = contrasts("OR", study, treatment, events=events, n=n)
    assert [name for name, _ in found.left_out] == ["5", "25", "37"]
    assert sum(label == "33" for label in found.study) == 3
    assert {note.study for note in found.ledger if note.action == "added"} >= {"33", "41"}
    fit = network(found.study, found.treat1, found.treat2, found.yi, found.sei, method="EE")
    assert len(fit.studies) == 38
    assert np.isfinite(fit.estimate).all()
    assert (fit.se[~np.eye(len(fit.treatments), dtype=bool)] < 0.3).all()


def breslow(case, reference):
    """Fit the multinomial law that Breslow puts in the place of Fisher's."""
    studies = {}
    for study, treatment, events, n in zip(*arms(case), strict=True):
        studies.setdefault(study, {})[treatment] = (events, n)
    others = sorted({label for found in studies.values() for label in found} - {reference})

    def score(beta):
        theta = dict(zip(others, beta, strict=True)) | {reference: 0.0}
        slope = dict.fromkeys(theta, 0.0)
        for found in studies.values():
            weights = {label: n * np.exp(theta[label]) for label, (_, n) in found.items()}
            total = sum(events for events, _ in found.values())
            for label, (events, _) in found.items():
                slope[label] += events - total * weights[label] / sum(weights.values())
        return [slope[label] for label in others]

    return dict(zip(others, root(score, np.zeros(len(others)), tol=1e-13).x, strict=True))


@pytest.mark.parametrize("row", expected("Breslow"), ids=name)
def test_netmetas_conditional_likelihood_is_breslows(row):
    """The exact law differs by 0.007 to 0.012, the multinomial one by no more than an optimiser's stop."""
    value = float(row["value"])
    approximate = breslow(row["case"], row["reference"])[row["treatment"]]
    assert approximate == pytest.approx(value, abs=0.6 * 10 ** -int(row["digits"]))
    fit = network_noncentral_hypergeometric(*arms(row["case"]))
    i, j = (fit.treatments.index(row[side]) for side in ("treatment", "reference"))
    assert 0.005 < value - fit.estimate[i, j] < 0.015


@pytest.mark.parametrize("row", expected("NCH"), ids=name)
def test_exact_conditional_likelihood_in_forty_digits(row):
    fit = network_noncentral_hypergeometric(*arms(row["case"]))
    i, j = (fit.treatments.index(row[side]) for side in ("treatment", "reference"))
    assert fit.estimate[i, j] == pytest.approx(float(row["value"]), abs=0.6 * 10 ** -int(row["digits"]))


def test_conditional_likelihood_keeps_studies_that_mantel_haenszel_cannot_use():
    fit = network_noncentral_hypergeometric(*arms("dong2013"))
    assert [study for study, _ in fit.left_out] == ["5", "25", "37"]
    assert np.isfinite(fit.estimate).all()
    vanished = network_noncentral_hypergeometric(*arms("gurusamy2011"))
    assert [treatment for treatment, _ in vanished.not_estimable] == [
        "Antithrombin III",
        "Solvent detergent plasma",
    ]
