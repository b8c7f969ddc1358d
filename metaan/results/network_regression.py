"""Values of network meta-regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from metaan.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkRegression:
    """A network whose relative effects change with one covariate of the studies; all on the scale of yi.

    Attributes
    ----------
    treatments : tuple of str, length n
        Sorted labels of the part of the network that holds the reference, the order of rows and columns.
    reference : str
        The treatment that slopes and effects are set against.
    interaction : {"common", "independent"}
        One slope of every other treatment against the reference, or one for each.
    slopes : tuple of str, length q
        What the slopes belong to: "common", or the treatments other than the reference.
    slope_estimate, slope_se, slope_statistic, slope_pvalue : ndarray, shape (q,)
        Change of the effect against the reference for one unit of the covariate, and its normal test against
        0; `nan` where it is not identifiable.
    slope_ci : ndarray, shape (q, 2)
        Confidence intervals.
    unidentified : tuple of str
        Those of `slopes` that the studies do not determine.
    interaction_estimate, interaction_se : ndarray, shape (n, n)
        Slope of every comparison, row minus column; the slope of A against B is that of A less that of B.
    effect_estimate, effect_se : ndarray, shape (n,)
        Effect of each treatment against the reference where the covariate is `centre`.
    centre : float
        Mean of the covariate over the studies, each counted once; 0 without centring.
    estimate, se : ndarray, shape (n, n)
        Effects where the covariate is `at`, row minus column; `nan` where they cannot be told.
    at : float
        The value of the covariate that they are for.
    tau2, tau2_without : float
        Between-study variance with and without the covariate, from the same studies (squared units of yi).
    Q, Q_dof, Q_pvalue : float
        Residual heterogeneity and inconsistency (common effects).
    Q_without, Q_without_dof : float
        The same without the covariate.
    QM, QM_dof, QM_pvalue : float
        Chi-squared test that all identifiable slopes are 0.
    studies : tuple of str, length k
        Those used, in input order.
    covariate : ndarray, shape (k,)
        Their values.
    left_out : tuple of (str, str)
        Studies that are not used, each with its reason.
    method : str
        The tau2 estimator.
    level : float
        Of the confidence intervals, in (0, 1).
    notes : tuple of str
        What a reader must know about these numbers.
    """

    treatments: tuple[str, ...]
    reference: str
    interaction: Literal["common", "independent"]
    slopes: tuple[str, ...]
    slope_estimate: FloatArray
    slope_se: FloatArray
    slope_statistic: FloatArray
    slope_pvalue: FloatArray
    slope_ci: FloatArray
    unidentified: tuple[str, ...]
    interaction_estimate: FloatArray
    interaction_se: FloatArray
    effect_estimate: FloatArray
    effect_se: FloatArray
    centre: float
    estimate: FloatArray
    se: FloatArray
    at: float
    tau2: float
    tau2_without: float
    Q: float
    Q_dof: float
    Q_pvalue: float
    Q_without: float
    Q_without_dof: float
    QM: float
    QM_dof: float
    QM_pvalue: float
    studies: tuple[str, ...]
    covariate: FloatArray
    left_out: tuple[tuple[str, str], ...]
    method: str
    level: float
    notes: tuple[str, ...] = ()
