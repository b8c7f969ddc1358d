"""Meta-regression and subgroups against metafor and against printed pages."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from math import inf, isnan
from pathlib import Path

import numpy as np
import pytest
from statsmodels.regression.linear_model import WLS

from metaan import design_matrix, regress, subgroups

CLOSED = 1e-8
"""Closed formulas on uncentred years: metafor inverts X'WX, which costs it some digits."""

ITERATED = 1e-6
"""metafor stops at an absolute change of tau2 and tests p-values far in the tail amplify it."""

ITERATED_METHODS = {"ML", "REML", "EB", "PM"}
MODELS = {
    "~x1": "~ x1",
    "~x1+x2": "~ x1 + x2",
    "~x1+x2+x3": "~ x1 + x2 + x3",
    "~factor(group)": "~ group",
}
COEFFICIENTS = {"estimate": "estimate", "se": "se", "stat": "statistic", "pvalue": "pvalue", "vif": "vif"}
SCALARS = {"tau2": "tau2", "se_tau2": "se_tau2", "H2": "H2", "QE": "QE", "QEp": "QE_pvalue"}
PERCENT = {"I2": "I2", "R2": "R2"}


def read(name: str) -> list[dict[str, str]]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@cache
def data(case: str) -> dict[str, list]:
    rows = [row for row in read("regression_data.csv") if row["case"] == case]
    columns = {name: [float(row[name]) for row in rows] for name in ("yi", "vi", "x1")}
    for name in ("x2", "x3"):
        if rows[0][name]:
            columns[name] = [float(row[name]) for row in rows]
    return {**columns, "group": [row["group"] for row in rows]}


def fit(case: str, formula: str, **options):
    columns = data(case)
    X, names = design_matrix(formula, {n: c for n, c in columns.items() if n not in ("yi", "vi")})
    return regress(columns["yi"], columns["vi"], X, names=names, intercept=False, **options)


def fits() -> dict[tuple[str, ...], list[dict[str, str]]]:
    grouped = defaultdict(list)
    for row in read("regression_metafor.csv"):
        grouped[row["case"], row["model"], row["method"], row["test"]].append(row)
    return dict(grouped)


FITS = fits()


@pytest.mark.parametrize("key", FITS, ids="-".join)
def test_metafor(key: tuple[str, ...]) -> None:
    case, model, method, test = key
    found = fit(case, MODELS[model], method=method, test="hksj" if test == "knha" else test)
    tolerance = ITERATED if method in ITERATED_METHODS else CLOSED
    *coefficients, whole = FITS[key]
    for j, row in enumerate(coefficients):
        for theirs, ours in COEFFICIENTS.items():
            if row[theirs] not in ("", "NA"):
                value = getattr(found, ours)[j]
                assert value == pytest.approx(float(row[theirs]), rel=tolerance), (row["term"], ours)
        limits = [float(row["ci_low"]), float(row["ci_high"])]
        assert list(found.ci[j]) == pytest.approx(limits, rel=tolerance, abs=tolerance * found.se[j])
    for theirs, ours in SCALARS.items():
        if whole[theirs] != "NA":
            assert getattr(found, ours) == pytest.approx(float(whole[theirs]), rel=tolerance), ours
    for theirs, ours in PERCENT.items():
        if whole[theirs] != "NA" and not isnan(getattr(found, ours)):
            percent = 100 * getattr(found, ours)
            assert percent == pytest.approx(float(whole[theirs]), rel=tolerance), ours
    QM = found.QM
    assert pytest.approx(float(whole["QM"]), rel=tolerance) == QM
    assert found.QM_pvalue == pytest.approx(float(whole["QMp"]), rel=10 * tolerance)


METAFOR_5 = {
    "z": {
        "estimate": [-3.54535301995838, -0.0280113294441974, 0.00190748044752272],
        "se": [29.0956222327025, 0.0102339432310415, 0.0146836858920681],
        "statistic": [-0.121851768338315, -2.73710033481853, 0.129904743369178],
        "pvalue": [0.90301641417497, 0.00619833850456396, 0.89664179142618],
        "ci": [
            [-60.5717247038382, 53.4810186639214],
            [-0.0480694895968662, -0.00795316929152865],
            [-0.0268720150612296, 0.030686975956275],
        ],
        "QM": 12.204486879171,
        "QM_pvalue": 0.00223784162124073,
        "QM_dof": (2, inf),
    },
    "hksj": {
        "estimate": [-3.54535301995838, -0.0280113294441974, 0.00190748044752272],
        "se": [32.2563394835149, 0.0113456775206705, 0.0162788048736586],
        "statistic": [-0.109911821264477, -2.46889878486006, 0.117175705607805],
        "pvalue": [0.914653773934945, 0.0331673351467238, 0.909040826128276],
        "ci": [
            [-75.4169562460367, 68.32625020612],
            [-0.0532910743301106, -0.00273158455828422],
            [-0.0343639571553794, 0.0381789180504249],
        ],
        "QM": 4.96494755588157,
        "QM_pvalue": 0.0318035012859467,
        "QM_dof": (2, 10),
    },
    "both": {
        "tau2": 0.110784696947975,
        "se_tau2": 0.0844607754600954,
        "I2": 0.719773177785456,
        "H2": 3.56853777271324,
        "QE": 28.3251436562553,
        "QE_pvalue": 0.00160097442223966,
        "R2": 0.646330147352433,
    },
}
"""rma(yi, vi, mods = ~ ablat + year, method = "REML") of metafor 5.1-12 on the 13 BCG trials."""


@pytest.mark.parametrize("test", ["z", "hksj"])
def test_metafor_5(test: str) -> None:
    found = fit("bcg", "~ x1 + x2", test=test)
    for name, expected in {**METAFOR_5["both"], **METAFOR_5[test]}.items():
        np.testing.assert_allclose(getattr(found, name), expected, rtol=1e-9, err_msg=name)


def test_latitude_solved_exactly() -> None:
    """REML with the latitude alone, solved by bracketing to a relative 1e-15; R2 is metafor 5.1-12's."""
    found = fit("bcg", "~ x1")
    assert found.estimate[1] == pytest.approx(-0.0291017250, abs=5e-11)
    assert found.estimate[0] == pytest.approx(0.2514682100, abs=5e-11)
    assert found.tau2 == pytest.approx(0.0763479640, abs=5e-11)
    assert pytest.approx(0.7562662, abs=5e-8) == found.R2


def test_berkey_1995() -> None:
    """Berkey CS, Hoaglin DC, Mosteller F, Colditz GA. Statistics in Medicine 1995; 14: 395-411, table II."""
    without = regress(
        data("berkey1995")["yi"], data("berkey1995")["vi"], np.empty((13, 0)), method="EB", test="z"
    )
    assert (without.estimate[0], without.se[0]) == pytest.approx((-0.5429, 0.1842), abs=5e-5)
    assert without.tau2 == pytest.approx(0.2682, abs=5e-5)
    found = fit("berkey1995", "~ x1", method="EB", test="z")
    assert list(found.estimate) == pytest.approx([-0.6303, -0.0268], abs=5e-5)
    assert found.tau2 == pytest.approx(0.1572, abs=5e-5)


def test_viechtbauer_2007() -> None:
    """Dose, baseline and their product: Viechtbauer W. Zeitschrift für Psychologie 2007; 215: 104-121."""
    printed = {"HS": 0.0253, "HE": 0.0388, "DL": 0.0475, "SJ": 0.0912, "EB": 0.0633, "PM": 0.0633}
    printed |= {"DLIT": 0.0633, "ML": 0.0240, "REML": 0.0558}
    for method, tau2 in printed.items():
        assert fit("linde2005", "~ x1 + x2 + x3", method=method).tau2 == pytest.approx(tau2, abs=5e-5), method


def test_without_a_constant_effects_are_not_centred() -> None:
    """metafor 3.8-1 gives QE 209.685615288 through the origin: it takes the mean from the effects first.

    A model without a constant does not allow that; weighted least squares by statsmodels settles it.
    """
    columns = data("bcg")
    y, v, x = (np.array(columns[name]) for name in ("yi", "vi", "x1"))
    found = regress(y, v, x, intercept=False, method="EE", test="z")
    settled = WLS(y, x, weights=1 / v).fit()
    assert pytest.approx(float((settled.resid**2 / v).sum()), rel=1e-12) == found.QE
    centred = regress(y - y.mean(), v, x, intercept=False, method="EE", test="z")
    assert pytest.approx(209.685615288, rel=1e-11) == centred.QE


LIPSEY = {
    "yi": [-0.33, 0.32, 0.39, 0.31, 0.17, 0.64, -0.33, 0.15, -0.02, 0.00],
    "vi": [0.084, 0.035, 0.017, 0.034, 0.072, 0.117, 0.102, 0.093, 0.012, 0.067],
    "random": [0, 0, 0, 0, 0, 0, 1, 1, 1, 1],
}
"""Lipsey MW, Wilson DB. Practical meta-analysis. Sage 2001, appendix."""


def test_lipsey_2001() -> None:
    """The same numbers from the regression, from subgroups with a common tau2, and from separate groups."""
    yi, vi = LIPSEY["yi"], LIPSEY["vi"]
    found = regress(yi, vi, LIPSEY["random"], method="EE", test="z")
    assert (found.QM, found.QM_pvalue, found.QE) == pytest.approx((7.0739, 0.0078, 7.6901), abs=5e-5)
    for shared in (False, True):
        groups = subgroups(yi, vi, LIPSEY["random"], method="EE", test="z", common_tau2=shared)
        assert (groups.Q_between, groups.Q_between_pvalue) == pytest.approx((7.0739, 0.0078), abs=5e-5)
        assert sum(group.Q for group in groups.groups) == pytest.approx(7.6901, abs=5e-5)


ALLOCATION = {
    "alternate": {
        "estimate": -0.540792961849346,
        "se": 0.281601613103888,
        "pvalue": 0.0548050521388615,
        "tau2": 0.132577039878093,
        "se_tau2": 0.228586317500214,
        "I2": 0.820225155666642,
        "Q": 5.5625135079838,
        "ci": (-1.09272198152135, 0.0111360578226571),
        "prediction": (-1.44296527466842, 0.361379350969727),
    },
    "random": {
        "estimate": -0.970964475758379,
        "se": 0.275955701509003,
        "pvalue": 0.000433908827041654,
        "tau2": 0.392526549118408,
        "se_tau2": 0.302946170172344,
        "I2": 0.899342820816863,
        "Q": 110.213261175188,
        "ci": (-1.51182771204451, -0.430101239472247),
        "prediction": (-2.31275716273854, 0.370828211221782),
    },
    "systematic": {
        "estimate": -0.424207342954399,
        "se": 0.359745387368798,
        "pvalue": 0.238323434995274,
        "tau2": 0.400346296813917,
        "se_tau2": 0.419887949608177,
        "I2": 0.864221318019004,
        "Q": 16.5918635795358,
        "ci": (-1.12929534580165, 0.280880659892856),
        "prediction": (-1.85076365273932, 1.00234896683053),
    },
}
"""rma(yi, vi, method = "REML") of metafor 5.1-12 on the BCG trials of each allocation."""


def test_subgroups_of_the_bcg_trials() -> None:
    found = subgroups(data("bcg")["yi"], data("bcg")["vi"], data("bcg")["group"], test="z")
    assert found.names == tuple(ALLOCATION)
    for group, expected in zip(found.groups, ALLOCATION.values(), strict=True):
        for name, value in expected.items():
            assert getattr(group, name) == pytest.approx(value, rel=1e-4), name


@pytest.mark.parametrize(("test", "theirs"), [("z", "z"), ("hksj", "knha")])
@pytest.mark.parametrize("method", ["DL", "REML"])
def test_subgroups_with_a_common_tau2_are_metafor_s_regression_on_the_group(
    method: str, test: str, theirs: str
) -> None:
    columns = data("bcg")
    found = subgroups(
        columns["yi"], columns["vi"], columns["group"], method=method, test=test, common_tau2=True
    )
    *coefficients, whole = FITS["bcg", "~factor(group)", method, theirs]
    base = float(coefficients[0]["estimate"])
    expected = [base, *(base + float(row["estimate"]) for row in coefficients[1:])]
    assert [group.estimate for group in found.groups] == pytest.approx(expected, rel=ITERATED)
    assert found.groups[0].se == pytest.approx(float(coefficients[0]["se"]), rel=ITERATED)
    assert found.Q_between == pytest.approx(float(whole["QM"]), rel=ITERATED)
    assert found.Q_between_pvalue == pytest.approx(float(whole["QMp"]), rel=ITERATED)
    assert found.tau2 == pytest.approx(float(whole["tau2"]), rel=ITERATED)
    assert not isnan(found.groups[1].I2)
