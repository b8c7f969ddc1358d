"""Kendall's rank correlation with its exact distribution."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from typing import TYPE_CHECKING, Literal

import numpy as np

from metaan.models.inference import two_sided_pvalue

if TYPE_CHECKING:
    from metaan.types import FloatArray

__all__ = ["RankCorrelation", "exact_pvalue", "rank_correlation"]

MOST_EXACT = 100
"""Studies up to which the distribution is computed; beyond it the normal one is right to four digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankCorrelation:
    """Kendall's tau-b with its test of no correlation.

    Attributes
    ----------
    tau, se : float
        The correlation, and its standard error where there is none.
    z, pvalue : float
        tau over se, without a continuity correction; two-sided.
    how : {"exact", "ties", "normal"}
        How the p-value was computed.
    """

    tau: float
    se: float
    z: float
    pvalue: float
    how: Literal["exact", "ties", "normal"]


def rank_correlation(x: FloatArray, y: FloatArray) -> RankCorrelation:
    """Correlate the ranks of two columns.

    Parameters
    ----------
    x, y : ndarray, shape (k,)
        k of 2 or more.

    Returns
    -------
    RankCorrelation
        `nan` where a column has one value only. Without ties the p-value is exact up to 100 pairs.

    References
    ----------
    Kendall MG. Rank correlation methods. 4th ed. London: Griffin; 1970.

    Examples
    --------
    >>> import numpy as np
    >>> found = rank_correlation(np.array([1.0, 2, 3, 4]), np.array([1.0, 3, 2, 4]))
    >>> round(found.tau, 4), round(found.pvalue, 4)
    (0.6667, 0.3333)
    """
    k = len(x)
    S = _score(x, y)
    ties = _ties(x), _ties(y)
    pairs = k * (k - 1) / 2
    untied = [pairs - float((t * (t - 1)).sum()) / 2 for t in ties]
    if min(untied) <= 0:
        return RankCorrelation(tau=nan, se=nan, z=nan, pvalue=nan, how="ties")
    scale = sqrt(untied[0] * untied[1])
    spread = sqrt(_variance(k, *ties))
    z = S / spread
    exact = k <= MOST_EXACT and min(untied) == pairs
    return RankCorrelation(
        tau=S / scale,
        se=spread / scale,
        z=z,
        pvalue=exact_pvalue(S, k) if exact else two_sided_pvalue(z, float("inf")),
        how="exact" if exact else "normal" if min(untied) == pairs else "ties",
    )


def exact_pvalue(S: float, k: int) -> float:
    """Give the share of all orders of k things whose score is at least as far out, two-sided.

    Parameters
    ----------
    S : float
        Pairs in the same order minus pairs in the opposite one.
    k : int
        Number of things.

    Examples
    --------
    >>> exact_pvalue(3, 3), exact_pvalue(1, 2)
    (0.3333333333333333, 1.0)
    """
    shares = np.ones(1)
    for size in range(2, k + 1):
        shares = np.convolve(shares, np.full(size, 1 / size))
    inversions = round((k * (k - 1) / 2 - abs(S)) / 2)
    return min(1.0, 2 * float(shares[: inversions + 1].sum()))


def _score(x: FloatArray, y: FloatArray) -> float:
    """Count pairs in the same order minus pairs in the opposite one."""
    signs = np.sign(x[:, None] - x) * np.sign(y[:, None] - y)
    return float(signs.sum()) / 2


def _ties(values: FloatArray) -> FloatArray:
    return np.unique(values, return_counts=True)[1].astype(float)


def _variance(k: int, t: FloatArray, u: FloatArray) -> float:
    """Give the variance of the score where nothing is correlated, with ties in both columns (Kendall)."""
    whole = k * (k - 1) * (2 * k + 5)
    full = [float((g * (g - 1) * (2 * g + 5)).sum()) for g in (t, u)]
    twos = [float((g * (g - 1)).sum()) for g in (t, u)]
    threes = [float((g * (g - 1) * (g - 2)).sum()) for g in (t, u)]
    variance = (whole - sum(full)) / 18 + twos[0] * twos[1] / (2 * k * (k - 1))
    return variance + (threes[0] * threes[1] / (9 * k * (k - 1) * (k - 2)) if k > 2 else 0.0)
