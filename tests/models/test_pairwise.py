from __future__ import annotations

import inspect
from dataclasses import fields
from math import inf, isnan, sqrt

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.regression.linear_model import WLS
from statsmodels.stats.meta_analysis import combine_effects

from metaan import InputError, pool, pool_many
from metaan.models.pairwise import PROFILES
from metaan.models.tau2 import ESTIMATORS

SAME = 1e-12
OTHER_LIBRARY = 1e-9

# Viechtbauer 2005 (Journal of Educational and Behavioral Statistics 30: 261-293), first example.
YI = [-0.581, 0.530, 0.771, 1.031, 0.553, 0.295, 0.078, 0.573, -0.176, -0.232]
VI = [0.023, 0.052, 0.060, 0.115, 0.095, 0.203, 0.200, 0.211, 0.051, 0.040]
PRINTED = {"HS": 0.2282, "HE": 0.1484, "DL": 0.2768, "ML": 0.1967, "REML": 0.2232, "EB": 0.1920, "SJ": 0.1992}
PRINTED_I2 = {
    "HS": 77.2284, "HE": 68.7988, "DL": 80.4447, "ML": 74.5098, "REML": 76.8399, "EB": 74.0511, "SJ": 74.7545,
}  # fmt: skip

PRINTED_LIKELIHOOD = {"ML": 2e-4, "REML": 2e-4}
"""The last digit of these two shows where an iteration stopped: the exact tau2 gives 74.5097 and 76.8398."""

AGREEING = ([0.1, 0.11], [0.04, 0.05])


@pytest.mark.parametrize("method", PRINTED)
def test_a_printed_table(method):
    fit = pool(YI, VI, method=method)
    assert fit.tau2 == pytest.approx(PRINTED[method], abs=5e-5)
    percent = 100 * fit.I2
    assert percent == pytest.approx(PRINTED_I2[method], abs=PRINTED_LIKELIHOOD.get(method, 5e-5))


def test_the_default_is_reml_with_hartung_knapp():
    signature = inspect.signature(pool).parameters
    assert (signature["method"].default, signature["test"].default) == ("REML", "hksj")
    fit = pool(YI, VI)
    assert (fit.method, fit.test, fit.level, fit.k, fit.dof) == ("REML", "hksj", 0.95, 10, 9.0)
    assert type(fit.method) is str
    assert type(fit.test) is str


def test_every_number_is_a_plain_float():
    fit = pool(YI, VI)
    for field in fields(fit):
        value = getattr(fit, field.name)
        if field.name not in {"weights", "k", "method", "test", "notes"}:
            assert all(type(x) is float for x in (value if isinstance(value, tuple) else (value,))), (
                field.name
            )


@pytest.mark.parametrize("profile", PROFILES)
def test_profiles_are_defaults_only(profile):
    method, test = PROFILES[profile]
    fit = pool(YI, VI, profile=profile)
    assert (fit.method, fit.test) == (method, test)
    explicit = pool(YI, VI, profile=profile, method="REML", test="hksj")
    assert (explicit.method, explicit.test) == ("REML", "hksj")
    assert pool(YI, VI, profile=profile, test="adhoc").method == method


@pytest.mark.parametrize("method", ESTIMATORS)
@pytest.mark.parametrize("test", ["z", "t", "hksj", "adhoc"])
def test_interval_statistic_and_p_agree(method, test):
    fit = pool(YI, VI, method=method, test=test, level=0.9)
    reference = stats.norm() if test == "z" else stats.t(9)
    reach = reference.ppf(0.95)
    assert fit.dof == (inf if test == "z" else 9)
    assert fit.statistic == pytest.approx(fit.estimate / fit.se, rel=SAME)
    assert fit.pvalue == pytest.approx(2 * reference.sf(abs(fit.statistic)), rel=OTHER_LIBRARY)
    assert fit.ci == pytest.approx((fit.estimate - reach * fit.se, fit.estimate + reach * fit.se), rel=1e-8)
    spread = reach * sqrt(fit.tau2 + fit.se**2)
    assert fit.prediction == pytest.approx((fit.estimate - spread, fit.estimate + spread), rel=1e-8)


@pytest.mark.parametrize("method", ESTIMATORS)
def test_weights(method):
    fit = pool(YI, VI, method=method)
    w = 1 / (np.array(VI) + fit.tau2)
    np.testing.assert_allclose(fit.weights, w / w.sum(), rtol=1e-13)
    assert fit.weights @ np.array(YI) == pytest.approx(fit.estimate, rel=SAME)
    with pytest.raises(ValueError, match="read-only"):
        fit.weights[0] = 1


def test_hartung_knapp_is_weighted_least_squares():
    """The t-test of the intercept in a weighted regression on a constant, by statsmodels."""
    fit = pool(YI, VI)
    ols = WLS(np.array(YI), np.ones(10), weights=1 / (np.array(VI) + fit.tau2)).fit()
    assert fit.estimate == pytest.approx(ols.params[0], rel=OTHER_LIBRARY)
    assert fit.se == pytest.approx(ols.bse[0], rel=OTHER_LIBRARY)
    assert fit.pvalue == pytest.approx(ols.pvalues[0], rel=OTHER_LIBRARY)
    assert fit.ci == pytest.approx(tuple(ols.conf_int()[0]), rel=OTHER_LIBRARY)


def test_statsmodels_has_the_same_moments():
    """statsmodels: "chi2" is DerSimonian-Laird, "iterated" is Paule-Mandel to an absolute 1e-5."""
    yi, vi = np.array(YI), np.array(VI)
    theirs = combine_effects(yi, vi, method_re="chi2")
    ours = pool(yi, vi, method="DL", test="z")
    assert ours.tau2 == pytest.approx(theirs.tau2, rel=OTHER_LIBRARY)
    assert ours.estimate == pytest.approx(theirs.mean_effect_re, rel=OTHER_LIBRARY)
    assert ours.se == pytest.approx(theirs.sd_eff_w_re, rel=OTHER_LIBRARY)
    assert pytest.approx(theirs.q, rel=OTHER_LIBRARY) == ours.Q
    assert pytest.approx(theirs.i2, rel=OTHER_LIBRARY) == ours.I2_Q
    knapp = pool(yi, vi, method="DL")
    assert knapp.se == pytest.approx(theirs.sd_eff_w_re_hksj, rel=OTHER_LIBRARY)
    iterated = combine_effects(yi, vi, method_re="iterated", atol=1e-12)
    assert pool(yi, vi, method="PM").tau2 == pytest.approx(iterated.tau2, rel=1e-8)


def test_statsmodels_does_not_stop_at_zero():
    """Its DerSimonian-Laird estimate may be negative; ours is its positive part, as its authors define it.

    Q is 0.0011 on 1 degree of freedom, so the moment equation itself has a negative solution; a variance
    has not. Paule-Mandel settles it: Q is below k - 1 at 0 and only falls from there.
    """
    with pytest.warns(RuntimeWarning, match="sqrt"):
        theirs = combine_effects(np.array(AGREEING[0]), np.array(AGREEING[1]), method_re="chi2")
    assert theirs.tau2 < 0
    assert pool(*AGREEING, method="DL").tau2 == 0.0
    assert pool(*AGREEING, method="PM").tau2 == 0.0
    assert pool(*AGREEING, method="DL").Q < 1


def test_two_agreeing_studies_show_why_intervals_differ():
    """metafor 5.1-12 prints z -.188 to .397, Hartung-Knapp .041 to .168, ad hoc -1.790 to 1.999."""
    expected = {"z": (-0.188, 0.397), "hksj": (0.041, 0.168), "adhoc": (-1.790, 1.999)}
    for test, interval in expected.items():
        assert pool(*AGREEING, test=test).ci == pytest.approx(interval, abs=5e-4)


def test_notes_say_what_a_reader_must_know():
    narrow = " ".join(pool(*AGREEING).notes)
    assert "two studies" in narrow
    assert "tau2 is estimated as 0" in narrow
    assert "Hartung-Knapp scale is 0.00111, below 1" in narrow
    assert "held at 1" in " ".join(pool(*AGREEING, test="adhoc").notes)
    assert pool(YI, VI, test="z").notes == ()
    assert "common-effect" in pool(YI, VI, method="EE", test="z").notes[0]


@pytest.mark.parametrize("method", ESTIMATORS)
@pytest.mark.parametrize("test", ["z", "t", "hksj", "adhoc"])
def test_one_study_is_itself(method, test):
    fit = pool([0.3], [0.1], method=method, test=test)
    reach = stats.norm.ppf(0.975) * sqrt(0.1)
    assert (fit.estimate, fit.k, fit.test, fit.dof) == (0.3, 1, "z", inf)
    assert fit.se == pytest.approx(sqrt(0.1), rel=SAME)
    assert fit.ci == pytest.approx((0.3 - reach, 0.3 + reach), rel=SAME)
    assert all(isnan(x) for x in (*fit.prediction, fit.I2, fit.H2, fit.se_tau2))
    assert isnan(fit.tau2) == (method != "EE")
    assert fit.weights.tolist() == [1.0]
    assert fit.notes[0].startswith("one study")


@pytest.mark.parametrize("method", ESTIMATORS)
def test_equal_effects(method):
    """Nothing varies: no heterogeneity, and a Hartung-Knapp interval without width and without a test."""
    fit = pool([0.1] * 3, [0.1, 0.2, 0.7], method=method)
    assert (fit.estimate, fit.tau2, fit.Q, fit.se) == (0.1, 0.0, 0.0, 0.0)
    assert isnan(fit.statistic)
    assert isnan(fit.pvalue)
    assert any("all effects are equal" in note for note in fit.notes)


def test_sidik_jonkman_is_positive_where_others_are_not():
    fit = pool(*AGREEING, method="SJ")
    assert 0 < fit.tau2 < 1e-4
    assert pool(*AGREEING, method="REML").tau2 == 0.0


def test_common_effect_i2_is_from_q():
    fit = pool(YI, VI, method="EE")
    assert fit.I2 == fit.I2_Q == pytest.approx(1 - 9 / fit.Q)
    assert pytest.approx(fit.Q / 9) == fit.H2
    assert fit.tau2 == 0.0


def test_q_p_value():
    fit = pool(YI, VI)
    assert fit.Q_pvalue == pytest.approx(stats.chi2.sf(fit.Q, 9), rel=OTHER_LIBRARY)


def test_arrays_series_and_tuples():
    as_list = pool(YI, VI)
    for yi, vi in ((np.array(YI), np.array(VI)), (pd.Series(YI), pd.Series(VI)), (tuple(YI), tuple(VI))):
        assert pool(yi, vi).estimate == as_list.estimate


@pytest.mark.parametrize(
    ("yi", "vi", "said"),
    [
        ([], [], "yi is empty"),
        ([1, 2], [1], "yi 2, vi 1"),
        ([1, 2], [1, 0], r"vi\[1\] = 0 is not positive"),
        ([1, 2], [-1, 1], r"vi\[0\] = -1 is not positive"),
        ([1, None], [1, 1], r"yi\[1\] = nan is missing"),
        ([1, 2], [1, np.nan], r"vi\[1\] = nan is missing"),
        ([1, 2], [1, np.inf], r"vi\[1\] = inf is infinite"),
        ([1, -np.inf], [1, 1], r"yi\[1\] = -inf is infinite"),
        (["1", "2"], [1, 1], r"yi\[0\] = '1' is not a number"),
        ([[1, 2]], [[1, 2]], "2 dimensions"),
        ([0, 1e200], [1, 1], "check their units"),
        ([0, 1], [1e-200, 1], "check their units"),
        ([-1e308, 1e308], [1, 1], "check their units"),
        ([0, 1], [5e-324, 1e308], "check their units"),
    ],
)
def test_what_cannot_be_pooled(yi, vi, said):
    with pytest.raises(InputError, match=said):
        pool(yi, vi)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"method": "XX"}, "method = 'XX' is not known; the methods are EE, DL"),
        ({"method": None}, "method = None"),
        ({"test": "knha"}, "test = 'knha' is not known; the tests are z, t, hksj, adhoc"),
        ({"profile": "comprehensive"}, "profile = 'comprehensive' is not known"),
        ({"level": 95}, "level = 95 .* such as 0.95"),
        ({"level": 0}, "level = 0"),
        ({"level": float("nan")}, "level = nan"),
        ({"level": "0.95"}, "level = '0.95'"),
    ],
)
def test_unknown_options(options, said):
    with pytest.raises(InputError, match=said):
        pool(YI, VI, **options)


def test_extreme_but_possible_numbers_give_numbers():
    fit = pool([0.0, 1e20, -1e25], [1e-20, 1.0, 1e20])
    assert np.isfinite([fit.estimate, fit.se, fit.tau2, fit.pvalue, *fit.ci, *fit.prediction]).all()


def test_effects_equal_but_for_rounding_are_equal():
    near = np.nextafter(0.1, 1)
    fit = pool([0.1, near, 0.1], [0.1, 0.2, 0.3])
    assert fit.se == 0
    assert "all effects are equal" in fit.notes[-1]
    assert pool_many([[0.1, near, 0.1]], [[0.1, 0.2, 0.3]], test="hksj").se[0] == 0
    assert pool([0.1, 0.1 + 1e-12, 0.1], [0.1, 0.2, 0.3]).se > 0
