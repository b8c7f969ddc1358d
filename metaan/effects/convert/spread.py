"""Standard deviations from what was printed instead."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np

from metaan.effects.convert.printed import (
    at_least_zero,
    level_words,
    not_zero,
    p_quantile,
    plain,
    reference,
    short,
    whole_number,
)
from metaan.effects.convert.standard_errors import se_from_interval
from metaan.effects.convert.values import Converted
from metaan.errors import InputError

__all__ = [
    "sd_from_difference_interval",
    "sd_from_difference_p",
    "sd_from_difference_t",
    "sd_from_interval",
    "sd_from_se",
]


def sd_from_se(se: float, n: int) -> Converted:
    """Compute a standard deviation from the standard error of a mean.

    Parameters
    ----------
    se : float
        Standard error, 0 or more, in units of the scale.
    n : int
        Participants, 2 or more.

    Raises
    ------
    InputError
        For a negative standard error, or n below 2.

    Examples
    --------
    >>> sd_from_se(0.5, 36)
    Converted(value=3.0, how='SD 3 from the SE 0.5 (n 36)', status='derived')
    """
    size = whole_number("n", n, least=2)
    sd = at_least_zero("se", se) * sqrt(size)
    return Converted(value=sd, how=f"SD {short(sd)} from the SE {plain(se)} (n {size})")


def sd_from_interval(low: float, high: float, n: int, *, level: float = 0.95) -> Converted:
    """Compute a standard deviation from the confidence interval of a mean (t on n - 1).

    Parameters
    ----------
    low, high : float
        Limits of the interval, in units of the scale.
    n : int
        Participants, 2 or more.
    level : float, default 0.95
        Confidence level of the interval.

    Raises
    ------
    InputError
        For limits in the wrong order, n below 2, or a level outside (0, 1).

    References
    ----------
    Higgins JPT, Li T, Deeks JJ. Choosing effect measures and computing estimates of effect. In: Cochrane
    Handbook for Systematic Reviews of Interventions, version 6, section 6.5.2.2.

    Examples
    --------
    >>> sd_from_interval(8.9, 12.9, 76).how
    'SD 8.75 from the 95% CI 8.9 to 12.9 (t, 75 df)'
    """
    size = whole_number("n", n, least=2)
    se = se_from_interval(low, high, level=level, dof=size - 1).value
    sd = se * sqrt(size)
    how = f"SD {short(sd)} from the {level_words(level)} CI {plain(low)} to {plain(high)} (t, {size - 1} df)"
    return Converted(value=sd, how=how)


def sd_from_difference_t(difference: float, t: float, n1: int, n2: int) -> Converted:
    """Compute the standard deviation that two groups share from the t statistic of their difference.

    Parameters
    ----------
    difference : float
        Difference of the two means, in units of the scale, not 0.
    t : float
        Statistic of the two-sample t-test with a pooled variance, not 0; its sign does not matter.
    n1, n2 : int
        Participants, 1 or more each and 3 or more together.

    Raises
    ------
    InputError
        For a difference or statistic of 0, or sizes that are too small.

    References
    ----------
    Higgins JPT, Li T, Deeks JJ. Choosing effect measures and computing estimates of effect. In: Cochrane
    Handbook for Systematic Reviews of Interventions, version 6, section 6.5.2.3.

    Examples
    --------
    >>> found = sd_from_difference_t(3.8, 2.78, 25, 22)
    >>> round(found.value, 2), found.how
    (4.68, 'SD 4.68 of both groups from the difference 3.8 with t 2.78 (n 25 and 22)')
    """
    size1, size2 = _sizes(n1, n2)
    se = abs(not_zero("difference", difference) / not_zero("t", t))
    sd = se / sqrt(1 / size1 + 1 / size2)
    how = f"SD {short(sd)} of both groups from the difference {plain(difference)} with t {plain(t)}"
    return Converted(value=sd, how=f"{how} (n {size1} and {size2})")


def sd_from_difference_p(difference: float, p: float, n1: int, n2: int) -> Converted:
    """Compute the standard deviation that two groups share from the p-value of their difference.

    Parameters
    ----------
    difference : float
        Difference of the two means, in units of the scale, not 0.
    p : float
        Two-sided p-value of the two-sample t-test, in (0, 1); exact, not a bound such as "< 0.05".
    n1, n2 : int
        Participants, 1 or more each and 3 or more together.

    Raises
    ------
    InputError
        For a difference of 0, a p-value outside (0, 1), or sizes that are too small.

    References
    ----------
    Higgins JPT, Li T, Deeks JJ. Choosing effect measures and computing estimates of effect. In: Cochrane
    Handbook for Systematic Reviews of Interventions, version 6, section 6.5.2.3.

    Examples
    --------
    >>> sd_from_difference_p(3.8, 0.008, 25, 22).how
    'SD 4.68 of both groups from the difference 3.8 with two-sided p 0.008 (t 2.78, 45 df; n 25 and 22)'
    """
    size1, size2 = _sizes(n1, n2)
    dof = size1 + size2 - 2
    t = p_quantile(p, dof)
    if t == 0:
        raise InputError(f"p = {p!r} says nothing of the spread; find the standard deviation elsewhere.")
    sd = abs(not_zero("difference", difference)) / t / sqrt(1 / size1 + 1 / size2)
    how = f"SD {short(sd)} of both groups from the difference {plain(difference)} with two-sided p {plain(p)}"
    return Converted(value=sd, how=f"{how} (t {short(t)}, {dof} df; n {size1} and {size2})")


def sd_from_difference_interval(
    low: float, high: float, n1: int, n2: int, *, level: float = 0.95, normal: bool = False
) -> Converted:
    """Compute the standard deviation that two groups share from the interval of their difference.

    Parameters
    ----------
    low, high : float
        Limits of the interval of the difference of two means, in units of the scale.
    n1, n2 : int
        Participants, 1 or more each and 3 or more together.
    level : float, default 0.95
        Confidence level of the interval.
    normal : bool, default False
        Whether the interval rests on the normal distribution; else on t with n1 + n2 - 2.

    Raises
    ------
    InputError
        For limits in the wrong order, sizes that are too small, or a level outside (0, 1).

    Examples
    --------
    >>> sd_from_difference_interval(1.0, 5.0, 30, 32).how
    'SD 3.93 of both groups from the 95% CI 1 to 5 of their difference (t, 60 df; n 30 and 32)'
    """
    size1, size2 = _sizes(n1, n2)
    if not isinstance(normal, (bool, np.bool_)):
        raise InputError(f"normal = {normal!r} is neither True nor False.")
    dof = inf if normal else size1 + size2 - 2
    sd = se_from_interval(low, high, level=level, dof=dof).value / sqrt(1 / size1 + 1 / size2)
    how = f"SD {short(sd)} of both groups from the {level_words(level)} CI {plain(low)} to {plain(high)}"
    return Converted(value=sd, how=f"{how} of their difference ({reference(dof)}; n {size1} and {size2})")


def _sizes(n1: int, n2: int) -> tuple[int, int]:
    size1, size2 = whole_number("n1", n1, least=1), whole_number("n2", n2, least=1)
    if size1 + size2 < 3:
        raise InputError("n1 + n2 = 2 leaves no degree of freedom; give 3 or more participants.")
    return size1, size2
