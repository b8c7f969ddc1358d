"""Values of the models for rare events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.types import FloatArray, Interval


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MantelHaenszel:
    """A Mantel-Haenszel estimate with its tests; ratios on the log scale.

    Attributes
    ----------
    measure : str
        OR, RR, RD, IRR or IRD.
    estimate, se, statistic, pvalue : float
        The common effect, its standard error, and its normal test against 0.
    ci : tuple of float
        Normal confidence interval.
    Q, Q_dof, Q_pvalue : float
        Heterogeneity about the estimate, over the studies that have an effect of their own.
    cmh, cmh_pvalue : float
        Cochran-Mantel-Haenszel test of no effect with continuity correction, chi-squared on 1 degree of
        freedom; for OR and IRR, `nan` for the other measures.
    cmh_uncorrected, cmh_uncorrected_pvalue : float
        The same without continuity correction.
    breslow_day, breslow_day_pvalue, tarone, tarone_pvalue : float
        Tests that the odds ratio is the same in all studies, Tarone's with its correction; for OR, `nan`
        for the other measures.
    homogeneity_dof : float
        Degrees of freedom of these two; `nan` for measures other than OR.
    weights : ndarray, shape (n,)
        Shares of the n studies given, sum 1; 0 where a study adds nothing.
    k : int
        Number of studies with complete cells.
    level : float
        Confidence level in (0, 1).
    notes : tuple of str
        What was left out where, and why something could not be estimated.
    """

    measure: str
    estimate: float
    se: float
    statistic: float
    pvalue: float
    ci: Interval
    Q: float
    Q_dof: float
    Q_pvalue: float
    cmh: float
    cmh_pvalue: float
    cmh_uncorrected: float
    cmh_uncorrected_pvalue: float
    breslow_day: float
    breslow_day_pvalue: float
    tarone: float
    tarone_pvalue: float
    homogeneity_dof: float
    weights: FloatArray
    k: int
    level: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Peto:
    """Peto's one-step log odds ratio.

    Attributes
    ----------
    estimate, se, statistic, pvalue : float
        The common log odds ratio, its standard error, and its normal test against 0.
    ci : tuple of float
        Normal confidence interval.
    Q, Q_dof, Q_pvalue : float
        Heterogeneity of the studies' one-step estimates about the common one.
    weights : ndarray, shape (n,)
        Shares of the n studies given, sum 1; 0 where a study adds nothing.
    k : int
        Number of studies that carry information.
    level : float
        Confidence level in (0, 1).
    notes : tuple of str
        What was left out where, and why something could not be estimated.
    """

    estimate: float
    se: float
    statistic: float
    pvalue: float
    ci: Interval
    Q: float
    Q_dof: float
    Q_pvalue: float
    weights: FloatArray
    k: int
    level: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixedModel:
    """A generalised linear mixed model of two by two tables; everything on the log odds scale.

    Attributes
    ----------
    model, method : str
        "UM.FS", "UM.RS" or "CM.EL"; "ML", or "EE" where tau2 was held at 0.
    estimate, se, statistic, pvalue : float
        The mean log odds ratio, its standard error from the observed information, and its normal test.
    ci : tuple of float
        Normal confidence interval.
    tau2, se_tau2 : float
        Variance of the true log odds ratios between studies (exactly 0 at the boundary) and its standard
        error, `nan` at the boundary.
    sigma2 : float
        Variance of the study effects in "UM.RS"; `nan` in the other models, which have none.
    loglik : float
        Log-likelihood at the estimates with all constants: a sum of log probabilities.
    Q_LRT, Q_LRT_pvalue : float
        Likelihood-ratio test that the odds ratio is the same in all studies: saturated against common.
    Q_Wald, Q_Wald_pvalue, Q_Wald_dof : float
        Wald test of the same, over the studies whose own odds ratio is finite.
    Q_dof : float
        Degrees of freedom of the likelihood-ratio test.
    nodes : int
        Nodes of the adaptive Gauss-Hermite quadrature in each dimension.
    quadrature_error : float
        Change of `loglik` when the number of nodes is doubled.
    k : int
        Number of studies that carry information.
    level : float
        Confidence level in (0, 1).
    notes : tuple of str
        What was left out where, and why something could not be estimated.
    """

    model: str
    method: str
    estimate: float
    se: float
    statistic: float
    pvalue: float
    ci: Interval
    tau2: float
    se_tau2: float
    sigma2: float
    loglik: float
    Q_LRT: float
    Q_LRT_pvalue: float
    Q_Wald: float
    Q_Wald_pvalue: float
    Q_Wald_dof: float
    Q_dof: float
    nodes: int
    quadrature_error: float
    k: int
    level: float
    notes: tuple[str, ...] = ()
