"""Hazard ratios from what trials publish of their survival analyses.

Parmar MKB, Torri V, Stewart L. Extracting summary statistics to perform meta-analyses of the published
literature for survival endpoints. Statistics in Medicine 1998; 17: 2815-2834.
Tierney JF, Stewart LA, Ghersi D, Burdett S, Sydes MR. Practical methods for incorporating summary
time-to-event data into meta-analysis. Trials 2007; 8: 16.
"""

from __future__ import annotations

from math import log, sqrt

import numpy as np

from metaan.effects.convert.contrasts import ratio_from_interval, ratio_from_p
from metaan.effects.convert.printed import (
    above_zero,
    finite_number,
    p_quantile,
    plain,
    read_sign,
    short,
)
from metaan.effects.convert.values import Converted, ConvertedEffect
from metaan.errors import InputError

__all__ = [
    "hazard_ratio_from_interval",
    "hazard_ratio_from_logrank_p",
    "hazard_ratio_from_oe",
    "hazard_ratio_from_p",
    "hazard_ratio_with_variance",
    "logrank_variance_from_arms",
    "logrank_variance_from_total",
]


def hazard_ratio_from_interval(hr: float, low: float, high: float, *, level: float = 0.95) -> ConvertedEffect:
    """Take a log hazard ratio with the variance that its confidence interval implies.

    Parameters
    ----------
    hr, low, high : float
        As printed: above 0, not logarithms.
    level : float, default 0.95
        Confidence level of the interval.

    Raises
    ------
    InputError
        As `ratio_from_interval`.

    References
    ----------
    Parmar et al. 1998; Tierney et al. 2007, both above.

    Examples
    --------
    >>> found = hazard_ratio_from_interval(0.85, 0.71, 1.02)
    >>> round(found.yi, 4), round(1 / found.vi, 1)
    (-0.1625, 117.1)
    """
    return ratio_from_interval(hr, low, high, level=level)


def hazard_ratio_from_p(hr: float, p: float) -> ConvertedEffect:
    """Take a log hazard ratio with the variance that its two-sided p-value implies.

    Parameters
    ----------
    hr : float
        As printed: above 0, not its logarithm, and not 1.
    p : float
        Two-sided, in (0, 1), of the test of this hazard ratio.

    Raises
    ------
    InputError
        As `ratio_from_p`.

    References
    ----------
    Parmar et al. 1998, section 3.3.

    Examples
    --------
    >>> round(1 / hazard_ratio_from_p(0.85, 0.075).vi, 1)
    120.0
    """
    return ratio_from_p(hr, p)


def hazard_ratio_from_oe(o_minus_e: float, v: float) -> ConvertedEffect:
    """Compute a log hazard ratio from the logrank statistics, (O - E)/V with variance 1/V.

    Parameters
    ----------
    o_minus_e : float
        Observed minus expected events in the first group.
    v : float
        Variance of the logrank statistic, above 0.

    Raises
    ------
    InputError
        For a variance that is not above 0.

    References
    ----------
    Parmar et al. 1998; Tierney et al. 2007, both above.

    Examples
    --------
    >>> found = hazard_ratio_from_oe(-10.0, 25.0)
    >>> found.yi, found.vi, found.how
    (-0.4, 0.04, 'log HR -0.4 from O - E -10 and V 25')
    """
    variance, oe = above_zero("v", v), finite_number("o_minus_e", o_minus_e)
    y = oe / variance
    how = f"log HR {short(y)} from O - E {plain(oe)} and V {plain(variance)}"
    return ConvertedEffect(yi=y, vi=1 / variance, how=how)


def logrank_variance_from_arms(events1: float, events2: float) -> Converted:
    """Approximate the variance of the logrank statistic from the events in each group, e1 e2 / (e1 + e2).

    Parameters
    ----------
    events1, events2 : float
        Events, above 0 each.

    Raises
    ------
    InputError
        For a group without events.

    References
    ----------
    Parmar et al. 1998; Tierney et al. 2007, both above.

    Examples
    --------
    >>> logrank_variance_from_arms(30, 50)
    Converted(value=18.75, how='V 18.8 from 30 and 50 events', status='derived')
    """
    e1, e2 = above_zero("events1", events1), above_zero("events2", events2)
    v = e1 / (e1 + e2) * e2
    return Converted(value=v, how=f"V {short(v)} from {plain(e1)} and {plain(e2)} events")


def logrank_variance_from_total(events: float, *, n1: float = 1, n2: float = 1) -> Converted:
    """Approximate the variance of the logrank statistic from all events and the randomisation ratio.

    Parameters
    ----------
    events : float
        Events in both groups together, above 0.
    n1, n2 : float, default 1
        Participants of the groups, or the ratio in which they were randomised; V = events n1 n2 / (n1 + n2)²,
        a quarter of the events where it is 1 to 1.

    Raises
    ------
    InputError
        For no events, or sizes that are not above 0.

    References
    ----------
    Parmar et al. 1998; Tierney et al. 2007, both above.

    Examples
    --------
    >>> logrank_variance_from_total(90, n1=2, n2=1).how
    'V 20 from 90 events, randomised 2 to 1'
    """
    e, size1, size2 = above_zero("events", events), above_zero("n1", n1), above_zero("n2", n2)
    v = e * (size1 / (size1 + size2)) * (size2 / (size1 + size2))
    how = f"V {short(v)} from {plain(e)} events, randomised {plain(size1)} to {plain(size2)}"
    return Converted(value=v, how=how)


def hazard_ratio_with_variance(hr: float, v: float | Converted) -> ConvertedEffect:
    """Take a printed hazard ratio with the variance that its events imply.

    Parameters
    ----------
    hr : float
        As printed: above 0, not its logarithm.
    v : float or Converted
        Variance of the logrank statistic, as from `logrank_variance_from_arms` or
        `logrank_variance_from_total`.

    Raises
    ------
    InputError
        For a hazard ratio or variance that is not above 0.

    References
    ----------
    Parmar et al. 1998, section 3.2; Tierney et al. 2007, methods 5 and 6.

    Examples
    --------
    >>> hazard_ratio_with_variance(0.5, logrank_variance_from_arms(30, 50)).how
    'log HR -0.693 with variance 1/V, V 18.8 from 30 and 50 events'
    """
    y, (variance, words) = log(above_zero("hr", hr)), _variance(v)
    how = f"log HR {short(y)} with variance 1/V, {words}"
    return ConvertedEffect(yi=y, vi=1 / variance, how=how)


def hazard_ratio_from_logrank_p(p: float, v: float | Converted, *, sign: int) -> ConvertedEffect:
    """Compute a log hazard ratio from a two-sided logrank p-value and the events.

    The p-value gives |z|, so O - E = sign z sqrt(V) and the log hazard ratio is sign z / sqrt(V). A two-sided
    p-value of 0.075 is z 1.78, that is, half of it lies in each tail.

    Parameters
    ----------
    p : float
        Two-sided, in (0, 1]; exact, not a bound such as "< 0.05".
    v : float or Converted
        Variance of the logrank statistic, as from `logrank_variance_from_arms` or
        `logrank_variance_from_total`.
    sign : {1, -1}
        -1 where the first group has the lower hazard.

    Raises
    ------
    InputError
        For a p-value outside (0, 1], a variance that is not above 0, or another sign.

    References
    ----------
    Parmar et al. 1998; Tierney et al. 2007, both above.

    Examples
    --------
    >>> hazard_ratio_from_logrank_p(0.075, logrank_variance_from_total(485), sign=-1).how
    'log HR -0.162 from the two-sided logrank p 0.075 (z 1.78) and V 121 from 485 events, randomised 1 to 1'
    """
    z = p_quantile(p)
    direction = read_sign(sign, "where the first group has the lower hazard")
    variance, words = _variance(v)
    y = direction * z / sqrt(variance)
    how = f"log HR {short(y)} from the two-sided logrank p {plain(p)} (z {short(z)}) and {words}"
    return ConvertedEffect(yi=y, vi=1 / variance, how=how)


def _variance(v: float | Converted) -> tuple[float, str]:
    if isinstance(v, Converted):
        return above_zero("v", v.value), v.how
    if not isinstance(v, (int, float, np.integer, np.floating)):
        raise InputError(
            f"v = {v!r} is not a variance; give a number, or what logrank_variance_from_... gave."
        )
    return above_zero("v", v), f"V {plain(v)}"
