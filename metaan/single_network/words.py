"""Numbers of a network as words, and as plain values with the reason where there is none."""

from __future__ import annotations

from math import inf, isnan
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, TypeAlias

from metaan.format import (
    back_transform,
    canonical,
    effect_with_interval,
    fixed,
    pvalue,
    shown_scale,
    significant,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "UNCONNECTED",
    "Record",
    "chi_squared",
    "counted",
    "effect_record",
    "limits",
    "p_words",
    "printed",
    "small",
    "with_reason",
]

Record: TypeAlias = dict[str, Any]

UNCONNECTED = "no connected evidence"


def limits(estimate: float, se: float, level: float) -> tuple[float, float]:
    """Give the normal interval of an estimate.

    Examples
    --------
    >>> [round(limit, 2) for limit in limits(1.0, 0.5, 0.95)]
    [0.02, 1.98]
    """
    half = NormalDist().inv_cdf((1 + level) / 2) * se
    return estimate - half, estimate + half


def printed(estimate: float, se: float, level: float, measure: str, digits: int) -> str:
    """Write an estimate with its normal interval as a person reads it.

    Examples
    --------
    >>> printed(0.6931, 0.1, 0.95, "OR", 2), printed(float("nan"), float("nan"), 0.95, "OR", 2)
    ('2.00 (1.64 to 2.43)', 'no connected evidence')
    """
    if isnan(estimate):
        return UNCONNECTED
    return effect_with_interval(estimate, *limits(estimate, se, level), measure, digits)


def effect_record(estimate: float, se: float, level: float, measure: str) -> Record:
    """Write an estimate on both scales: as analysed, and as a person reads it (`shown`)."""
    low, high = limits(estimate, se, level)
    scale = shown_scale(se, measure) if se == se else 0.0
    shown = [canonical(back_transform(value, measure), scale) for value in (estimate, low, high)]
    return {
        "estimate": canonical(estimate, 0.0 if isnan(se) else se),
        "se": canonical(se),
        "ci": {"low": canonical(low), "high": canonical(high)},
        "shown": {"estimate": shown[0], "ci": {"low": shown[1], "high": shown[2]}},
    }


def with_reason(record: Record, why: Sequence[str] | str) -> Record:
    """Say why a number of a record is null; an empty reason where none is.

    Examples
    --------
    >>> with_reason({"tau2": None}, ("one study",))
    {'tau2': None, 'reason': 'one study'}
    """
    reason = why if isinstance(why, str) else "; ".join(why)
    return record | {"reason": (reason or "not defined for these data") if _has_gap(record) else ""}


def p_words(value: float) -> str:
    """Write a p-value with its letter.

    Examples
    --------
    >>> p_words(0.0002), p_words(0.03), p_words(float("nan"))
    ('P < 0.001', 'P = 0.030', 'P –')
    """
    if isnan(value):
        return "P –"
    text = pvalue(value)
    return f"P < {text[1:]}" if text.startswith("<") else f"P = {text}"


def chi_squared(Q: float, dof: float, p: float) -> str:
    """Write a Q statistic with its degrees of freedom and its test.

    Examples
    --------
    >>> chi_squared(4.5, 3.0, 0.2123), chi_squared(0.0, 0.0, float("nan"))
    ('4.50 (df 3, P = 0.21)', '0.00 (df 0)')
    """
    test = f", {p_words(p)}" if dof > 0 and p == p else ""
    return f"{fixed(Q)} (df {dof:g}{test})"


def small(value: float) -> str:
    """Write a variance with three significant digits; 0 plainly.

    Examples
    --------
    >>> small(0.0), small(0.45023)
    ('0', '0.450')
    """
    return fixed(value, 0) if value == 0 else significant(value, 3)


def counted(count: float, one: str, many: str = "") -> str:
    """Write a number of things.

    Examples
    --------
    >>> counted(1, "study", "studies"), counted(3, "design")
    ('1 study', '3 designs')
    """
    return f"{count:g} {one if count == 1 else many or one + 's'}"


def _has_gap(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_gap(each) for each in value.values())
    if isinstance(value, list):
        return any(_has_gap(each) for each in value)
    return value is None or value in (inf, -inf)
