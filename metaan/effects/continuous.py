"""Means of two groups: mean difference and standardised mean difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

from metaan.effects.cells import Columns, Measure, equal_lengths, refuse
from metaan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from metaan.types import FloatArray

__all__ = ["CELLS", "MEASURES", "hedges_j", "smd_variance", "two_groups"]

CELLS = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")


def mean_difference(cells: Mapping[str, FloatArray], vtype: str) -> tuple[FloatArray, FloatArray]:
    """Compute mean differences with a variance for each arm."""
    del vtype
    variance = cells["sd1i"] ** 2 / cells["n1i"] + cells["sd2i"] ** 2 / cells["n2i"]
    return cells["m1i"] - cells["m2i"], variance


def standardised_mean_difference(
    cells: Mapping[str, FloatArray], vtype: str
) -> tuple[FloatArray, FloatArray]:
    """Compute Hedges' g with the pooled standard deviation (Hedges 1981)."""
    n1, n2 = cells["n1i"], cells["n2i"]
    dof = n1 + n2 - 2
    squares = (n1 - 1) * cells["sd1i"] ** 2 + (n2 - 1) * cells["sd2i"] ** 2
    d = (cells["m1i"] - cells["m2i"]) / np.sqrt(squares / dof)
    g = hedges_j(dof) * d
    return g, smd_variance(g, n1, n2, vtype=vtype)


MEASURES = (
    Measure(name="MD", words="mean difference", family="two groups", ratio=False, formula=mean_difference),
    Measure(
        name="SMD",
        words="standardised mean difference",
        family="two groups",
        ratio=False,
        formula=standardised_mean_difference,
    ),
)


def two_groups(given: Mapping[str, FloatArray]) -> Columns:
    """Check the means, standard deviations and sizes of two groups.

    Parameters
    ----------
    given : mapping of str to ndarray, shape (k,)
        `m1i`, `sd1i`, `n1i`, `m2i`, `sd2i`, `n2i`.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        For a missing column, a negative standard deviation, or a negative size.
    """
    absent = [name for name in CELLS if name not in given]
    if absent:
        raise InputError(f"Two groups need {', '.join(CELLS)}; {', '.join(absent)} not given.")
    equal_lengths(given)
    for name in ("sd1i", "sd2i"):
        refuse(name, given[name], given[name] < 0, "is negative; give a standard deviation")
    for name in ("n1i", "n2i"):
        refuse(name, given[name], given[name] < 0, "is negative; give the number of participants")
    missing = np.isnan(sum((given[name] for name in CELLS), start=np.zeros(1)))
    empty = ~missing & ((given["n1i"] < 1) | (given["n2i"] < 1))
    constant = ~missing & (given["sd1i"] == 0) & (given["sd2i"] == 0)
    usable = ~(missing | empty | constant)
    notes = {
        **dict.fromkeys(np.flatnonzero(missing).tolist(), "a cell is missing, so there is no effect"),
        **dict.fromkeys(
            np.flatnonzero(constant).tolist(), "both standard deviations are 0, so there is no effect"
        ),
        **dict.fromkeys(np.flatnonzero(empty).tolist(), "an arm has no participants, so there is no effect"),
    }
    cells = {name: np.where(usable, given[name], 2.0) for name in CELLS}
    return Columns(cells=cells, usable=usable, notes=notes)


def hedges_j(dof: ArrayLike) -> FloatArray:
    """Compute the exact small-sample factor of a standardised mean difference.

    Parameters
    ----------
    dof : array_like
        Degrees of freedom of the standard deviation.

    Returns
    -------
    ndarray
        J = gamma(m/2) / (sqrt(m/2) gamma((m-1)/2)); `nan` where `dof` is 1 or less.

    References
    ----------
    Hedges LV. Distribution theory for Glass's estimator of effect size and related estimators. Journal of
    Educational Statistics 1981; 6: 107-128.

    Examples
    --------
    >>> float(hedges_j(2.0).round(6))
    0.56419
    """
    m = np.asarray(dof, dtype=np.float64)
    defined = m > 1
    safe = np.where(defined, m, 2.0)
    factor = np.exp(gammaln(safe / 2) - gammaln((safe - 1) / 2) - np.log(safe / 2) / 2)
    return np.where(defined, factor, np.nan)


def smd_variance(g: ArrayLike, n1: ArrayLike, n2: ArrayLike, *, vtype: str = "LS") -> FloatArray:
    """Compute the sampling variance of Hedges' g.

    Parameters
    ----------
    g : array_like
        Bias-corrected standardised mean difference.
    n1, n2 : array_like
        Sizes of the groups.
    vtype : {"LS", "UB"}
        Large-sample, 1/n1 + 1/n2 + g²/(2(n1 + n2)), or unbiased.

    Returns
    -------
    ndarray
        Squared units of g.

    References
    ----------
    Hedges LV, Olkin I. Statistical methods for meta-analysis. Academic Press 1985, pages 86 and 104.

    Examples
    --------
    >>> float(smd_variance(0.5, 10, 10).round(5))
    0.20625
    """
    g, n1, n2 = (np.asarray(x, dtype=np.float64) for x in (g, n1, n2))
    if vtype == "LS":
        return np.asarray(1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))
    m = n1 + n2 - 2
    return np.asarray(1 / n1 + 1 / n2 + (1 - (m - 2) / (m * hedges_j(m) ** 2)) * g**2)
