"""Effects by the rules of packages, against what the packages print."""

from __future__ import annotations

from math import exp, isnan, log, nan, sqrt

import numpy as np
import pytest
from scipy.special import gammaln

from metaan import InputError, compare_profiles, effect_sizes, pool, profile_effects
from metaan.models.profile_effects import profile_mantel_haenszel
from metaan.models.profiles import PACKAGES

CLOSED_FORM = 1e-9
"""Ten digits are printed."""

ITERATIVE = 1e-4
"""metafor and meta stop at an absolute change of tau2, which shows in these digits."""

PRINTED = 5e-7

# Fleiss JL. The statistical basis of meta-analysis. Statistical Methods in Medical Research 1993; 2: 121-145.
ASPIRIN = {
    "ai": [49, 44, 102, 32, 85, 246, 1570],
    "n1i": [615, 758, 832, 317, 810, 2267, 8587],
    "ci": [67, 64, 126, 38, 52, 219, 1720],
    "n2i": [624, 771, 850, 309, 406, 2257, 8600],
}
THERAPY = {
    "m1i": [5, 4.9, 22.5, 12.5, 6.5],
    "sd1i": [4.7, 1.71, 3.44, 1.47, 0.76],
    "n1i": [13, 30, 35, 20, 8],
    "m2i": [6.5, 6.1, 24.9, 12.3, 7.38],
    "sd2i": [3.8, 2.3, 10.65, 1.66, 1.41],
    "n2i": [13, 50, 35, 20, 8],
}
# Normand SLT. Statistics in Medicine 1999; 18: 321-359.
STROKE = {
    "m1i": [55, 27, 64, 66, 14, 19, 52, 21, 30],
    "sd1i": [47, 7, 17, 20, 8, 7, 45, 16, 27],
    "n1i": [155, 31, 75, 18, 8, 57, 34, 110, 60],
    "m2i": [75, 29, 119, 137, 18, 18, 41, 31, 23],
    "sd2i": [64, 4, 29, 48, 11, 4, 34, 27, 20],
    "n2i": [156, 32, 71, 18, 13, 52, 33, 183, 52],
}
# Colditz GA et al. JAMA 1994; 271: 698-702.
BCG = {
    "ai": [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27],
    "n1i": [123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913],
    "ci": [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29],
    "n2i": [139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854],
}
# Made-up sparse trials, the last without any event.
SPARSE = {"ai": [0, 1, 2, 0], "n1i": [50, 60, 70, 40], "ci": [2, 0, 3, 0], "n2i": [50, 60, 70, 40]}

# The Mantel-Haenszel estimates and standard errors: metafor 5.1-12 rma.mh(); meta 8.4-0 metabin(method="MH"),
# with MH.exact=TRUE for the last.
MANTEL_HAENSZEL = [
    ("metafor", "OR", BCG, -0.4734109884, 0.0410077784),
    ("metafor", "RR", BCG, -0.4537096047, 0.0393373669),
    ("metafor", "RD", BCG, -0.0032881818, 0.0002866567),
    ("meta", "OR", ASPIRIN, -0.1088493045, 0.0331087145),
    ("meta", "RR", ASPIRIN, -0.0903532373, 0.0274816754),
    ("meta", "RD", ASPIRIN, -0.0142634988, 0.0043377858),
]
SPARSE_MANTEL_HAENSZEL = [
    ("metafor", "OR", -0.5225),
    ("metafor", "RR", -0.5108),
    ("meta", "OR", -0.4159),
    ("meta", "RR", -0.4055),
]


def compared(measure, cells):
    return {row.profile: row for row in compare_profiles(measure=measure, **cells).rows}


@pytest.mark.parametrize(("profile", "measure", "cells", "estimate", "se"), MANTEL_HAENSZEL)
def test_mantel_haenszel_as_printed(profile, measure, cells, estimate, se):
    row = compared(measure, cells)[profile]
    assert row.mantel_haenszel == pytest.approx(estimate, abs=1e-10)
    assert row.mantel_haenszel_se == pytest.approx(se, abs=1e-10)


def test_mantel_haenszel_as_revman_printed_it():
    """RevMan 5's own export of these trials: OR 0.89686556 (0.8405144 to 0.95699471)."""
    row = compared("OR", ASPIRIN)["revman"]
    reach = 1.959963984540054 * row.mantel_haenszel_se
    assert exp(row.mantel_haenszel) == pytest.approx(0.89686556, abs=5e-9)
    assert exp(row.mantel_haenszel - reach) == pytest.approx(0.8405144, abs=5e-8)
    assert exp(row.mantel_haenszel + reach) == pytest.approx(0.95699471, abs=5e-9)


@pytest.mark.parametrize(("profile", "measure", "estimate"), SPARSE_MANTEL_HAENSZEL)
def test_mantel_haenszel_with_zero_cells(profile, measure, estimate):
    row = compared(measure, SPARSE)[profile]
    assert row.mantel_haenszel == pytest.approx(estimate, abs=5e-5)
    assert compared(measure, SPARSE)["stata"].mantel_haenszel_se != row.mantel_haenszel_se


def test_mantel_haenszel_risk_differences_with_zero_cells():
    """metafor has Sato's variance; meta adds 0.5 in Greenland and Robins', unless MH.exact=TRUE."""
    found = compared("RD", SPARSE)
    assert found["metafor"].mantel_haenszel_se == pytest.approx(0.012703, abs=PRINTED)
    assert found["meta"].mantel_haenszel_se == pytest.approx(0.014623, abs=PRINTED)
    exact = profile_mantel_haenszel("RD", "exact", "Greenland-Robins", SPARSE)
    assert exact[1] == pytest.approx(0.012628, abs=PRINTED)
    assert exact[0] == found["meta"].mantel_haenszel == found["metafor"].mantel_haenszel


def test_odds_ratios_of_meta():
    """meta 8.4-0, metabin(sm="OR", method="Inverse"); REML's tau2 is the exact one, meta prints .01474327."""
    found = compared("OR", ASPIRIN)
    assert abs(found["meta"].I2 - 0.3967456174) < CLOSED_FORM
    assert found["meta"].estimate == pytest.approx(-0.1412430449, rel=ITERATIVE)
    assert found["meta"].se == pytest.approx(0.0706927362, rel=ITERATIVE)
    assert found["meta"].tau2 == pytest.approx(0.01474333642, rel=1e-9)
    assert found["meta"].prediction == pytest.approx((-0.48503839, 0.20255230), rel=ITERATIVE)
    assert found["stata"].prediction == pytest.approx((-0.50241424, 0.21992815), rel=ITERATIVE)
    assert found["revman"].estimate == pytest.approx(-0.1320594707, rel=CLOSED_FORM)
    assert found["revman"].se == pytest.approx(0.0631322817, rel=CLOSED_FORM)
    assert found["revman"].tau2 == pytest.approx(0.009637293187, rel=CLOSED_FORM)


def test_hartung_knapp_asked_of_meta():
    """meta 8.4-0, method.random.ci="HK", without and with adhoc.hakn.ci="se"."""
    effects = profile_effects("meta", "OR", **ASPIRIN)
    fit = pool(effects.yi, effects.vi, profile="meta", test="hksj")
    assert fit.se == pytest.approx(0.06499806227, rel=ITERATIVE)
    assert fit.ci == pytest.approx((-0.3002875738, 0.01780148396), rel=ITERATIVE)
    held = pool(effects.yi, effects.vi, profile="meta", test="adhoc")
    assert held.ci == pytest.approx((-0.3142219, 0.0317358), rel=ITERATIVE)


def test_risk_ratios_of_meta():
    row = compared("RR", ASPIRIN)["meta"]
    assert (row.estimate, row.se) == pytest.approx((-0.1222928231, 0.0627739511), rel=ITERATIVE)
    assert row.tau2 == pytest.approx(0.01160870539, rel=ITERATIVE)


# metafor 5.1-12, rma(measure=, method="REML", test="z") and predict().
@pytest.mark.parametrize(
    ("measure", "estimate", "se", "tau2", "I2", "prediction"),
    [
        ("OR", -0.745177770844, 0.186027912751, 0.337772033113, 0.920726912933, (-1.941203003, 0.450847461)),
        ("RR", -0.714532342158, 0.179781516105, 0.313243258137, 0.922213845213, (-1.866692218, 0.437627534)),
    ],
)
def test_metafor(measure, estimate, se, tau2, I2, prediction):
    row = compared(measure, BCG)["metafor"]
    assert (row.estimate, row.se, row.tau2) == pytest.approx((estimate, se, tau2), rel=1e-6)
    assert abs(row.I2 - I2) < 1e-6
    assert row.prediction == pytest.approx(prediction, rel=1e-6)


def test_standardised_mean_differences_of_metafor():
    """metafor 5.1-12, escalc(measure="SMD")."""
    found = profile_effects("metafor", "SMD", **STROKE)
    assert found.yi[:3] == pytest.approx(
        [-0.355169640940107, -0.347940022739099, -2.31756916016373], rel=1e-12
    )
    assert found.vi[:3] == pytest.approx(
        [0.0130646755415297, 0.0644688760988567, 0.0458121102801828], rel=1e-12
    )


@pytest.mark.parametrize(
    ("profile", "estimate", "se"),
    [("meta", -0.3434457535, 0.1343746161), ("revman", -0.3434157905, 0.1343850263)],
)
def test_standardised_mean_differences_of_meta(profile, estimate, se):
    """meta 8.4-0, metacont(sm="SMD"), common effect; with exact.smd=FALSE it follows RevMan's formulas."""
    effects = profile_effects(profile, "SMD", **THERAPY)
    fit = pool(effects.yi, effects.vi, method="EE", test="z")
    assert (fit.estimate, fit.se) == pytest.approx((estimate, se), rel=CLOSED_FORM)


@pytest.mark.parametrize(("n1", "n2"), [(3, 4), (8, 8), (30, 50), (900, 1100)])
def test_the_exact_variance_is_unbiased(n1, n2):
    """The mean of the exact variance over noncentral t is the variance of g (Hedges 1981, equation 6)."""
    m, unit, delta = n1 + n2 - 2, 1 / n1 + 1 / n2, 0.7
    J = exp(gammaln(m / 2) - gammaln((m - 1) / 2)) / sqrt(m / 2)
    second_moment = J**2 * m / (m - 2) * (unit + delta**2)
    cells = {"m1i": [1.3], "sd1i": [1.0], "n1i": [n1], "m2i": [0.0], "sd2i": [1.0], "n2i": [n2]}
    found = profile_effects("meta", "SMD", **cells)
    share = (found.vi[0] - unit) / found.yi[0] ** 2
    assert unit + share * second_moment == pytest.approx(second_moment - delta**2, rel=1e-9)


def test_stata_is_as_metafor_where_it_was_not_checked():
    for measure, cells in (("OR", SPARSE), ("RD", SPARSE), ("SMD", THERAPY)):
        one, other = (profile_effects(name, measure, **cells) for name in ("stata", "metafor"))
        assert np.array_equal(one.yi, other.yi)
        assert np.array_equal(one.vi, other.vi)


@pytest.mark.parametrize("measure", ["OR", "RR"])
def test_studies_with_one_outcome(measure):
    cells = {"ai": [0, 9, 3, 0], "n1i": [9, 9, 9, 9], "ci": [0, 8, 4, 2], "n2i": [8, 8, 8, nan]}
    usual = effect_sizes(measure, **cells)
    for profile in ("meta", "revman"):
        found = profile_effects(profile, measure, **cells)
        assert np.isnan(found.yi).tolist() == [True, True, False, True]
        assert np.isnan(found.vi).tolist() == [True, True, False, True]
        assert found.yi[2] == usual.yi[2]
        package = PACKAGES[profile].package
        assert found.notes == (
            f"study 1: no events in either arm, so {package} leaves it out",
            f"study 2: events only in either arm, so {package} leaves it out",
            "study 4: a cell is missing, so there is no effect",
        )
        assert [note.action for note in found.ledger] == ["left_out"] * 3
    assert np.array_equal(profile_effects("metafor", measure, **cells).yi, usual.yi, equal_nan=True)


def test_risk_differences_of_studies_with_zeros():
    """By hand: 0/50 and 2/50; 0/40 and 0/40."""
    cells = {"ai": [0, 0], "n1i": [50, 40], "ci": [2, 0], "n2i": [50, 40]}
    added = [0.5 * 50.5 / 51**3 + 2.5 * 48.5 / 51**3, 2 * 0.5 * 40.5 / 41**3]
    found = {name: profile_effects(name, "RD", **cells) for name in PACKAGES}
    assert found["metafor"].yi == pytest.approx([-2 / 51, 0])
    assert found["meta"].yi == pytest.approx([-2 / 50, 0])
    assert found["revman"].yi == pytest.approx([-2 / 50, 0])
    assert found["metafor"].vi == pytest.approx(added)
    assert found["meta"].vi == pytest.approx(added)
    assert found["revman"].vi == pytest.approx([2 * 48 / 50**3, added[1]])
    assert found["meta"].ledger[0].reason == "one of them is 0, for its variance only"
    assert [note.index for note in found["revman"].ledger] == [1]


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_without_a_zero_no_zero_cells_are_named(measure):
    found = compare_profiles(measure=measure, **BCG).differences
    assert found[0].quantity == "effects"
    assert found[0].same
    assert not any("zero" in row.why for row in found)
    stratified = found[-1]
    assert stratified.quantity == "Mantel-Haenszel"
    assert stratified.same == (measure != "RD")
    if measure == "RD":
        assert "Sato" in stratified.why


def test_every_difference_has_the_rules_that_make_it():
    """Zero cells change what they change, and no more: without tau2 or I2 both stay 0."""
    found = {row.quantity: row for row in compare_profiles(measure="OR", **SPARSE).differences}
    assert found["tau2"].same
    assert found["I2"].same
    for quantity in ("effects", "estimate", "se", "ci", "pvalue"):
        assert [reason.split(" metafor")[0] for reason in found[quantity].reasons] == ["For zero cells"]
    assert len(found["prediction"].reasons) == 2
    assert found["prediction"].reasons[0].startswith("For the quantile")
    assert found["prediction"].why == " ".join(found["prediction"].reasons)


def test_one_zero_is_no_reason_where_all_treat_it_alike():
    cells = {"ai": [0, 3, 5], "n1i": [30, 30, 40], "ci": [4, 5, 9], "n2i": [30, 30, 40]}
    found = {row.quantity: row for row in compare_profiles(measure="RR", **cells).differences}
    assert found["effects"].same
    assert not any("For zero cells metafor" in row.why for row in found.values())
    assert "zero cells under Mantel-Haenszel" in found["Mantel-Haenszel"].why


def test_the_variance_of_a_standardised_mean_difference_is_a_reason():
    found = {row.quantity: row for row in compare_profiles(measure="SMD", **STROKE).differences}
    for quantity in ("effects", "tau2", "estimate", "se", "ci"):
        assert "RevMan uses 1/n1 + 1/n2 + g²/(2(N - 3.94))" in found[quantity].why


def test_other_measures_are_pooled_alike():
    cells = {name: THERAPY[name] for name in THERAPY}
    found = compare_profiles(measure="MD", **cells)
    assert found.differences[0].same
    assert [row.effects_source for row in found.rows] == [""] * 4
    assert [row.quantity for row in found.differences][-1] == "prediction"


def test_a_package_without_a_study_has_no_numbers():
    found = compared("OR", {"ai": [0], "n1i": [9], "ci": [0], "n2i": [8]})
    assert found["metafor"].k == 1
    assert found["metafor"].estimate == pytest.approx(log(0.5 * 8.5 / (0.5 * 9.5)))
    for profile in ("meta", "revman"):
        assert found[profile].k == 0
        assert isnan(found[profile].estimate)
        assert isnan(found[profile].prediction_dof)
        assert found[profile].notes == ("no study can be pooled by the rules of this package",)


def test_refusals():
    with pytest.raises(InputError, match="profile = 'spss' is not known"):
        profile_effects("spss", "OR", **SPARSE)
    with pytest.raises(InputError, match="more than n1i"):
        profile_effects("meta", "OR", ai=[3], n1i=[2], ci=[1], n2i=[2])
    with pytest.raises(InputError, match="MD does not use ai"):
        profile_effects("meta", "MD", **SPARSE)
