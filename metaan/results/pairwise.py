"""Values of effect sizes and pairwise pooling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from metaan.types import FloatArray, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class CellNote:
    """One entry of the ledger: what was done to the cells of one study, and why.

    Attributes
    ----------
    index : int
        Position of the study, from 0.
    action : {"added", "left_out", "kept"}
        Something was added to its cells; it has no effect; it has one that needs a caution.
    cells : tuple of str
        To which cells; empty unless something was added.
    amount : float
        What was added to each of them; 0 unless something was added.
    reason : str
        Why, as a clause.
    """

    index: int
    action: Literal["added", "left_out", "kept"]
    cells: tuple[str, ...] = ()
    amount: float = 0.0
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Effects:
    """Effect sizes of k studies; ratio measures on the log scale.

    Attributes
    ----------
    yi, vi : ndarray, shape (k,)
        Effects and their sampling variances; `nan` where not estimable.
    measure : str
        The measure's name.
    notes : tuple of str
        One line for each study where something was added, left out or could not be computed.
    ledger : tuple of CellNote
        The same as data, by study.
    """

    yi: FloatArray
    vi: FloatArray
    measure: str
    notes: tuple[str, ...] = ()
    ledger: tuple[CellNote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pooled:
    """One pooled estimate with its heterogeneity; everything on the scale of yi.

    Attributes
    ----------
    estimate, se, statistic, pvalue : float
        The mean, its standard error, and its test against 0.
    dof : float
        Degrees of freedom of the test; `inf` where the reference is normal.
    ci, prediction : tuple of float
        Confidence interval of the mean; prediction interval of a new study's true effect.
    tau2, se_tau2 : float
        Between-study variance (squared units of yi) and its standard error.
    I2, I2_Q : float
        Share of variation due to heterogeneity in [0, 1]: from tau2, and from Q.
    H2 : float
        Ratio of total to sampling variance.
    Q, Q_dof, Q_pvalue : float
        Cochran's Q, its degrees of freedom, its p-value.
    weights : ndarray, shape (k,)
        Shares of the studies in the estimate, sum 1.
    k : int
        Number of studies.
    method, test : str
        The tau2 estimator ("EE" for a common effect) and the test of the mean.
    level : float
        Confidence level in (0, 1).
    notes : tuple of str
        What a reader must know about these numbers.
    """

    estimate: float
    se: float
    statistic: float
    dof: float
    pvalue: float
    ci: Interval
    prediction: Interval
    tau2: float
    se_tau2: float
    I2: float
    I2_Q: float
    H2: float
    Q: float
    Q_dof: float
    Q_pvalue: float
    weights: FloatArray
    k: int
    method: str
    test: str
    level: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeterogeneityInterval:
    """Q-profile intervals of tau2, I2 and H2."""

    tau2: Interval
    I2: Interval
    H2: Interval
    level: float
    notes: tuple[str, ...] = ()
