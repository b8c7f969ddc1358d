"""Whether a standard deviation, printed or implied, can exist on its scale."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from typing import TYPE_CHECKING

from metaan.review.quantiles import quantile_of_p, t_quantile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from metaan.review.load import Loaded
    from metaan.review.problems import Problem
    from metaan.review.rows import Row

__all__ = ["LOWEST_LEVEL", "Implied", "arm_sd", "implied_by_contrast", "level_of", "spread_faults"]

SLACK = 1.005
"""Rounding of printed figures that is let pass, as a factor."""

LOWEST_LEVEL = 50
"""Levels in percent up to which none is ever printed; a fraction was meant."""

UPPER_BOUNDS = ("<", "<=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Implied:
    """A standard deviation and where it comes from.

    Attributes
    ----------
    sd : float
        In units of the scale.
    column : str
        The cell it follows from.
    how : str
        A clause such as "the standard error 0.4".
    """

    sd: float
    column: str
    how: str


def spread_faults(loaded: Loaded, row: Row, outcome: Row | None) -> Iterator[Problem]:
    """Find a spread (D027) or a mean (D011) that the scale of its outcome cannot have."""
    limits = _range(outcome)
    if outcome is None or limits is None:
        return
    low, high = limits
    if row.table == "contrasts":
        implied, n = implied_by_contrast(row), (row.number_of("n_1") or 0) + (row.number_of("n_2") or 0)
        groups = 2
    else:
        yield from _mean_outside(loaded, row, low, high)
        implied, n, groups = arm_sd(row), row.number_of("n") or 0, 1
    width = (high - low) * (2 if row.text.get("value_type") == "change" else 1)
    largest = width / 2 * sqrt(n / (n - groups)) if n > groups else inf
    if implied is not None and implied.sd > largest * SLACK:
        yield loaded.fault(
            "D027",
            row,
            implied.column,
            f"An SD of {implied.sd:.3g} ({implied.how}) is impossible on a scale of {low:g} to {high:g}:"
            f" the largest possible is {largest:.3g}.",
            _cure(row),
        )


def arm_sd(row: Row) -> Implied | None:
    """Give the SD of a row of results.csv: printed, or implied by its standard error or interval."""
    sd, se, n = row.number_of("sd"), row.number_of("se"), row.number_of("n")
    if sd is not None:
        return Implied(sd=sd, column="sd", how="as printed")
    if not n or n < 2:
        return None
    if se is not None:
        return Implied(sd=se * sqrt(n), column="se", how=f"implied by the standard error {row.text['se']}")
    low, high = row.number_of("ci_low"), row.number_of("ci_high")
    if low is None or high is None or high <= low:
        return None
    level = level_of(row)
    sd = (high - low) / 2 / t_quantile(level, n - 1) * sqrt(n)
    return Implied(sd=sd, column="ci_low", how=f"implied by the {100 * level:g}% interval")


def implied_by_contrast(row: Row) -> Implied | None:
    """Give the SD common to both arms that a mean difference implies by its standard error, interval or p.

    A p-value printed as a bound is read at the bound, which gives the largest SD that it allows.
    """
    n1, n2 = row.number_of("n_1"), row.number_of("n_2")
    difference = row.number_of("mean_difference")
    if difference is None and row.text["measure"] == "MD":
        difference = row.number_of("estimate")
    if not n1 or not n2 or n1 + n2 < 3:
        return None
    per_sd = sqrt(1 / n1 + 1 / n2)
    if row.text["measure"] == "MD":
        found = _by_error(row, n1 + n2 - 2)
        if found is not None:
            return Implied(sd=found[0] / per_sd, column=found[1], how=found[2])
    p, sign = row.number_of("p"), row.text["p_qualifier"] or "="
    if difference and p and 0 < p < 1 and sign in ("=", *UPPER_BOUNDS):
        sd = abs(difference) / quantile_of_p(p, n1 + n2 - 2) / per_sd
        at = "at the bound " if sign != "=" else ""
        return Implied(
            sd=sd,
            column="p",
            how=f"implied by a difference of {difference:g} {at}with p {sign} {row.text['p']}",
        )
    return None


def _by_error(row: Row, dof: float) -> tuple[float, str, str] | None:
    se, low, high = row.number_of("se"), row.number_of("ci_low"), row.number_of("ci_high")
    if se is not None:
        return se, "se", f"implied by the standard error {row.text['se']}"
    if low is None or high is None or high <= low:
        return None
    level = level_of(row)
    return (high - low) / 2 / t_quantile(level, dof), "ci_low", f"implied by the {100 * level:g}% interval"


def level_of(row: Row) -> float:
    """Give the level of a row's interval as a fraction; 0.95 where it is not stated or cannot be one."""
    level = row.number_of("ci_level")
    return level / 100 if level and LOWEST_LEVEL < level < 100 else 0.95


def _range(outcome: Row | None) -> tuple[float, float] | None:
    low = outcome.number_of("scale_min") if outcome else None
    high = outcome.number_of("scale_max") if outcome else None
    return (low, high) if low is not None and high is not None and high > low else None


def _mean_outside(loaded: Loaded, row: Row, low: float, high: float) -> Iterator[Problem]:
    mean = row.number_of("mean")
    if row.text["value_type"] == "change":
        low, high = low - high, high - low
    if mean is not None and not low <= mean <= high:
        yield loaded.fault(
            "D011",
            row,
            "mean",
            f"mean = {row.text['mean']} is outside {low:g} to {high:g}, the range that outcomes.csv gives.",
            "check the mean, the scale in outcomes.csv, and whether it is a change (value_type).",
        )


def _cure(row: Row) -> str:
    if row.table == "contrasts" and row.text["p_qualifier"] in UPPER_BOUNDS:
        return "the true p is smaller than the bound: list the row, or read it at the bound as imputed."
    return "look for a standard error, an interval of another level, or another scale in the source."
