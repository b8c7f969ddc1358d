"""Pooling written a second time, in 40 digits and without any trick, agrees with the fast one."""

from __future__ import annotations

import random
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from metaan import heterogeneity_interval, pool

TWIN = 1e-10
"""Doubles against 40 digits; the loss is in the difference that the score is."""

DIGITS = 40


def weights(vi: list[float], tau2: mpf) -> list[mpf]:
    return [1 / (mpf(v) + tau2) for v in vi]


def mean(yi: list[float], w: list[mpf]) -> mpf:
    return mpmath.fsum(a * mpf(y) for a, y in zip(w, yi, strict=True)) / mpmath.fsum(w)


def q(yi: list[float], vi: list[float], tau2: mpf) -> mpf:
    w = weights(vi, tau2)
    mu = mean(yi, w)
    return mpmath.fsum(a * (mpf(y) - mu) ** 2 for a, y in zip(w, yi, strict=True))


def log_likelihood(yi: list[float], vi: list[float], tau2: mpf, *, restricted: bool) -> mpf:
    w = weights(vi, tau2)
    value = mpmath.fsum(mpmath.log(a) for a in w) - q(yi, vi, tau2)
    return (value - mpmath.log(mpmath.fsum(w)) if restricted else value) / 2


def score(yi: list[float], vi: list[float], tau2: mpf, *, restricted: bool) -> mpf:
    w = weights(vi, tau2)
    mu = mean(yi, w)
    squares = mpmath.fsum((a * (mpf(y) - mu)) ** 2 for a, y in zip(w, yi, strict=True))
    trace = mpmath.fsum(w)
    return squares - (trace - mpmath.fsum(a * a for a in w) / trace if restricted else trace)


def mode(yi: list[float], vi: list[float], *, restricted: bool) -> mpf:
    """Walk a fine grid, bisect every fall of the score, compare the likelihoods."""
    top = 4 * (max(yi) - min(yi)) ** 2 + max(vi)
    bottom = min(vi) / 1000
    grid = [mpf(0)] + [mpf(bottom) * (mpf(top) / mpf(bottom)) ** (mpf(i) / 120) for i in range(121)]
    values = [score(yi, vi, t, restricted=restricted) for t in grid]
    modes = [mpf(0)] if values[0] <= 0 else []
    for (low, at_low), (high, at_high) in pairwise(zip(grid, values, strict=True)):
        if at_low > 0 >= at_high:
            modes.append(bisect(lambda t: score(yi, vi, t, restricted=restricted), low, high))
    return max(modes, key=lambda t: log_likelihood(yi, vi, t, restricted=restricted))


def bisect(function: object, low: mpf, high: mpf) -> mpf:
    """Halve a bracket in which the function falls through zero."""
    for _ in range(120):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return (low + high) / 2


def solve_q(yi: list[float], vi: list[float], target: mpf) -> mpf:
    if q(yi, vi, mpf(0)) <= target:
        return mpf(0)
    high = mpf(max(vi))
    while q(yi, vi, high) > target:
        high *= 2
    return bisect(lambda t: q(yi, vi, t) - target, mpf(0), high)


def chi_squared_quantile(p: mpf, dof: int) -> mpf:
    high = mpf(1)
    while mpmath.gammainc(mpf(dof) / 2, 0, high / 2, regularized=True) < p:
        high *= 2
    return bisect(lambda x: p - mpmath.gammainc(mpf(dof) / 2, 0, x / 2, regularized=True), mpf(0), high)


def made_up_studies(seed: int) -> tuple[list[float], list[float]]:
    """Two to nine studies of very unequal size, with or without heterogeneity."""
    rng = random.Random(seed)
    k = rng.randint(2, 9)
    spread = rng.choice([0, 0.1, 0.5, 2])
    vi = [10 ** rng.uniform(-3, 0) for _ in range(k)]
    return [rng.gauss(0.3, (v + spread**2) ** 0.5) for v in vi], vi


SETS = [made_up_studies(seed) for seed in range(12)]


@pytest.fixture(autouse=True)
def _precision():
    with mpmath.workdps(DIGITS):
        yield


@pytest.mark.parametrize("method", ["ML", "REML"])
@pytest.mark.parametrize("data", SETS)
def test_likelihoods(data: tuple[list[float], list[float]], method: str) -> None:
    fit = pool(*data, method=method, test="z")
    assert fit.tau2 == pytest.approx(float(mode(*data, restricted=method == "REML")), rel=TWIN, abs=0)


@pytest.mark.parametrize("data", SETS)
def test_paule_mandel(data: tuple[list[float], list[float]]) -> None:
    fit = pool(*data, method="PM", test="z")
    expected = solve_q(*data, mpf(len(data[0]) - 1))
    assert fit.tau2 == pytest.approx(float(expected), rel=TWIN, abs=0)
    assert fit.estimate == pytest.approx(
        float(mean(data[0], weights(data[1], expected))), rel=TWIN, abs=1e-14
    )


@pytest.mark.parametrize("data", SETS[:6])
def test_median_unbiased_paule_mandel(data: tuple[list[float], list[float]]) -> None:
    expected = solve_q(*data, chi_squared_quantile(mpf(1) / 2, len(data[0]) - 1))
    assert pool(*data, method="PMM").tau2 == pytest.approx(float(expected), rel=TWIN, abs=0)


@pytest.mark.parametrize("data", SETS[:6])
def test_q_profile(data: tuple[list[float], list[float]]) -> None:
    found = heterogeneity_interval(*data, level=0.9).tau2
    tails = (mpf("0.95"), mpf("0.05"))
    expected = [float(solve_q(*data, chi_squared_quantile(p, len(data[0]) - 1))) for p in tails]
    assert found == pytest.approx(expected, rel=TWIN, abs=0)


@pytest.mark.parametrize("method", ["DL", "HE", "HS", "HSk", "SJ"])
@pytest.mark.parametrize("data", SETS)
def test_closed_forms(data: tuple[list[float], list[float]], method: str) -> None:
    assert pool(*data, method=method).tau2 == pytest.approx(float(closed(*data)[method]), rel=TWIN, abs=0)


def closed(yi: list[float], vi: list[float]) -> dict[str, mpf]:
    """The moment estimators, straight from their formulas."""
    k = len(yi)
    w = weights(vi, mpf(0))
    total, second = mpmath.fsum(w), mpmath.fsum(a * a for a in w)
    plain = mpmath.fsum(map(mpf, yi)) / k
    squares = mpmath.fsum((mpf(y) - plain) ** 2 for y in yi)
    at_zero = q(yi, vi, mpf(0))
    found = {
        "DL": (at_zero - (k - 1)) / (total - second / total),
        "HE": squares / (k - 1) - mpmath.fsum(map(mpf, vi)) / k,
        "HS": (at_zero - k) / total,
        "HSk": (at_zero * k / (k - 1) - k) / total,
        "SJ": squares / k * q(yi, vi, squares / k) / (k - 1),
    }
    return {method: max(value, mpf(0)) for method, value in found.items()}


def find_two_modes(highest: int) -> tuple[list[float], list[float]]:
    """Search made-up studies for two modes of which the given one is the higher, by a plain scan."""
    rng = np.random.default_rng(2)
    grid = np.concatenate([[0.0], np.geomspace(1e-6, 1e4, 600)])
    while True:
        k = int(rng.integers(3, 8))
        vi = np.exp(rng.normal(0, 3, k))
        yi = rng.standard_t(2, k) * np.sqrt(vi)
        s = vi + grid[:, None]
        total = (1 / s).sum(1)
        mu = (yi / s).sum(1) / total
        heights = -(np.log(s).sum(1) + np.log(total) + ((yi - mu[:, None]) ** 2 / s).sum(1)) / 2
        rises = np.concatenate([[True], np.diff(heights) > 0, [False]])
        modes = np.flatnonzero(rises[:-1] & ~rises[1:])
        if len(modes) == 2 and heights[modes].argmax() == highest:
            return yi.tolist(), vi.tolist()


@pytest.mark.parametrize("highest", [0, 1])
def test_the_highest_of_several_modes(highest: int) -> None:
    data = find_two_modes(highest)
    found = pool(*data).tau2
    assert found == pytest.approx(float(mode(*data, restricted=True)), rel=TWIN, abs=0)
