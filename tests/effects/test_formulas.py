"""Every measure a third time: written another way, by the delta method, by statsmodels, by identities."""

from __future__ import annotations

from itertools import product
from math import asin, atanh, log, pi, sqrt

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import effectsize_2proportions, effectsize_smd

from metaan import effect_sizes
from metaan.effects.continuous import hedges_j
from metaan.effects.measures import MEASURES

SAME = 1e-12
NUMERIC = 1e-6
"""Central differences with a step of 1e-5 of the argument."""

UNTIMED = settings(deadline=None)
"""No test fails on a time."""


def one(measure, /, **cells):
    found = effect_sizes(measure, **{name: [value] for name, value in cells.items()})
    return float(found.yi[0]), float(found.vi[0])


def delta_variance(function, arguments, variances):
    """Variance of a function of independent estimates, from its numeric gradient."""
    total = 0.0
    for i, variance in enumerate(variances):
        step = 1e-5 * (abs(arguments[i]) or 1.0)
        up, down = list(arguments), list(arguments)
        up[i] += step
        down[i] -= step
        total += ((function(*up) - function(*down)) / (2 * step)) ** 2 * variance
    return total


def multinomial_variance(function, cells):
    """Variance of a function of the cells of one multinomial table, from its numeric gradient."""
    total = sum(cells)
    slopes = []
    for i, cell in enumerate(cells):
        up, down = list(cells), list(cells)
        up[i] += 1e-5 * cell
        down[i] -= 1e-5 * cell
        slopes.append((function(*up) - function(*down)) / (2e-5 * cell))
    mean = sum(cell * slope for cell, slope in zip(cells, slopes, strict=True)) / total
    return sum(cell * (slope - mean) ** 2 for cell, slope in zip(cells, slopes, strict=True))


# Two by two tables

TABLES = [(12, 28, 5, 33), (30, 60, 41, 47), (135, 15, 40, 10), (1, 9, 7, 3)]

BY_RISKS = {
    "OR": lambda p, q: log(p / (1 - p)) - log(q / (1 - q)),
    "RR": lambda p, q: log(p / q),
    "RD": lambda p, q: p - q,
    "AS": lambda p, q: asin(sqrt(p)) - asin(sqrt(q)),
    "OR2DN": lambda p, q: (log(p / (1 - p)) - log(q / (1 - q))) / 1.65,
    "OR2DL": lambda p, q: (log(p / (1 - p)) - log(q / (1 - q))) * sqrt(3) / pi,
}

BY_CELLS = {
    "PHI": lambda a, b, c, d: (a * d - b * c) / sqrt((a + b) * (c + d) * (a + c) * (b + d)),
    "YUQ": lambda a, b, c, d: (a * d - b * c) / (a * d + b * c),
    "YUY": lambda a, b, c, d: (sqrt(a * d) - sqrt(b * c)) / (sqrt(a * d) + sqrt(b * c)),
    "OR": lambda a, b, c, d: log(a * d / (b * c)),
}


@pytest.mark.parametrize(("measure", "table"), list(product(BY_RISKS, TABLES)))
def test_functions_of_two_risks(measure, table):
    a, b, c, d = table
    p, q = a / (a + b), c / (c + d)
    yi, vi = one(measure, ai=a, bi=b, ci=c, di=d)
    assert yi == pytest.approx(BY_RISKS[measure](p, q), rel=SAME)
    variances = p * (1 - p) / (a + b), q * (1 - q) / (c + d)
    assert vi == pytest.approx(delta_variance(BY_RISKS[measure], (p, q), variances), rel=NUMERIC)


@pytest.mark.parametrize(("measure", "table"), list(product(BY_CELLS, TABLES)))
def test_functions_of_one_multinomial_table(measure, table):
    yi, vi = one(measure, **dict(zip(("ai", "bi", "ci", "di"), table, strict=True)))
    assert yi == pytest.approx(BY_CELLS[measure](*table), rel=SAME)
    assert vi == pytest.approx(multinomial_variance(BY_CELLS[measure], table), rel=NUMERIC)


@pytest.mark.parametrize("table", TABLES)
def test_peto_is_the_hypergeometric_score(table):
    """The derivative of the conditional log-likelihood at OR = 1 and its information, by mpmath."""
    a, b, c, d = table
    n1, n2, events = a + b, c + d, a + c

    def loglik(y):
        tables = range(max(0, events - n2), min(n1, events) + 1)
        total = mpmath.fsum(
            mpmath.binomial(n1, x) * mpmath.binomial(n2, events - x) * mpmath.e ** (x * y) for x in tables
        )
        return a * y - mpmath.log(total)

    with mpmath.workdps(40):
        score, information = mpmath.diff(loglik, 0), -mpmath.diff(loglik, 0, 2)
    yi, vi = one("PETO", ai=a, bi=b, ci=c, di=d)
    assert yi == pytest.approx(float(score / information), rel=1e-9)
    assert vi == pytest.approx(float(1 / information), rel=1e-9)


@pytest.mark.parametrize(("measure", "name"), [("RD", "diff"), ("OR", "odds-ratio"), ("RR", "risk-ratio")])
def test_statsmodels_on_two_proportions(measure, name):
    count1, nobs1, count2, nobs2 = (np.array(x) for x in ([12, 30], [40, 90], [5, 41], [38, 88]))
    known = effectsize_2proportions(count1, nobs1, count2, nobs2, statistic=name)
    found = effect_sizes(measure, ai=count1, n1i=nobs1, ci=count2, n2i=nobs2)
    np.testing.assert_allclose(found.yi, known[0], rtol=SAME)
    np.testing.assert_allclose(found.vi, known[1], rtol=SAME)


def test_metafor_on_one_table():
    """metafor's test_misc_escalc.r, table 135, 15, 40, 10: estimates and standard errors to 4 digits."""
    known = {
        "PHI": (0.1309, 0.0789), "YUQ": (0.3846, 0.1901), "YUY": (0.2000, 0.1071),
        "OR2DN": (0.4915, 0.2704), "OR2DL": (0.4471, 0.2460),
    }  # fmt: skip
    for measure, expected in known.items():
        yi, vi = one(measure, ai=135, bi=15, ci=40, di=10)
        assert (round(yi, 4), round(sqrt(vi), 4)) == expected


# Rates and proportions

RATE_PAIRS = {
    "IRR": lambda r, s: log(r / s),
    "IRD": lambda r, s: r - s,
    "IRSD": lambda r, s: sqrt(r) - sqrt(s),
}
RATES = {"IR": lambda r: r, "IRLN": log, "IRS": sqrt}
PROPORTIONS = {
    "PR": lambda p: p,
    "PLN": log,
    "PLO": lambda p: log(p / (1 - p)),
    "PAS": lambda p: asin(sqrt(p)),
}


@pytest.mark.parametrize("measure", RATE_PAIRS)
def test_functions_of_two_poisson_rates(measure):
    r, s = 7 / 150.5, 12 / 140
    yi, vi = one(measure, x1i=7, t1i=150.5, x2i=12, t2i=140)
    assert yi == pytest.approx(RATE_PAIRS[measure](r, s), rel=SAME)
    known = delta_variance(RATE_PAIRS[measure], (r, s), (r / 150.5, s / 140))
    assert vi == pytest.approx(known, rel=NUMERIC)


@pytest.mark.parametrize("measure", RATES)
def test_functions_of_one_poisson_rate(measure):
    r = 7 / 150.5
    yi, vi = one(measure, xi=7, ti=150.5)
    assert yi == pytest.approx(RATES[measure](r), rel=SAME)
    assert vi == pytest.approx(delta_variance(RATES[measure], (r,), (r / 150.5,)), rel=NUMERIC)


@pytest.mark.parametrize("measure", PROPORTIONS)
def test_functions_of_one_binomial(measure):
    p = 3 / 11
    yi, vi = one(measure, xi=3, ni=11)
    assert yi == pytest.approx(PROPORTIONS[measure](p), rel=SAME)
    assert vi == pytest.approx(delta_variance(PROPORTIONS[measure], (p,), (p * (1 - p) / 11,)), rel=NUMERIC)
    assert one(measure, xi=3, mi=8) == (yi, vi)


@pytest.mark.parametrize("p", [0.1, 0.3, 0.5])
def test_the_double_arcsine_has_the_variance_it_claims(p):
    """Summed over the whole binomial distribution of n = 200, to the paper's 6 %."""
    n = 200
    x = np.arange(n + 1)
    weights = np.array(
        [float(mpmath.binomial(n, k) * mpmath.mpf(p) ** k * mpmath.mpf(1 - p) ** (n - k)) for k in x]
    )
    found = effect_sizes("PFT", xi=x, ni=np.full(n + 1, n))
    mean = weights @ found.yi
    assert found.vi[0] == pytest.approx(weights @ (found.yi - mean) ** 2, rel=0.06)


# Means

GROUPS = {"m1i": 21.4, "sd1i": 6.2, "n1i": 25, "m2i": 25.9, "sd2i": 7.9, "n2i": 27}


def exact_j(m):
    with mpmath.workdps(40):
        return float(
            mpmath.gamma(m / mpmath.mpf(2))
            / (mpmath.sqrt(m / mpmath.mpf(2)) * mpmath.gamma((m - 1) / mpmath.mpf(2)))
        )


def test_the_exact_factor_by_mpmath():
    """Also where gamma functions overflow and their logarithms lose nine digits."""
    for m in (1.5, 2, 3, 10, 59, 60, 61, 62, 100, 999, 1e5, 1e8, 1e12):
        assert float(hedges_j(m)) == pytest.approx(exact_j(m), rel=1e-13)


def test_standardised_differences_by_their_papers():
    """Each estimate is J times a plain ratio, J by mpmath from gamma functions."""
    difference = 21.4 - 25.9
    pooled = sqrt((24 * 6.2**2 + 26 * 7.9**2) / 50)
    mean_sd = sqrt((6.2**2 + 7.9**2) / 2)
    for measure, unit, m in (("SMD", pooled, 50), ("SMDH", mean_sd, 50), ("SMD1", 7.9, 26)):
        assert one(measure, **GROUPS)[0] == pytest.approx(exact_j(m) * difference / unit, rel=SAME)
    d = difference / pooled
    assert one("D2ORN", **GROUPS)[0] == pytest.approx(1.65 * d, rel=SAME)
    assert one("D2ORL", **GROUPS)[0] == pytest.approx(pi / sqrt(3) * d, rel=SAME)


def large(measure, n1, n2, ratio):
    """Delta-method variance from means (s²/n) and standard deviations (s²/(2(n - 1))) of normal data."""
    m1, s1, m2, s2 = 5.0, 1.5, 4.2, 1.5 * ratio

    def pooled(a, b, c, d):
        return (a - c) / sqrt((n1 * b**2 + n2 * d**2) / (n1 + n2))

    functions = {
        "MD": lambda *x: x[0] - x[2],
        "SMD": pooled,
        "SMDH": lambda *x: (x[0] - x[2]) / sqrt((x[1] ** 2 + x[3] ** 2) / 2),
        "SMD1": lambda *x: (x[0] - x[2]) / x[3],
        "ROM": lambda *x: log(x[0] / x[2]),
        "CVR": lambda *x: log(x[1] / x[0]) - log(x[3] / x[2]),
        "VR": lambda *x: log(x[1] / x[3]),
        "D2ORN": lambda *x: 1.65 * pooled(*x),
        "D2ORL": lambda *x: pi / sqrt(3) * pooled(*x),
        "RPB": lambda *x: pooled(*x) / sqrt(pooled(*x) ** 2 + (n1 + n2) / n1 + (n1 + n2) / n2),
    }
    variances = s1**2 / n1, s1**2 / (2 * (n1 - 1)), s2**2 / n2, s2**2 / (2 * (n2 - 1))
    known = delta_variance(functions[measure], (m1, s1, m2, s2), variances)
    yi, vi = one(measure, m1i=m1, sd1i=s1, n1i=n1, m2i=m2, sd2i=s2, n2i=n2)
    return yi, functions[measure](m1, s1, m2, s2), vi, known


@pytest.mark.parametrize("measure", ["MD", "SMDH", "ROM", "CVR", "VR"])
def test_large_groups_with_unequal_variances(measure):
    yi, y, vi, v = large(measure, 2_000_000, 1_000_000, 1.4)
    assert (yi, vi) == (pytest.approx(y, rel=1e-5), pytest.approx(v, rel=1e-5))


@pytest.mark.parametrize("measure", ["SMD", "SMD1", "D2ORN", "D2ORL", "RPB"])
def test_large_groups_with_equal_variances(measure):
    yi, y, vi, v = large(measure, 2_000_000, 1_000_000, 1.0)
    assert (yi, vi) == (pytest.approx(y, rel=1e-5), pytest.approx(v, rel=1e-5))


def test_the_bias_of_ratios_is_corrected_to_second_order():
    """Half the second derivatives times the variances are taken off, here by numeric second differences."""
    v1, v2 = 6.2**2 / 25, 7.9**2 / 27
    h = 1e-3
    second = [(log(m + h) - 2 * log(m) + log(m - h)) / h**2 for m in (21.4, 25.9)]
    bias = (second[0] * v1 - second[1] * v2) / 2
    assert one("ROM", **GROUPS)[0] == pytest.approx(log(21.4 / 25.9) - bias, rel=NUMERIC)
    sd_bias = -1 / (2 * 24) + 1 / (2 * 26)
    assert one("VR", **GROUPS)[0] == pytest.approx(log(6.2 / 7.9) - sd_bias, rel=SAME)
    known = log(6.2 / 21.4) - log(7.9 / 25.9) - sd_bias + bias
    assert one("CVR", **GROUPS)[0] == pytest.approx(known, rel=NUMERIC)


def test_an_unbiased_variance_of_the_smd():
    """E(g²) = J² m/(m - 2) (1/ñ + δ²) and E(g) = δ make the UB estimate unbiased (Hedges 1983)."""
    n1, n2, delta = 9, 13, 0.7
    m, tilde = n1 + n2 - 2, n1 * n2 / (n1 + n2)
    j = exact_j(m)
    square = j**2 * m / (m - 2) * (1 / tilde + delta**2)
    base, slope = (
        effect_sizes("SMD", m1i=[x], sd1i=[1], n1i=[n1], m2i=[0], sd2i=[1], n2i=[n2], vtype="UB")
        for x in (0, 1)
    )
    per_square = (slope.vi[0] - base.vi[0]) / slope.yi[0] ** 2
    assert base.vi[0] + per_square * square == pytest.approx(square - delta**2, rel=1e-10)


def test_statsmodels_on_means():
    """statsmodels has J = 1 - 3/(4N - 9) and N - 3.94 in the variance, so the two agree to 1e-3."""
    known = effectsize_smd(21.4, 6.2, 25, 25.9, 7.9, 27)
    found = one("SMD", **GROUPS)
    assert found == pytest.approx(known, rel=5e-3)


def test_normand_1999():
    """metafor's test_misc_escalc.r: length of stay, the first four studies, to 4 digits."""
    cells = {
        "m1i": [55, 27, 64, 66], "sd1i": [47, 7, 17, 20], "n1i": [155, 31, 75, 18],
        "m2i": [75, 29, 119, 137], "sd2i": [64, 4, 29, 48], "n2i": [156, 32, 71, 18],
    }  # fmt: skip
    smd, smdh, rom = (effect_sizes(measure, **cells) for measure in ("SMD", "SMDH", "ROM"))
    assert smd.yi.round(4).tolist() == [-0.3552, -0.3479, -2.3176, -1.8880]
    assert smd.vi.round(4).tolist() == [0.0131, 0.0645, 0.0458, 0.1606]
    assert smdh.yi.round(4).tolist() == [-0.3553, -0.3465, -2.3018, -1.8880]
    assert rom.vi.round(4).tolist() == [0.0094, 0.0028, 0.0018, 0.0119]


def test_one_mean():
    assert one("MN", mi=12.2, sdi=3.1, ni=20) == pytest.approx((12.2, 3.1**2 / 20), rel=SAME)
    yi, vi = one("MNLN", mi=12.2, sdi=3.1, ni=20)
    assert yi == pytest.approx(log(12.2), rel=SAME)
    assert vi == pytest.approx(delta_variance(log, (12.2,), (3.1**2 / 20,)), rel=NUMERIC)


# Correlations and pairs


@pytest.mark.parametrize("r", [0.0, 0.31, -0.6, 0.97, -0.9999, 1.0])
@pytest.mark.parametrize("n", [5, 6, 25, 99, 100, 1000, 20_000])
def test_unbiased_correlations_by_mpmath(r, n):
    with mpmath.workdps(30):
        known = r * mpmath.hyp2f1(0.5, 0.5, (mpmath.mpf(n) - 2) / 2, 1 - mpmath.mpf(r) ** 2)
    yi, vi = one("UCOR", ri=r, ni=n)
    assert yi == pytest.approx(float(known), rel=1e-11)
    assert vi == pytest.approx(float((1 - known**2) ** 2 / (n - 1)), rel=1e-8, abs=1e-18)


def test_unbiased_correlations_of_a_million():
    """r (1 + (1 - r²)/(2n) + ...), the expansion of Olkin and Pratt 1958."""
    for r in (0.0, 0.31, -0.9):
        assert one("UCOR", ri=r, ni=1_000_000)[0] == pytest.approx(r * (1 + (1 - r**2) / 2e6), rel=1e-10)


def test_fisher_z():
    assert one("ZCOR", ri=0.5, ni=28) == pytest.approx((atanh(0.5), 0.04), rel=SAME)
    r, v = one("COR", ri=0.5, ni=1_000_000)
    assert one("ZCOR", ri=0.5, ni=1_000_000)[1] == pytest.approx(delta_variance(atanh, (r,), (v,)), rel=1e-5)


PAIRS = {"m1i": 30.1, "m2i": 27.0, "sd1i": 8.0, "sd2i": 7.1, "ni": 22, "ri": 0.5}


def test_pairs_by_the_changes_themselves():
    """From raw data: MC a mean of differences, SMCC a one-sample g, ROMC a delta method with covariance."""
    rng = np.random.default_rng(1)
    first = rng.normal(30, 8, 22)
    second = 0.5 * first + rng.normal(12, 5, 22)
    change = first - second
    cells = {
        "m1i": first.mean(), "m2i": second.mean(), "sd1i": first.std(ddof=1), "sd2i": second.std(ddof=1),
        "ni": 22, "ri": np.corrcoef(first, second)[0, 1],
    }  # fmt: skip
    assert one("MC", **cells) == pytest.approx((change.mean(), change.var(ddof=1) / 22), rel=1e-10)
    g = exact_j(21) * change.mean() / change.std(ddof=1)
    assert one("SMCC", **cells) == pytest.approx((g, 1 / 22 + g**2 / 44), rel=1e-10)
    covariance = np.cov(first, second)
    slopes = np.array([1 / first.mean(), -1 / second.mean()])
    yi, vi = one("ROMC", **cells)
    assert vi == pytest.approx(slopes @ covariance @ slopes / 22, rel=1e-10)
    bias = (-covariance[0, 0] / first.mean() ** 2 + covariance[1, 1] / second.mean() ** 2) / 44
    assert yi == pytest.approx(log(first.mean() / second.mean()) - bias, rel=1e-10)


def test_a_raw_standardised_change():
    g = exact_j(21) * 3.1 / 8
    assert one("SMCR", **PAIRS) == pytest.approx((g, 2 * 0.5 / 22 + g**2 / 44), rel=SAME)


# Identities

COUNTS = st.tuples(*[st.integers(1, 300)] * 4)
POSITIVE = st.floats(0.1, 50)
SIZES = st.integers(3, 200)

ANTISYMMETRIC_TABLES = ["OR", "RR", "RD", "AS", "PETO", "PHI", "YUQ", "YUY", "OR2DN", "OR2DL"]
ANTISYMMETRIC_MEANS = ["MD", "SMD", "SMDH", "ROM", "CVR", "VR", "D2ORN", "D2ORL", "RPB"]
FREE_OF_UNIT = ["SMD", "SMDH", "SMD1", "ROM", "CVR", "VR", "D2ORN", "D2ORL", "RPB"]
FREE_OF_ORIGIN = ["MD", "SMD", "SMDH", "SMD1", "VR", "D2ORN", "D2ORL", "RPB"]


def close(found, known, sign=1.0):
    size = sqrt(known[1])
    assert found[0] == pytest.approx(sign * known[0], rel=1e-9, abs=1e-9 * size)
    assert found[1] == pytest.approx(known[1], rel=1e-9)


@UNTIMED
@given(cells=COUNTS, measure=st.sampled_from(ANTISYMMETRIC_TABLES))
def test_swapped_arms_flip_a_table(cells, measure):
    a, b, c, d = cells
    close(one(measure, ai=c, bi=d, ci=a, di=b), one(measure, ai=a, bi=b, ci=c, di=d), sign=-1)


@UNTIMED
@given(cells=COUNTS, measure=st.sampled_from([m for m in ANTISYMMETRIC_TABLES if m != "RR"]))
def test_swapped_outcomes_flip_a_table(cells, measure):
    a, b, c, d = cells
    close(one(measure, ai=b, bi=a, ci=d, di=c), one(measure, ai=a, bi=b, ci=c, di=d), sign=-1)


@UNTIMED
@given(m1=POSITIVE, s1=POSITIVE, n1=SIZES, m2=POSITIVE, s2=POSITIVE, n2=SIZES)
def test_swapped_groups_flip_means(m1, s1, n1, m2, s2, n2):
    for measure in ANTISYMMETRIC_MEANS:
        close(
            one(measure, m1i=m2, sd1i=s2, n1i=n2, m2i=m1, sd2i=s1, n2i=n1),
            one(measure, m1i=m1, sd1i=s1, n1i=n1, m2i=m2, sd2i=s2, n2i=n2),
            sign=-1,
        )


@UNTIMED
@given(x1=st.integers(1, 99), t1=POSITIVE, x2=st.integers(1, 99), t2=POSITIVE, years=st.floats(1e-4, 1e4))
def test_swapped_groups_flip_rates_and_ratios_have_no_unit(x1, t1, x2, t2, years):
    for measure in RATE_PAIRS:
        known = one(measure, x1i=x1, t1i=t1, x2i=x2, t2i=t2)
        close(one(measure, x1i=x2, t1i=t2, x2i=x1, t2i=t1), known, sign=-1)
    found = one("IRR", x1i=x1, t1i=t1 * years, x2i=x2, t2i=t2 * years)
    close(found, one("IRR", x1i=x1, t1i=t1, x2i=x2, t2i=t2))


@UNTIMED
@given(m1=POSITIVE, s1=POSITIVE, n1=SIZES, m2=POSITIVE, s2=POSITIVE, n2=SIZES, unit=st.floats(1e-5, 1e5))
def test_units_of_means(m1, s1, n1, m2, s2, n2, unit):
    plain = {"m1i": m1, "sd1i": s1, "n1i": n1, "m2i": m2, "sd2i": s2, "n2i": n2}
    scaled = plain | {name: plain[name] * unit for name in ("m1i", "sd1i", "m2i", "sd2i")}
    for measure in FREE_OF_UNIT:
        close(one(measure, **scaled), one(measure, **plain))
    yi, vi = one("MD", **plain)
    close(one("MD", **scaled), (unit * yi, unit**2 * vi))
    shifted = plain | {"m1i": m1 + 64, "m2i": m2 + 64}
    for measure in FREE_OF_ORIGIN:
        found, known = one(measure, **shifted), one(measure, **plain)
        assert found == (pytest.approx(known[0], abs=1e-7), pytest.approx(known[1], rel=1e-6))


@UNTIMED
@given(
    m1=POSITIVE,
    m2=POSITIVE,
    s1=POSITIVE,
    s2=POSITIVE,
    n=SIZES,
    r=st.floats(-0.99, 0.99),
    unit=st.floats(1e-5, 1e5),
)
def test_pairs_swapped_and_scaled(m1, m2, s1, s2, n, r, unit):
    assume(m1 != m2)
    plain = {"m1i": m1, "m2i": m2, "sd1i": s1, "sd2i": s2, "ni": n, "ri": r}
    swapped = {"m1i": m2, "m2i": m1, "sd1i": s2, "sd2i": s1, "ni": n, "ri": r}
    scaled = plain | {name: plain[name] * unit for name in ("m1i", "m2i", "sd1i", "sd2i")}
    for measure in ("MC", "SMCC", "ROMC"):
        close(one(measure, **swapped), one(measure, **plain), sign=-1)
    for measure in ("SMCC", "SMCR", "ROMC"):
        close(one(measure, **scaled), one(measure, **plain))


@UNTIMED
@given(x=st.integers(0, 50), m=st.integers(0, 50))
def test_a_share_and_its_complement(x, m):
    assume(x + m > 0)
    for measure, whole in (("PR", 1.0), ("PLO", 0.0), ("PAS", pi / 2), ("PFT", pi / 2)):
        (y, v), (z, w) = one(measure, xi=x, mi=m), one(measure, xi=m, mi=x)
        assert y + z == pytest.approx(whole, abs=1e-12)
        assert v == pytest.approx(w, rel=1e-12)


def test_the_order_of_studies_does_not_matter():
    rng = np.random.default_rng(2)
    k = 12
    counts = {"a": 9, "b": 9, "c": 9, "d": 9, "x": 4, "m": 4, "t": 9, "n": 9}

    def draw(name, family):
        if name in ("ai", "bi", "ci", "di") or name[0] in "xtn" or (name == "mi" and family == "proportions"):
            return rng.integers(0, counts[name[0]], k)
        if name == "ri":
            return rng.uniform(-1, 1, k)
        return rng.uniform(0, 2, k) if name.startswith("sd") else rng.normal(1, 2, k)

    totals = {"two by two": ("n1i", "n2i"), "proportions": ("ni",)}
    order = rng.permutation(k)
    for measure, row in MEASURES.items():
        given = [name for name in row.family.cells if name not in totals.get(row.family.name, ())]
        cells = {name: draw(name, row.family.name) for name in given}
        found = effect_sizes(measure, **cells)
        again = effect_sizes(measure, **{cell: values[order] for cell, values in cells.items()})
        np.testing.assert_array_equal(again.yi, found.yi[order])
        np.testing.assert_array_equal(again.vi, found.vi[order])
        moved = sorted((int(np.flatnonzero(order == note.index)[0]), note.reason) for note in found.ledger)
        assert moved == sorted((note.index, note.reason) for note in again.ledger)
        for i in range(k):
            alone = effect_sizes(measure, **{cell: values[i : i + 1] for cell, values in cells.items()})
            np.testing.assert_array_equal(alone.yi[0], found.yi[i])
