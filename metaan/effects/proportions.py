"""Proportions of one group, on five scales."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.additions import added_notes, where_added
from metaan.effects.binary import complete_arm
from metaan.effects.cells import Columns, Family, Measure, equal_lengths, usable_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.types import FloatArray

    Cells = Mapping[str, FloatArray]
    Effect = tuple[FloatArray, FloatArray]

__all__ = ["FAMILY", "MEASURES", "one_group"]


def proportion(cells: Cells, vtype: str) -> Effect:
    """Compute proportions."""
    del vtype
    x, m = cells["xi"], cells["mi"]
    n = x + m
    return x / n, x * m / n**3


def log_proportion(cells: Cells, vtype: str) -> Effect:
    """Compute log proportions."""
    del vtype
    x, m = cells["xi"], cells["mi"]
    return -np.log1p(m / x), m / x / (x + m)


def logit(cells: Cells, vtype: str) -> Effect:
    """Compute logits, the log odds."""
    del vtype
    x, m = cells["xi"], cells["mi"]
    return np.log(x / m), 1 / x + 1 / m


def arcsine(cells: Cells, vtype: str) -> Effect:
    """Compute arcsine square roots of proportions."""
    del vtype
    x, n = cells["xi"], cells["xi"] + cells["mi"]
    return np.arcsin(np.sqrt(x / n)), 1 / (4 * n)


def double_arcsine(cells: Cells, vtype: str) -> Effect:
    """Compute the mean of two arcsine square roots, of x/(n+1) and (x+1)/(n+1) (Freeman and Tukey 1950)."""
    del vtype
    x, n = cells["xi"], cells["xi"] + cells["mi"]
    y = (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))) / 2
    return y, 1 / (4 * n + 2)


def one_group(given: Cells, add: float, to: str) -> Columns:
    """Complete the events of one group and add to events and non-events where asked.

    Parameters
    ----------
    given : mapping of str to ndarray, shape (k,)
        `xi` with `ni`, or with `mi` (those without an event).
    add : float
        What is added to events and to non-events.
    to : {"only0", "all", "if0all", "none"}
        To groups without events or with events only, to all, to all if any is such, to none.

    Returns
    -------
    Columns
        `xi`, `mi`.

    Raises
    ------
    InputError
        For a missing column, a negative count, or more events than participants.
    """
    equal_lengths(given)
    x, m = complete_arm(given, events="xi", others="mi", total="ni")
    cells, usable, ledger = usable_columns(
        {"xi": x, "mi": m}, [("the group has no participants, so there is no effect", x + m == 0)]
    )
    where = where_added((cells["xi"] == 0) | (cells["mi"] == 0), usable, add, to)
    return Columns(
        cells={name: values + add * where for name, values in cells.items()},
        usable=usable,
        ledger=(*ledger, *added_notes(where, ("xi", "mi"), add, to)),
    )


FAMILY = Family(
    name="proportions", cells=("xi", "mi", "ni"), read=one_group, sets=(("xi", "ni"), ("xi", "mi"))
)

MEASURES = (
    Measure(name="PR", words="proportion", family=FAMILY, formula=proportion, add=0.5, null=nan),
    Measure(
        name="PLN",
        words="proportion (log scale)",
        family=FAMILY,
        formula=log_proportion,
        add=0.5,
        domain="it needs an event",
        null=nan,
    ),
    Measure(
        name="PLO",
        words="proportion (logit scale)",
        family=FAMILY,
        formula=logit,
        add=0.5,
        domain="it needs an event and a participant without one",
        null=nan,
    ),
    Measure(name="PAS", words="proportion (arcsine scale)", family=FAMILY, formula=arcsine, null=nan),
    Measure(
        name="PFT", words="proportion (double arcsine scale)", family=FAMILY, formula=double_arcsine, null=nan
    ),
)
