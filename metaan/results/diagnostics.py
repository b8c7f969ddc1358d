"""Values of how much each study moves a pooled estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.types import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InfluenceDiagnostics:
    """What happens to a pooled estimate when each study in turn is left out.

    Attributes
    ----------
    rstudent : ndarray, shape (k,)
        Studentised deleted residuals: how far a study lies from the mean of the others.
    dffits : ndarray, shape (k,)
        Change of the study's fitted value when it is left out, in standard errors of that.
    dfbetas : ndarray, shape (k,)
        Change of the mean when the study is left out, in standard errors of the mean.
    cook : ndarray, shape (k,)
        Cook's distances: the squared change in units of the variance of the mean.
    cov_ratio : ndarray, shape (k,)
        Variance of the mean without the study, as a ratio to that with it; below 1 the study takes precision.
    tau2_deleted, QE_deleted : ndarray, shape (k,)
        Between-study variance (squared units of yi) and Cochran's Q without the study.
    hat : ndarray, shape (k,)
        Leverages in [0, 1]; for a mean they are the weights.
    baujat_x, baujat_y : ndarray, shape (k,)
        Squared Pearson residual, and squared change of the mean in units of its variance without the study.
    influential : ndarray of bool, shape (k,)
        Where DFFITS, Cook's distance or the leverage passes its cut-off, or DFBETAS 1.
    dffits_limit, cook_limit, hat_limit : float
        The cut-offs: 3 sqrt(1/(k - 1)), the median of chi-squared on one degree of freedom, 3/k.
    k : int
        Number of studies.
    method : str
        The tau2 estimator ("EE" for a common effect).
    """

    rstudent: FloatArray
    dffits: FloatArray
    dfbetas: FloatArray
    cook: FloatArray
    cov_ratio: FloatArray
    tau2_deleted: FloatArray
    QE_deleted: FloatArray
    hat: FloatArray
    baujat_x: FloatArray
    baujat_y: FloatArray
    influential: BoolArray
    dffits_limit: float
    cook_limit: float
    hat_limit: float
    k: int
    method: str
