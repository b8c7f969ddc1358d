"""Profiles against what the packages print."""

from __future__ import annotations

from dataclasses import fields
from math import inf, isnan, nan

import numpy as np
import pytest

from metaan import InputError, compare_profiles, effect_sizes, mantel_haenszel, pool
from metaan.models.inference import critical_value
from metaan.models.profile_comparison import QUANTITIES
from metaan.models.profiles import PACKAGES, PREDICTION_RULES, Default, prediction_dof

PRINTED = 5e-5
"""Four decimals are printed."""

# Colditz GA et al. Efficacy of BCG vaccine in the prevention of tuberculosis. JAMA 1994; 271: 698-702.
BCG = effect_sizes(
    "RR",
    ai=[4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27],
    n1i=[123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913],
    ci=[11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29],
    n2i=[139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854],
)
AGREEING = ([0.1, 0.11], [0.04, 0.05])

# metafor 5.1-12: predict(rma(yi, vi, test=)), and predtype="Riley" for t on k - 2; meta 8.4-0: metagen's
# method.predict "V" since 8.0, "HTS" before. Stata's and RevMan's rules are from their manuals.
PRINTED_BY_METAFOR = {
    "z": (-1.8667, 0.4376),
    "t": (-1.9953, 0.5663),
    "hksj": (-1.9960, 0.5670),
    "adhoc": (-1.9960, 0.5670),
}
K_LESS_1 = (-1.9953, 0.5663)
K_LESS_2 = (-2.0084, 0.5793)

# Made-up sparse trials; metafor 5.1-12 rma.mh and meta 8.4-0 metabin(method="MH"), which adds 0.5.
SPARSE = {"ai": [0, 1, 2, 0], "n1i": [50, 60, 70, 40], "ci": [2, 0, 3, 0], "n2i": [50, 60, 70, 40]}
WITH_A_HALF = {"ai": [0.5, 1.5, 2], "n1i": [51, 61, 70], "ci": [2.5, 0.5, 3], "n2i": [51, 61, 70]}


@pytest.mark.parametrize(("test", "interval"), PRINTED_BY_METAFOR.items())
def test_metafors_prediction_interval_follows_its_test(test, interval):
    assert pool(BCG.yi, BCG.vi, profile="metafor", test=test).prediction == pytest.approx(
        interval, abs=PRINTED
    )


def test_each_package_has_its_own_prediction_interval():
    found = {name: pool(BCG.yi, BCG.vi, profile=name, method="REML").prediction for name in PACKAGES}
    assert found["metafor"] == pytest.approx(PRINTED_BY_METAFOR["z"], abs=PRINTED)
    assert found["meta"] == pytest.approx(K_LESS_1, abs=PRINTED)
    assert found["revman"] == pytest.approx(PRINTED_BY_METAFOR["z"], abs=PRINTED)
    assert found["stata"] == pytest.approx(K_LESS_2, abs=PRINTED)


def test_without_a_profile_the_interval_is_the_tests():
    for test in ("z", "t", "hksj", "adhoc"):
        plain, same = pool(BCG.yi, BCG.vi, test=test), pool(BCG.yi, BCG.vi, test=test, profile="metafor")
        assert plain.prediction == same.prediction
        assert plain.notes == same.notes


def test_stata_has_no_prediction_interval_for_two_studies():
    fit = pool(*AGREEING, profile="stata")
    assert all(isnan(x) for x in fit.prediction)
    assert "no degrees of freedom" in fit.notes[-1]
    assert fit.ci == pytest.approx((-0.188, 0.397), abs=5e-4)


@pytest.mark.parametrize("profile", PACKAGES)
def test_one_study_is_the_same_everywhere(profile):
    fit = pool([0.5], [0.1], profile=profile)
    assert (fit.estimate, fit.Q) == (0.5, 0.0)
    assert all(isnan(x) for x in fit.prediction)


def test_an_interval_that_is_not_the_tests_is_named():
    assert "t on k - 2 degrees of freedom, here 11" in pool(BCG.yi, BCG.vi, profile="stata").notes[-1]
    assert "t on k - 1 degrees of freedom, here 12" in pool(BCG.yi, BCG.vi, profile="meta").notes[-1]


@pytest.mark.parametrize("rule", PREDICTION_RULES)
def test_degrees_of_freedom(rule):
    assert prediction_dof(rule, k=10, dof=inf) == {"test": inf, "k-1": 9, "k-2": 8}[rule]
    assert prediction_dof("k-2", k=2, dof=1.0) != prediction_dof("k-2", k=2, dof=1.0)


def test_every_default_names_its_source():
    for row in PACKAGES.values():
        for field in fields(row):
            default = getattr(row, field.name)
            if not isinstance(default, Default):
                continue
            assert default.words
            assert default.source.startswith(("run", "from the manual", "not checked"))
        run = row.name in {"metafor", "meta"}
        assert row.method.source.startswith("run" if run else "from the manual")


def test_rows_of_a_comparison_are_fits():
    found = compare_profiles(BCG.yi, BCG.vi, measure="RR", level=0.9)
    assert [row.profile for row in found.rows] == list(PACKAGES)
    assert (found.k, found.level) == (13, 0.9)
    for row in found.rows:
        fit = pool(BCG.yi, BCG.vi, profile=row.profile, level=0.9)
        assert (row.estimate, row.se, row.tau2, row.ci) == (fit.estimate, fit.se, fit.tau2, fit.ci)
        assert row.prediction == fit.prediction
        assert (fit.I2_Q if row.I2_from == "Q" else fit.I2) == row.I2
        reach = critical_value(row.prediction_dof, 0.9) * np.hypot(row.se, row.tau2**0.5)
        assert row.prediction[1] - row.estimate == pytest.approx(reach, rel=1e-12)


def test_the_reason_of_every_difference_is_given():
    found = {row.quantity: row for row in compare_profiles(BCG.yi, BCG.vi).differences}
    for quantity in ("tau2", "estimate", "se", "ci", "pvalue", "I2", "prediction"):
        assert not found[quantity].same
        assert "RevMan uses DerSimonian-Laird" in found[quantity].why
    assert "meta 8 uses Q and its degrees of freedom" in found["I2"].why
    assert "Stata 17 uses t on k - 2" in found["prediction"].why
    assert "DerSimonian-Laird" not in found["prediction"].why.split(".")[0]


def test_where_the_packages_agree_nothing_is_explained():
    """Without heterogeneity all estimators are 0, so only the prediction interval can differ."""
    differences = compare_profiles([0.1, 0.11, 0.1], [0.04, 0.05, 0.06]).differences
    assert [row.quantity for row in differences if not row.same] == ["prediction"]
    assert all((row.why == "") == row.same for row in differences)


@pytest.mark.parametrize("measure", ["MD", "SMD", "OR", "RD"])
def test_of_effects_that_are_given_nothing_is_said_of_cells(measure):
    """All packages pool the same effects, so that neither zero cells nor a variance can be a reason."""
    found = compare_profiles(BCG.yi, BCG.vi, measure=measure)
    assert [row.quantity for row in found.differences] == list(QUANTITIES)
    assert not any("cell" in row.why or "g²" in row.why for row in found.differences)
    assert all(row.effects_source == "" and isnan(row.mantel_haenszel) for row in found.rows)


def test_the_mantel_haenszel_row():
    """metafor takes the cells as they are; meta adds 0.5 and leaves out a study without events (k.MH 3)."""
    for measure, exact, corrected in (("OR", -0.5225, -0.4159), ("RR", -0.5108, -0.4055)):
        assert mantel_haenszel(measure, **SPARSE).estimate == pytest.approx(exact, abs=PRINTED)
        assert mantel_haenszel(measure, **WITH_A_HALF).estimate == pytest.approx(corrected, abs=PRINTED)
    assert mantel_haenszel("RD", **SPARSE).se == pytest.approx(0.012703, abs=5e-7)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.1], [0.1], {"measure": "ODDS"}), "measure = 'ODDS' is not known"),
        (([0.1, nan], [0.1, 0.1], {}), r"yi\[1\]"),
        (([0.1], [-1], {}), r"vi\[0\]"),
        (([], [], {}), "empty"),
        (([0.1], [0.1, 0.2], {}), "length"),
        (([0.1], [0.1], {"level": 95}), "level"),
    ],
)
def test_bad_input(arguments, message):
    yi, vi, options = arguments
    with pytest.raises(InputError, match=message):
        compare_profiles(yi, vi, **options)


# metafor 5.1-12, rma(c(.1, .11), c(.04, .05), test=); REML, whose tau2 is 0, as DerSimonian-Laird's is.
@pytest.mark.parametrize(
    ("test", "interval"), [("z", (-0.188, 0.397)), ("hksj", (0.041, 0.168)), ("adhoc", (-1.790, 1.999))]
)
@pytest.mark.parametrize("profile", PACKAGES)
def test_two_agreeing_studies(profile, test, interval):
    assert pool(*AGREEING, profile=profile, test=test).ci == pytest.approx(interval, abs=5e-4)


def test_what_is_compared_is_given_once():
    with pytest.raises(InputError, match="Both effects and cells"):
        compare_profiles([0.1], [0.1], measure="OR", **SPARSE)
    for lacking in ({}, {"yi": [0.1]}, {"vi": [0.1]}):
        with pytest.raises(InputError, match="nothing to compare"):
            compare_profiles(**lacking)
    with pytest.raises(InputError, match="measure = ''"):
        compare_profiles(**SPARSE)


def test_an_unknown_profile():
    with pytest.raises(InputError, match="profile = 'spss' is not known"):
        pool([0.1], [0.1], profile="spss")
