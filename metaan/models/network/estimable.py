"""What a design of deficient rank still tells: its row space, and the combinations that lie in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from metaan.linalg import Projection
    from metaan.types import FloatArray

__all__ = ["combine", "row_space"]

TOLERANCE = 1e-9
"""Singular value relative to the largest, and part of a combination outside the row space relative to its
length, that counts as rounding: far above 1e-16 and far below what differing designs leave."""


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


def combine(combinations: FloatArray, basis: FloatArray, fit: Projection) -> tuple[FloatArray, FloatArray]:
    """Estimate linear combinations of coefficients; those outside the row space are `nan`.

    Parameters
    ----------
    combinations : ndarray, shape (..., p)
        One combination in each row.
    basis : ndarray, shape (p, r)
        Of the row space, as `row_space` gives it.
    fit : Projection
        Of the rows on design @ basis.

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
    >>> from metaan.linalg import project
    >>> design = np.array([[1.0, 1.0]])
    >>> basis = row_space(design)
    >>> fit = project(design @ basis, np.array([3.0]), np.array([4.0]))
    >>> estimate, se = combine(np.array([[1.0, 1.0], [1.0, 0.0]]), basis, fit)
    >>> estimate.round(12).tolist(), se.round(12).tolist()
    ([3.0, nan], [2.0, nan])
    """
    inside = combinations @ basis
    outside = np.linalg.norm(combinations - inside @ basis.T, axis=-1)
    told = outside <= TOLERANCE * np.linalg.norm(combinations, axis=-1)
    estimate = np.where(told, inside @ fit.beta, np.nan)
    se = np.where(told, np.linalg.norm(inside @ fit.inverse, axis=-1), np.nan)
    return estimate, se
