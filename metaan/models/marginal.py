"""Likelihood of each study with its random effects integrated out, and its exact derivatives.

A normal effect with mean m and variance v obeys the heat equation: the derivative of a likelihood in v is
half its second derivative in m. All derivatives in means and variances, the boundary v = 0 included, are thus
moments of one integral, and never a difference quotient.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, log, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, gammaln

from metaan.models.quadrature import hermite_polynomials, nodes_about

if TYPE_CHECKING:
    from collections.abc import Callable

    from metaan.models.counts import Tables
    from metaan.models.hypergeometric import ConditionalTables
    from metaan.models.panels import Panels
    from metaan.types import FloatArray

    Conditional = ConditionalTables | Panels
    Derivatives = tuple[FloatArray, ...]

__all__ = ["BASE", "BASE_VARIANCE", "EFFECT", "TAU2", "Binomials", "Marginal", "conditional", "two_binomials"]

BASE, EFFECT, BASE_VARIANCE, TAU2 = range(4)
"""Slots of the parameters: mean log odds of a study's two arms, log odds ratio, and the variance of each."""

ORDERS = ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (0, 3), (4, 0), (2, 2), (0, 4))
"""Derivatives in base and effect that the first two derivatives in all four parameters are made of."""

FIRST = ((1, 0), (0, 1), (2, 0), (0, 2))
HEAT = np.array([1.0, 1.0, 0.5, 0.5])

DOMINATED = 2.0
"""Curvature of an integrand in standard units above which the data outweigh the normal density."""

NEWTON_STEPS = 60
SURE = 1e-5
"""Newton's steps below this shrink by themselves, where a gain in height is lost in rounding."""

NOTHING = 1e-40
"""Share of each study's integral below which a node adds nothing, even times a fourth derivative."""

CLOSE = 1e-9
"""Last step towards the mode of an integrand, in units of the effect's standard deviation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marginal:
    """Log-likelihoods of k studies with first and second derivatives in the four parameters."""

    loglik: FloatArray
    gradient: FloatArray
    hessian: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Binomials:
    """Two independent binomial arms per study.

    Attributes
    ----------
    events, size : tuple of ndarray, shape (k,)
        Of the first and of the second arm.
    constant : ndarray, shape (k,)
        Logarithm of the two binomial coefficients.
    """

    events: tuple[FloatArray, FloatArray]
    size: tuple[FloatArray, FloatArray]
    constant: FloatArray

    @classmethod
    def of(cls, tables: Tables) -> Binomials:
        """Take the arms of two by two tables."""
        sizes = tables.a + tables.b, tables.c + tables.d
        constant = sum(
            (
                gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
                for x, n in zip((tables.a, tables.c), sizes, strict=True)
            ),
            start=np.zeros_like(tables.a),
        )
        return cls(events=(tables.a, tables.c), size=sizes, constant=constant)

    def height(self, which: int, logit: FloatArray) -> FloatArray:
        """Log-likelihood of an arm without its constant."""
        x, n = self.events[which], self.size[which]
        certain = np.minimum(x * logit, (x - n) * logit)
        return np.asarray(certain - n * np.log1p(np.exp(-np.abs(logit))))

    def arm(self, which: int, logit: FloatArray) -> Derivatives:
        """Log-likelihood of an arm without its constant, and four derivatives in its log odds."""
        x, n = self.events[which], self.size[which]
        p, q = expit(logit), expit(-logit)
        spread = n * p * q
        return (
            self.height(which, logit),
            x * q - (n - x) * p,
            -spread,
            -spread * (q - p),
            -spread * (1 - 6 * p * q),
        )


def two_binomials(
    arms: Binomials,
    base: FloatArray,
    effect: FloatArray,
    base_variance: float,
    tau2: float,
    nodes: int,
) -> Marginal:
    """Integrate two binomial arms over a normal base and a normal effect, independent of each other.

    The log odds of the arms are base + effect/2 and base - effect/2.

    Parameters
    ----------
    arms : Binomials
    base, effect : ndarray, shape (k,)
        Means.
    base_variance, tau2 : float
        Variances, 0 or more.
    nodes : int
        Quadrature nodes in each dimension whose variance is not 0.

    Returns
    -------
    Marginal
    """
    sigma, tau = sqrt(base_variance), sqrt(tau2)
    z1, z2, (p, q, r) = _mode_of_two(arms, base, effect, sigma, tau)
    l11 = np.sqrt(p)
    l21 = q / l11
    l22 = np.sqrt(r - l21 * l21)
    t1, log_w1 = nodes_about(nodes if sigma > 0 else 1, p)
    t2, log_w2 = nodes_about(nodes if tau > 0 else 1, l22 * l22)
    first, second, log_w = (
        x.reshape(-1, x.shape[-1])
        for x in np.broadcast_arrays(t1[None], t2[:, None], log_w1[None] + log_w2[:, None])
    )
    y2 = sqrt(2) * second / l22
    z1, z2 = z1 + (sqrt(2) * first - l21 * y2) / l11, z2 + y2
    x, y = base + sigma * z1, effect + tau * z2
    heights = arms.height(0, x + y / 2) + arms.height(1, x - y / 2)
    loglik, share = _normalised(log_w + heights - (z1 * z1 + z2 * z2) / 2)
    loglik += arms.constant - log(pi) - np.log(l11 * l22)
    some = share.max(axis=1) > NOTHING
    share, z1, z2, x, y = share[some], z1[some], z2[some], x[some], y[some]
    one, two = arms.arm(0, x + y / 2), arms.arm(1, x - y / 2)
    moments = np.zeros((len(base), 5, 5))
    for by_x in (False, True):
        for by_y in (False, True):
            where = np.flatnonzero(((p > DOMINATED) == by_x) & ((r > DOMINATED) == by_y))
            if len(where):
                moments[where] = _moments(
                    share[:, where],
                    tuple(d[:, where] for d in one),
                    tuple(d[:, where] for d in two),
                    hermite_polynomials(z1[:, where]) if by_x else None,
                    hermite_polynomials(z2[:, where]) if by_y else None,
                    sigma,
                    tau,
                )
    return _marginal(loglik, moments)


def conditional(tables: Conditional, effect: FloatArray, tau2: float, nodes: int) -> Marginal:
    """Integrate tables with held margins over a normal effect.

    Parameters
    ----------
    tables : ConditionalTables or Panels
    effect : ndarray, shape (k,) or ()
        Mean of the log odds ratio.
    tau2 : float
        Its variance.
    nodes : int
        Quadrature nodes.

    Returns
    -------
    Marginal
        Derivatives in the base and its variance are 0: holding the margins removes them.
    """
    tau = sqrt(tau2)
    k = tables.k
    mode, curvature = _mode_of_one(tables, effect, tau)
    t, log_w = nodes_about(nodes if tau > 0 else 1, curvature)
    z = mode + sqrt(2) * t / np.sqrt(curvature)
    derivatives = tables.derivatives(effect + tau * z)
    loglik, share = _normalised(log_w + derivatives[0] - z * z / 2)
    loglik -= (log(pi) + np.log(curvature)) / 2
    smooth = curvature > DOMINATED
    moments = np.zeros((k, 5, 5))
    moments[:, 0, 0] = 1
    by_parts = hermite_polynomials(z)
    direct = _bell(derivatives)
    for order in range(1, 5):
        value = (share * direct[order]).sum(axis=0)
        if smooth.any():
            value = np.where(smooth, (share * by_parts[order]).sum(axis=0) / tau**order, value)
        moments[:, 0, order] = value
    return _marginal(loglik, moments)


def _marginal(loglik: FloatArray, moments: FloatArray) -> Marginal:
    """Turn moments, indexed by order in base and effect, into derivatives of the log-likelihood."""
    gradient = np.stack([moments[:, m, n] for m, n in FIRST], axis=1) * HEAT
    second = np.empty((len(loglik), 4, 4))
    for i, (m, n) in enumerate(FIRST):
        for j, (m2, n2) in enumerate(FIRST):
            total = moments[:, m + m2, n + n2] if (m + m2, n + n2) in ORDERS else 0.0
            second[:, i, j] = total * HEAT[i] * HEAT[j]
    return Marginal(
        loglik=loglik, gradient=gradient, hessian=second - gradient[:, :, None] * gradient[:, None, :]
    )


def _moments(
    share: FloatArray,
    one: Derivatives,
    two: Derivatives,
    by_x: Derivatives | None,
    by_y: Derivatives | None,
    sigma: float,
    tau: float,
) -> FloatArray:
    """Posterior means of the derivatives of the likelihood in base and effect, over the likelihood.

    A derivative is taken of the likelihood (`None`), which is right at a variance of 0, or moved to the
    normal density by parts (Hermite polynomials given), which does not cancel where the data outweigh it.
    """
    bell1, bell2 = _bell(one), _bell(two)
    found = np.zeros((share.shape[1], 5, 5))
    for m, n in ORDERS:
        value = share
        left_m, left_n = m, n
        if by_x is not None:
            value, left_m = value * by_x[m] / sigma**m, 0
        if by_y is not None:
            value, left_n = value * by_y[n] / tau**n, 0
        if left_m or left_n:
            value = value * sum(
                weight * bell1[i] * bell2[j] for (i, j), weight in EXPANSIONS[left_m, left_n].items()
            )
        found[:, m, n] = value.sum(axis=0)
    return found


def _bell(derivatives: Derivatives) -> tuple[FloatArray, ...]:
    """Divide the derivatives of exp(l) by exp(l), from the derivatives of l."""
    _, d1, d2, d3, d4 = derivatives
    square = d1 * d1
    return (
        np.ones_like(d1),
        d1,
        square + d2,
        d1 * (square + 3 * d2) + d3,
        square * (square + 6 * d2) + 4 * d1 * d3 + 3 * d2 * d2 + d4,
    )


def _expansion(m: int, n: int) -> dict[tuple[int, int], float]:
    """Coefficients of s^i t^j in (s + t)^m ((s - t)/2)^n."""
    found: dict[tuple[int, int], float] = {}
    for i in range(m + 1):
        for j in range(n + 1):
            powers = m - i + n - j, i + j
            found[powers] = found.get(powers, 0.0) + comb(m, i) * comb(n, j) * (-1.0) ** j / 2**n
    return {powers: value for powers, value in found.items() if value}


EXPANSIONS = {(m, n): _expansion(m, n) for m in range(5) for n in range(5)}


def _normalised(exponent: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Log of the sum of exponentials over nodes, and each node's share of it."""
    highest = exponent.max(axis=0)
    share = np.exp(exponent - highest)
    total = share.sum(axis=0)
    return highest + np.log(total), share / total


def _mode_of_two(
    arms: Binomials, base: FloatArray, effect: FloatArray, sigma: float, tau: float
) -> tuple[FloatArray, FloatArray, Derivatives]:
    """Mode of the integrand in standard units, and its negative second derivatives there."""

    def height(z: FloatArray) -> FloatArray:
        x, y = base + sigma * z[0], effect + tau * z[1]
        return np.asarray(arms.height(0, x + y / 2) + arms.height(1, x - y / 2) - (z * z).sum(axis=0) / 2)

    def newton(z: FloatArray) -> tuple[FloatArray, Derivatives]:
        x, y = base + sigma * z[0], effect + tau * z[1]
        one, two = arms.arm(0, x + y / 2), arms.arm(1, x - y / 2)
        p = 1 - sigma * sigma * (one[2] + two[2])
        q = -sigma * tau * (one[2] - two[2]) / 2
        r = 1 - tau * tau * (one[2] + two[2]) / 4
        g1 = sigma * (one[1] + two[1]) - z[0]
        g2 = tau * (one[1] - two[1]) / 2 - z[1]
        determinant = p * r - q * q
        return np.stack([(r * g1 - q * g2) / determinant, (p * g2 - q * g1) / determinant]), (p, q, r)

    z, curvature = _climb(height, newton, np.zeros((2, len(base))))
    return z[0], z[1], curvature


def _mode_of_one(tables: Conditional, effect: FloatArray, tau: float) -> tuple[FloatArray, FloatArray]:
    last: list[tuple[FloatArray, Derivatives]] = []

    def derivatives(z: FloatArray) -> Derivatives:
        """Remember the last point: a step's height and the next step are asked for at the same one."""
        if not last or not np.array_equal(last[0][0], z):
            last[:] = [(z, tables.derivatives(effect + tau * z))]
        return last[0][1]

    def height(z: FloatArray) -> FloatArray:
        return np.asarray(derivatives(z)[0][0] - z[0] ** 2 / 2)

    def newton(z: FloatArray) -> tuple[FloatArray, Derivatives]:
        _, slope, curve, _, _ = derivatives(z)
        curvature = 1 - tau * tau * curve[0]
        return np.asarray((tau * slope - z) / curvature), (curvature,)

    z, (curvature,) = _climb(height, newton, tables.start(effect, tau))
    return z[0], curvature


def _climb(
    height: Callable[[FloatArray], FloatArray],
    newton: Callable[[FloatArray], tuple[FloatArray, Derivatives]],
    z: FloatArray,
) -> tuple[FloatArray, Derivatives]:
    """Climb k concave functions at once by Newton steps, halved where they overshoot."""
    step, curvature = newton(z)
    if not step.any():
        return z, curvature
    now = height(z)
    for _ in range(NEWTON_STEPS):
        for _ in range(NEWTON_STEPS):
            ahead = height(z + step)
            lower = ~(ahead >= now - CLOSE * (1 + abs(now)) * 1e-4) & (np.abs(step).max(axis=0) > SURE)
            if not lower.any():
                break
            step = np.where(lower, step / 2, step)
        z, now = z + step, ahead
        step, curvature = newton(z)
        if np.abs(step).max() < CLOSE:
            break
    return z, curvature
