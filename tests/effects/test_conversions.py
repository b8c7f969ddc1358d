"""Conversions against printed examples, ways back, and other ways of writing them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from math import exp, inf, log, nan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from metaan import InputError, contrasts, effect_sizes, pool
from metaan.effects import convert
from metaan.effects.convert import (
    arm_from_quantiles,
    correlation_from_sds,
    hazard_ratio_from_interval,
    hazard_ratio_from_logrank_p,
    hazard_ratio_from_oe,
    hazard_ratio_from_p,
    hazard_ratio_with_variance,
    log_odds_ratio_from_smd,
    log_risk_ratio_from_log_odds_ratio,
    logrank_variance_from_arms,
    logrank_variance_from_total,
    r_from_smd,
    r_from_z,
    ratio_from_p,
    sd_from_difference_interval,
    sd_from_difference_p,
    sd_from_difference_t,
    sd_of_change,
    se_from_f,
    se_from_p,
    se_from_t,
    se_from_z,
    smd_from_log_odds_ratio,
    smd_from_r,
    split_counts,
    split_means,
    z_from_r,
)

SAME = 1e-12
QUANTILE = 1e-9
"""Two implementations of a quantile."""

UNTIMED = settings(deadline=None)
"""No test fails on a time."""


def test_every_conversion_says_that_it_is_one():
    found = se_from_z(1.0, 2.0)
    assert found.status == "derived"
    assert "from" in found.how
    with pytest.raises(FrozenInstanceError):
        found.value = 3.0


def test_the_docstring_lists_every_conversion():
    functions = [name for name in convert.__all__ if name[0].islower()]
    assert all(f"`{name}`" in (convert.__doc__ or "") for name in functions)
    assert all(callable(getattr(convert, name)) for name in convert.__all__)


# Standard errors and deviations


def test_standard_errors_agree_with_one_another():
    """One regression slope, told five ways (scipy.stats.linregress)."""
    x, y = np.arange(8.0), np.array([1.0, 2.5, 2.2, 4.9, 4.1, 6.5, 6.1, 8.2])
    fit = stats.linregress(x, y)
    t = fit.slope / fit.stderr
    for found in (
        se_from_p(fit.slope, fit.pvalue, dof=6),
        se_from_t(fit.slope, -t),
        se_from_f(fit.slope, t**2),
    ):
        assert found.value == pytest.approx(fit.stderr, rel=1e-6)
    assert se_from_z(-2.0, 4.0).value == 0.5
    assert se_from_p(-1.959963984540054, 0.05).value == pytest.approx(1, rel=QUANTILE)


def test_altman_and_bland_2011():
    """BMJ 2011; 343: d2090: relative risk 0.81, P = 0.036 gives z 2.10 and an interval of 0.67 to 0.99."""
    found = ratio_from_p(0.81, 0.036)
    half = 1.96 * sqrt(found.vi)
    assert [round(exp(found.yi + sign * half), 2) for sign in (-1, 1)] == [0.67, 0.99]


def test_cochrane_handbook_6_5_2_3():
    """Difference 3.8, n 25 and 22, t 2.78 (p 0.008 on 45 df): SE 1.37, SD 4.69 from the rounded SE."""
    assert sd_from_difference_t(3.8, 2.78, 25, 22).value == pytest.approx(4.69, abs=0.02)
    assert sd_from_difference_p(3.8, 0.008, 25, 22).value == pytest.approx(4.69, abs=0.02)


@UNTIMED
@given(
    difference=st.floats(0.5, 5), sd=st.floats(1, 10), n1=st.integers(2, 80), n2=st.integers(2, 80)
)  # fmt: skip
def test_a_shared_sd_comes_back(difference, sd, n1, n2):
    test = stats.ttest_ind_from_stats(difference, sd, n1, 0, sd, n2)
    half = stats.t.ppf(0.975, n1 + n2 - 2) * sd * sqrt(1 / n1 + 1 / n2)
    low, high = difference - half, difference + half
    assert sd_from_difference_t(difference, test.statistic, n1, n2).value == pytest.approx(sd, rel=1e-9)
    assert sd_from_difference_interval(low, high, n1, n2).value == pytest.approx(sd, rel=1e-8)
    if 1e-12 < test.pvalue < 0.999:
        assert sd_from_difference_p(difference, test.pvalue, n1, n2).value == pytest.approx(sd, rel=1e-6)


def test_a_normal_interval_of_a_difference():
    found = sd_from_difference_interval(-1.959963984540054, 1.959963984540054, 2, 2, normal=True)
    assert found.value == pytest.approx(1, rel=QUANTILE)


# Means and standard deviations from quantiles


def test_the_printed_example_of_metablue():
    """Luo.mean(X = c(1, 4, 10), n = 30, "S1") of the R package metaBLUE 1.0.0 prints 4.356748."""
    assert round(arm_from_quantiles(30, median=4, low=1, high=10).mean, 6) == 4.356748


NUMBERS = {"low": 2.0, "q1": 4.0, "median": 6.0, "q3": 10.0, "high": 14.0}
RANGE, QUARTILES = ("low", "median", "high"), ("q1", "median", "q3")


def pick(names):
    return {name: NUMBERS[name] for name in names}


def test_wan_2014_as_printed():
    """The paper's formulas (3), (9), (10), (12)-(16), written out with scipy.stats.norm."""
    n = 20
    xi, eta = (
        2 * stats.norm.ppf((n - 0.375) / (n + 0.25)),
        2 * stats.norm.ppf((0.75 * n - 0.125) / (n + 0.25)),
    )
    first = arm_from_quantiles(n, **pick(RANGE), mean_by="wan", sd_by="wan")
    assert (first.mean, first.sd) == pytest.approx(((2 + 2 * 6 + 14) / 4, 12 / xi), rel=QUANTILE)
    second = arm_from_quantiles(n, **pick(QUARTILES), mean_by="wan", sd_by="wan")
    assert (second.mean, second.sd) == pytest.approx(((4 + 6 + 10) / 3, 6 / eta), rel=QUANTILE)
    third = arm_from_quantiles(n, **NUMBERS, mean_by="wan", sd_by="wan")
    mean, sd = (2 + 8 + 12 + 20 + 14) / 8, 12 / (2 * xi) + 6 / (2 * eta)
    assert (third.mean, third.sd) == pytest.approx((mean, sd), rel=QUANTILE)


@pytest.mark.parametrize("n", [3, 5, 10, 25, 60])
def test_the_divisor_of_a_range_is_nearly_the_expected_range(n):
    """Wan et al. approximate the expected range of n normal values, which integration gives, to about 3 %."""
    expected, _ = quad(lambda x: 1 - stats.norm.cdf(x) ** n - stats.norm.sf(x) ** n, -12, 12, limit=200)
    by_range = 12 / arm_from_quantiles(n, **pick(RANGE)).sd
    assert by_range == pytest.approx(expected, rel=0.03)


def test_luo_2018_and_shi_2020_as_printed():
    n = 20
    a, q1, m, q3, b = NUMBERS.values()
    w = 4 / (4 + n**0.75)
    assert arm_from_quantiles(n, **pick(RANGE)).mean == pytest.approx(w * (a + b) / 2 + (1 - w) * m, rel=SAME)
    second = arm_from_quantiles(n, **pick(QUARTILES))
    assert second.mean == pytest.approx((0.7 + 0.39 / n) * (q1 + q3) / 2 + (0.3 - 0.39 / n) * m, rel=SAME)
    third = arm_from_quantiles(n, **NUMBERS)
    w1, w2 = 2.2 / (2.2 + n**0.75), 0.7 - 0.72 / n**0.55
    expected = w1 * (a + b) / 2 + w2 * (q1 + q3) / 2 + (1 - w1 - w2) * m
    assert third.mean == pytest.approx(expected, rel=SAME)
    theta1 = (2 + 0.14 * n**0.6) * stats.norm.ppf((n - 0.375) / (n + 0.25))
    theta2 = (2 + 2 / (0.07 * n**0.6)) * stats.norm.ppf((0.75 * n - 0.125) / (n + 0.25))
    assert third.sd == pytest.approx((b - a) / theta1 + (q3 - q1) / theta2, rel=QUANTILE)
    start = (
        f"mean {third.mean:.3g} (Luo 2018) and SD {third.sd:.3g} (Shi 2020) from median 6, quartiles 4 and 10"
    )
    assert third.how == f"{start}, range 2 to 14 (n 20)"


@pytest.mark.parametrize("names", [RANGE, QUARTILES, tuple(NUMBERS)])
@pytest.mark.parametrize("n", [21, 201])
def test_normal_data_come_back_on_average_and_are_seldom_called_skewed(names, n):
    """2000 samples of mean 50, SD 10: no bias beyond 2 %, and 5 % false alarms, both to Monte Carlo error."""
    draws = np.sort(np.random.default_rng(7).normal(50, 10, (2000, n)), axis=1)
    places = {"low": 0, "q1": (n - 1) // 4, "median": n // 2, "q3": 3 * (n - 1) // 4, "high": n - 1}
    found = [arm_from_quantiles(n, **{name: row[places[name]] for name in names}) for row in draws]
    assert np.mean([one.mean for one in found]) == pytest.approx(50, abs=0.3)
    assert np.mean([one.sd for one in found]) == pytest.approx(10, rel=0.03)
    assert np.mean([one.skewed for one in found]) == pytest.approx(0.05, abs=0.02)


def test_skewed_numbers_are_pointed_out():
    found = arm_from_quantiles(100, median=3, q1=2, q3=9)
    assert found.skewed
    assert found.how.endswith("so a mean is doubtful")


@UNTIMED
@given(
    n=st.integers(3, 2000),
    values=st.lists(st.floats(-1000, 1000), min_size=5, max_size=5, unique=True).map(sorted),
    shift=st.floats(-100, 100), scale=st.floats(0.01, 100),
)  # fmt: skip
def test_quantiles_may_change_their_unit(n, values, shift, scale):
    if min(np.diff(values)) < 1e-3:
        return
    names = tuple(NUMBERS)
    plain = arm_from_quantiles(n, **dict(zip(names, values, strict=True)))
    moved = arm_from_quantiles(n, **{name: shift + scale * v for name, v in zip(names, values, strict=True)})
    size = abs(shift) + scale * 1000
    assert moved.mean == pytest.approx(shift + scale * plain.mean, abs=1e-9 * size)
    assert moved.sd == pytest.approx(scale * plain.sd, abs=1e-9 * size)
    assert values[0] <= plain.mean <= values[-1]


# Hazard ratios


def test_the_bladder_cancer_trial_ba06():
    """Lancet 1999; 354: 533-540: 485 deaths, 491 and 485 patients, logrank p 0.075, HR 0.85 (0.71 to 1.02).

    Tierney et al. 2007 work their methods out on this trial; from p and events the printed HR comes back.
    """
    found = hazard_ratio_from_logrank_p(0.075, logrank_variance_from_total(485, n1=491, n2=485), sign=-1)
    half = 1.96 * sqrt(found.vi)
    assert [round(exp(found.yi + shift), 2) for shift in (0, -half, half)] == [0.85, 0.71, 1.02]
    assert "(z 1.78)" in found.how
    by_interval = hazard_ratio_from_interval(0.85, 0.71, 1.02)
    by_p = hazard_ratio_from_p(0.85, 0.075)
    by_events = hazard_ratio_with_variance(0.85, logrank_variance_from_total(485))
    for other in (by_interval, by_p, by_events):
        assert other.yi == pytest.approx(found.yi, abs=0.005)
        assert other.vi == pytest.approx(found.vi, rel=0.05)


def test_the_ways_to_a_variance_agree():
    assert logrank_variance_from_total(80).value == logrank_variance_from_arms(40, 40).value == 20
    assert logrank_variance_from_total(90, n1=2).value == pytest.approx(20)
    found = hazard_ratio_from_oe(-8.0, 20.0)
    again = hazard_ratio_from_logrank_p(2 * stats.norm.sf(8 / sqrt(20)), 20.0, sign=-1)
    assert (again.yi, again.vi) == pytest.approx((found.yi, found.vi), rel=QUANTILE)
    assert hazard_ratio_from_logrank_p(1, 20.0, sign=1).yi == 0
    assert hazard_ratio_with_variance(exp(-0.4), 20).yi == pytest.approx(-0.4)


def test_o_minus_e_of_a_table_is_peto():
    """With everybody followed to the end, O - E and V of one time point are Peto's (Yusuf et al. 1985)."""
    a, n1, c, n2 = 12, 40, 5, 38
    n, events = n1 + n2, a + c
    v = n1 * n2 * events * (n - events) / (n**2 * (n - 1))
    found = hazard_ratio_from_oe(a - n1 * events / n, v)
    peto = effect_sizes("PETO", ai=[a], n1i=[n1], ci=[c], n2i=[n2])
    assert (found.yi, found.vi) == pytest.approx((peto.yi[0], peto.vi[0]), rel=SAME)


# Arms


def test_a_shared_arm_split_adds_up_and_its_ratio_stays():
    found = split_counts(9, 61, 3)
    assert sum(found.events) == pytest.approx(9)
    assert sum(found.n) == pytest.approx(61)
    whole = effect_sizes("OR", ai=[12], n1i=[60], ci=[9], n2i=[61])
    part = effect_sizes("OR", ai=[12], n1i=[60], ci=found.events[:1], n2i=found.n[:1])
    assert part.yi[0] == pytest.approx(whole.yi[0], rel=SAME)
    assert part.vi[0] > whole.vi[0]
    means = split_means(61, 4.2, 1.5, 2)
    assert (means.n, means.mean, means.sd) == ((30.5, 30.5), 4.2, 1.5)
    assert "mean and SD kept" in means.how


def test_splitting_approximates_the_three_arm_study():
    """Two equal arms against a split control pool to nearly the variance of the correlated pair."""
    shared = split_counts(20, 100, 2)
    split = effect_sizes("OR", ai=[10, 10], n1i=[50, 50], ci=shared.events, n2i=shared.n)
    pooled = pool(split.yi, split.vi, method="EE", test="z")
    arms = contrasts("OR", ["s"] * 2, ["t", "c"], events=[20, 20], n=[100, 100])
    assert pooled.se == pytest.approx(float(arms.sei[0]), rel=SAME)


# Changes


def test_cochrane_handbook_16_4_6_4():
    """Version 5.1: SD 2.38 and 2.21 with correlation 0.68 in 10 people give a standard error of 0.583."""
    assert round(sd_of_change(2.38, 2.21, 0.68).value / sqrt(10), 3) == 0.583


def test_cochrane_handbook_6_5_2_8():
    """Experimental arm 6.4, 7.1, change 4.5: 0.78; control arm 7.0, 6.9, change 4.2: 0.82."""
    assert round(correlation_from_sds(6.4, 7.1, 4.5).value, 2) == 0.78
    assert round(correlation_from_sds(7.0, 6.9, 4.2).value, 2) == 0.82


@given(s1=st.floats(0.01, 100), s2=st.floats(0.01, 100), r=st.floats(-1, 1))
def test_a_correlation_comes_back(s1, s2, r):
    change = sd_of_change(s1, s2, r).value
    if s1 + s2 - 1e-6 * (s1 + s2) > change > abs(s1 - s2) + 1e-6 * (s1 + s2):
        assert correlation_from_sds(s1, s2, change).value == pytest.approx(r, abs=1e-6)


def test_changes_agree_with_raw_data():
    rng = np.random.default_rng(3)
    before = rng.normal(10, 3, 40)
    after = before + rng.normal(1, 2, 40)
    sds = [np.std(x, ddof=1) for x in (before, after, after - before)]
    assert correlation_from_sds(*sds).value == pytest.approx(np.corrcoef(before, after)[0, 1], rel=1e-9)


# From scale to scale


def test_borenstein_2009_chapter_7():
    """d 0.5 (0.0205) and log OR 0.9069 (0.0676); r 0.50 (0.0058) and d 1.1547 (0.0550), rounded there."""
    assert round(log_odds_ratio_from_smd(0.5, 0.0205).yi, 4) == 0.9069
    d = smd_from_log_odds_ratio(0.9069, 0.0676)
    assert (round(d.yi, 4), round(d.vi, 4)) == (0.5, 0.0205)
    d = smd_from_r(0.5, 0.0058)
    assert (round(d.yi, 4), round(d.vi, 4)) == (1.1547, 0.0550)
    r = r_from_smd(1.1547, 0.0550)
    assert (round(r.yi, 4), round(r.vi, 4)) == (0.5, 0.0058)


def test_the_same_scales_as_the_measures():
    table = {"ai": [12], "n1i": [40], "ci": [5], "n2i": [38]}
    odds = effect_sizes("OR", **table)
    for outcome, name in (("normal", "OR2DN"), ("logistic", "OR2DL")):
        known = effect_sizes(name, **table)
        found = smd_from_log_odds_ratio(odds.yi[0], odds.vi[0], outcome=outcome)
        assert (found.yi, found.vi) == pytest.approx((known.yi[0], known.vi[0]), rel=SAME)
    cor, z = (effect_sizes(name, ri=[0.4], ni=[1000]) for name in ("COR", "ZCOR"))
    found = z_from_r(cor.yi[0], cor.vi[0])
    assert found.yi == pytest.approx(z.yi[0], rel=SAME)
    assert found.vi == pytest.approx(z.vi[0], rel=0.01)


@given(yi=st.floats(-5, 5), vi=st.floats(0, 10))
def test_scales_lead_back(yi, vi):
    for there, back in (
        (log_odds_ratio_from_smd, smd_from_log_odds_ratio),
        (r_from_smd, smd_from_r),
        (r_from_z, z_from_r),
    ):
        first = there(yi, vi)
        again = back(first.yi, first.vi)
        assert (again.yi, again.vi) == pytest.approx((yi, vi), rel=1e-6, abs=1e-9)


def test_zhang_and_yu_1998():
    """Baseline risk p0 and risk p1 make a known odds ratio; the risk ratio p1/p0 must come back."""
    for p0, p1 in ((0.2, 0.5), (0.7, 0.1), (1e-9, 2e-9), (0.999, 0.9999)):
        y = log(p1 / (1 - p1)) - log(p0 / (1 - p0))
        found = log_risk_ratio_from_log_odds_ratio(y, 0.04, baseline=p0)
        assert exp(found.yi) == pytest.approx(p1 / p0, rel=1e-9)
        step = 1e-6
        up, down = (log_risk_ratio_from_log_odds_ratio(y + s, 0.04, baseline=p0).yi for s in (step, -step))
        assert found.vi == pytest.approx(0.04 * ((up - down) / (2 * step)) ** 2, rel=1e-3, abs=1e-12)
    assert log_risk_ratio_from_log_odds_ratio(800.0, 1.0, baseline=0.5).yi == pytest.approx(log(2))


# What cannot be converted


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: se_from_p(0, 0.05), "estimate = 0"),
        (lambda: se_from_p(1, 1), "p = 1 "),
        (lambda: se_from_p(1, 0), "p = 0 "),
        (lambda: se_from_p(1, "<0.05"), "p = '<0.05'"),
        (lambda: se_from_p(1, 0.05, dof=-1), "dof = -1"),
        (lambda: se_from_p(1, 0.05, dof="many"), "dof = 'many'"),
        (lambda: se_from_t(1, 0), "t = 0"),
        (lambda: se_from_z(nan, 1), "estimate = nan"),
        (lambda: se_from_f(1, -4), "f = -4"),
        (lambda: ratio_from_p(1, 0.05), "estimate = 1"),
        (lambda: ratio_from_p(-0.2, 0.05), "estimate = -0.2"),
        (lambda: sd_from_difference_t(1, 2, 1, 1), r"n1 \+ n2 = 2"),
        (lambda: sd_from_difference_p(1, 1, 10, 10), "p = 1 "),
        (lambda: sd_from_difference_p(0, 0.5, 10, 10), "difference = 0"),
        (lambda: sd_from_difference_interval(2, 1, 10, 10), "low = 2"),
        (lambda: arm_from_quantiles(20, median=3), "median alone"),
        (lambda: arm_from_quantiles(20, median=3, q1=2), "q1 is given without q3"),
        (lambda: arm_from_quantiles(20, median=3, high=2), "high is given without low"),
        (lambda: arm_from_quantiles(20, median=3, q1=4, q3=5), "q1 = 4, median = 3, q3 = 5 are not"),
        (lambda: arm_from_quantiles(20, median=3, q1=2, q3=5, low=2.5, high=9), "low = 2.5, q1 = 2"),
        (lambda: arm_from_quantiles(20, median=3, q1=3, q3=3), "q1 = q3 = 3 leaves no spread"),
        (lambda: arm_from_quantiles(2, median=3, q1=2, q3=4), "n = 2"),
        (lambda: arm_from_quantiles(9, median="3", q1=2, q3=4), "median = '3'"),
        (lambda: arm_from_quantiles(9, median=3, q1=2, q3=4, mean_by="bland"), "mean_by = 'bland'"),
        (lambda: arm_from_quantiles(9, median=3, q1=2, q3=4, sd_by="hozo"), "sd_by = 'hozo'"),
        (lambda: hazard_ratio_from_oe(1, 0), "v = 0"),
        (lambda: hazard_ratio_from_oe(inf, 1), "o_minus_e = inf"),
        (lambda: logrank_variance_from_arms(0, 5), "events1 = 0"),
        (lambda: logrank_variance_from_total(0), "events = 0"),
        (lambda: logrank_variance_from_total(10, n1=-1), "n1 = -1"),
        (lambda: hazard_ratio_with_variance(0, 5), "hr = 0"),
        (lambda: hazard_ratio_with_variance(0.5, "V"), "v = 'V'"),
        (lambda: hazard_ratio_from_logrank_p(0.05, 5, sign=0), "sign = 0"),
        (lambda: hazard_ratio_from_logrank_p(0, 5, sign=1), "p = 0 "),
        (lambda: split_counts(5, 4, 2), "events = 5 is more than n = 4"),
        (lambda: split_counts(5, 10, 1), "into = 1"),
        (lambda: split_counts(0, 0, 2), "n = 0"),
        (lambda: split_counts(1, 10, 11), "into = 11 is more than n = 10"),
        (lambda: split_means(10, 1, 1, 10**8), "into = 100000000 is more than n = 10"),
        (lambda: split_means(10**400, 1, 1, 2), "is not a finite number"),
        (lambda: convert.se_from_interval(1, 2, dof=10**400), "is not a finite number"),
        (lambda: convert.se_from_interval(1, 2, dof=np.array([3, 4])), "is not a finite number"),
        (lambda: convert.se_from_interval(1, 2, dof=np.ma.masked), "is not a finite number"),
        (lambda: convert.se_from_interval(1, 2, level=1e-200), "interval without width"),
        (lambda: hazard_ratio_from_logrank_p(0.05, 5, sign=np.array([1, -1])), "sign = "),
        (lambda: sd_from_difference_interval(1, 2, 9, 9, normal="no"), "normal = 'no'"),
        (lambda: split_means(10, nan, 1, 2), "mean = nan"),
        (lambda: split_means(10, 1, -1, 2), "sd = -1"),
        (lambda: sd_of_change(1, 2, 1.1), "r = 1.1"),
        (lambda: sd_of_change(-1, 2, 0.5), "sd_before = -1"),
        (lambda: correlation_from_sds(1, 2, 9), "sd_change = 9 does not fit"),
        (lambda: correlation_from_sds(0, 2, 2), "sd_before = 0"),
        (lambda: smd_from_r(1, 0.1), "yi = 1 "),
        (lambda: z_from_r(-1.5, 0.1), "yi = -1.5"),
        (lambda: r_from_smd(0.5, -0.1), "vi = -0.1"),
        (lambda: r_from_smd(0.5, 0.1, n1=0), "n1 = 0"),
        (lambda: log_odds_ratio_from_smd(0.5, 0.1, outcome="probit"), "outcome = 'probit'"),
        (lambda: log_risk_ratio_from_log_odds_ratio(0.5, 0.1, baseline=1), "baseline = 1"),
    ],
)
def test_what_cannot_be_converted(call, said):
    with pytest.raises(InputError, match=said):
        call()
