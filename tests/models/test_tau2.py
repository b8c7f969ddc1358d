from __future__ import annotations

from math import sqrt

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from metaan import pool
from metaan.models.tau2 import ESTIMATORS, generalised_q, solve_q, trace_p, weighted_mean

SAME = 1e-12

Y = np.array([0.1, 0.9, 0.5, -0.2, 1.4])
V = np.array([0.02, 0.04, 0.05, 0.1, 0.9])


def projection(w):
    """P = W - ww'/sum(w), as a matrix."""
    return np.diag(w) - np.outer(w, w) / w.sum()


def test_twelve_estimators():
    assert list(ESTIMATORS) == ["EE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM", "PMM", "DLIT"]


def test_trace_is_that_of_the_matrix():
    w = 1 / V
    assert float(trace_p(w)) == pytest.approx(np.trace(projection(w)), rel=SAME)
    both = trace_p(np.stack([w, w / 7]))
    np.testing.assert_allclose(both, [np.trace(projection(w)), np.trace(projection(w / 7))])


def variance_of_quadratic_form(A, tau2):
    """Var(y'Ay) = 2 tr(ASAS) for normal y with covariance S, where A sends constants to 0."""
    AS = A @ np.diag(V + tau2)
    return 2 * np.trace(AS @ AS)


def test_standard_errors_are_those_of_quadratic_forms():
    """Each moment estimator is (y'Ay - c)/a, so its standard error is sqrt(Var(y'Ay))/a."""
    k, w = len(Y), 1 / V
    P, centring = projection(w), np.eye(k) - 1 / k
    start = float(Y @ centring @ Y) / k
    forms = {
        "DL": (P, np.trace(P)),
        "HE": (centring, k - 1),
        "HS": (P, w.sum()),
        "HSk": (P * k / (k - 1), w.sum()),
        "SJ": (projection(1 / (V + start)) * start, k - 1),
    }
    for method, (A, a) in forms.items():
        estimator = ESTIMATORS[method]
        tau2 = estimator.tau2(Y, V)
        assert tau2 > 0
        expected = sqrt(variance_of_quadratic_form(A, tau2)) / a
        assert estimator.se(Y, V, tau2) == pytest.approx(expected, rel=1e-10), method


def test_standard_errors_are_those_of_the_information():
    """ML: 2/tr(WW); REML: 2/tr(PP); both from the expected second derivative."""
    for method, matrix in (("ML", np.diag), ("REML", projection)):
        estimator = ESTIMATORS[method]
        tau2 = estimator.tau2(Y, V)
        M = matrix(1 / (V + tau2))
        assert estimator.se(Y, V, tau2) == pytest.approx(sqrt(2 / np.trace(M @ M)), rel=1e-10)


def test_q_is_the_quadratic_form():
    assert generalised_q(Y, V, 0.3) == pytest.approx(float(Y @ projection(1 / (V + 0.3)) @ Y), rel=1e-10)
    assert weighted_mean(Y, 1 / V)[0] == pytest.approx(float(np.average(Y, weights=1 / V)), rel=SAME)


def test_equal_variances_have_closed_solutions():
    """With equal variances v most estimators are the sample variance minus v; ML divides by k."""
    y, v = np.array([0.0, 1.0, 3.0, 4.0]), np.full(4, 0.5)
    sample = y.var(ddof=1)
    for method in ("DL", "HE", "REML", "PM", "EB", "DLIT"):
        assert ESTIMATORS[method].tau2(y, v) == pytest.approx(sample - 0.5, rel=SAME), method
    assert ESTIMATORS["ML"].tau2(y, v) == pytest.approx(y.var() - 0.5, rel=SAME)


def test_q_solver_at_the_boundary():
    assert solve_q(Y, V, generalised_q(Y, V, 0.0)) == 0.0
    assert solve_q(Y, V, 1e6) == 0.0


@pytest.mark.parametrize("method", ["REML", "PM", "DL"])
def test_one_study_that_outweighs_all_others(method):
    """A study a million times as precise: in the naive form tr P would lose twelve digits to cancellation."""
    yi, vi = [0.2, 1.5, -2.0, 3.1], [1e-12, 1.0, 1.5, 2.0]
    with mpmath.workdps(60):
        expected = {"REML": restricted_root, "PM": q_root, "DL": moments}[method]
        assert pool(yi, vi, method=method).tau2 == pytest.approx(float(expected(yi, vi)), rel=1e-11, abs=0)


def sums(yi, vi, tau2):
    w = [1 / (mpf(v) + tau2) for v in vi]
    mean = mpmath.fsum(a * mpf(y) for a, y in zip(w, yi, strict=True)) / mpmath.fsum(w)
    return w, [mpf(y) - mean for y in yi]


def restricted_root(yi, vi):
    def score(tau2):
        w, r = sums(yi, vi, tau2)
        total = mpmath.fsum(w)
        trace = total - mpmath.fsum(a * a for a in w) / total
        return mpmath.fsum((a * b) ** 2 for a, b in zip(w, r, strict=True)) - trace

    return mpmath.findroot(score, (mpf("0.1"), mpf(20)), solver="anderson", tol=1e-60, maxsteps=400)


def q_root(yi, vi):
    def excess(tau2):
        w, r = sums(yi, vi, tau2)
        return mpmath.fsum(a * b * b for a, b in zip(w, r, strict=True)) - (len(yi) - 1)

    return mpmath.findroot(excess, (mpf("0.1"), mpf(20)), solver="anderson", tol=1e-60, maxsteps=400)


def moments(yi, vi):
    w, r = sums(yi, vi, mpf(0))
    q = mpmath.fsum(a * b * b for a, b in zip(w, r, strict=True))
    total = mpmath.fsum(w)
    return (q - (len(yi) - 1)) / (total - mpmath.fsum(a * a for a in w) / total)
