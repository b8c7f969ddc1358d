"""Meta-regression written a second time, with explicit matrices in 40 digits, agrees with the fast one."""

from __future__ import annotations

import random
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from metaan import regress

TWIN = 1e-9
"""Doubles against 40 digits; a tau2 near its boundary is a small difference of large numbers."""

DIGITS = 40
GRADED = 1e-7
"""Where variances span 24 orders of magnitude, effects of very different size meet in one line."""


@pytest.fixture(autouse=True)
def _precision():
    with mpmath.workdps(DIGITS):
        yield


class Twin:
    """The model with W, X and P as matrices."""

    def __init__(self, yi, vi, X):
        self.y = mpmath.matrix([mpf(float(y)) for y in yi])
        self.v = [mpf(float(v)) for v in vi]
        self.X = mpmath.matrix([[mpf(float(x)) for x in row] for row in X])
        self.k, self.p = self.X.rows, self.X.cols

    def parts(self, tau2):
        W = mpmath.diag([1 / (v + tau2) for v in self.v])
        M = self.X.T * W * self.X
        inverse = mpmath.inverse(M)
        beta = inverse * (self.X.T * W * self.y)
        return W, M, inverse, beta, W - W * self.X * inverse * self.X.T * W

    def Q(self, tau2):
        return (self.y.T * self.parts(tau2)[4] * self.y)[0]

    def log_likelihood(self, tau2, restricted):
        W, M, _, _, P = self.parts(tau2)
        value = mpmath.fsum(mpmath.log(W[i, i]) for i in range(self.k)) - (self.y.T * P * self.y)[0]
        return (value - mpmath.log(mpmath.det(M)) if restricted else value) / 2

    def score(self, tau2, restricted):
        W, _, _, _, P = self.parts(tau2)
        Py = P * self.y
        return (Py.T * Py)[0] - trace(P if restricted else W)

    def mode(self, restricted):
        top = 4 * (max(self.y) - min(self.y)) ** 2 + max(self.v)
        bottom = min(self.v) / 100
        grid = [mpf(0)] + [bottom * (top / bottom) ** (mpf(i) / 40) for i in range(41)]
        values = [self.score(t, restricted) for t in grid]
        modes = [mpf(0)] if values[0] <= 0 else []
        for (low, at_low), (high, at_high) in pairwise(zip(grid, values, strict=True)):
            if at_low > 0 >= at_high:
                modes.append(bisect(lambda t: self.score(t, restricted), low, high))
        return max(modes, key=lambda t: self.log_likelihood(t, restricted))

    def paule_mandel(self, target):
        if self.Q(mpf(0)) <= target:
            return mpf(0)
        high = max(self.v)
        while self.Q(high) > target:
            high *= 2
        return bisect(lambda t: self.Q(t) - target, mpf(0), high)

    def closed(self):
        """The moment estimators, straight from E(y'Ay) = tr(AV) + tau2 tr(A)."""
        V, k, p = mpmath.diag(self.v), self.k, self.p
        P = self.parts(mpf(0))[4]
        plain = mpmath.eye(k) - self.X * mpmath.inverse(self.X.T * self.X) * self.X.T
        total = mpmath.fsum(1 / v for v in self.v)
        mean = mpmath.fsum(self.y) / k
        start = mpmath.fsum((y - mean) ** 2 for y in self.y) / k
        Q = self.Q(mpf(0))
        found = {
            "DL": (Q - trace(P * V)) / trace(P),
            "HE": ((self.y.T * plain * self.y)[0] - trace(plain * V)) / trace(plain),
            "HS": (Q - k) / total,
            "HSk": (Q * k / (k - p) - k) / total,
            "SJ": start * self.Q(start) / (k - p),
        }
        return {method: max(value, mpf(0)) for method, value in found.items()}


def trace(A):
    return mpmath.fsum(A[i, i] for i in range(A.rows))


def bisect(function, low, high):
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return (low + high) / 2


def made_up(seed):
    """Four to eight studies of unequal size on one or two moderators, one of them a year."""
    rng = random.Random(seed)
    k = rng.randint(5, 8)
    spread = rng.choice([0, 0.1, 0.5, 2])
    vi = [10 ** rng.uniform(-3, 0) for _ in range(k)]
    q = rng.choice([2, 3])
    X = [[1.0, float(rng.randint(1948, 1980)), rng.gauss(0, 1)][:q] for _ in range(k)]
    yi = [
        rng.gauss(0.3 + 0.02 * (row[1] - 1960), (v + spread**2) ** 0.5) for row, v in zip(X, vi, strict=True)
    ]
    return yi, vi, X


SETS = [made_up(seed) for seed in range(8)]


def fit(data, method, **options):
    yi, vi, X = data
    return regress(yi, vi, X, intercept=False, method=method, **options)


@pytest.mark.parametrize("method", ["ML", "REML"])
@pytest.mark.parametrize("data", SETS)
def test_likelihoods(data, method):
    twin = Twin(*data)
    expected = twin.mode(method == "REML")
    found = fit(data, method, test="z")
    assert found.tau2 == pytest.approx(float(expected), rel=TWIN, abs=0)
    _, _, inverse, beta, _ = twin.parts(expected)
    assert found.estimate == pytest.approx([float(b) for b in beta], rel=TWIN)
    assert found.se == pytest.approx([float(mpmath.sqrt(inverse[j, j])) for j in range(twin.p)], rel=TWIN)


@pytest.mark.parametrize("data", SETS)
def test_empirical_bayes_and_paule_mandel(data):
    twin = Twin(*data)
    expected = float(twin.paule_mandel(mpf(twin.k - twin.p)))
    for method in ("EB", "PM", "DLIT"):
        assert fit(data, method).tau2 == pytest.approx(expected, rel=TWIN, abs=0)


@pytest.mark.parametrize("data", SETS)
def test_closed_forms_and_knapp_hartung(data):
    twin = Twin(*data)
    for method, expected in twin.closed().items():
        assert fit(data, method).tau2 == pytest.approx(float(expected), rel=TWIN, abs=0), method
    found = fit(data, "DL")
    tau2 = twin.closed()["DL"]
    _, _, inverse, beta, _ = twin.parts(tau2)
    factor = twin.Q(tau2) / (twin.k - twin.p)
    assert found.se == pytest.approx(
        [float(mpmath.sqrt(factor * inverse[j, j])) for j in range(twin.p)], rel=TWIN
    )
    slopes = mpmath.matrix([beta[j] for j in range(1, twin.p)])
    block = mpmath.matrix([[inverse[i, j] for j in range(1, twin.p)] for i in range(1, twin.p)])
    QM = (slopes.T * mpmath.inverse(block) * slopes)[0] / factor / (twin.p - 1)
    assert pytest.approx(float(QM), rel=TWIN) == found.QM
    assert pytest.approx(float(twin.Q(mpf(0))), rel=TWIN) == found.QE


def test_standard_errors_of_tau2_are_those_of_quadratic_forms():
    """Var(y'Ay) = 2 tr(ASAS) for normal y with covariance S, where A sends the design to 0."""
    yi, vi, X = (np.array(part) for part in SETS[0])
    k, p, w = len(yi), X.shape[1], 1 / vi
    W, hat = np.diag(w), X @ np.linalg.pinv(X)
    P = W - W @ X @ np.linalg.inv(X.T @ W @ X) @ X.T @ W
    forms = {"DL": (P, np.trace(P)), "HE": (np.eye(k) - hat, k - p), "HS": (P, w.sum())}
    forms["HSk"] = (P * k / (k - p), w.sum())
    for method, (A, a) in forms.items():
        found = fit(SETS[0], method)
        AS = A @ np.diag(vi + found.tau2)
        assert found.se_tau2 == pytest.approx(np.sqrt(2 * np.trace(AS @ AS)) / a, rel=1e-6), method


@pytest.mark.parametrize("seed", range(4))
def test_variances_over_24_orders_of_magnitude(seed):
    """Precise and hopeless studies together: the plain singular values would keep no digit."""
    rng = random.Random(seed)
    vi = [10.0 ** rng.uniform(-12, 12) for _ in range(7)]
    X = [[1.0, rng.gauss(0, 1)] for _ in vi]
    yi = [rng.gauss(0, v**0.5) for v in vi]
    twin = Twin(yi, vi, X)
    for method, expected in (
        ("REML", twin.mode(True)),
        ("PM", twin.paule_mandel(mpf(5))),
        ("DL", twin.closed()["DL"]),
    ):
        found = fit((yi, vi, X), method)
        assert found.tau2 == pytest.approx(float(expected), rel=GRADED, abs=0), method
    assert pytest.approx(float(twin.Q(mpf(0))), rel=GRADED) == found.QE
