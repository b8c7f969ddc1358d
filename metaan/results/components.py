"""Values of additive component network meta-analysis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from metaan.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ComponentNetwork:
    """A network whose treatments are sums of components; everything on the scale of yi.

    Attributes
    ----------
    components : tuple of str, length c
        Sorted, without the inactive one.
    inactive : str or None
        The component whose effect is 0 by assumption.
    component_estimate, component_se, component_statistic, component_pvalue : ndarray, shape (c,)
        What adding the component does, and its normal test against 0; `nan` where it is not identifiable.
    component_ci : ndarray, shape (c, 2)
        Confidence intervals.
    unidentified : tuple of str
        Components whose own effect the studies do not determine.
    treatments : tuple of str, length n
        Sorted labels, the order of rows and columns.
    composition : ndarray, shape (n, c)
        1 where the treatment holds the component, else 0.
    reference : str or None
        The treatment that combinations are set against; None for nothing at all (no component).
    combination_estimate, combination_se, combination_statistic, combination_pvalue : ndarray, shape (n,)
        Effect of each treatment against `reference`, under additivity; `nan` where it cannot be told. The
        test is `nan` where the effect is 0 by assumption.
    combination_ci : ndarray, shape (n, 2)
        Confidence intervals.
    estimate, se : ndarray, shape (n, n)
        Every treatment against every other, row minus column, under additivity.
    tau2 : float
        Between-study variance of the additive model (squared units of yi); `nan` where it cannot be
        estimated.
    I2 : float
        Share in [0, 1], from `Q`.
    Q, Q_dof, Q_pvalue : float
        Heterogeneity, inconsistency and departure from additivity together (common effects).
    tau2_standard, Q_standard, Q_standard_dof, Q_standard_pvalue : float
        Of the model with an effect for each treatment; where the network falls apart, an effect for each
        treatment within its part.
    Q_difference, Q_difference_dof, Q_difference_pvalue : float
        Test of additivity: `Q` less `Q_standard`; the p-value is `nan` where nothing tests it.
    parts : tuple of tuple of str
        Treatments that studies connect, the largest part first; one part in a connected network.
    bridged : tuple of (str, str)
        Pairs of different parts whose comparison rests on additivity alone.
    unreachable : tuple of (str, str)
        Pairs that not even additivity can compare.
    studies : tuple of str
        In input order.
    method : str
        The tau2 estimator.
    level : float
        Of the confidence intervals, in (0, 1).
    notes : tuple of str
        What a reader must know about these numbers.
    """

    components: tuple[str, ...]
    inactive: str | None
    component_estimate: FloatArray
    component_se: FloatArray
    component_statistic: FloatArray
    component_pvalue: FloatArray
    component_ci: FloatArray
    unidentified: tuple[str, ...]
    treatments: tuple[str, ...]
    composition: FloatArray
    reference: str | None
    combination_estimate: FloatArray
    combination_se: FloatArray
    combination_statistic: FloatArray
    combination_pvalue: FloatArray
    combination_ci: FloatArray
    estimate: FloatArray
    se: FloatArray
    tau2: float
    I2: float
    Q: float
    Q_dof: float
    Q_pvalue: float
    tau2_standard: float
    Q_standard: float
    Q_standard_dof: float
    Q_standard_pvalue: float
    Q_difference: float
    Q_difference_dof: float
    Q_difference_pvalue: float
    parts: tuple[tuple[str, ...], ...]
    bridged: tuple[tuple[str, str], ...]
    unreachable: tuple[tuple[str, str], ...]
    studies: tuple[str, ...]
    method: str
    level: float
    notes: tuple[str, ...] = ()
