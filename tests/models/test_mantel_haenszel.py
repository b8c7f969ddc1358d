from __future__ import annotations

from dataclasses import fields
from math import isnan, log

import numpy as np
import pandas as pd
import pytest
from mpmath import mp, mpf
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from metaan import InputError, effect_sizes, mantel_haenszel

PRINTED = 5e-5
"""Half of the last of four printed digits."""

CLOSED = 1e-11
"""Closed formulas in doubles against another library's arrangement of the same sums."""

AGES = {"ai": [8, 22], "bi": [98, 76], "ci": [5, 16], "di": [115, 69]}
"""Tolbutamide and death in two age groups: Rothman, Greenland and Lash 2008, table 15-1."""

DOCTORS = {
    "x1i": [32, 104, 206, 186, 102],
    "t1i": [5.2407, 4.3248, 2.8612, 1.2663, 0.5317],
    "x2i": [2, 12, 28, 28, 31],
    "t2i": [1.8790, 1.0673, 0.5710, 0.2585, 0.1462],
}
"""Smoking and coronary death in British doctors, in 10 000 person-years: Rothman, Greenland and Lash 2008."""

SPARSE = {
    "ai": [0, 1, 2, 0, 5],
    "n1i": [50, 60, 70, 40, 30],
    "ci": [2, 0, 3, 0, 3],
    "n2i": [50, 60, 70, 40, 31],
}

NEVER = {"ai": [0, 0, 0, 0], "bi": [10, 15, 20, 25], "ci": [0, 0, 0, 0], "di": [10, 10, 30, 20]}
ALWAYS = {"ai": NEVER["bi"], "bi": NEVER["ai"], "ci": NEVER["di"], "di": NEVER["ci"]}


def test_a_textbook_of_odds_ratios():
    """Rothman, Greenland and Lash 2008, as metafor's own tests print it (90% intervals)."""
    fit = mantel_haenszel("OR", level=0.9, **AGES)
    assert fit.estimate == pytest.approx(0.3387, abs=PRINTED)
    assert fit.cmh_uncorrected == pytest.approx(1.1914, abs=PRINTED)
    assert fit.tarone == pytest.approx(0.3489, abs=PRINTED)


def test_a_textbook_of_risks():
    ratio = mantel_haenszel("RR", level=0.9, **AGES)
    assert (ratio.estimate, *ratio.ci) == pytest.approx((0.2818, -0.1442, 0.7078), abs=PRINTED)
    assert pytest.approx(0.4472, abs=PRINTED) == ratio.Q
    difference = mantel_haenszel("RD", level=0.9, **AGES)
    assert (difference.estimate, *difference.ci) == pytest.approx((0.0349, -0.0176, 0.0874), abs=PRINTED)
    assert pytest.approx(0.0017, abs=PRINTED) == difference.Q


def test_a_textbook_of_rates():
    ratio = mantel_haenszel("IRR", level=0.9, **DOCTORS)
    assert ratio.estimate == pytest.approx(0.3539, abs=PRINTED)
    assert ratio.cmh == pytest.approx(10.7021, abs=PRINTED)
    assert mantel_haenszel("IRD", level=0.9, **DOCTORS).estimate == pytest.approx(11.4392, abs=PRINTED)


@pytest.mark.parametrize("cells", [AGES, SPARSE], ids=["ages", "sparse"])
def test_statsmodels_has_the_same_odds_ratio_and_tests(cells):
    """StratifiedTable: estimate, Robins-Breslow-Greenland SE, the tests of CMH, Breslow-Day and Tarone."""
    fit = mantel_haenszel("OR", **cells)
    theirs = StratifiedTable(informative_tables(cells))
    assert fit.estimate == pytest.approx(theirs.logodds_pooled, rel=CLOSED)
    assert fit.se == pytest.approx(theirs.logodds_pooled_se, rel=CLOSED)
    plain, corrected = theirs.test_null_odds(correction=False), theirs.test_null_odds(correction=True)
    assert (fit.cmh_uncorrected, fit.cmh_uncorrected_pvalue) == pytest.approx(
        (plain.statistic, plain.pvalue), rel=CLOSED
    )
    assert (fit.cmh, fit.cmh_pvalue) == pytest.approx((corrected.statistic, corrected.pvalue), rel=CLOSED)
    for ours, adjust in (
        ((fit.breslow_day, fit.breslow_day_pvalue), False),
        ((fit.tarone, fit.tarone_pvalue), True),
    ):
        same = theirs.test_equal_odds(adjust=adjust)
        assert ours == pytest.approx((same.statistic, same.pvalue), rel=1e-8)


def test_statsmodels_has_the_same_risk_ratio():
    theirs = StratifiedTable(informative_tables(SPARSE))
    assert mantel_haenszel("RR", **SPARSE).estimate == pytest.approx(log(theirs.riskratio_pooled), rel=CLOSED)


def informative_tables(cells):
    """Tables in which both outcomes occurred: statsmodels takes no others."""
    a, c = np.array(cells["ai"]), np.array(cells["ci"])
    b = np.array(cells["bi"]) if "bi" in cells else np.array(cells["n1i"]) - a
    d = np.array(cells["di"]) if "di" in cells else np.array(cells["n2i"]) - c
    return [np.array([[a[i], b[i]], [c[i], d[i]]]) for i in range(len(a)) if a[i] + c[i] and b[i] + d[i]]


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_interval_statistic_and_p_agree(measure):
    fit = mantel_haenszel(measure, level=0.8, **SPARSE)
    reach = stats.norm.ppf(0.9) * fit.se
    assert fit.ci == pytest.approx((fit.estimate - reach, fit.estimate + reach), rel=CLOSED)
    assert fit.statistic == fit.estimate / fit.se
    assert fit.pvalue == pytest.approx(2 * stats.norm.sf(abs(fit.statistic)), rel=CLOSED)
    assert fit.Q_pvalue == pytest.approx(stats.chi2.sf(fit.Q, fit.Q_dof), rel=CLOSED)
    assert fit.weights.sum() == pytest.approx(1, rel=CLOSED)


def test_nothing_is_added_to_a_zero_and_silent_studies_are_listed():
    """A study without events adds nothing to a ratio, but its zero to a difference."""
    for measure in ("OR", "RR"):
        fit = mantel_haenszel(measure, **SPARSE)
        without = mantel_haenszel(measure, **{name: [*x[:3], x[4]] for name, x in SPARSE.items()})
        assert (fit.estimate, fit.se, fit.Q, fit.Q_dof) == (without.estimate, without.se, without.Q, 3.0)
        assert fit.weights[3] == 0
        assert "study 4: no events in either arm: it adds nothing" in fit.notes
    fit = mantel_haenszel("RD", **SPARSE)
    assert fit.weights[3] > 0
    assert "study 4: no events in either arm: it enters the estimate, not Q" in fit.notes


def test_the_correction_overshoots_where_there_is_next_to_nothing_to_correct():
    fit = mantel_haenszel("OR", **SPARSE)
    assert fit.cmh > fit.cmh_uncorrected
    assert any("overshoots" in note for note in fit.notes)
    assert mantel_haenszel("OR", **AGES).notes == ()


@pytest.mark.parametrize(("measure", "cells"), [("OR", NEVER), ("OR", ALWAYS), ("RR", NEVER)])
def test_what_is_not_estimable_says_why(measure, cells):
    fit = mantel_haenszel(measure, **cells)
    assert all(isnan(x) for x in (fit.estimate, fit.se, fit.pvalue, *fit.ci, fit.Q, fit.cmh, fit.tarone))
    assert fit.notes[0].startswith("not estimable: no study has events")
    assert fit.k == 4


@pytest.mark.parametrize(("measure", "cells"), [("RR", ALWAYS), ("RD", NEVER), ("RD", ALWAYS)])
def test_equal_risks_without_any_variation_are_exactly_equal(measure, cells):
    """metafor gives 0 with a standard error of 0; a certainty that nothing supports is not shown here."""
    fit = mantel_haenszel(measure, **cells)
    assert fit.estimate == 0.0
    assert all(isnan(x) for x in (fit.se, fit.statistic, fit.pvalue, *fit.ci))
    assert "no standard error" in fit.notes[0]


def test_one_arm_without_events_has_no_ratio():
    fit = mantel_haenszel("RR", ai=[0, 0], n1i=[10, 20], ci=[1, 2], n2i=[10, 20])
    assert isnan(fit.estimate)
    assert "no study has events in the first arm, so" in fit.notes[0]
    fit = mantel_haenszel("IRR", x1i=[1, 2], t1i=[10, 20], x2i=[0, 0], t2i=[10, 20])
    assert isnan(fit.se)
    assert "no study has events in the second arm, so" in fit.notes[0]


def test_studies_that_cannot_be_used_are_left_out_and_listed():
    fit = mantel_haenszel("OR", ai=[8, None, 22, 0], bi=[98, 3, 76, 0], ci=[5, 2, 16, 3], di=[115, 9, 69, 4])
    whole = mantel_haenszel("OR", **AGES)
    assert (fit.estimate, fit.se, fit.k) == (whole.estimate, whole.se, 2)
    assert fit.notes == (
        "study 2: left out, a cell is missing",
        "study 4: left out, an arm has no participants",
    )
    assert fit.weights.tolist() == [whole.weights[0], 0, whole.weights[1], 0]
    fit = mantel_haenszel("IRR", x1i=[3, 0], t1i=[9, 0], x2i=[2, 5], t2i=[8, 7])
    assert fit.notes == ("study 2: left out, an arm has no person-time",)


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_no_study_left(measure):
    fit = mantel_haenszel(measure, ai=[np.nan], n1i=[3], ci=[1], n2i=[4])
    assert isnan(fit.estimate)
    assert (fit.k, fit.notes[0]) == (0, "not estimable: no study has complete cells")


def test_one_study_is_its_own_table():
    fit = mantel_haenszel("OR", ai=[8], bi=[98], ci=[5], di=[115])
    assert fit.estimate == pytest.approx(log(8 * 115 / (98 * 5)), rel=CLOSED)
    assert fit.se**2 == pytest.approx(1 / 8 + 1 / 98 + 1 / 5 + 1 / 115, rel=CLOSED)
    assert abs(fit.Q) < 1e-20
    assert isnan(fit.Q_pvalue)


def test_numbers_are_plain_and_weights_are_read_only():
    fit = mantel_haenszel("OR", **{name: pd.Series(x) for name, x in AGES.items()})
    for field in fields(fit):
        value = getattr(fit, field.name)
        if field.name not in {"measure", "weights", "k", "notes"}:
            assert all(type(x) is float for x in (value if isinstance(value, tuple) else (value,))), (
                field.name
            )
    with pytest.raises(ValueError, match="read-only"):
        fit.weights[0] = 1


@pytest.mark.parametrize(
    ("measure", "cells", "said"),
    [
        ("HR", AGES, "measure = 'HR' is not known; Mantel-Haenszel pools OR, RR, RD, IRR, IRD"),
        ("OR", {}, "needs the cells"),
        ("OR", DOCTORS, "does not use x1i, t1i, x2i, t2i"),
        ("IRR", AGES, "does not use ai"),
        ("IRR", {"x1i": [1], "t1i": [2]}, "x2i, t2i is missing"),
        ("OR", {"ai": [1], "ci": [1], "n2i": [3]}, "give ai with n1i, or ai with bi"),
        ("OR", {**AGES, "ai": [8, -1]}, r"ai\[1\] = -1 is negative"),
        ("OR", {**AGES, "ai": [8]}, "differ in length"),
        ("OR", {**AGES, "ai": ["x", "y"]}, r"ai\[0\] = 'x' is not a number"),
        ("OR", {**AGES, "ai": [8, np.inf]}, r"ai\[1\] = inf is infinite"),
        ("OR", {"ai": [4], "n1i": [3], "ci": [1], "n2i": [3]}, r"ai\[0\] = 4 is more than n1i"),
        ("OR", {"ai": [4], "bi": [1], "n1i": [6], "ci": [1], "n2i": [3]}, r"n1i\[0\] = 6 is not ai \+ bi"),
        ("IRR", {"x1i": [1], "t1i": [-2], "x2i": [1], "t2i": [3]}, r"t1i\[0\] = -2 is negative"),
    ],
)
def test_what_cannot_be_asked(measure, cells, said):
    with pytest.raises(InputError, match=said):
        mantel_haenszel(measure, **cells)


@pytest.mark.parametrize("level", [95, 0, "0.95", float("nan")])
def test_levels(level):
    with pytest.raises(InputError, match="level"):
        mantel_haenszel("OR", level=level, **AGES)


def test_a_variance_of_nothing_but_rounding_is_none():
    """Sato's variance of 0/3 against 2/2: -1 times 3/5 and 3/5."""
    fit = mantel_haenszel("RD", ai=[0], n1i=[3], ci=[2], n2i=[2])
    assert fit.estimate == pytest.approx(-1, rel=CLOSED)
    assert isnan(fit.se)
    assert isnan(fit.pvalue)
    assert "the estimate has no standard error" in fit.notes[0]


def test_nothing_but_events_has_no_variance_either():
    assert isnan(mantel_haenszel("RD", ai=[1], n1i=[1], ci=[19], n2i=[19]).se)


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_one_study_does_not_differ_from_itself(measure):
    fit = mantel_haenszel(measure, ai=[4], n1i=[10], ci=[15], n2i=[123])
    assert (fit.Q, fit.Q_dof) == (0, 0)
    assert mantel_haenszel("RD", ai=[0], n1i=[10], ci=[15], n2i=[123]).Q == 0


@pytest.mark.parametrize("measure", ["IRR", "IRD"])
def test_a_group_without_person_time_is_left_out_as_by_effect_sizes(measure):
    cells = {"x1i": [1, 4], "t1i": [0, 20], "x2i": [2, 5], "t2i": [20, 30]}
    fit = mantel_haenszel(measure, **cells)
    assert fit.k == 1
    assert "study 1: left out, an arm has no person-time" in fit.notes
    assert np.isnan(effect_sizes(measure, **cells).yi).tolist() == [True, False]


VAST = {
    "ai": [7160725, 2100, 413, 15139, 0, 484, 11060, 0],
    "n1i": [7160725, 4257, 836, 15139, 98, 989, 11060, 55],
    "ci": [0, 71860, 0, 0, 6702, 1681, 0, 38],
    "n2i": [79, 71860, 6241, 9924519, 335314, 1681, 894090, 38],
}


def test_homogeneity_of_vast_and_lopsided_tables():
    """Fitted cells of 1e-6 beside millions, by the quadratic in 50 digits."""
    fit = mantel_haenszel("OR", **VAST)
    with mp.workdps(50):
        sides = [
            (mpf(a) * (n2 - c), mpf(n1 - a) * c, n1 + n2) for a, n1, c, n2 in zip(*VAST.values(), strict=True)
        ]
        odds = sum(top / n for top, _, n in sides) / sum(bottom / n for _, bottom, n in sides)
        chi2, excess, spread = mpf(0), mpf(0), mpf(0)
        for a, n1, c, n2 in zip(*VAST.values(), strict=True):
            m = a + c
            square, linear = 1 - odds, n2 - m + odds * (n1 + m)
            root = mp.sqrt(linear**2 + 4 * square * odds * n1 * m)
            x = next(x for x in ((s * root - linear) / (2 * square) for s in (1, -1)) if 0 < x < min(n1, m))
            variance = 1 / (1 / x + 1 / (n1 - x) + 1 / (m - x) + 1 / (n2 - m + x))
            chi2, excess, spread = chi2 + (a - x) ** 2 / variance, excess + a - x, spread + variance
        assert fit.breslow_day == pytest.approx(float(chi2), rel=CLOSED)
        assert fit.tarone == pytest.approx(float(chi2 - excess**2 / spread), rel=CLOSED)


@pytest.mark.parametrize(
    ("measure", "cells", "said"),
    [
        (
            "OR",
            {"ai": [1], "n1i": [1e60], "ci": [1], "n2i": [4]},
            "n1i.0. = 1e.60 is more than can be counted",
        ),
        ("IRR", {"x1i": [1], "t1i": [1e-300], "x2i": [1], "t2i": [4]}, "t1i.0. = 1e-300 is next to nothing"),
        ("IRD", {"x1i": [1], "t1i": [1e308], "x2i": [1], "t2i": [4]}, "t1i.0. = 1e.308 is more than"),
    ],
)
def test_counts_beyond_all_measure_are_named(measure, cells, said):
    with pytest.raises(InputError, match=said):
        mantel_haenszel(measure, **cells)
