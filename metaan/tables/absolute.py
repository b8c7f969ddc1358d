"""Risks and their differences as a person reads them: of 1000 people."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from metaan.format import DASH

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["more_or_fewer", "of_thousand", "with_limits"]


def of_thousand(risk: float) -> str:
    """Write a risk as a number of 1000 people: whole numbers, one decimal below 10.

    Examples
    --------
    >>> of_thousand(0.1234), of_thousand(0.00312), of_thousand(0.0), of_thousand(float("nan"))
    ('123', '3.1', '0', '–')
    """
    if isnan(risk):
        return DASH
    people = 1000 * risk
    whole = abs(people) < 1e-9 or round(abs(people), 1) >= 10
    return f"{round(people)}" if whole else f"{people:.1f}".removesuffix(".0")


def more_or_fewer(difference: float) -> str:
    """Write a difference of risks in words.

    Examples
    --------
    >>> more_or_fewer(0.0754), more_or_fewer(-0.012), more_or_fewer(0.0)
    ('75 more', '12 fewer', 'no difference')
    """
    if isnan(difference):
        return DASH
    said = of_thousand(abs(difference))
    if said == "0":
        return "no difference"
    return f"{said} {'more' if difference > 0 else 'fewer'}"


def with_limits(value: float, limits: tuple[float, float], write: Callable[[float], str]) -> str:
    """Write a number with its interval.

    Examples
    --------
    >>> with_limits(-0.05, (-0.08, 0.01), more_or_fewer)
    '50 fewer (80 fewer to 10 more)'
    """
    if any(map(isnan, limits)):
        return write(value)
    return f"{write(value)} ({write(limits[0])} to {write(limits[1])})"
