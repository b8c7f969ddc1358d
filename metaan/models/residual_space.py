"""What is left of the effects when their moderators are taken out, as independent squares.

With K an orthonormal basis of everything orthogonal to the design, the contrasts K'y have the covariance
K'VK + tau2 I. In the eigenvectors of K'VK they are independent with variances d + tau2, so the restricted
likelihood and the generalised Q become sums over k - p numbers, for any tau2.

References
----------
Patterson HD, Thompson R. Recovery of inter-block information when block sizes are unequal. Biometrika 1971;
58: 545-554.
Kang HM, Zaitlen NA, Wade CM, et al. Efficient control of population structure in model organism association
mapping. Genetics 2008; 178: 1709-1723.
Drmač Z, Veselić K. New fast and accurate Jacobi SVD algorithm. SIAM Journal on Matrix Analysis and
Applications 2008; 29: 1322-1342.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg.lapack import dgejsv

if TYPE_CHECKING:
    from metaan.types import FloatArray

__all__ = ["ResidualSpace", "residual_space"]

GRADED = 1e8
"""Ratio of variances above which plain singular values lose digits (half of them at 1e16)."""

ROW_SCALED, LEFT, NO_RIGHT = 2, 0, 3
"""Options of LAPACK's dgejsv: rows of very different size; left singular vectors; no right ones."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResidualSpace:
    """Independent residual contrasts of k effects about a design of p columns.

    Attributes
    ----------
    d, u2 : ndarray, shape (k - p,)
        Sampling variances of the contrasts, and their squares.
    v : ndarray, shape (k,)
        Sampling variances of the effects.
    total : float
        Mean square of the effects about their plain mean.
    """

    d: FloatArray
    u2: FloatArray
    v: FloatArray
    total: float

    @property
    def k(self) -> int:
        """Number of effects."""
        return len(self.v)

    @property
    def dof(self) -> int:
        """Number of contrasts, k - p."""
        return len(self.d)

    def Q(self, tau2: float) -> float:
        """Give the weighted residual sum of squares with weights 1/(v + tau2)."""
        return float((self.u2 / (self.d + tau2)).sum())


def residual_space(
    complement: FloatArray, residuals: FloatArray, v: FloatArray, total: float
) -> ResidualSpace:
    """Split residuals into independent contrasts.

    Parameters
    ----------
    complement : ndarray, shape (k, k - p)
        Orthonormal columns, orthogonal to the design.
    residuals : ndarray, shape (k,)
        Effects minus any combination of the design's columns.
    v : ndarray, shape (k,)
        Sampling variances, in increasing order.
    total : float
        Kept in the result.

    Returns
    -------
    ResidualSpace

    Examples
    --------
    >>> import numpy as np
    >>> K = np.array([[1.0], [-1.0]]) / np.sqrt(2)
    >>> space = residual_space(K, np.array([1.0, -1.0]), np.array([1.0, 3.0]), 1.0)
    >>> round(space.Q(0.0), 12), space.dof
    (1.0, 1)
    """
    root = np.sqrt(v)
    rows = root[:, None] * complement
    if v[-1] > GRADED * v[0]:
        values, left, _, work, *_ = dgejsv(rows, joba=ROW_SCALED, jobu=LEFT, jobv=NO_RIGHT)
        values = values * (work[0] / work[1])
        left = left[:, : len(values)]
    else:
        left, values, _ = np.linalg.svd(rows, full_matrices=False)
    d = values * values
    standardised = left.T @ (residuals / root)
    return ResidualSpace(d=d, u2=standardised * standardised * d, v=v, total=total)
