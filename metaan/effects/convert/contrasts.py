"""Effects of studies that print no arms."""

from __future__ import annotations

from math import inf, log, sqrt

from metaan.effects.continuous import hedges_j, smd_variance
from metaan.effects.convert.printed import (
    above_zero,
    inside,
    level_words,
    limits,
    lopsided,
    p_quantile,
    plain,
    read_sign,
    short,
    whole_number,
)
from metaan.effects.convert.standard_errors import se_from_interval, se_from_p
from metaan.effects.convert.values import ConvertedEffect
from metaan.errors import InputError

__all__ = ["md_from_interval", "ratio_from_interval", "ratio_from_p", "smd_from_p"]


def smd_from_p(p: float, n1: int, n2: int, *, sign: int = 1) -> ConvertedEffect:
    """Compute a standardised mean difference from the p-value of a two-sample t-test.

    The p-value gives |t| on n1 + n2 - 2, this d = t sqrt(1/n1 + 1/n2), this Hedges' g = J d: the same as from
    means and standard deviations.

    Parameters
    ----------
    p : float
        Two-sided, in (0, 1]; exact, not a bound such as "< 0.05".
    n1, n2 : int
        Sizes of the groups, 2 or more each.
    sign : {1, -1}, default 1
        1 where the first group's mean is the higher.

    Returns
    -------
    ConvertedEffect
        With the large-sample variance.

    Raises
    ------
    InputError
        For a p-value outside (0, 1], sizes below 2, or another sign.

    References
    ----------
    Borenstein M. Effect sizes for continuous data. In: Cooper H, Hedges LV, Valentine JC (editors). The
    handbook of research synthesis and meta-analysis, 2nd edition. Russell Sage Foundation 2009, 221-235.

    Examples
    --------
    >>> found = smd_from_p(0.05, 30, 32)
    >>> round(found.yi, 4), round(found.vi, 4)
    (0.502, 0.0666)
    >>> found.how
    'SMD 0.502 from the two-sided p 0.05 (t 2, 60 df; n 30 and 32)'
    """
    size1, size2 = whole_number("n1", n1, least=2), whole_number("n2", n2, least=2)
    dof = size1 + size2 - 2
    t = p_quantile(p, dof)
    g = (
        read_sign(sign, "where the first group's mean is the lower")
        * float(hedges_j(dof))
        * t
        * sqrt(1 / size1 + 1 / size2)
    )
    vi = float(smd_variance(g, size1, size2))
    how = f"SMD {short(g)} from the two-sided p {plain(p)} (t {short(t)}, {dof} df; n {size1} and {size2})"
    return ConvertedEffect(yi=g, vi=vi, how=how)


def md_from_interval(
    estimate: float, low: float, high: float, *, level: float = 0.95, dof: float = inf
) -> ConvertedEffect:
    """Take a mean difference with the variance that its confidence interval implies.

    Parameters
    ----------
    estimate, low, high : float
        The difference and the limits of its interval, in units of the scale.
    level : float, default 0.95
        Confidence level of the interval.
    dof : float, default inf
        Degrees of freedom of the t quantile; `inf` for the normal one.

    Returns
    -------
    ConvertedEffect
        `how` says by how much an interval is lopsided, from 5 % of its width on.

    Raises
    ------
    InputError
        For limits in the wrong order, an estimate outside them, or a level outside (0, 1).

    Examples
    --------
    >>> found = md_from_interval(1.0, 0.02, 1.98)
    >>> round(found.vi, 4), found.how
    (0.25, 'SE 0.5 from the 95% CI 0.02 to 1.98 (normal)')
    """
    lower, upper = limits(low, high)
    middle = inside(estimate, lower, upper)
    se = se_from_interval(lower, upper, level=level, dof=dof)
    return ConvertedEffect(yi=middle, vi=se.value * se.value, how=se.how + lopsided(middle, lower, upper))


def ratio_from_interval(estimate: float, low: float, high: float, *, level: float = 0.95) -> ConvertedEffect:
    """Take the logarithm of a ratio with the variance that its confidence interval implies.

    Parameters
    ----------
    estimate, low, high : float
        The ratio and the limits of its interval, as printed: above 0, not logarithms.
    level : float, default 0.95
        Confidence level of the interval.

    Returns
    -------
    ConvertedEffect
        On the log scale; `how` says by how much an interval is lopsided there, from 5 % of its width on.

    Raises
    ------
    InputError
        For numbers that are not positive, limits in the wrong order, an estimate outside them, or a level
        outside (0, 1).

    Examples
    --------
    >>> found = ratio_from_interval(1.0, 0.5, 2.0)
    >>> found.yi, round(found.vi, 4), found.how
    (0.0, 0.1251, 'log SE 0.354 from the 95% CI 0.5 to 2 (normal)')
    """
    lower, upper = limits(low, high)
    middle = inside(estimate, lower, upper)
    if lower <= 0:
        raise InputError(
            f"low = {low!r} is not above 0; give the ratio's interval as printed, not its logarithm."
        )
    y, bottom, top = log(middle), log(lower), log(upper)
    se = se_from_interval(bottom, top, level=level).value
    how = f"log SE {short(se)} from the {level_words(level)} CI {plain(lower)} to {plain(upper)} (normal)"
    return ConvertedEffect(yi=y, vi=se * se, how=how + lopsided(y, bottom, top))


def ratio_from_p(estimate: float, p: float) -> ConvertedEffect:
    """Take the logarithm of a ratio with the variance that its two-sided p-value implies.

    Parameters
    ----------
    estimate : float
        The ratio as printed: above 0, not its logarithm, and not 1.
    p : float
        Two-sided, in (0, 1); exact, not a bound such as "< 0.05".

    Returns
    -------
    ConvertedEffect
        On the log scale. A ratio printed with few digits near 1 gives a rough variance.

    Raises
    ------
    InputError
        For a ratio that is not above 0, a ratio of 1, or a p-value outside (0, 1).

    References
    ----------
    Altman DG, Bland JM. How to obtain the confidence interval from a P value. BMJ 2011; 343: d2090.

    Examples
    --------
    >>> ratio_from_p(0.81, 0.036).how
    'log SE 0.1 from the ratio 0.81 and its two-sided p 0.036 (normal)'
    """
    y = log(above_zero("estimate", estimate))
    if y == 0:
        raise InputError("estimate = 1 says nothing of the spread; find the standard error elsewhere.")
    se = se_from_p(y, p).value
    how = f"log SE {short(se)} from the ratio {plain(estimate)} and its two-sided p {plain(p)} (normal)"
    return ConvertedEffect(yi=y, vi=se * se, how=how)
