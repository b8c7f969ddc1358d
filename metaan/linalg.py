"""Weighted least squares by orthogonal projection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from metaan.types import FloatArray

__all__ = ["Projection", "project"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Projection:
    """A weighted least-squares problem, projected on the columns of its design.

    Attributes
    ----------
    residuals : ndarray, shape (m,)
        Residuals divided by the standard deviation of their row.
    leverages : ndarray, shape (m,)
        Diagonal of the hat matrix, in [0, 1].
    triangle, inverse : ndarray, shape (p, p)
        Upper triangle R of the weighted design, and its inverse S: the coefficients have the precision R'R
        and the covariance SS'.
    target : ndarray, shape (p,)
        Right-hand side: the coefficients b solve R b = target.
    """

    residuals: FloatArray
    leverages: FloatArray
    triangle: FloatArray
    inverse: FloatArray
    target: FloatArray

    @property
    def beta(self) -> FloatArray:
        """Coefficients, shape (p,)."""
        return np.asarray(self.inverse @ self.target)

    @property
    def Q(self) -> float:
        """Sum of the squared weighted residuals."""
        return float(self.residuals @ self.residuals)

    @property
    def log_det(self) -> float:
        """Logarithm of the determinant of the precision matrix."""
        return 2 * float(np.log(np.abs(np.diag(self.triangle))).sum())


def project(X: FloatArray, yi: FloatArray, vi: FloatArray) -> Projection:
    """Project weighted rows on the columns of a design.

    Parameters
    ----------
    X : ndarray, shape (m, p)
        Design of full column rank.
    yi, vi : ndarray, shape (m,)
        Independent observations and their variances (squared units of yi).

    Returns
    -------
    Projection

    Examples
    --------
    >>> import numpy as np
    >>> round(project(np.ones((2, 1)), np.array([1.0, 3.0]), np.ones(2)).Q, 12)
    2.0
    """
    root = 1 / np.sqrt(vi)
    weighted = X * root[:, None]
    triangle = np.asarray(np.linalg.qr(weighted, mode="r"))
    inverse = np.linalg.inv(triangle)
    basis = weighted @ inverse
    scaled = yi * root
    target = basis.T @ scaled
    return Projection(
        residuals=scaled - basis @ target,
        leverages=np.einsum("ij,ij->i", basis, basis),
        triangle=triangle,
        inverse=inverse,
        target=target,
    )
