"""Whether an estimate, its interval, its standard error and its p-value tell the same story.

Every comparison allows for the rounding of what was printed and for normal or t quantiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log, sqrt
from typing import TYPE_CHECKING

from metaan.review.quantiles import t_quantile, two_sided_p
from metaan.review.spread import level_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.review.load import Loaded
    from metaan.review.problems import Problem
    from metaan.review.rows import Row

__all__ = ["Printed", "disagreement", "half_unit", "interval_faults"]

TOLERANCE = 0.05
"""Disagreement that is let pass beside rounding, as a fraction."""

RATIOS = ("OR", "RR", "HR", "IRR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """Figures of one effect or mean as printed, each with half a unit of its last digit.

    Attributes
    ----------
    estimate, low, high, se : tuple of (float, float) or None
        Value and rounding on the analysis scale (log for ratios); None where not printed.
    level : float
        Of the interval, such as 0.95.
    dof : float
        Of the t distribution that may have been used.
    p, sign : float or None, str
        Two-sided p-value and the sign before it.
    """

    estimate: tuple[float, float] | None
    low: tuple[float, float] | None = None
    high: tuple[float, float] | None = None
    se: tuple[float, float] | None = None
    level: float = 0.95
    dof: float = inf
    p: float | None = None
    sign: str = "="


def half_unit(text: str) -> float:
    """Give half a unit of the last printed digit.

    Examples
    --------
    >>> half_unit("0.34"), half_unit("12")
    (0.005, 0.5)
    """
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 0.5 * 10.0 ** (min(max(int(exponent or 0), -300), 300) - min(decimals, 300))


def interval_faults(loaded: Loaded, row: Row) -> Iterator[Problem]:
    """Find disagreement among the figures of a row of results.csv or contrasts.csv (D015, D029)."""
    printed = _printed(row)
    if printed is None:
        return
    column, said = disagreement(printed)
    if not said and row.table == "results":
        column, said = _two_spreads(row)
    if not said:
        return
    if column == "se" and row.table == "results" and row.value["se"] is None:
        column, said = (
            "sd",
            said.replace("The standard error", f"sd = {row.text['sd']}, whose standard error"),
        )
    if column == "ci_level":
        yield loaded.fault(
            "D029",
            row,
            "ci_level",
            said,
            "use the interval's own level for the standard error, or leave se empty.",
        )
        return
    yield loaded.fault(
        "D015", row, column, said, "compare each figure with the source; mend the one that was mistyped."
    )


def disagreement(printed: Printed) -> tuple[str, str]:
    """Name the first figure that disagrees with the others, and say how; two empty texts where none does.

    Returns
    -------
    column : str
        ci_low (asymmetric), se, ci_level (standard error computed with another level) or p.
    message : str
        What disagrees.

    Examples
    --------
    >>> disagreement(Printed(estimate=(1.0, 0.05), low=(0.0, 0.05), high=(3.0, 0.05)))[0]
    'ci_low'
    """
    asymmetric = _asymmetry(printed)
    if asymmetric:
        return "ci_low", asymmetric
    other_se = _other_se(printed)
    if other_se:
        return other_se
    other_p = _other_p(printed)
    return ("p", other_p) if other_p else ("", "")


def _two_spreads(row: Row) -> tuple[str, str]:
    """Compare the standard error of a mean with the SD printed beside it."""
    n, sd, se = row.number_of("n"), _cell(row, "sd"), _cell(row, "se")
    if not n or sd is None or se is None:
        return "", ""
    low, high = ((sd[0] + sign * sd[1]) / sqrt(n) * (1 + sign * TOLERANCE) for sign in (-1, 1))
    if low <= se[0] + se[1] and se[0] - se[1] <= high:
        return "", ""
    said = f"se = {row.text['se']} does not fit sd = {row.text['sd']}, which gives {sd[0] / sqrt(n):.3g}"
    return "se", f"{said} with n = {n:g}."


def _asymmetry(printed: Printed) -> str:
    if printed.estimate is None or printed.low is None or printed.high is None:
        return ""
    (estimate, slack), (low, slack_low), (high, slack_high) = printed.estimate, printed.low, printed.high
    below, above = estimate - low, high - estimate
    if high <= low:
        return ""
    if abs(above - below) <= TOLERANCE * (high - low) + 2 * slack + slack_low + slack_high:
        return ""
    return (
        f"The interval is not symmetric about the estimate on the analysis scale: {below:.3g} below it, "
        f"{above:.3g} above it."
    )


def _interval_se(printed: Printed, level: float) -> tuple[float, float] | None:
    """Give the smallest and largest standard error that the interval allows at a level."""
    if printed.low is None or printed.high is None:
        return None
    width = printed.high[0] - printed.low[0]
    slack = printed.high[1] + printed.low[1]
    smallest = max(width - slack, 0) / (2 * t_quantile(level, max(printed.dof, 1)))
    return smallest * (1 - TOLERANCE), (width + slack) / (2 * t_quantile(level)) * (1 + TOLERANCE)


def _other_se(printed: Printed) -> tuple[str, str] | None:
    allowed = _interval_se(printed, printed.level)
    if allowed is None or printed.se is None:
        return None
    se, slack = printed.se
    if allowed[0] <= se + slack and se - slack <= allowed[1]:
        return None
    at_95 = _interval_se(printed, 0.95)
    if printed.level != 0.95 and at_95 and at_95[0] <= se + slack and se - slack <= at_95[1]:
        return "ci_level", (
            f"The standard error {se:.4g} follows from the interval only if it were a 95% one; its level is"
            f" {100 * printed.level:g}%."
        )
    return "se", f"The standard error {se:.4g} does not fit the interval, which gives {sum(allowed) / 2:.4g}."


def _other_p(printed: Printed) -> str:
    spread = _interval_se(printed, printed.level)
    if printed.se is not None:
        se, slack = printed.se
        spread = max(se - slack, 0) * (1 - TOLERANCE), (se + slack) * (1 + TOLERANCE)
    if printed.estimate is None or printed.p is None or spread is None or spread[0] <= 0:
        return ""
    estimate, slack = abs(printed.estimate[0]), printed.estimate[1]
    largest = two_sided_p(max(estimate - slack, 0) / spread[1], max(printed.dof, 1))
    smallest = two_sided_p((estimate + slack) / spread[0])
    too_small = printed.sign in ("=", ">", ">=") and largest * 1.1 + 0.005 < printed.p
    too_large = printed.sign in ("=", "<", "<=") and smallest * 0.9 - 0.0005 > printed.p
    if not (too_small or too_large):
        return ""
    return (
        f"p {printed.sign} {printed.p:g} does not fit the estimate and its standard error, which give a p"
        f" between {smallest:.2g} and {largest:.2g}."
    )


def _printed(row: Row) -> Printed | None:
    if row.table == "results":
        return _printed_mean(row)
    return _printed_contrast(row)


def _printed_mean(row: Row) -> Printed:
    n = row.number_of("n")
    se = _cell(row, "se")
    sd = _cell(row, "sd")
    if se is None and sd is not None and n and n > 1:
        se = sd[0] / sqrt(n), sd[1] / sqrt(n)
    low, high = _limits(_cell(row, "ci_low"), _cell(row, "ci_high"))
    return Printed(
        estimate=_cell(row, "mean"),
        low=low,
        high=high,
        se=se,
        level=level_of(row),
        dof=n - 1 if n and n > 1 else 1,
    )


def _printed_contrast(row: Row) -> Printed | None:
    log_scale = row.text["measure"] in RATIOS
    figures = [_cell(row, name, log_scale=log_scale) for name in ("estimate", "ci_low", "ci_high")]
    if figures[0] is None:
        return None
    low, high = _limits(figures[1], figures[2])
    sizes = row.number_of("n_1"), row.number_of("n_2")
    dof = sizes[0] + sizes[1] - 2 if sizes[0] and sizes[1] else 10.0
    p = row.number_of("p")
    return Printed(
        estimate=figures[0],
        low=low,
        high=high,
        se=_cell(row, "se"),
        level=level_of(row),
        dof=max(dof, 1),
        p=p if p else None,
        sign=row.text["p_qualifier"] or "=",
    )


def _cell(row: Row, name: str, *, log_scale: bool = False) -> tuple[float, float] | None:
    value = row.number_of(name)
    if value is None or (log_scale and value <= 0):
        return None
    slack = half_unit(row.text[name])
    return (log(value), slack / value) if log_scale else (value, slack)


def _limits(
    low: tuple[float, float] | None, high: tuple[float, float] | None
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Leave out limits that stand the wrong way round, which D011 names."""
    return (None, None) if low and high and low[0] > high[0] else (low, high)
