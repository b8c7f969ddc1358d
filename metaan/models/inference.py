"""From a weighted mean to its standard error, test and interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan, sqrt
from typing import TYPE_CHECKING

from scipy.special import ndtr, ndtri, stdtr, stdtrit

if TYPE_CHECKING:
    from metaan.types import Interval

__all__ = ["TESTS", "Inference", "critical_value", "infer_mean", "scale_factor", "two_sided_pvalue"]

ROUNDING = 1e-6
"""How far below 1 an estimator that solves for a Hartung-Knapp scale of 1 may leave it."""

TESTS = ("z", "t", "hksj", "adhoc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """Standard error, test against 0 and interval of a mean, with the quantile that the interval used."""

    se: float
    statistic: float
    dof: float
    pvalue: float
    ci: Interval
    quantile: float
    notes: tuple[str, ...]


def infer_mean(
    mean: float, *, information: float, scale: float, k: int, test: str, level: float, unit: float = 1.0
) -> Inference:
    """Test a weighted mean against 0 and put an interval around it.

    Parameters
    ----------
    mean : float
        The weighted mean of k effects.
    information : float
        Sum of the weights, in 1/`unit`².
    scale : float
        Weighted sum of squares about the mean over k - 1, the Hartung-Knapp scale.
    k : int
        Number of studies, 2 or more unless `test` is "z".
    test : {"z", "t", "hksj", "adhoc"}
        Normal; t on k - 1; Hartung-Knapp; Hartung-Knapp with the scale held at 1 or more.
    level : float
        Confidence level in (0, 1).
    unit : float, default 1.0
        Unit of the weights on the scale of the mean, where its square could leave the range of a double.

    Returns
    -------
    Inference

    References
    ----------
    Hartung J, Knapp G. On tests of the overall treatment effect in meta-analysis with normally distributed
    responses. Statistics in Medicine 2001; 20: 1771-1782.
    Sidik K, Jonkman JN. A simple confidence interval for meta-analysis. Statistics in Medicine 2002; 21:
    3153-3159.
    Röver C, Knapp G, Friede T. Hartung-Knapp-Sidik-Jonkman approach and its modification for random-effects
    meta-analysis with few studies. BMC Medical Research Methodology 2015; 15: 99.

    Examples
    --------
    >>> infer_mean(1.0, information=4.0, scale=0.5, k=5, test="adhoc", level=0.95).se
    0.5
    """
    dof = inf if test == "z" else float(k - 1)
    factor, notes = scale_factor(scale, test)
    se = unit * sqrt(factor / information)
    statistic = mean / se if se > 0 else nan
    quantile = critical_value(dof, level)
    return Inference(
        se=se,
        statistic=statistic,
        dof=dof,
        pvalue=two_sided_pvalue(statistic, dof),
        ci=(mean - quantile * se, mean + quantile * se),
        quantile=quantile,
        notes=notes,
    )


def critical_value(dof: float, level: float) -> float:
    """Give the quantile of a two-sided interval, normal where `dof` is infinite.

    Examples
    --------
    >>> round(critical_value(float("inf"), 0.95), 6), round(critical_value(1, 0.95), 4)
    (1.959964, 12.7062)
    """
    tail = (1 - level) / 2
    return -float(ndtri(tail) if dof == inf else stdtrit(dof, tail))


def two_sided_pvalue(statistic: float, dof: float) -> float:
    """Give the two-sided p-value of a statistic, normal where `dof` is infinite.

    Examples
    --------
    >>> round(two_sided_pvalue(1.959964, float("inf")), 6)
    0.05
    """
    low = -abs(statistic)
    return 2 * float(ndtr(low) if dof == inf else stdtr(dof, low))


def scale_factor(scale: float, test: str) -> tuple[float, tuple[str, ...]]:
    """Give what multiplies the variance of a coefficient, and what a reader must know about it.

    Examples
    --------
    >>> scale_factor(1.7, "hksj"), scale_factor(1.7, "z")
    ((1.7, ()), (1.0, ()))
    """
    if test not in {"hksj", "adhoc"}:
        return 1.0, ()
    below = scale < 1 - ROUNDING
    if test == "adhoc":
        held = f"the Hartung-Knapp scale is {scale:.3g}; it was held at 1"
        return max(scale, 1.0), (held,) if below else ()
    if scale == 0:
        return 0.0, (
            "all effects are equal, so the Hartung-Knapp interval has no width and there is no test",
        )
    narrow = f"the Hartung-Knapp scale is {scale:.3g}, below 1: the interval is narrower than its t interval"
    return scale, (narrow,) if below else ()
