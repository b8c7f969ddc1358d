from __future__ import annotations

from math import exp, inf, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from metaan import InputError, effect_sizes
from metaan.effects import convert
from metaan.effects.convert import (
    combine_counts,
    combine_means,
    count_from_percent,
    md_from_interval,
    ratio_from_interval,
    sd_from_interval,
    sd_from_se,
    se_from_interval,
    smd_from_p,
)

SAME = 1e-12
QUANTILE = 1e-9
"""Two implementations of the t quantile."""

UNTIMED = settings(deadline=None)
"""No test fails on a time."""


@UNTIMED
@given(n=st.integers(1, 3000), data=st.data(), decimals=st.integers(0, 2))
def test_a_printed_percentage_leads_back_to_its_count(n, data, decimals):
    events = data.draw(st.integers(0, n))
    printed = f"{100 * events / n:.{decimals}f}"
    found = count_from_percent(printed, n)
    assert found.low <= events <= found.high
    assert found.low <= found.events <= found.high
    for count in (found.low, found.high):
        assert abs(100 * count / n - float(printed)) <= 0.5 * 10**-decimals + 1e-9


def test_every_count_that_rounds_to_it_by_trying_all():
    found = count_from_percent(38, 301)
    tried = [e for e in range(302) if abs(100 * e / 301 - 38) <= 0.5]
    assert (found.low, found.high) == (tried[0], tried[-1])


def test_trailing_zeros_count_in_text():
    assert count_from_percent("35.0", 1000).how == "350 events from 35.0% of 1000"
    assert count_from_percent("35", 1000).low == 345
    assert count_from_percent(35.0, 1000, decimals=1).low == 350
    assert count_from_percent("12.5 %", 48).events == 6


def test_a_percentage_that_no_count_gives():
    found = count_from_percent(50, 3)
    assert (found.events, found.low, found.high) == (2, 2, 2)
    assert "no count rounds to it" in found.how


def test_the_ends_of_the_scale():
    assert count_from_percent(0, 10).events == 0
    assert count_from_percent(100, 10).events == 10
    assert count_from_percent(0, 1000).high == 5


@pytest.mark.parametrize("percent", [-0.1, 100.1, "1/3", "many", "", float("nan"), inf, True, None])
def test_not_a_percentage(percent):
    with pytest.raises(InputError, match="percent = "):
        count_from_percent(percent, 10)


@pytest.mark.parametrize("n", [0, -1, 2.5, float("nan"), "10"])
def test_not_a_size(n):
    with pytest.raises(InputError, match="n = "):
        count_from_percent(10, n)


def test_sd_and_its_interval():
    """The interval of a mean with SD 8 in 76 people, computed with scipy.stats, leads back to 8."""
    low, high = stats.t.interval(0.9, 75, loc=10.9, scale=8 / sqrt(76))
    assert sd_from_interval(low, high, 76, level=0.9).value == pytest.approx(8, rel=QUANTILE)
    assert sd_from_se(8 / sqrt(76), 76).value == pytest.approx(8, rel=SAME)


def test_se_from_intervals():
    assert se_from_interval(-1.959963984540054, 1.959963984540054).value == pytest.approx(1, rel=SAME)
    reach = stats.t.ppf(0.995, 7)
    found = se_from_interval(-reach, reach, level=0.99, dof=7)
    assert found.value == pytest.approx(1, rel=QUANTILE)
    assert found.how.endswith("(t, 7 df)")
    assert found.how.startswith("SE 1 from the 99% CI")


def test_a_level_of_one_abstract():
    assert "98.3% CI" in md_from_interval(0.3, -2.6, 3.2, level=0.983).how


@UNTIMED
@given(
    m1=st.floats(-50, 50), m2=st.floats(-50, 50), sd1=st.floats(1, 30), sd2=st.floats(1, 30),
    n1=st.integers(2, 300), n2=st.integers(2, 300),
)  # fmt: skip
def test_an_exact_p_leads_back_to_the_smd(m1, m2, sd1, sd2, n1, n2):
    p = stats.ttest_ind_from_stats(m1, sd1, n1, m2, sd2, n2).pvalue
    if not 1e-200 < p < 1 - 1e-6:
        return
    known = effect_sizes("SMD", m1i=[m1], sd1i=[sd1], n1i=[n1], m2i=[m2], sd2i=[sd2], n2i=[n2])
    found = smd_from_p(p, n1, n2, sign=1 if m1 > m2 else -1)
    assert found.yi == pytest.approx(known.yi[0], rel=1e-7, abs=1e-9)
    assert found.vi == pytest.approx(known.vi[0], rel=1e-7)


def test_a_p_of_one_is_no_difference():
    found = smd_from_p(1, 20, 20)
    assert (found.yi, found.vi) == (0.0, pytest.approx(0.1))
    assert smd_from_p(0.5, 20, 20, sign=-1).yi < 0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: smd_from_p(0, 10, 10), "p = 0 "),
        (lambda: smd_from_p(1.01, 10, 10), "p = 1.01"),
        (lambda: smd_from_p("<0.05", 10, 10), "p = '<0.05'"),
        (lambda: smd_from_p(0.05, 1, 10), "n1 = 1"),
        (lambda: smd_from_p(0.05, 10, 10, sign=0), "sign = 0"),
        (lambda: sd_from_se(-1, 10), "se = -1"),
        (lambda: sd_from_se(1, 1), "n = 1"),
        (lambda: sd_from_interval(2, 1, 10), "low = 2 is not below high = 1"),
        (lambda: sd_from_interval(1, 2, 1), "n = 1"),
        (lambda: se_from_interval(1, 1), "low = 1 is not below"),
        (lambda: se_from_interval(1, 2, level=95), "level = 95"),
        (lambda: se_from_interval(1, 2, dof=0), "dof = 0"),
        (lambda: md_from_interval(5, 1, 2), "lies outside its interval"),
        (lambda: md_from_interval(None, 1, 2), "estimate = None"),
        (lambda: ratio_from_interval(1, 0, 2), "low = 0"),
        (lambda: ratio_from_interval(-0.1, -0.5, 0.3), "not its logarithm"),
        (lambda: combine_counts([1.5], [3]), r"events\[0\] = 1.5"),
        (lambda: combine_counts([None], [3]), r"events\[0\] = nan"),
        (lambda: combine_counts([4], [3]), "more than n"),
        (lambda: combine_counts([1, 2], [3]), "events 2, n 1"),
        (lambda: combine_means([0, 5], [1, 1], [1, 1]), r"n\[0\] = 0"),
        (lambda: combine_means([5, 5], [1, None], [1, 1]), r"mean\[1\] = nan"),
        (lambda: combine_means([5, 5], [1, 1], [1, -1]), r"sd\[1\] = -1"),
        (lambda: combine_means([1], [1], [1]), "n adds up to 1"),
    ],
)
def test_what_cannot_be_converted(call, said):
    with pytest.raises(InputError, match=said):
        call()


def test_intervals_as_effects():
    difference = md_from_interval(-5.0, -8.0, -2.0, dof=40)
    assert difference.yi == -5.0
    assert sqrt(difference.vi) == pytest.approx(3 / stats.t.ppf(0.975, 40), rel=QUANTILE)
    ratio = ratio_from_interval(2.0, 2 * exp(-0.98), 2 * exp(0.98))
    assert ratio.yi == pytest.approx(log(2))
    assert sqrt(ratio.vi) == pytest.approx(0.98 / stats.norm.ppf(0.975), rel=QUANTILE)
    assert "halves" not in difference.how + ratio.how


def test_a_lopsided_interval_is_pointed_out():
    assert md_from_interval(1.0, 0.0, 3.0).how.endswith("; its halves differ by 33% of its width")
    assert "halves" in ratio_from_interval(1.25, 0.5, 2.0).how


@UNTIMED
@given(st.lists(st.lists(st.floats(-100, 100), min_size=1, max_size=6), min_size=1, max_size=4))
def test_combined_arms_are_the_pooled_raw_data(arms):
    everyone = np.concatenate([np.array(arm) for arm in arms])
    if len(everyone) < 2:
        return
    sds = [np.std(arm, ddof=1) if len(arm) > 1 else 0.0 for arm in arms]
    found = combine_means([len(arm) for arm in arms], [np.mean(arm) for arm in arms], sds)
    assert found.n == len(everyone)
    assert found.mean == pytest.approx(everyone.mean(), abs=1e-9)
    assert found.sd == pytest.approx(everyone.std(ddof=1), abs=1e-6)


def test_the_formula_of_the_handbook_for_two_arms():
    n1, m1, s1, n2, m2, s2 = 30, 4.1, 2.0, 45, 5.3, 2.6
    n = n1 + n2
    expected = sqrt(
        ((n1 - 1) * s1**2 + (n2 - 1) * s2**2 + n1 * n2 / n * (m1**2 + m2**2 - 2 * m1 * m2)) / (n - 1)
    )
    found = combine_means([n1, n2], [m1, m2], [s1, s2])
    assert found.sd == pytest.approx(expected, rel=SAME)
    assert found.mean == pytest.approx((n1 * m1 + n2 * m2) / n, rel=SAME)
    assert found.how == "2 arms combined (n 30 + 45)"


def test_one_arm_stays_what_it_is():
    assert combine_counts([3], [40]).how == "one arm: 3/40"
    assert combine_means([30], [4.0], [2.0]).sd == pytest.approx(2.0)


LARGE_AND_SMALL = (1e308, -1e308, 1e200, 1e155, 1e-308, 5e-324, 3.0)

BEYOND = {
    "md_from_interval": lambda x, y: convert.md_from_interval(max(x, y), min(x, y), max(x, y)),
    "se_from_interval": convert.se_from_interval,
    "se_from_t": convert.se_from_t,
    "se_from_f": convert.se_from_f,
    "sd_from_se": lambda x, y: convert.sd_from_se(x, abs(y)),
    "sd_of_change": lambda x, y: convert.sd_of_change(x, y, 0.5),
    "correlation_from_sds": lambda x, y: convert.correlation_from_sds(x, x, y),
    "r_from_smd": lambda x, y: convert.r_from_smd(x, y, n1=10, n2=10),
    "smd_from_r": convert.smd_from_r,
    "log_odds_ratio_from_smd": convert.log_odds_ratio_from_smd,
    "log_risk_ratio": lambda x, y: convert.log_risk_ratio_from_log_odds_ratio(x, y, baseline=0.5),
    "hazard_ratio_from_oe": convert.hazard_ratio_from_oe,
    "hazard_ratio_with_variance": convert.hazard_ratio_with_variance,
    "combine_means": lambda x, y: convert.combine_means([10, 10], [x, 3], [y, 3]),
    "split_means": lambda x, y: convert.split_means(x, 1, 1, y),
    "smd_from_p": lambda x, y: convert.smd_from_p(1e-308, x, y),
}


@pytest.mark.parametrize("conversion", BEYOND.values(), ids=BEYOND)
@pytest.mark.parametrize("x", LARGE_AND_SMALL)
@pytest.mark.parametrize("y", LARGE_AND_SMALL)
def test_a_result_beyond_the_range_of_numbers_is_refused(conversion, x, y):
    try:
        found = conversion(x, y)
    except InputError:
        return
    for name in ("value", "yi", "vi", "mean", "sd"):
        assert np.isfinite(getattr(found, name, 0.0))


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int64])
def test_a_variance_may_be_any_number(kind):
    assert convert.hazard_ratio_with_variance(0.5, kind(16)).vi == 1 / 16
