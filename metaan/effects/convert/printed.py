"""Numbers as papers print them: checked on the way in, written plainly on the way out."""

from __future__ import annotations

from math import floor, inf, isfinite

import numpy as np
from scipy.special import ndtri, stdtrit

from metaan.errors import InputError

__all__ = [
    "above_zero",
    "at_least_zero",
    "finite_number",
    "inside",
    "level_words",
    "limits",
    "lopsided",
    "not_zero",
    "p_quantile",
    "plain",
    "quantile",
    "read_sign",
    "reference",
    "short",
    "whole_number",
]

MOST = 2**53
"""The largest whole number up to which a double holds every one."""

ASYMMETRY = 0.05
"""Difference of an interval's two halves, as a share of its width, from which it is pointed out."""


def whole_number(name: str, value: float, *, least: int) -> int:
    """Read a whole number that is not below a least one."""
    number = finite_number(name, value)
    if not least <= number <= MOST or number != floor(number):
        raise InputError(
            f"{name} = {value!r} is not usable; give a whole number of {least} or more, at most 2^53."
        )
    return int(number)


def finite_number(name: str, value: object) -> float:
    """Read a number; text, truth values and what is not finite are refused."""
    if (
        isinstance(value, (int, float, np.integer, np.floating))
        and not isinstance(value, bool)
        and _is_finite(value)
    ):
        return float(value)
    raise InputError(f"{name} = {value!r} is not a finite number; give a number.")


def at_least_zero(name: str, value: float) -> float:
    """Read a number of 0 or more."""
    if finite_number(name, value) < 0:
        raise InputError(f"{name} = {value!r} is negative; give a number of 0 or more.")
    return float(value)


def limits(low: float, high: float) -> tuple[float, float]:
    """Read the limits of an interval, the lower one first."""
    lower, upper = finite_number("low", low), finite_number("high", high)
    if not lower < upper:
        raise InputError(f"low = {low!r} is not below high = {high!r}; give the lower limit first.")
    return lower, upper


def inside(estimate: float, lower: float, upper: float) -> float:
    """Read an estimate that lies inside its interval."""
    value = finite_number("estimate", estimate)
    if not lower <= value <= upper:
        raise InputError(
            f"estimate = {estimate!r} lies outside its interval {lower:g} to {upper:g}; check all three."
        )
    return value


def quantile(level: float, dof: float) -> float:
    """Give half the width of an interval in standard errors."""
    if not 0 < finite_number("level", level) < 1:
        raise InputError(f"level = {level!r} is not a confidence level; give a share such as 0.95.")
    reach = _upper((1 - level) / 2, dof)
    if reach == 0:
        raise InputError(f"level = {level!r} leaves an interval without width; give a share such as 0.95.")
    return reach


def p_quantile(p: float, dof: float = inf) -> float:
    """Give the size of the test statistic behind a two-sided p-value.

    Examples
    --------
    >>> round(p_quantile(0.05), 4)
    1.96
    """
    if not 0 < finite_number("p", p) <= 1:
        raise InputError(f"p = {p!r} is not a p-value; give a number above 0 and at most 1.")
    return _upper(p / 2, dof) if p < 1 else 0.0


def above_zero(name: str, value: float) -> float:
    """Read a number above 0."""
    if finite_number(name, value) <= 0:
        raise InputError(f"{name} = {value!r} is not above 0; give a positive number.")
    return float(value)


def not_zero(name: str, value: float) -> float:
    """Read a number other than 0."""
    if finite_number(name, value) == 0:
        raise InputError(f"{name} = 0 says nothing of the spread; find the standard error elsewhere.")
    return float(value)


def read_sign(sign: object, meaning: str) -> int:
    """Read 1 or -1; `meaning` says when it is -1."""
    if isinstance(sign, (int, float, np.integer, np.floating)) and sign in (1, -1):
        return int(sign)
    raise InputError(f"sign = {sign!r} is not known; give 1, or -1 {meaning}.")


def _is_finite(value: float | np.number) -> bool:
    try:
        return isfinite(value)
    except OverflowError:
        return False


def _upper(tail: float, dof: object) -> float:
    if isinstance(dof, (float, np.floating)) and dof == inf:
        return -float(ndtri(tail))
    degrees = finite_number("dof", dof)
    if degrees <= 0:
        raise InputError(
            f"dof = {dof!r} is not positive; give the degrees of freedom, or inf for the normal."
        )
    return -float(stdtrit(degrees, tail))


def lopsided(middle: float, lower: float, upper: float) -> str:
    """Point out an interval whose halves differ by more than rounding would explain."""
    skew = abs((upper - middle) - (middle - lower)) / (upper - lower)
    return f"; its halves differ by {100 * skew:.0f}% of its width" if skew >= ASYMMETRY else ""


def reference(dof: float) -> str:
    """Name the distribution that an interval or a p-value refers to."""
    return "normal" if dof == inf else f"t, {plain(dof)} df"


def level_words(level: float) -> str:
    """Write a confidence level as a percentage."""
    return f"{100 * level:.10g}%"


def plain(value: float) -> str:
    """Write a number as it was given, without an exponent or a trailing zero."""
    return np.format_float_positional(value, trim="-")


def short(value: float) -> str:
    """Write a computed number with three significant digits."""
    return np.format_float_positional(value, precision=3, fractional=False, trim="-")
