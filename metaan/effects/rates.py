"""Events in person-time: rate ratios and differences of two groups, rates of one."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.additions import added_notes, where_added
from metaan.effects.cells import Columns, Family, Measure, demand, refuse, usable_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.types import FloatArray

    Cells = Mapping[str, FloatArray]
    Effect = tuple[FloatArray, FloatArray]

__all__ = ["MEASURES", "ONE_GROUP", "TWO_GROUPS", "one_group", "two_groups"]


def rate_ratio(cells: Cells, vtype: str) -> Effect:
    """Compute log incidence rate ratios."""
    del vtype
    x1, t1, x2, t2 = _both(cells)
    return np.log(x1 / t1) - np.log(x2 / t2), 1 / x1 + 1 / x2


def rate_difference(cells: Cells, vtype: str) -> Effect:
    """Compute incidence rate differences."""
    del vtype
    x1, t1, x2, t2 = _both(cells)
    return x1 / t1 - x2 / t2, x1 / t1**2 + x2 / t2**2


def root_rate_difference(cells: Cells, vtype: str) -> Effect:
    """Compute differences of square roots of incidence rates."""
    del vtype
    x1, t1, x2, t2 = _both(cells)
    return np.sqrt(x1 / t1) - np.sqrt(x2 / t2), 1 / (4 * t1) + 1 / (4 * t2)


def rate(cells: Cells, vtype: str) -> Effect:
    """Compute incidence rates."""
    del vtype
    x, t = cells["xi"], cells["ti"]
    return x / t, x / t**2


def log_rate(cells: Cells, vtype: str) -> Effect:
    """Compute log incidence rates."""
    del vtype
    x, t = cells["xi"], cells["ti"]
    return np.log(x / t), 1 / x


def root_rate(cells: Cells, vtype: str) -> Effect:
    """Compute square roots of incidence rates, whose variance does not depend on the rate."""
    del vtype
    x, t = cells["xi"], cells["ti"]
    return np.sqrt(x / t), 1 / (4 * t)


def two_groups(given: Cells, add: float, to: str) -> Columns:
    """Check the events and person-time of two groups and add to the events where asked.

    Parameters
    ----------
    given : mapping of str to ndarray, shape (k,)
        `x1i`, `t1i`, `x2i`, `t2i`.
    add : float
        What is added to the events of both groups; person-time stays.
    to : {"only0", "all", "if0all", "none"}
        To studies with a group without events, to all, to all if any is such, to none.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        For a missing column, or negative events or person-time.
    """
    return _read(given, TWO_GROUPS.cells, ("x1i", "x2i"), add, to)


def one_group(given: Cells, add: float, to: str) -> Columns:
    """Check the events and person-time of one group and add to the events where asked.

    Parameters
    ----------
    given : mapping of str to ndarray, shape (k,)
        `xi`, `ti`.
    add : float
        What is added to the events; person-time stays.
    to : {"only0", "all", "if0all", "none"}
        To studies without events, to all, to all if any is such, to none.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        For a missing column, or negative events or person-time.
    """
    return _read(given, ONE_GROUP.cells, ("xi",), add, to)


TWO_GROUPS = Family(name="rates of two groups", cells=("x1i", "t1i", "x2i", "t2i"), read=two_groups)
ONE_GROUP = Family(name="rates of one group", cells=("xi", "ti"), read=one_group)

SOME_EVENTS = "it needs an event in each group"

MEASURES = (
    Measure(
        name="IRR",
        words="incidence rate ratio",
        family=TWO_GROUPS,
        ratio=True,
        formula=rate_ratio,
        add=0.5,
        domain=SOME_EVENTS,
    ),
    Measure(
        name="IRD", words="incidence rate difference", family=TWO_GROUPS, formula=rate_difference, add=0.5
    ),
    Measure(
        name="IRSD",
        words="difference of square-root incidence rates",
        family=TWO_GROUPS,
        formula=root_rate_difference,
    ),
    Measure(name="IR", words="incidence rate", family=ONE_GROUP, formula=rate, add=0.5, null=nan),
    Measure(
        name="IRLN",
        words="incidence rate (log scale)",
        family=ONE_GROUP,
        formula=log_rate,
        add=0.5,
        domain="it needs an event",
        null=nan,
    ),
    Measure(
        name="IRS", words="incidence rate (square-root scale)", family=ONE_GROUP, formula=root_rate, null=nan
    ),
)


def _both(cells: Cells) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    return cells["x1i"], cells["t1i"], cells["x2i"], cells["t2i"]


def _read(given: Cells, names: tuple[str, ...], events: tuple[str, ...], add: float, to: str) -> Columns:
    demand(given, names, "Rates")
    times = [name for name in names if name not in events]
    for name in events:
        refuse(name, given[name], given[name] < 0, "is negative; give a count of 0 or more")
    for name in times:
        refuse(name, given[name], given[name] < 0, "is negative; give the person-time at risk")
    idle = np.any([given[name] == 0 for name in times], axis=0)
    cells, usable, ledger = usable_columns(
        given, [("a group has no person-time, so there is no effect", idle)]
    )
    zero = np.any([cells[name] == 0 for name in events], axis=0)
    where = where_added(zero, usable, add, to)
    for name in events:
        cells[name] = cells[name] + add * where
    return Columns(cells=cells, usable=usable, ledger=(*ledger, *added_notes(where, events, add, to)))
