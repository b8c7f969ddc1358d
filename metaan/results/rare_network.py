"""Values of network meta-analyses of rare events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.results.network import ArmNote
    from metaan.types import FloatArray, Interval


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RareComponent:
    """Treatments that a method can compare with one another.

    Attributes
    ----------
    treatments, studies : tuple of str
        Sorted treatment labels; labels of the studies that carry something, in input order.
    Q, Q_dof, Q_pvalue : float
        Disagreement between designs (see `RareNetwork`).
    notes : tuple of str
        What must be known.
    """

    treatments: tuple[str, ...]
    studies: tuple[str, ...]
    Q: float
    Q_dof: float
    Q_pvalue: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RareNetwork:
    """A common-effect network meta-analysis of events without continuity correction.

    Attributes
    ----------
    treatments : tuple of str, length n
        Sorted labels of all treatments given, the order of rows and columns.
    estimate, se : ndarray, shape (n, n)
        Log odds ratios, row minus column, and standard errors; `nan` where the method cannot compare.
    ci_low, ci_high : ndarray, shape (n, n)
        Normal confidence interval.
    Q, Q_dof, Q_pvalue : float
        Inconsistency between designs (sets of treatments that studies compare), of the component that holds
        `reference`, otherwise of the largest: the generalised Q of the designs' Mantel-Haenszel estimates, or
        the likelihood-ratio statistic against effects of each design's own. `nan` where no design is checked
        by others, and for the penalised likelihood, which has no such statistic.
    components : tuple of RareComponent
        Groups of two or more treatments that can be compared, largest first.
    not_estimable : tuple of (str, str)
        Treatments that cannot be compared with any other, each with the reason.
    studies : tuple of str
        Studies that carry something, in input order.
    left_out : tuple of (str, str)
        Studies that carry nothing, each with its reason.
    ledger : tuple of ArmNote
        Arms and studies left out as data.
    measure, method : str
        "OR"; "MH", "NCH" or "penalised".
    level : float
        Confidence level in (0, 1).
    notes : tuple of str
        What must be known; those of the component that is shown come last.
    """

    treatments: tuple[str, ...]
    reference: str | None
    estimate: FloatArray
    se: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    Q: float
    Q_dof: float
    Q_pvalue: float
    components: tuple[RareComponent, ...]
    not_estimable: tuple[tuple[str, str], ...]
    studies: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    ledger: tuple[ArmNote, ...]
    measure: str
    method: str
    level: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RareRow:
    """One treatment against the reference, by one method.

    Attributes
    ----------
    treatment, reference : str
        Effects are treatment minus reference.
    method : {"IV", "MH", "NCH", "penalised"}
        Inverse variance with 0.5 added where a cell is empty, Mantel-Haenszel, conditional likelihood,
        penalised likelihood; common effects all of them.
    estimate, se : float
        Log odds ratio and its standard error; `nan` where the method cannot compare.
    ci : tuple of float
        Normal confidence interval.
    studies, left_out : int
        Number of studies that the method uses and leaves out, in the whole network.
    reason : str
        Why there is no estimate; empty where there is one.
    """

    treatment: str
    reference: str
    method: str
    estimate: float
    se: float
    ci: Interval
    studies: int
    left_out: int
    reason: str = ""
