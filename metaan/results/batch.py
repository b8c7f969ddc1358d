"""Values of many analyses at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metaan.types import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PooledMany:
    """Pooled estimates of n analyses, one lane each; everything on the scale of yi.

    The test and the intervals follow from the fields and are computed when they are asked for.

    Attributes
    ----------
    estimate, se : ndarray, shape (n,)
        Means and their standard errors; `nan` where the lane cannot be estimated.
    tau2 : ndarray, shape (n,)
        Between-study variances (squared units of yi); `nan` also where there is one study, unless the
        method is EE.
    Q : ndarray, shape (n,)
        Cochran's Q.
    k : ndarray of int, shape (n,)
        Numbers of studies.
    converged : ndarray of bool, shape (n,)
        False exactly where the lane cannot be estimated: no study, a variance that is not positive and
        finite, an effect that is not finite.
    method, test : str
        The tau2 estimator and the test of the means; a lane of one study is tested by "z".
    level : float
        Confidence level in (0, 1).

    Examples
    --------
    >>> from metaan import pool_many
    >>> found = pool_many([[0.1, 0.9, 0.5]], [[0.04, 0.05, 0.06]], method="DL")
    >>> round(float(found.ci_low[0]), 4), round(float(found.ci_high[0]), 4), round(float(found.pvalue[0]), 4)
    (0.0169, 0.9671, 0.0424)
    """

    estimate: FloatArray
    se: FloatArray
    tau2: FloatArray
    Q: FloatArray
    k: NDArray[np.int64]
    converged: BoolArray
    method: str
    test: str
    level: float

    @property
    def dof(self) -> FloatArray:
        """Degrees of freedom of the tests, shape (n,): `inf` where normal, `nan` where not estimated."""
        dof = (
            np.where(self.k == 1, np.inf, self.k - 1.0) if self.test != "z" else np.full(len(self.k), np.inf)
        )
        return np.where(self.converged, dof, np.nan)

    @property
    def statistic(self) -> FloatArray:
        """Estimates over their standard errors, shape (n,): `nan` where there is no test."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.se > 0, self.estimate / self.se, np.nan)

    @property
    def pvalue(self) -> FloatArray:
        """Two-sided p-values of the tests against 0, shape (n,)."""
        from scipy.special import ndtr, stdtr

        low, dof = -np.abs(self.statistic), self.dof
        normal = np.isinf(dof)
        values = np.where(normal, ndtr(low), np.nan)
        values[~normal] = stdtr(dof[~normal], low[~normal])
        found: FloatArray = 2 * values
        return found

    @property
    def ci_low(self) -> FloatArray:
        """Lower ends of the confidence intervals, shape (n,)."""
        return self.estimate - self._quantile() * self.se

    @property
    def ci_high(self) -> FloatArray:
        """Upper ends of the confidence intervals, shape (n,)."""
        return self.estimate + self._quantile() * self.se

    def _quantile(self) -> FloatArray:
        """Two-sided quantiles of the tests' distributions, each looked up once."""
        from scipy.special import ndtri, stdtrit

        tail = (1 - self.level) / 2
        dof, where = np.unique(self.dof, return_inverse=True)
        quantiles: FloatArray = -np.where(np.isinf(dof), ndtri(tail), stdtrit(dof, tail))
        return quantiles[where]
