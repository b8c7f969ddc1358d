"""Numbers that were reported otherwise, brought to counts, standard deviations and effects.

Every result carries `how`, a clause for the log of decisions that says which numbers it was made from.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, inf, isfinite, log, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri, stdtrit

from metaan.effects.cells import column, equal_lengths, refuse
from metaan.effects.continuous import hedges_j, smd_variance
from metaan.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = [
    "CombinedArm",
    "CombinedCount",
    "Converted",
    "ConvertedEffect",
    "Count",
    "combine_counts",
    "combine_means",
    "count_from_percent",
    "md_from_interval",
    "ratio_from_interval",
    "sd_from_interval",
    "sd_from_se",
    "se_from_interval",
    "smd_from_p",
]

ASYMMETRY = 0.05
"""Difference of an interval's two halves, as a share of its width, from which it is pointed out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Events behind a printed percentage, and the fewest and most that round to it."""

    events: int
    low: int
    high: int
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """One converted number."""

    value: float
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertedEffect:
    """An effect and its sampling variance; ratios on the log scale."""

    yi: float
    vi: float
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedCount:
    """Events and participants of several arms taken together."""

    events: int
    n: int
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedArm:
    """Size, mean and standard deviation of several arms taken together."""

    n: int
    mean: float
    sd: float
    how: str


def count_from_percent(percent: float | str, n: int, *, decimals: int | None = None) -> Count:
    """Find the number of events behind a printed percentage.

    Parameters
    ----------
    percent : float or str
        0 to 100. As text it keeps its trailing zeros: "35.0" was rounded to one decimal, "35" to none.
    n : int
        Participants, 1 or more.
    decimals : int, optional
        Decimals that the percentage was rounded to; read off `percent` unless given.

    Returns
    -------
    Count
        Where no count rounds to the percentage, `events`, `low` and `high` are the nearest count and `how`
        says so.

    Raises
    ------
    InputError
        For a percentage outside 0 to 100, or n below 1.

    Examples
    --------
    >>> found = count_from_percent("12.5", 48)
    >>> found.events, found.low, found.high
    (6, 6, 6)
    >>> count_from_percent(38, 301).how
    '114 events from 38% of 301 (113 to 115 round to it)'
    """
    size = _count("n", n, least=1)
    share, digits = _percentage(percent, decimals)
    half = Fraction(1, 2 * 10**digits)
    exact = share * size / 100
    low = max(ceil((share - half) * size / 100), 0)
    high = min(floor((share + half) * size / 100), size)
    nearest = floor(exact + Fraction(1, 2))
    said = f"{_plain(nearest)} events from {float(share):.{digits}f}% of {size}"
    if low > high:
        return Count(
            events=nearest, low=nearest, high=nearest, how=f"{said} (the nearest: no count rounds to it)"
        )
    spread = f" ({low} to {high} round to it)" if low < high else ""
    return Count(events=nearest, low=low, high=high, how=f"{said}{spread}")


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
    Converted(value=3.0, how='SD 3 from the SE 0.5 (n 36)')
    """
    size = _count("n", n, least=2)
    sd = _at_least_zero("se", se) * sqrt(size)
    return Converted(value=sd, how=f"SD {_short(sd)} from the SE {_plain(se)} (n {size})")


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
    size = _count("n", n, least=2)
    se = se_from_interval(low, high, level=level, dof=size - 1).value
    sd = se * sqrt(size)
    how = f"SD {_short(sd)} from the {_level(level)} CI {_plain(low)} to {_plain(high)} (t, {size - 1} df)"
    return Converted(value=sd, how=how)


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
    lower, upper = _limits(low, high)
    se = (upper - lower) / (2 * _quantile(level, dof))
    how = (
        f"SE {_short(se)} from the {_level(level)} CI {_plain(lower)} to {_plain(upper)} ({_reference(dof)})"
    )
    return Converted(value=se, how=how)


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
    size1, size2 = _count("n1", n1, least=2), _count("n2", n2, least=2)
    if not 0 < _number("p", p) <= 1:
        raise InputError(f"p = {p!r} is not a p-value; give a number above 0 and at most 1.")
    if sign not in (1, -1):
        raise InputError(
            f"sign = {sign!r} is not known; give 1, or -1 where the first group's mean is the lower."
        )
    dof = size1 + size2 - 2
    t = -float(stdtrit(dof, p / 2)) if p < 1 else 0.0
    g = sign * float(hedges_j(dof)) * t * sqrt(1 / size1 + 1 / size2)
    vi = float(smd_variance(g, size1, size2))
    how = f"SMD {_short(g)} from the two-sided p {_plain(p)} (t {_short(t)}, {dof} df; n {size1} and {size2})"
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
    lower, upper = _limits(low, high)
    middle = _inside(estimate, lower, upper)
    se = se_from_interval(lower, upper, level=level, dof=dof)
    return ConvertedEffect(yi=middle, vi=se.value**2, how=se.how + _lopsided(middle, lower, upper))


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
    lower, upper = _limits(low, high)
    middle = _inside(estimate, lower, upper)
    if lower <= 0:
        raise InputError(
            f"low = {low!r} is not above 0; give the ratio's interval as printed, not its logarithm."
        )
    y, bottom, top = log(middle), log(lower), log(upper)
    se = se_from_interval(bottom, top, level=level).value
    how = f"log SE {_short(se)} from the {_level(level)} CI {_plain(lower)} to {_plain(upper)} (normal)"
    return ConvertedEffect(yi=y, vi=se**2, how=how + _lopsided(y, bottom, top))


def combine_counts(events: ArrayLike, n: ArrayLike) -> CombinedCount:
    """Add up the events and participants of several arms.

    Parameters
    ----------
    events, n : array_like, shape (a,)
        Whole numbers, one per arm.

    Raises
    ------
    InputError
        For numbers that are missing, negative or not whole, columns of different length, or more events
        than participants.

    Examples
    --------
    >>> combine_counts([3, 5], [40, 41])
    CombinedCount(events=8, n=81, how='2 arms added up: 3/40 + 5/41')
    """
    found = {"events": column("events", events), "n": column("n", n)}
    arms = equal_lengths(found)
    for name, values in found.items():
        refuse(
            name, values, ~(values >= 0) | (values != np.floor(values)), "is not a count; give a whole number"
        )
    e, size = found["events"], found["n"]
    refuse("events", e, e > size, "is more than n; events cannot exceed participants")
    listed = " + ".join(f"{a:.0f}/{b:.0f}" for a, b in zip(e, size, strict=True))
    how = f"{arms} arms added up: {listed}" if arms > 1 else f"one arm: {listed}"
    return CombinedCount(events=int(e.sum()), n=int(size.sum()), how=how)


def combine_means(n: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> CombinedArm:
    """Combine the means and standard deviations of several arms as if they had been one.

    Parameters
    ----------
    n : array_like, shape (a,)
        Participants, whole numbers of 1 or more.
    mean, sd : array_like, shape (a,)
        In units of the scale.

    Returns
    -------
    CombinedArm
        The standard deviation holds the differences between the arms' means too.

    Raises
    ------
    InputError
        For numbers that are missing, sizes below 1 or not whole, negative standard deviations, columns of
        different length, or a single participant in all.

    References
    ----------
    Higgins JPT, Li T, Deeks JJ. Choosing effect measures and computing estimates of effect. In: Cochrane
    Handbook for Systematic Reviews of Interventions, version 6, table 6.5.a.

    Examples
    --------
    >>> found = combine_means([10, 10], [1.0, 3.0], [2.0, 2.0])
    >>> found.n, found.mean, round(found.sd, 4)
    (20, 2.0, 2.2005)
    """
    found = {"n": column("n", n), "mean": column("mean", mean), "sd": column("sd", sd)}
    arms = equal_lengths(found)
    size, m, s = found["n"], found["mean"], found["sd"]
    refuse("n", size, ~(size >= 1) | (size != np.floor(size)), "is not a whole number of participants")
    refuse("mean", m, np.isnan(m), "is missing; leave the arm out, or give its mean")
    refuse("sd", s, ~(s >= 0), "is not a standard deviation; give a number of 0 or more")
    total = int(size.sum())
    if total < 2:
        raise InputError("n adds up to 1; a standard deviation needs at least 2 participants.")
    middle = float(size @ m) / total
    variance = float((size - 1) @ s**2 + size @ (m - middle) ** 2) / (total - 1)
    listed = " + ".join(f"{a:.0f}" for a in size)
    how = f"{arms} arms combined (n {listed})" if arms > 1 else f"one arm (n {listed})"
    return CombinedArm(n=total, mean=middle, sd=sqrt(variance), how=how)


def _percentage(percent: float | str, decimals: int | None) -> tuple[Fraction, int]:
    """Read a percentage exactly, with the decimals that it was printed with."""
    text = (
        percent.strip().removesuffix("%").strip()
        if isinstance(percent, str)
        else _plain(_number("percent", percent))
    )
    try:
        share = Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise InputError(f"percent = {percent!r} is not a number; give a percentage such as 12.5.") from error
    if "/" in text or not 0 <= share <= 100:
        raise InputError(
            f"percent = {percent!r} is not between 0 and 100; give the percentage, not the count."
        )
    digits = len(text.partition(".")[2]) if decimals is None else _count("decimals", decimals, least=0)
    return share, digits


def _count(name: str, value: float, *, least: int) -> int:
    number = _number(name, value)
    if number < least or number != floor(number):
        raise InputError(f"{name} = {value!r} is not usable; give a whole number of {least} or more.")
    return int(number)


def _number(name: str, value: object) -> float:
    if (
        isinstance(value, (int, float, np.integer, np.floating))
        and not isinstance(value, bool)
        and isfinite(value)
    ):
        return float(value)
    raise InputError(f"{name} = {value!r} is not a finite number; give a number.")


def _at_least_zero(name: str, value: float) -> float:
    if _number(name, value) < 0:
        raise InputError(f"{name} = {value!r} is negative; give a number of 0 or more.")
    return float(value)


def _limits(low: float, high: float) -> tuple[float, float]:
    lower, upper = _number("low", low), _number("high", high)
    if not lower < upper:
        raise InputError(f"low = {low!r} is not below high = {high!r}; give the lower limit first.")
    return lower, upper


def _inside(estimate: float, lower: float, upper: float) -> float:
    value = _number("estimate", estimate)
    if not lower <= value <= upper:
        raise InputError(
            f"estimate = {estimate!r} lies outside its interval {lower:g} to {upper:g}; check all three."
        )
    return value


def _quantile(level: float, dof: float) -> float:
    if not 0 < _number("level", level) < 1:
        raise InputError(f"level = {level!r} is not a confidence level; give a share such as 0.95.")
    if not dof > 0:
        raise InputError(
            f"dof = {dof!r} is not positive; give the degrees of freedom, or inf for the normal."
        )
    tail = (1 - level) / 2
    return -float(ndtri(tail) if dof == inf else stdtrit(dof, tail))


def _lopsided(middle: float, lower: float, upper: float) -> str:
    """Point out an interval whose halves differ by more than rounding would explain."""
    skew = abs((upper - middle) - (middle - lower)) / (upper - lower)
    return f"; its halves differ by {100 * skew:.0f}% of its width" if skew >= ASYMMETRY else ""


def _reference(dof: float) -> str:
    return "normal" if dof == inf else f"t, {_plain(dof)} df"


def _level(level: float) -> str:
    return f"{100 * level:.10g}%"


def _plain(value: float) -> str:
    """Write a number as it was given, without an exponent or a trailing zero."""
    return np.format_float_positional(value, trim="-")


def _short(value: float) -> str:
    """Write a computed number with three significant digits."""
    return np.format_float_positional(value, precision=3, fractional=False, trim="-")
