"""Quadrature about a mode: Gauss and Hermite's rule, the trapezoids beyond it, and Hermite's polynomials."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from metaan.types import FloatArray

__all__ = ["MOST_NODES", "hermite_polynomials", "hermite_rule", "nodes_about"]

MOST_NODES = 2048

MOST_HERMITE = 128
"""More nodes make trapezoids of equal width: where data end like a step, far fewer of them are wanted."""

REACH = 9.6
"""Standard deviations beyond which a normal density is below exp(-46) of its height."""

FURTHEST = 64.0
"""Longest reach in units of sqrt(2) over the root of the curvature: at 256 nodes, half a unit between two."""


@lru_cache(maxsize=32)
def hermite_rule(n: int) -> tuple[FloatArray, FloatArray]:
    """Give the points t and the logarithms of weights w with sum(w g(t)) close to the integral of g.

    Exact where g is exp(-t²) times a polynomial of degree below 2n: centre and scale an integrand first.

    Parameters
    ----------
    n : int
        Number of points, at most 256: there the outermost weight is still a normal double.

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


def nodes_about(n: int, curvature: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give points t and logarithms of weights for functions whose mode is at t = 0.

    Parameters
    ----------
    n : int
        Number of points, at most `MOST_NODES`.
    curvature : ndarray, shape (k,)
        Of the logarithm of each function at its mode, and nowhere below 1.

    Returns
    -------
    points, log_weights : ndarray, shape (n, 1) or (n, k)

    References
    ----------
    Trefethen LN, Weideman JAC. The exponentially convergent trapezoidal rule. SIAM Review 2014; 56: 385-458.

    Examples
    --------
    >>> for n in (16, 256):
    ...     t, log_w = nodes_about(n, np.array([4.0]))
    ...     print(t.shape, round(float(np.exp(log_w - t**2).sum() ** 2), 12))
    (16, 1) 3.14159265359
    (256, 1) 3.14159265359
    """
    if n <= MOST_HERMITE:
        points, log_weights = hermite_rule(n)
        return points[:, None], log_weights[:, None]
    reach = np.minimum(REACH * np.sqrt(curvature / 2), FURTHEST)
    points = np.linspace(-1, 1, n)[:, None] * reach
    return points, np.broadcast_to(np.log(2 * reach / (n - 1)), points.shape)


def hermite_polynomials(z: FloatArray) -> tuple[FloatArray, ...]:
    """Give He0 to He4, orthogonal under the standard normal density.

    Examples
    --------
    >>> [float(p) for p in hermite_polynomials(np.array(2.0))]
    [1.0, 2.0, 3.0, 2.0, -5.0]
    """
    square = z * z
    return np.ones_like(z), z, square - 1, z * (square - 3), square * (square - 6) + 3
