"""What a design of deficient rank still tells: its row space, and the combinations that lie in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from metaan.linalg import project
from metaan.models.network.tau2 import between_study_variance
from metaan.results.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from metaan.linalg import Projection
    from metaan.models.network.design import Study
    from metaan.types import FloatArray

__all__ = ["Estimable", "combine", "fit_estimable", "normal_tests", "row_space", "simple_rows"]

TOLERANCE = 1e-9
"""Singular value relative to the largest, and part of a combination outside the row space relative to its
length, that counts as rounding: far above 1e-16 and far below what differing designs leave."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Estimable:
    """A fit of a design that may be deficient in rank, on its row space.

    Attributes
    ----------
    basis : ndarray, shape (p, r)
        Orthonormal basis of the row space.
    fit : Projection
        On design @ basis, with variances vi + tau2.
    tau2 : float
        In squared units of yi; `nan` where it cannot be estimated, which is then taken as 0.
    Q : float
        Weighted residual sum of squares with tau2 0.
    dof : int
        Rows less rank.
    """

    basis: FloatArray
    fit: Projection
    tau2: float
    Q: float
    dof: int


def fit_estimable(
    design: FloatArray, simple: FloatArray, yi: FloatArray, vi: FloatArray, method: str
) -> Estimable:
    """Fit a design of any rank.

    Parameters
    ----------
    design : ndarray, shape (m, p)
        Rows that are independent whatever tau2 is.
    simple : ndarray, shape (m, p)
        Rows with the same row space, without rounding where possible: they decide on the rank.
    yi, vi : ndarray, shape (m,)
        Effects and sampling variances.
    method : {"EE", "DL", "ML", "REML"}
        Estimator of tau2.

    Returns
    -------
    Estimable

    Examples
    --------
    >>> import numpy as np
    >>> design = np.array([[1.0, 1.0], [1.0, 1.0]])
    >>> model = fit_estimable(design, design, np.array([1.0, 3.0]), np.ones(2), "EE")
    >>> round(model.Q, 12), model.dof
    (2.0, 1)
    """
    basis = row_space(simple)
    reduced = design @ basis
    tau2 = between_study_variance(reduced, yi, vi, method)
    dof = len(yi) - reduced.shape[1]
    return Estimable(
        basis=basis,
        fit=project(reduced, yi, vi + (0.0 if np.isnan(tau2) else tau2)),
        tau2=tau2,
        Q=project(reduced, yi, vi).Q if dof else 0.0,
        dof=dof,
    )


def simple_rows(studies: Sequence[Study], columns: int) -> FloatArray:
    """Give every study's contrasts against its first arm: entries 1, -1 and 0, the row space of `stack`.

    Parameters
    ----------
    studies : sequence of Study
        At least one.
    columns : int
        Number of treatments of the network.

    Returns
    -------
    ndarray, shape (m, columns)
        In the order of the studies, as many rows of each as `stack` gives.
    """
    unit = np.eye(columns)
    return np.concatenate([unit[list(study.arms[1:])] - unit[study.arms[0]] for study in studies])


def row_space(rows: FloatArray) -> FloatArray:
    """Find an orthonormal basis of the row space of a design.

    Parameters
    ----------
    rows : ndarray, shape (m, p)
        Rows of similar length; p is at least 1.

    Returns
    -------
    ndarray, shape (p, r)
        With r the rank; r may be 0.

    Examples
    --------
    >>> import numpy as np
    >>> row_space(np.array([[3.0, 4.0], [-6.0, -8.0]])).round(12).__abs__().ravel().tolist()
    [0.6, 0.8]
    """
    distinct = np.unique(rows, axis=0)
    _, values, vectors = np.linalg.svd(distinct, full_matrices=False)
    rank = int((values > TOLERANCE * values[0]).sum()) if values[0] > 0 else 0
    return np.asarray(vectors[:rank].T)


def combine(combinations: FloatArray, model: Estimable) -> tuple[FloatArray, FloatArray]:
    """Estimate linear combinations of coefficients; those outside the row space are `nan`.

    Parameters
    ----------
    combinations : ndarray, shape (..., p)
        One combination in each row.
    model : Estimable

    Returns
    -------
    estimate, se : ndarray, shape (...)
        A combination of nothing is 0 with a standard error of 0.

    References
    ----------
    Searle SR. Linear Models. Wiley, 1971, chapter 5.

    Examples
    --------
    >>> import numpy as np
    >>> design = np.array([[1.0, 1.0]])
    >>> model = fit_estimable(design, design, np.array([3.0]), np.array([4.0]), "EE")
    >>> estimate, se = combine(np.array([[1.0, 1.0], [1.0, 0.0]]), model)
    >>> estimate.round(12).tolist(), se.round(12).tolist()
    ([3.0, nan], [2.0, nan])
    """
    inside = combinations @ model.basis
    outside = np.linalg.norm(combinations - inside @ model.basis.T, axis=-1)
    told = outside <= TOLERANCE * np.linalg.norm(combinations, axis=-1)
    estimate = np.where(told, inside @ model.fit.beta, np.nan)
    se = np.where(told, np.linalg.norm(inside @ model.fit.inverse, axis=-1), np.nan)
    return estimate, se


def normal_tests(name: str, estimate: FloatArray, se: FloatArray, level: float) -> dict[str, FloatArray]:
    """Test effects against 0; one that is exactly 0 by assumption has no test.

    Parameters
    ----------
    name : str
        What the names of the fields begin with.
    estimate, se : ndarray, shape (q,)
        Effects and their standard errors, `nan` where they cannot be told.
    level : float
        Confidence level in (0, 1).

    Returns
    -------
    dict of str to ndarray
        `name` followed by `_estimate`, `_se`, `_statistic`, `_pvalue`, each of shape (q,), and `_ci` of shape
        (q, 2).

    Examples
    --------
    >>> import numpy as np
    >>> found = normal_tests("slope", np.array([1.0]), np.array([0.5]), 0.95)
    >>> found["slope_statistic"].tolist(), found["slope_pvalue"].round(4).tolist()
    ([2.0], [0.0455])
    """
    statistic = estimate / np.where(se > 0, se, np.nan)
    half = float(ndtri((1 + level) / 2)) * se
    return {
        f"{name}_estimate": frozen(estimate),
        f"{name}_se": frozen(se),
        f"{name}_statistic": frozen(statistic),
        f"{name}_pvalue": frozen(2 * ndtr(-np.abs(statistic))),
        f"{name}_ci": frozen(np.stack([estimate - half, estimate + half], axis=-1)),
    }
