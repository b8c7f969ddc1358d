"""Rare-event models written a second time: loops, enumeration, and integrals on a dense grid."""

from __future__ import annotations

from itertools import pairwise
from math import comb, exp, log, sqrt

import mpmath
import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq, minimize
from scipy.special import gammaln

from metaan import glmm, mantel_haenszel, peto
from metaan.models.counts import read_tables
from metaan.models.hypergeometric import condition
from metaan.models.marginal import Binomials, conditional, two_binomials
from metaan.models.panels import Panels

LOOP = 1e-12
GRID = 1e-9
"""A trapezoid over ±9 standard deviations in steps of 1/10: exact to rounding on these integrands."""

CURVATURE = 2e-5
"""Second differences of the log-likelihood with steps of 1e-3 or so."""

SPARSE = {
    "ai": [0, 1, 2, 9, 5],
    "n1i": [50, 60, 70, 40, 30],
    "ci": [2, 0, 3, 1, 3],
    "n2i": [50, 60, 70, 41, 31],
}
EXAMPLE = {"ai": [1, 3, 0, 2], "n1i": [44, 68, 97, 99], "ci": [3, 6, 4, 3], "n2i": [35, 69, 99, 95]}
SPREAD = {
    "ai": [1, 9, 0, 12, 3],
    "n1i": [44, 38, 57, 39, 20],
    "ci": [9, 2, 6, 3, 3],
    "n2i": [35, 41, 59, 45, 22],
}
STEEP = {"ai": [0, 3, 4], "n1i": [9, 4, 16], "ci": [10, 12, 33], "n2i": [19, 23, 33]}
"""A tau2 of 36: tables end like steps within the normal density, and take many nodes."""

CASES = {"sparse": SPARSE, "example": EXAMPLE, "spread": SPREAD}
MODELS = ("UM.RS", "UM.FS", "CM.EL")


def rows(cells):
    return [(a, n1 - a, c, n2 - c) for a, n1, c, n2 in zip(*cells.values(), strict=True)]


def naive_mantel_haenszel(cells):
    """Odds ratio, risk ratio and risk difference with their variances, term by term from the papers."""
    r = s = pr = mixed = qs = top = bottom = spread = weight = difference = p_sato = q_sato = 0.0
    for a, b, c, d in rows(cells):
        n1, n2 = a + b, c + d
        n = n1 + n2
        r, s = r + a * d / n, s + b * c / n
        p, q = (a + d) / n, (b + c) / n
        pr, mixed, qs = pr + p * a * d / n, mixed + p * b * c / n + q * a * d / n, qs + q * b * c / n
        top, bottom = top + a * n2 / n, bottom + c * n1 / n
        spread += (n1 * n2 * (a + c) - a * c * n) / n**2
        weight, difference = weight + n1 * n2 / n, difference + (a * n2 - c * n1) / n
        p_sato += (n1**2 * c - n2**2 * a + n1 * n2 * (n2 - n1) / 2) / n**2
        q_sato += (a * (n2 - c) + c * (n1 - a)) / (2 * n)
    delta = difference / weight
    return {
        "OR": (log(r / s), sqrt(pr / (2 * r * r) + mixed / (2 * r * s) + qs / (2 * s * s))),
        "RR": (log(top / bottom), sqrt(spread / (top * bottom))),
        "RD": (delta, sqrt(delta * p_sato + q_sato) / weight),
    }


@pytest.mark.parametrize("cells", CASES.values(), ids=CASES)
@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_mantel_haenszel_in_a_loop(cells, measure):
    fit = mantel_haenszel(measure, **cells)
    assert (fit.estimate, fit.se) == pytest.approx(naive_mantel_haenszel(cells)[measure], rel=LOOP)


@pytest.mark.parametrize("cells", CASES.values(), ids=CASES)
def test_q_in_a_loop(cells):
    fit = mantel_haenszel("OR", **cells)
    q = 0.0
    for row in rows(cells):
        a, b, c, d = (x + 0.5 for x in row) if 0 in row else row
        q += (log(a * d / (b * c)) - fit.estimate) ** 2 / (1 / a + 1 / b + 1 / c + 1 / d)
    assert pytest.approx(q, rel=LOOP) == fit.Q
    assert fit.Q_dof == len(cells["ai"]) - 1


def test_rates_in_a_loop():
    cells = {"x1i": [0, 3, 14], "t1i": [20.0, 30.0, 100.0], "x2i": [2, 4, 10], "t2i": [25.0, 20.0, 120.0]}
    r = s = ratio = difference = weight = spread = 0.0
    for x1, t1, x2, t2 in zip(*cells.values(), strict=True):
        t = t1 + t2
        r, s, ratio = r + x1 * t2 / t, s + x2 * t1 / t, ratio + (x1 + x2) * t1 * t2 / t**2
        difference, weight = difference + (x1 * t2 - x2 * t1) / t, weight + t1 * t2 / t
        spread += (t1 * t2 / t) ** 2 * (x1 / t1**2 + x2 / t2**2)
    fit = mantel_haenszel("IRR", **cells)
    assert (fit.estimate, fit.se) == pytest.approx((log(r / s), sqrt(ratio / (r * s))), rel=LOOP)
    fit = mantel_haenszel("IRD", **cells)
    assert (fit.estimate, fit.se) == pytest.approx((difference / weight, sqrt(spread) / weight), rel=LOOP)


@pytest.mark.parametrize("cells", CASES.values(), ids=CASES)
def test_peto_in_a_loop(cells):
    excess, variance = [], []
    for a, b, c, d in rows(cells):
        n = a + b + c + d
        excess.append(a - (a + b) * (a + c) / n)
        variance.append((a + b) * (c + d) * (a + c) * (b + d) / (n**2 * (n - 1)))
    fit = peto(**cells)
    estimate = sum(excess) / sum(variance)
    assert (fit.estimate, fit.se) == pytest.approx((estimate, sum(variance) ** -0.5), rel=LOOP)
    q = sum(v * (e / v - estimate) ** 2 for e, v in zip(excess, variance, strict=True))
    assert pytest.approx(q, rel=1e-10) == fit.Q


def enumerated(row, u):
    """Log probability of the first arm's events given both margins, and four cumulants, in 40 digits."""
    a, b, c, d = row
    events = range(max(0, a + c - (c + d)), min(a + c, a + b) + 1)
    weights = [mpmath.mpf(comb(a + b, x) * comb(c + d, a + c - x)) * mpmath.e ** (x * u) for x in events]
    total = mpmath.fsum(weights)
    mean = mpmath.fsum(w * x for w, x in zip(weights, events, strict=True)) / total
    moments = [
        mpmath.fsum(w * (x - mean) ** m for w, x in zip(weights, events, strict=True)) / total
        for m in (2, 3, 4)
    ]
    second, third, fourth = moments
    probability = weights[a - events[0]] / total
    return mpmath.log(probability), a - mean, -second, -third, 3 * second**2 - fourth


@pytest.mark.parametrize("u", [-30.0, -1.3, 0.0, 0.4, 25.0])
def test_noncentral_hypergeometric_by_enumeration(u):
    held = condition(read_tables(SPREAD))
    found = [d[0] for d in held.derivatives(np.full((1, 5), u))]
    with mpmath.workdps(40):
        for i, row in enumerate(rows(SPREAD)):
            expected = enumerated(row, mpmath.mpf(u))
            for ours, theirs in zip(found, expected, strict=True):
                assert ours[i] == pytest.approx(float(theirs), rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("u", [-4.0, -0.2, 0.0, 3.0])
def test_leaving_out_what_has_no_probability(u):
    """Tables with more values than are summed, against SciPy's law of one table."""
    cells = {"ai": [5000, 3], "n1i": [9000, 20000], "ci": [4000, 9], "n2i": [8000, 21000]}
    held = condition(read_tables(cells))
    assert isinstance(held, Panels)
    height, slope, curve, _, _ = (d[0] for d in held.derivatives(np.full((1, 2), u)))
    for i, (a, b, c, d) in enumerate(rows(cells)):
        law = stats.nchypergeom_fisher(a + b + c + d, a + c, a + b, exp(u))
        assert slope[i] == pytest.approx(a - law.mean(), rel=1e-5, abs=1e-5)
        assert curve[i] == pytest.approx(-law.var(), rel=1e-5)
    with mpmath.workdps(40):
        expected = enumerated(rows(cells)[1], mpmath.mpf(u))
    assert (height[1], slope[1], curve[1]) == pytest.approx([float(x) for x in expected[:3]], rel=1e-10)


def conditional_estimate(row):
    """Conditional log odds ratio of one table and the variance of its events there, by root finding."""
    a, b, c, d = row
    x = np.arange(max(0, a - d), min(a + c, a + b) + 1)
    ways = -(gammaln(x + 1) + gammaln(a + b - x + 1) + gammaln(a + c - x + 1) + gammaln(d - a + x + 1))

    def law(u):
        p = np.exp(ways + x * u - (ways + x * u).max())
        return p / p.sum()

    u = brentq(lambda u: law(u) @ x - a, -20, 20, xtol=1e-13)
    p = law(u)
    return u, p @ (x - a) ** 2


def test_the_wald_test_of_the_conditional_model_table_by_table():
    """Trials of BCG (Colditz 1994): metafor 5.1-12 prints 268.6, Woolf's Q is 163.165."""
    cells = {
        "ai": (4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27),
        "n1i": (123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913),
        "ci": (11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29),
        "n2i": (139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854),
    }
    y, w = np.array([conditional_estimate(row) for row in rows(cells)]).T
    q = w @ (y - w @ y / w.sum()) ** 2
    assert glmm(**cells, model="CM.EL").Q_Wald == pytest.approx(q, rel=1e-7)
    assert q == pytest.approx(163.089, abs=5e-4)


def grid_loglik(model, cells, effect, tau2, base=0.0, sigma2=0.0):
    """Integrate on a dense grid, one study at a time; `base` is one number or one per study."""
    z = np.arange(-9, 9.001, 0.1)
    normal = np.exp(-z * z / 2)
    normal /= normal.sum()
    total = 0.0
    for i, (a, b, c, d) in enumerate(rows(cells)):
        y = effect + sqrt(tau2) * z
        if model == "CM.EL":
            x = np.arange(max(0, a - d), min(a + c, a + b) + 1)
            weights = np.array([comb(a + b, j) * comb(c + d, a + c - j) for j in x], dtype=float)
            power = weights * np.exp(np.outer(y, x - a))
            likelihood = power[:, a - x[0]] / power.sum(axis=1)
        else:
            x = np.atleast_1d(base)[i if np.size(base) > 1 else 0]
            if sigma2 > 0:
                x = x + sqrt(sigma2) * z[:, None]
            arms = binomial(a, b, x + y / 2) * binomial(c, d, x - y / 2)
            likelihood = normal @ arms if sigma2 > 0 else arms
        total += log(normal @ likelihood)
    return total


def binomial(events, others, logit):
    p = 1 / (1 + np.exp(-logit))
    return comb(events + others, events) * p**events * (1 - p) ** others


def slices(model, cells, fit, bases):
    """Parameters at the answer and the likelihood as a function of them, by the grid."""
    if model == "CM.EL":
        return [fit.estimate, fit.tau2], lambda p: grid_loglik(model, cells, p[0], p[1])
    if model == "UM.FS":
        start = [fit.estimate, fit.tau2, *bases]
        return start, lambda p: grid_loglik(model, cells, p[0], p[1], np.array(p[2:]))
    start = [fit.estimate, fit.tau2, bases[0], fit.sigma2]
    return start, lambda p: grid_loglik(model, cells, p[0], p[1], p[2], p[3])


def fitted_bases(model, cells):
    """Bases at the maximum; the fit does not show them."""
    from metaan.models.ascent import climb
    from metaan.models.mixed_models import MODELS as MADE

    made = MADE[model](read_tables(cells))
    fit = glmm(**cells, model=model)
    from dataclasses import replace

    start = replace(made.start, effect=np.array(fit.estimate), tau2=fit.tau2)
    if model == "UM.RS":
        start = replace(start, base_variance=fit.sigma2)
    return np.atleast_1d(climb(made.problem, start, 64).base)


@pytest.mark.parametrize(
    ("model", "cells"), [*((model, SPREAD) for model in MODELS), ("CM.EL", STEEP), ("UM.FS", STEEP)]
)
def test_the_likelihood_has_its_maximum_and_curvature_there(model, cells):
    """Height, slope and observed information by differences of the grid's log-likelihood."""
    fit = glmm(**cells, model=model)
    assert fit.tau2 > 0.1
    assert fit.quadrature_error < 1e-8
    start, height = slices(model, cells, fit, fitted_bases(model, cells))
    assert fit.loglik == pytest.approx(height(start), rel=GRID)
    p = len(start)
    h = 2e-3
    steps = h * np.eye(p)
    at = np.array(start)
    up, down = [height(at + s) for s in steps], [height(at - s) for s in steps]
    slope = (np.array(up) - np.array(down)) / (2 * h)
    information = np.empty((p, p))
    for i in range(p):
        for j in range(p):
            corners = [height(at + x * steps[i] + y * steps[j]) for x in (1, -1) for y in (1, -1)]
            information[i, j] = -(corners[0] - corners[1] - corners[2] + corners[3]) / (4 * h * h)
    covariance = np.linalg.inv(information)
    assert slope @ covariance @ slope < 1e-8
    assert (fit.se, fit.se_tau2) == pytest.approx(np.sqrt(np.diag(covariance)[:2]), rel=CURVATURE * 10)


@pytest.mark.parametrize("model", MODELS)
def test_a_boundary_is_a_boundary(model):
    """At tau2 = 0 the grid's likelihood falls with tau2."""
    fit = glmm(**EXAMPLE, model=model)
    assert fit.tau2 == 0.0
    start, height = slices(model, EXAMPLE, fit, fitted_bases(model, EXAMPLE))
    heights = [height([start[0], tau2, *start[2:]]) for tau2 in (0.0, 1e-3, 1e-2, 0.1, 1.0)]
    assert heights[0] == pytest.approx(fit.loglik, rel=GRID)
    assert all(before > after for before, after in pairwise(heights))


def test_the_conditional_likelihood_in_twenty_digits():
    fit = glmm(**SPREAD, model="CM.EL")
    with mpmath.workdps(20):
        tau = mpmath.sqrt(fit.tau2)
        total = mpmath.mpf(0)
        for row in rows(SPREAD):
            total += mpmath.log(
                mpmath.quad(
                    lambda z, row=row: (
                        mpmath.exp(enumerated(row, fit.estimate + tau * z)[0]) * mpmath.npdf(z)
                    ),
                    mpmath.linspace(-9, 9, 5),
                )
            )
    assert fit.loglik == pytest.approx(float(total), rel=1e-11)


@pytest.mark.parametrize(("sigma2", "tau2"), [(0.0, 0.0), (0.5, 0.0), (0.0, 1e-6), (0.7, 0.3), (2.0, 1.5)])
def test_derivatives_in_means_and_variances(sigma2, tau2):
    """Exact gradient and Hessian of the two-arm likelihood against central differences of itself."""
    arms = Binomials.of(read_tables(SPREAD))

    def at(p):
        return two_binomials(arms, np.full(5, p[0]), np.full(5, p[1]), p[2], p[3], 40)

    here = np.array([-1.2, 0.3, max(sigma2, 0.01), max(tau2, 0.01)])
    exact = at(here)
    h = 1e-4
    for slot in range(4):
        step = h * np.eye(4)[slot]
        up, down = at(here + step), at(here - step)
        np.testing.assert_allclose(
            exact.gradient[:, slot], (up.loglik - down.loglik) / (2 * h), rtol=1e-5, atol=1e-6
        )
        np.testing.assert_allclose(
            exact.hessian[:, slot], (up.gradient - down.gradient) / (2 * h), rtol=1e-4, atol=1e-5
        )
    boundary = at(np.array([-1.2, 0.3, sigma2, tau2]))
    assert np.isfinite(boundary.hessian).all()


def test_derivatives_at_the_boundary_are_limits():
    held = condition(read_tables(SPREAD))
    zero = conditional(held, np.array(0.2), 0.0, 32)
    tiny = conditional(held, np.array(0.2), 1e-7, 32)
    slope = (tiny.loglik - zero.loglik) / 1e-7
    np.testing.assert_allclose(zero.gradient[:, 3], slope, rtol=1e-4)
    np.testing.assert_allclose(zero.hessian, tiny.hessian, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("third", [(30, 0), (11, 19)])
def test_the_saturated_likelihood_of_random_studies(third):
    """SciPy's maximum over a second arm with normal log odds and an odds ratio of each study, on a grid."""
    tables = np.array([(0, 30, 12, 18), (30, 0, 3, 27), (*third, 25, 5), (0, 25, 28, 2)])
    z = np.arange(-9, 9.001, 0.02)
    normal = np.exp(-z * z / 2) / np.exp(-z * z / 2).sum()

    def lost(p):
        x = p[0] + exp(p[1]) * z
        total = 0.0
        for a, b, c, d in tables:
            own = binomial(a, b, x + p[2]) if a and b else 1.0
            total -= log(normal @ (binomial(c, d, x) * own))
        return total

    best = minimize(lost, [0.0, 0.5, -1.0], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-10})
    a, b, c, d = tables.T
    fit = glmm(ai=a, n1i=a + b, ci=c, n2i=c + d, method="EE")
    assert pytest.approx(2 * (-best.fun - fit.loglik), rel=1e-8) == fit.Q_LRT
