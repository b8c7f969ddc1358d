"""Adaptive Gauss-Hermite quadrature: the rule, and Hermite's polynomials."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from metaan.types import FloatArray

__all__ = ["MOST_NODES", "hermite_polynomials", "hermite_rule"]

MOST_NODES = 256
"""Up to here the outermost weight of the rule is a normal double."""


@lru_cache(maxsize=32)
def hermite_rule(n: int) -> tuple[FloatArray, FloatArray]:
    """Give the points t and the logarithms of weights w with sum(w g(t)) close to the integral of g.

    Exact where g is exp(-t²) times a polynomial of degree below 2n: centre and scale an integrand first.

    Parameters
    ----------
    n : int
        Number of points, at most `MOST_NODES`.

    Returns
    -------
    points, log_weights : ndarray, shape (n,)

    References
    ----------
    Liu Q, Pierce DA. A note on Gauss-Hermite quadrature. Biometrika 1994; 81: 624-629.

    Examples
    --------
    >>> t, log_w = hermite_rule(3)
    >>> round(float(np.sum(np.exp(log_w - t**2) * t**4)), 12) == round(3 / 4 * float(np.sqrt(np.pi)), 12)
    True
    """
    from scipy.special import roots_hermite

    points, weights = roots_hermite(n)
    return points, np.log(weights) + points**2


def hermite_polynomials(z: FloatArray) -> tuple[FloatArray, ...]:
    """Give He0 to He4, orthogonal under the standard normal density.

    Examples
    --------
    >>> [float(p) for p in hermite_polynomials(np.array(2.0))]
    [1.0, 2.0, 3.0, 2.0, -5.0]
    """
    square = z * z
    return np.ones_like(z), z, square - 1, z * (square - 3), square * (square - 6) + 3
