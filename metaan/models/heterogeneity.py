"""How much studies differ: Q, I2, H2 and the Q-profile interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scipy.special import gammainccinv, gammaincinv

from metaan.models.intake import read_level, read_studies
from metaan.models.tau2 import generalised_q, solve_q, trace_p
from metaan.results.pairwise import HeterogeneityInterval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from metaan.models.intake import Studies
    from metaan.types import FloatArray, Interval

__all__ = ["I2_from_Q", "I2_from_tau2", "heterogeneity_interval", "typical_variance"]

ONE_STUDY = "one study says nothing about heterogeneity, so its interval is not defined"
EMPTY = (
    "the studies agree more closely than chance allows at this level: the interval is empty, shown as 0 to 0"
)


def heterogeneity_interval(yi: ArrayLike, vi: ArrayLike, *, level: float = 0.95) -> HeterogeneityInterval:
    """Compute Q-profile intervals of tau2, I2 and H2.

    The interval of tau2 holds the values at which the generalised Q lies between the quantiles of a
    chi-squared distribution on k - 1 degrees of freedom; those of I2 and H2 follow from it.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects and their sampling variances (squared units of yi).
    level : float, default 0.95
        Confidence level in (0, 1).

    Returns
    -------
    HeterogeneityInterval
        `nan` with a note where k is 1.

    Raises
    ------
    InputError
        For no studies, columns of different length, effects that are not finite, variances that are not
        positive and finite, or a level outside (0, 1).

    References
    ----------
    Viechtbauer W. Confidence intervals for the amount of heterogeneity in meta-analysis. Statistics in
    Medicine 2007; 26: 37-52.

    Examples
    --------
    >>> found = heterogeneity_interval([0.1, 0.9, 0.5], [0.04, 0.05, 0.06])
    >>> tuple(round(x, 4) for x in found.tau2), tuple(round(x, 4) for x in found.I2)
    ((0.0, 6.2747), (0.0, 0.9922))
    """
    level = read_level(level)
    studies = read_studies(yi, vi)
    if studies.k == 1:
        none = (float("nan"), float("nan"))
        return HeterogeneityInterval(tau2=none, I2=none, H2=none, level=level, notes=(ONE_STUDY,))
    low, high, notes = _profile(studies, level)
    v = typical_variance(studies.v)
    return HeterogeneityInterval(
        tau2=(low * studies.unit2, high * studies.unit2),
        I2=(I2_from_tau2(low, v), I2_from_tau2(high, v)),
        H2=(1 + low / v, 1 + high / v),
        level=level,
        notes=notes,
    )


def typical_variance(v: FloatArray) -> float:
    """Compute the typical sampling variance of k studies from increasing variances, in units of v.

    References
    ----------
    Higgins JPT, Thompson SG. Quantifying heterogeneity in a meta-analysis. Statistics in Medicine 2002; 21:
    1539-1558, equation 9.

    Examples
    --------
    >>> import numpy as np
    >>> typical_variance(np.array([0.5, 0.5, 0.5]))
    0.5
    """
    return (len(v) - 1) / float(trace_p(1 / v))


def I2_from_tau2(tau2: float, typical: float) -> float:
    """Compute the share of variation due to heterogeneity from tau2 and the typical variance, in [0, 1].

    Examples
    --------
    >>> I2_from_tau2(3.0, 1.0)
    0.75
    """
    return tau2 / (tau2 + typical)


def I2_from_Q(Q: float, dof: float) -> float:
    """Compute the share of variation due to heterogeneity from Cochran's Q, in [0, 1].

    Examples
    --------
    >>> I2_from_Q(8.0, 2.0), I2_from_Q(1.0, 2.0)
    (0.75, 0.0)
    """
    return max(0.0, 1 - dof / Q) if Q > 0 else 0.0


def _profile(studies: Studies, level: float) -> tuple[float, float, tuple[str, ...]]:
    """Invert Q at both quantiles, in the units that the studies were scaled to."""
    y, v, half, tail = studies.y, studies.v, (studies.k - 1) / 2, (1 - level) / 2
    upper, lower = 2 * float(gammainccinv(half, tail)), 2 * float(gammaincinv(half, tail))
    interval: Interval = (solve_q(y, v, upper), solve_q(y, v, lower))
    empty = generalised_q(y, v, 0.0) < lower
    return *interval, (EMPTY,) if empty else ()
