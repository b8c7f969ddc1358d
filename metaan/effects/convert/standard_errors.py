"""Standard errors from intervals, p-values and test statistics."""

from __future__ import annotations

from math import inf, sqrt

from metaan.effects.convert.printed import (
    above_zero,
    level_words,
    limits,
    not_zero,
    p_quantile,
    plain,
    quantile,
    reference,
    short,
)
from metaan.effects.convert.values import Converted
from metaan.errors import InputError

__all__ = ["se_from_f", "se_from_interval", "se_from_p", "se_from_t", "se_from_z"]


def se_from_interval(low: float, high: float, *, level: float = 0.95, dof: float = inf) -> Converted:
    """Compute a standard error from a symmetric confidence interval.

    Parameters
    ----------
    low, high : float
        Limits of the interval, on the scale on which it is symmetric.
    level : float, default 0.95
        Confidence level of the interval.
    dof : float, default inf
        Degrees of freedom of the t quantile; `inf` for the normal one.

    Raises
    ------
    InputError
        For limits in the wrong order, a level outside (0, 1), or degrees of freedom that are not positive.

    Examples
    --------
    >>> se_from_interval(-0.98, 0.98).how
    'SE 0.5 from the 95% CI -0.98 to 0.98 (normal)'
    """
    lower, upper = limits(low, high)
    se = (upper - lower) / (2 * quantile(level, dof))
    how = (
        f"SE {short(se)} from the {level_words(level)} CI {plain(lower)} to {plain(upper)} ({reference(dof)})"
    )
    return Converted(value=se, how=how)


def se_from_p(estimate: float, p: float, *, dof: float = inf) -> Converted:
    """Compute a standard error from an estimate and its two-sided p-value.

    Parameters
    ----------
    estimate : float
        On the scale of its test, so the logarithm of a ratio; not 0.
    p : float
        Two-sided, in (0, 1); exact, not a bound such as "< 0.05".
    dof : float, default inf
        Degrees of freedom of the t-test; `inf` for a normal test.

    Raises
    ------
    InputError
        For an estimate of 0, a p-value outside (0, 1), or degrees of freedom that are not positive.

    References
    ----------
    Altman DG, Bland JM. How to obtain the confidence interval from a P value. BMJ 2011; 343: d2090.

    Examples
    --------
    >>> se_from_p(1.96, 0.05).how
    'SE 1 from the estimate 1.96 and its two-sided p 0.05 (normal)'
    """
    size = p_quantile(p, dof)
    if size == 0:
        raise InputError(f"p = {p!r} says nothing of the spread; find the standard error elsewhere.")
    se = abs(not_zero("estimate", estimate)) / size
    how = f"SE {short(se)} from the estimate {plain(estimate)} and its two-sided p {plain(p)}"
    return Converted(value=se, how=f"{how} ({reference(dof)})")


def se_from_t(estimate: float, t: float) -> Converted:
    """Compute a standard error from an estimate and its t statistic, |estimate / t|.

    Parameters
    ----------
    estimate : float
        On the scale of its test; not 0.
    t : float
        Not 0; its sign does not matter.

    Raises
    ------
    InputError
        For an estimate or statistic of 0.

    Examples
    --------
    >>> se_from_t(3.0, -2.0).how
    'SE 1.5 from the estimate 3 and its t -2'
    """
    return _from_statistic(estimate, not_zero("t", t), f"t {plain(t)}")


def se_from_z(estimate: float, z: float) -> Converted:
    """Compute a standard error from an estimate and its z statistic, |estimate / z|.

    Parameters
    ----------
    estimate : float
        On the scale of its test, so the logarithm of a ratio; not 0.
    z : float
        Not 0; its sign does not matter.

    Raises
    ------
    InputError
        For an estimate or statistic of 0.

    Examples
    --------
    >>> se_from_z(-0.5, 2.5).value
    0.2
    """
    return _from_statistic(estimate, not_zero("z", z), f"z {plain(z)}")


def se_from_f(estimate: float, f: float) -> Converted:
    """Compute a standard error from an estimate and its F on one degree of freedom, |estimate| / sqrt(F).

    Parameters
    ----------
    estimate : float
        The difference that F tests, on the scale of its test; not 0.
    f : float
        F with one numerator degree of freedom, which is t squared; above 0.

    Raises
    ------
    InputError
        For an estimate of 0, or a statistic that is not above 0.

    Examples
    --------
    >>> se_from_f(3.0, 4.0).how
    'SE 1.5 from the estimate 3 and its F 4 on 1 df'
    """
    return _from_statistic(estimate, sqrt(above_zero("f", f)), f"F {plain(f)} on 1 df")


def _from_statistic(estimate: float, statistic: float, words: str) -> Converted:
    se = abs(not_zero("estimate", estimate) / statistic)
    return Converted(value=se, how=f"SE {short(se)} from the estimate {plain(estimate)} and its {words}")
