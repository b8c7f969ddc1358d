"""What must hold for any studies."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from metaan import effect_sizes, heterogeneity_interval, pool
from metaan.models.tau2 import ESTIMATORS

SCALING = 1e-10
"""A change of unit alters every intermediate by rounding only; measured against a typical variance."""

METHODS = tuple(ESTIMATORS)
TESTS = st.sampled_from(["z", "t", "hksj", "adhoc"])

UNTIMED = settings(deadline=None)
"""No test fails on a time."""


@st.composite
def studies(draw, least: int = 2, most: int = 12):
    """Effects of any size relative to their errors, errors over four decades."""
    k = draw(st.integers(least, most))
    logs = st.floats(-4, 0, allow_subnormal=False)
    vi = 10 ** np.array(draw(st.lists(logs, min_size=k, max_size=k)))
    zi = np.array(draw(st.lists(st.floats(-4, 4), min_size=k, max_size=k)))
    spread = draw(st.sampled_from([0.0, 0.1, 1.0]))
    return zi * np.sqrt(vi + spread**2), vi


def close(found: float, expected: float, scale: float, rel: float = SCALING) -> bool:
    return abs(found - expected) <= rel * (abs(expected) + scale)


@UNTIMED
@given(data=studies(), method=st.sampled_from(METHODS), exponent=st.floats(-6, 6))
def test_the_unit_does_not_matter(data, method, exponent):
    (yi, vi), c = data, 10**exponent
    one, other = pool(yi, vi, method=method), pool(c * yi, c * c * vi, method=method)
    v, s = float(np.median(vi)), float(np.sqrt(np.median(vi)))
    assert close(other.tau2 / c**2, one.tau2, v)
    assert close(other.estimate / c, one.estimate, s)
    assert close(other.se / c, one.se, s, rel=1e-7)
    assert close(other.I2, one.I2, 1)


@pytest.mark.parametrize("power", [-20, -1, 1, 20])
@pytest.mark.parametrize("method", METHODS)
def test_a_unit_that_is_a_power_of_two_changes_no_digit(method, power):
    """Then every intermediate is the same but for its exponent, and so is every result."""
    rng = np.random.default_rng(7)
    yi, vi = rng.normal(0.3, 0.5, 8), rng.uniform(0.01, 0.2, 8)
    one, other = pool(yi, vi, method=method), pool(yi * 2.0**power, vi * 4.0**power, method=method)
    assert other.tau2 == one.tau2 * 4.0**power
    assert other.estimate == one.estimate * 2.0**power
    assert other.pvalue == one.pvalue


@UNTIMED
@given(data=studies(), method=st.sampled_from(METHODS), shift=st.floats(-100, 100))
def test_the_origin_does_not_matter(data, method, shift):
    yi, vi = data
    one, other = pool(yi, vi, method=method), pool(yi + shift, vi, method=method)
    assert close(other.estimate, one.estimate + shift, 1, rel=1e-9)
    assert close(other.tau2, one.tau2, float(vi.max()), rel=1e-6)


@UNTIMED
@given(data=studies(), method=st.sampled_from(METHODS), seed=st.integers(0, 99))
def test_the_order_of_studies_does_not_matter(data, method, seed):
    yi, vi = data
    order = np.random.default_rng(seed).permutation(len(yi))
    one, other = pool(yi, vi, method=method), pool(yi[order], vi[order], method=method)
    assert close(other.tau2, one.tau2, float(np.median(vi)))
    assert close(other.estimate, one.estimate, float(np.sqrt(np.median(vi))))
    np.testing.assert_allclose(other.weights, one.weights[order], rtol=1e-7)


@UNTIMED
@given(data=studies(), method=st.sampled_from(METHODS), test=TESTS)
def test_swapped_arms_mirror_everything(data, method, test):
    yi, vi = data
    one, other = pool(yi, vi, method=method, test=test), pool(-yi, vi, method=method, test=test)
    assert other.estimate == -one.estimate
    assert (other.tau2, other.se, other.I2) == (one.tau2, one.se, one.I2)
    assert other.ci == (-one.ci[1], -one.ci[0])
    assert other.prediction == (-one.prediction[1], -one.prediction[0])


@UNTIMED
@given(
    a=st.integers(0, 50), b=st.integers(0, 50), c=st.integers(0, 50), d=st.integers(0, 50),
    measure=st.sampled_from(["OR", "RR", "RD"]),
)  # fmt: skip
def test_swapped_arms_change_the_sign_of_an_effect(a, b, c, d, measure):
    assume(a + b > 0)
    assume(c + d > 0)
    one = effect_sizes(measure, ai=[a], bi=[b], ci=[c], di=[d])
    other = effect_sizes(measure, ai=[c], bi=[d], ci=[a], di=[b])
    assert one.yi[0] == pytest.approx(-other.yi[0], rel=1e-12, abs=1e-15)
    assert one.vi[0] == pytest.approx(other.vi[0], rel=1e-12)
    if measure == "OR":
        mirrored = effect_sizes(measure, ai=[b], bi=[a], ci=[d], di=[c])
        assert mirrored.yi[0] == pytest.approx(-one.yi[0], rel=1e-12, abs=1e-15)


@UNTIMED
@given(data=studies())
def test_three_names_of_one_equation(data):
    fits = [pool(*data, method=method) for method in ("PM", "EB", "DLIT")]
    assert fits[0].tau2 == fits[1].tau2 == fits[2].tau2
    if fits[0].tau2 > 0:
        yi, vi = data
        w = 1 / (vi + fits[0].tau2)
        squares = float(w @ (yi - fits[0].estimate) ** 2)
        assert squares == pytest.approx(len(yi) - 1, rel=1e-9)


@UNTIMED
@given(data=studies(), method=st.sampled_from(METHODS))
def test_without_heterogeneity_the_common_effect(data, method):
    fit, common = pool(*data, method=method, test="z"), pool(*data, method="EE", test="z")
    assert fit.tau2 >= 0
    if fit.tau2 == 0:
        assert (fit.estimate, fit.se, fit.ci) == (common.estimate, common.se, common.ci)
        assert fit.weights.tolist() == common.weights.tolist()


@UNTIMED
@given(data=studies(), method=st.sampled_from(METHODS))
def test_what_is_bounded_stays_in_its_bounds(data, method):
    fit = pool(*data, method=method)
    yi, _ = data
    margin = 1e-12 * (1 + np.abs(yi).max())
    assert yi.min() - margin <= fit.estimate <= yi.max() + margin
    assert 0 <= fit.I2 <= 1
    assert 0 <= fit.I2_Q <= 1
    assert fit.weights.sum() == pytest.approx(1)
    assert fit.ci[0] <= fit.estimate <= fit.ci[1]
    assert fit.prediction[0] <= fit.ci[0] + margin
    assert fit.ci[1] - margin <= fit.prediction[1]


@UNTIMED
@given(data=studies())
def test_ad_hoc_is_never_narrower_than_t_or_hartung_knapp(data):
    width = {test: np.ptp(pool(*data, test=test).ci) for test in ("z", "t", "hksj", "adhoc")}
    assert width["adhoc"] == pytest.approx(max(width["t"], width["hksj"]), rel=1e-12)
    assert width["z"] < width["t"]


@settings(max_examples=40, deadline=None)
@given(data=studies(most=7), restricted=st.booleans())
def test_no_likelihood_is_higher(data, restricted):
    """The score is 0 or tau2 is; and no value of a wide grid, near or far, has a higher likelihood."""
    yi, vi = data
    tau2 = pool(yi, vi, method="REML" if restricted else "ML").tau2
    near = [tau2 * (1 + x) for x in (-1e-3, -1e-6, 1e-6, 1e-3)]
    far = [0.0, *np.geomspace(vi.min() / 100, 100 * (vi.max() + np.ptp(yi) ** 2), 60)]
    with mpmath.workdps(30):
        best = log_likelihood(yi, vi, tau2, restricted=restricted)
        slack = mpmath.mpf("1e-13") * (1 + abs(best))
        for other in near + far:
            assert log_likelihood(yi, vi, other, restricted=restricted) <= best + slack
        slope = score(yi, vi, tau2, restricted=restricted)
        assert slope <= 1e-9 if tau2 == 0 else abs(slope) <= 1e-9


@UNTIMED
@given(data=studies(), level=st.floats(0.5, 0.999))
def test_the_q_profile_holds_the_estimate_of_its_own_equation(data, level):
    """The median-unbiased estimate solves Q at the median, so it lies between the tails."""
    low, high = heterogeneity_interval(*data, level=level).tau2
    slack = 1e-9 * float(np.median(data[1]))
    assert low - slack <= pool(*data, method="PMM").tau2 <= high + slack


@UNTIMED
@given(
    k=st.integers(2, 6), decades=st.sampled_from([1, 5, 14]), unit=st.floats(-60, 60),
    seed=st.integers(0, 9999), method=st.sampled_from(METHODS), test=TESTS,
)  # fmt: skip
def test_what_passes_the_border_gives_numbers(k, decades, unit, seed, method, test):
    """However unequal the studies and whatever their unit: finite numbers, and no warning on the way."""
    rng = np.random.default_rng(seed)
    vi = 10 ** (rng.uniform(-decades, decades, k) + 2 * unit)
    yi = rng.normal(size=k) * 10 ** (rng.uniform(-decades, decades, k) + unit)
    fit = pool(yi, vi, method=method, test=test)
    low, high = heterogeneity_interval(yi, vi).tau2
    assert np.isfinite([fit.estimate, fit.se, fit.tau2, fit.I2, fit.H2, fit.Q, *fit.ci, *fit.weights]).all()
    assert np.isfinite(fit.se_tau2) == (method != "EE")
    assert 0 <= low <= high < np.inf


def log_likelihood(yi, vi, tau2, *, restricted):
    s = [mpmath.mpf(float(v)) + mpmath.mpf(float(tau2)) for v in vi]
    total = mpmath.fsum(1 / x for x in s)
    mean = mpmath.fsum(mpmath.mpf(float(y)) / x for y, x in zip(yi, s, strict=True)) / total
    squares = mpmath.fsum((mpmath.mpf(float(y)) - mean) ** 2 / x for y, x in zip(yi, s, strict=True))
    value = -mpmath.fsum(map(mpmath.log, s)) - squares
    return (value - mpmath.log(total) if restricted else value) / 2


def score(yi, vi, tau2, *, restricted):
    """The derivative, relative to the trace in it."""
    w = [1 / (mpmath.mpf(float(v)) + mpmath.mpf(float(tau2))) for v in vi]
    total = mpmath.fsum(w)
    mean = mpmath.fsum(a * mpmath.mpf(float(y)) for a, y in zip(w, yi, strict=True)) / total
    squares = mpmath.fsum((a * (mpmath.mpf(float(y)) - mean)) ** 2 for a, y in zip(w, yi, strict=True))
    trace = total - mpmath.fsum(a * a for a in w) / total if restricted else total
    return squares / trace - 1
