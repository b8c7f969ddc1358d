"""Two by two tables: odds ratio, risk ratio, risk difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.cells import Columns, Measure, column, equal_lengths, refuse
from metaan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from metaan.types import BoolArray, FloatArray

__all__ = ["CELLS", "MEASURES", "all_events", "double_zero", "two_by_two"]

CELLS = ("ai", "bi", "ci", "di", "n1i", "n2i")


def odds_ratio(cells: Mapping[str, FloatArray], vtype: str) -> tuple[FloatArray, FloatArray]:
    """Compute log odds ratios and their variances (Woolf 1955)."""
    del vtype
    a, b, c, d = (cells[name] for name in ("ai", "bi", "ci", "di"))
    return np.log(a / b) - np.log(c / d), 1 / a + 1 / b + 1 / c + 1 / d


def risk_ratio(cells: Mapping[str, FloatArray], vtype: str) -> tuple[FloatArray, FloatArray]:
    """Compute log risk ratios and their large-sample variances."""
    del vtype
    a, c = cells["ai"], cells["ci"]
    n1, n2 = a + cells["bi"], c + cells["di"]
    return np.log(a / n1) - np.log(c / n2), 1 / a - 1 / n1 + 1 / c - 1 / n2


def risk_difference(cells: Mapping[str, FloatArray], vtype: str) -> tuple[FloatArray, FloatArray]:
    """Compute risk differences and their large-sample variances."""
    del vtype
    a, b, c, d = (cells[name] for name in ("ai", "bi", "ci", "di"))
    n1, n2 = a + b, c + d
    return a / n1 - c / n2, a * b / n1**3 + c * d / n2**3


MEASURES = (
    Measure(name="OR", words="odds ratio", family="two by two", ratio=True, formula=odds_ratio),
    Measure(name="RR", words="risk ratio", family="two by two", ratio=True, formula=risk_ratio),
    Measure(name="RD", words="risk difference", family="two by two", ratio=False, formula=risk_difference),
)


def two_by_two(given: Mapping[str, FloatArray], *, add: float, to: str) -> Columns:
    """Complete two by two tables and add to their cells where asked.

    Parameters
    ----------
    given : mapping of str to ndarray, shape (k,)
        `ai` and `ci` with `bi` and `di`, or with `n1i` and `n2i`; all six must agree.
    add : float
        What is added to all four cells of a table.
    to : {"only0", "all", "if0all", "none"}
        To tables with a zero cell, to all, to all if any has a zero cell, to none.

    Returns
    -------
    Columns
        `ai`, `bi`, `ci`, `di`.

    Raises
    ------
    InputError
        For a missing column, a negative count, or more events than participants.

    References
    ----------
    Gart JJ, Zweifel JR. On the bias of various estimators of the logit and its variance with application to
    quantal bioassay. Biometrika 1967; 54: 181-187.
    """
    k = equal_lengths(given)
    a, b = _arm(given, events="ai", others="bi", total="n1i")
    c, d = _arm(given, events="ci", others="di", total="n2i")
    missing = np.isnan(a + b + c + d)
    empty = ~missing & ((a + b == 0) | (c + d == 0))
    usable = ~(missing | empty)
    zero = usable & ((a == 0) | (b == 0) | (c == 0) | (d == 0))
    corrected = _corrected(zero, usable, to) if add > 0 else np.zeros(k, dtype=bool)
    table = {
        name: np.where(usable, cell + add * corrected, 1.0)
        for name, cell in zip(("ai", "bi", "ci", "di"), (a, b, c, d), strict=True)
    }
    notes = {
        **dict.fromkeys(np.flatnonzero(corrected).tolist(), f"{add:g} added to all four cells"),
        **dict.fromkeys(np.flatnonzero(missing).tolist(), "a cell is missing, so there is no effect"),
        **dict.fromkeys(np.flatnonzero(empty).tolist(), "an arm has no participants, so there is no effect"),
    }
    return Columns(cells=table, usable=usable, notes=notes)


def double_zero(ai: ArrayLike, ci: ArrayLike) -> BoolArray:
    """Tell which studies have no event in either arm.

    Such a study carries no information on a ratio; on a risk difference it does.

    Parameters
    ----------
    ai, ci : array_like, shape (k,)
        Events in the two arms.

    Returns
    -------
    ndarray of bool, shape (k,)

    Raises
    ------
    InputError
        For columns that are not numbers or differ in length.

    Examples
    --------
    >>> double_zero([0, 0, 3], [0, 1, 0]).tolist()
    [True, False, False]
    """
    columns = {"ai": column("ai", ai), "ci": column("ci", ci)}
    equal_lengths(columns)
    return np.asarray((columns["ai"] == 0) & (columns["ci"] == 0))


def all_events(ai: ArrayLike, n1i: ArrayLike, ci: ArrayLike, n2i: ArrayLike) -> BoolArray:
    """Tell which studies have an event in every participant of both arms.

    Parameters
    ----------
    ai, n1i, ci, n2i : array_like, shape (k,)
        Events and participants in the two arms.

    Returns
    -------
    ndarray of bool, shape (k,)

    Raises
    ------
    InputError
        For columns that are not numbers or differ in length.

    Examples
    --------
    >>> all_events([5, 4], [5, 5], [6, 6], [6, 6]).tolist()
    [True, False]
    """
    given = {"ai": ai, "n1i": n1i, "ci": ci, "n2i": n2i}
    columns = {name: column(name, values) for name, values in given.items()}
    equal_lengths(columns)
    return np.asarray((columns["ai"] == columns["n1i"]) & (columns["ci"] == columns["n2i"]))


def _arm(
    given: Mapping[str, FloatArray], *, events: str, others: str, total: str
) -> tuple[FloatArray, FloatArray]:
    """Complete one arm to events and non-events."""
    if events not in given or not (others in given or total in given):
        raise InputError(f"An arm is incomplete: give {events} with {total}, or {events} with {others}.")
    for name in (events, others, total):
        if name in given:
            refuse(name, given[name], given[name] < 0, "is negative; give a count of 0 or more")
    a = given[events]
    if total not in given:
        return a, given[others]
    n = given[total]
    refuse(
        events, a, a > n, f"is more than {total}; check the two numbers, events cannot exceed participants"
    )
    if others in given:
        wrong = a + given[others] != n
        wrong &= ~np.isnan(a + given[others] + n)
        refuse(total, n, wrong, f"is not {events} + {others}; give only two of the three, or correct one")
    return a, n - a


def _corrected(zero: BoolArray, usable: BoolArray, to: str) -> BoolArray:
    if to == "only0":
        return zero
    if to == "all" or (to == "if0all" and zero.any()):
        return usable
    return np.zeros_like(zero)
