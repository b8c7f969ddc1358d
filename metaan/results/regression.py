"""Values of meta-regression and of subgroups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.results.pairwise import Pooled
    from metaan.types import FloatArray, Interval


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regression:
    """A regression of k effects on p coefficients; everything on the scale of yi.

    Attributes
    ----------
    names : tuple of str
        Of the coefficients, the intercept first where the fit added it.
    estimate, se, statistic, dof, pvalue, vif : ndarray, shape (p,)
        Coefficients, their standard errors and tests against 0; `dof` is `inf` where the reference is normal.
        `vif` is the inflation of each variance by the other moderators, `nan` for the intercept.
    ci : ndarray, shape (p, 2)
        Confidence intervals, low and high.
    covariance : ndarray, shape (p, p)
        Of the coefficients, as tested.
    root : ndarray, shape (p, p)
        A factor of the covariance, root root'; it keeps digits that the covariance loses.
    tau2, se_tau2 : float
        Residual between-study variance (squared units of yi) and its standard error.
    I2, H2 : float
        Share in [0, 1] of the residual variation that is heterogeneity; ratio of total to sampling variance.
    R2 : float
        Share in [0, 1] of the between-study variance that the moderators account for.
    QE, QE_dof, QE_pvalue : float
        Test of residual heterogeneity.
    QM, QM_pvalue : float
        Omnibus test of the moderators: chi-squared for "z", F otherwise.
    QM_dof : (float, float)
        Its degrees of freedom; the second is `inf` for the chi-squared test.
    weights, fitted, residuals : ndarray, shape (k,)
        Shares of the studies, sum 1; fitted means; effects minus fitted means.
    X : ndarray, shape (k, p)
        The design, with its intercept.
    intercept : bool
        Whether the fit added the intercept to the columns given.
    k, p : int
        Numbers of studies and of coefficients.
    method, test : str
        The tau2 estimator ("EE" for none) and the test.
    level : float
        Confidence level in (0, 1).
    notes : tuple of str
        What a reader must know about these numbers.
    """

    names: tuple[str, ...]
    estimate: FloatArray
    se: FloatArray
    statistic: FloatArray
    dof: FloatArray
    pvalue: FloatArray
    ci: FloatArray
    vif: FloatArray
    covariance: FloatArray
    root: FloatArray
    tau2: float
    se_tau2: float
    I2: float
    H2: float
    R2: float
    QE: float
    QE_dof: float
    QE_pvalue: float
    QM: float
    QM_dof: Interval
    QM_pvalue: float
    weights: FloatArray
    fitted: FloatArray
    residuals: FloatArray
    X: FloatArray
    intercept: bool
    k: int
    p: int
    method: str
    test: str
    level: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predicted:
    """What a regression says of m settings of its moderators; everything on the scale of yi.

    Attributes
    ----------
    mean, se : ndarray, shape (m,)
        Mean effects and their standard errors.
    ci, prediction : ndarray, shape (m, 2)
        Confidence intervals of the means; prediction intervals of a new study's true effect.
    level : float
        Confidence level in (0, 1).
    """

    mean: FloatArray
    se: FloatArray
    ci: FloatArray
    prediction: FloatArray
    level: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subgroups:
    """Studies pooled by group, and the test of whether the groups differ.

    Attributes
    ----------
    names : tuple
        The groups, sorted.
    groups : tuple of Pooled
        One for each group; a group of one study is that study.
    overall : Pooled
        All studies together.
    tau2 : float
        The between-study variance that the groups share; `nan` where each has its own.
    common_tau2 : bool
        Whether they share it.
    Q_between, Q_between_pvalue : float
        Test between the groups: chi-squared for "z", F otherwise.
    Q_between_dof : (float, float)
        Its degrees of freedom; the second is `inf` for the chi-squared test.
    Q_between_common, Q_between_common_pvalue : float
        The chi-squared test between the groups under a common effect within each.
    k : int
        Number of studies.
    method, test : str
        The tau2 estimator and the test asked for.
    level : float
        Confidence level in (0, 1).
    notes : tuple of str
        What a reader must know about the test; each group has notes of its own.
    """

    names: tuple[object, ...]
    groups: tuple[Pooled, ...]
    overall: Pooled
    tau2: float
    common_tau2: bool
    Q_between: float
    Q_between_dof: Interval
    Q_between_pvalue: float
    Q_between_common: float
    Q_between_common_pvalue: float
    k: int
    method: str
    test: str
    level: float
    notes: tuple[str, ...] = ()
