"""Student's t and the normal distribution without SciPy, so that the check stays light."""

from __future__ import annotations

from functools import lru_cache
from math import erfc, exp, inf, isinf, lgamma, log, log1p, pi, sqrt

__all__ = ["quantile_of_p", "t_quantile", "two_sided_p"]

SMALLEST = 1e-300
STEPS = 400
LARGE = 1e7


def two_sided_p(t: float, dof: float = inf) -> float:
    """Give the probability of a t as far from 0 as this one, on either side.

    Parameters
    ----------
    t : float
        Statistic.
    dof : float
        Degrees of freedom; `inf` for the normal distribution.

    Examples
    --------
    >>> round(two_sided_p(2.0, 10), 4)
    0.0734
    """
    if isinf(dof) or dof > LARGE:
        return erfc(abs(t) / sqrt(2))
    return _beta_ratio(dof / 2, 0.5, dof / (dof + t * t))


@lru_cache(maxsize=512)
def t_quantile(level: float, dof: float = inf) -> float:
    """Give the t beyond which 1 - level of the distribution lies, on both sides together.

    Parameters
    ----------
    level : float
        Such as 0.95; between 0 and 1.
    dof : float
        Degrees of freedom; `inf` for the normal distribution.

    Examples
    --------
    >>> round(t_quantile(0.95), 3), round(t_quantile(0.95, 10), 3)
    (1.96, 2.228)
    """
    return quantile_of_p(1 - level, dof)


def quantile_of_p(p: float, dof: float = inf) -> float:
    """Give the absolute t that has this two-sided p-value.

    Parameters
    ----------
    p : float
        Between 0 and 1, both left out.
    dof : float
        Degrees of freedom; `inf` for the normal distribution.
    """
    t = 0.0 if isinf(dof) else quantile_of_p(p)
    for _ in range(STEPS):  # convex and decreasing, from below the root: Newton never overshoots
        step = (two_sided_p(t, dof) - p) / (2 * _density(t, dof))
        t += step
        if abs(step) <= 1e-13 * max(t, 1):
            break
    return t


def _density(t: float, dof: float) -> float:
    if isinf(dof) or dof > LARGE:
        return exp(-t * t / 2) / sqrt(2 * pi)
    scale = lgamma((dof + 1) / 2) - lgamma(dof / 2) - 0.5 * log(dof * pi)
    return exp(scale - (dof + 1) / 2 * log1p(t * t / dof))


def _beta_ratio(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function by its continued fraction (modified Lentz)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _off_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _off_zero(1 + term * d)
            c = _off_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value


def _off_zero(value: float) -> float:
    return value if abs(value) > SMALLEST else SMALLEST
