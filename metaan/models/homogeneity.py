"""Tests that stratified tables need no model for: no effect at all, and the same effect everywhere."""

from __future__ import annotations

from math import exp, nan
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from metaan.models.counts import Rates, Tables
    from metaan.types import FloatArray

__all__ = [
    "NO_HOMOGENEITY",
    "NO_TEST",
    "cmh_of_rates",
    "cmh_of_tables",
    "homogeneity",
    "observed_minus_expected",
]

NO_TEST = (nan, nan)
NO_HOMOGENEITY = (nan, nan, nan)
CORRECTION = 0.5
SIGNS = np.array([1.0, -1.0, -1.0, 1.0])
"""How the four cells move with the events of the first arm while the margins are held."""


def observed_minus_expected(tables: Tables) -> tuple[FloatArray, FloatArray]:
    """Give the events of the first arm above expectation, and their hypergeometric variance.

    Parameters
    ----------
    tables : Tables

    Returns
    -------
    difference, variance : ndarray, shape (k,)

    Examples
    --------
    >>> from metaan.models.counts import read_tables
    >>> difference, variance = observed_minus_expected(read_tables({"ai": 3, "n1i": 4, "ci": 1, "n2i": 4}))
    >>> difference.tolist(), variance.round(4).tolist()
    ([1.0], [0.5714])
    """
    n1, n2 = tables.a + tables.b, tables.c + tables.d
    n, m1, m2 = n1 + n2, tables.a + tables.c, tables.b + tables.d
    difference = tables.a * (n2 / n) - tables.c * (n1 / n)
    return difference, (n1 / n) * (n2 / n) * m1 * (m2 / np.maximum(n - 1, 1))


def cmh_of_tables(tables: Tables) -> tuple[float, float]:
    """Compute the Cochran-Mantel-Haenszel statistic with and without continuity correction.

    References
    ----------
    Cochran WG. Some methods for strengthening the common χ² tests. Biometrics 1954; 10: 417-451.
    Mantel N, Haenszel W. Statistical aspects of the analysis of data from retrospective studies of disease.
    Journal of the National Cancer Institute 1959; 22: 719-748.
    """
    return _cmh(*observed_minus_expected(tables))


def cmh_of_rates(rates: Rates) -> tuple[float, float]:
    """Compute the Mantel-Haenszel statistic of rates with and without continuity correction.

    References
    ----------
    Rothman KJ, Greenland S, Lash TL. Modern epidemiology, 3rd edition. Lippincott Williams & Wilkins 2008.
    """
    time = rates.t1 + rates.t2
    difference = rates.x1 * (rates.t2 / time) - rates.x2 * (rates.t1 / time)
    return _cmh(difference, (rates.x1 + rates.x2) * (rates.t1 / time) * (rates.t2 / time))


def homogeneity(tables: Tables, log_odds_ratio: float) -> tuple[float, float, float]:
    """Compute the tests of Breslow and Day and of Tarone that all tables share one odds ratio.

    Parameters
    ----------
    tables : Tables
    log_odds_ratio : float
        The common one.

    Returns
    -------
    breslow_day, tarone, dof : float
        Over the tables in which the events of an arm can vary; `nan` where there is no common odds ratio.

    References
    ----------
    Breslow NE, Day NE. Statistical methods in cancer research, volume 1: the analysis of case-control
    studies. IARC 1980.
    Tarone RE. On heterogeneity tests based on efficient scores. Biometrika 1985; 72: 91-95.
    """
    varies = ~tables.one_outcome
    if np.isnan(log_odds_ratio) or not varies.any():
        return NO_HOMOGENEITY
    a, b, c, d = (cell[varies] for cell in (tables.a, tables.b, tables.c, tables.d))
    fitted = _fitted_cells(a + b, c + d, a + c, b + d, log_odds_ratio)
    variance = 1 / (1 / fitted).sum(axis=0)
    least = fitted.argmin(axis=0)
    excess = SIGNS[least] * np.choose(least, np.array([a, b, c, d]) - fitted)
    breslow_day = float((excess**2 / variance).sum())
    return breslow_day, breslow_day - float(excess.sum() ** 2 / variance.sum()), float(varies.sum() - 1)


def _cmh(difference: FloatArray, variance: FloatArray) -> tuple[float, float]:
    total, spread = abs(float(difference.sum())), float(variance.sum())
    if spread == 0:
        return NO_TEST
    return (total - CORRECTION) ** 2 / spread, total**2 / spread


def _fitted_cells(
    n1: FloatArray, n2: FloatArray, m1: FloatArray, m2: FloatArray, log_odds_ratio: float
) -> FloatArray:
    """Give the four cells that have these margins and this odds ratio, each without a difference."""
    up, down = exp(log_odds_ratio), exp(-log_odds_ratio)
    return np.array(
        [
            _fitted(n1, n2, m1, m2, up),
            _fitted(n1, n2, m2, m1, down),
            _fitted(n2, n1, m1, m2, down),
            _fitted(n2, n1, m2, m1, up),
        ]
    )


def _fitted(n1: FloatArray, n2: FloatArray, m1: FloatArray, m2: FloatArray, odds_ratio: float) -> FloatArray:
    """Events of the first arm that give each table, margins kept, this odds ratio.

    The quadratic's root is taken in the form that subtracts nothing, and so is its discriminant.
    """
    square, linear = 1 - odds_ratio, n2 - m1 + odds_ratio * (n1 + m1)
    root = np.sqrt((odds_ratio * (n1 - m1) + (n2 - m1)) ** 2 + 4 * odds_ratio * m1 * m2)
    with np.errstate(divide="ignore", invalid="ignore"):
        away = 2 * odds_ratio * n1 * m1 / (linear + root)
        return np.where(linear > 0, away, (root - linear) / (2 * square))
