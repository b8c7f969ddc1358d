"""Two by two tables: ratios and differences of risks, and what association they show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.additions import added_notes, where_added
from metaan.effects.cells import Columns, Family, Measure, column, equal_lengths, refuse, usable_columns
from metaan.effects.continuous import LOG_ODDS_PER_D_LOGISTIC, LOG_ODDS_PER_D_NORMAL
from metaan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

    from metaan.types import BoolArray, FloatArray

    Cells = Mapping[str, FloatArray]
    Effect = tuple[FloatArray, FloatArray]

__all__ = [
    "FAMILY",
    "MEASURES",
    "all_events",
    "complete_arm",
    "double_zero",
    "two_by_two",
]

TABLE = ("ai", "bi", "ci", "di")
NEAR = 0.5
"""Distance of a ratio from 1 within which the difference of two logarithms would lose digits."""

COUNTABLE = "it needs a table without a cell of 0"


def odds_ratio(cells: Cells, vtype: str) -> Effect:
    """Compute log odds ratios and their variances (Woolf 1955)."""
    del vtype
    a, b, c, d = (cells[name] for name in TABLE)
    return _log_ratio(a / b, c / d, _cross(cells) / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


def risk_ratio(cells: Cells, vtype: str) -> Effect:
    """Compute log risk ratios and their large-sample variances."""
    del vtype
    a, b, c, d = (cells[name] for name in TABLE)
    n1, n2 = a + b, c + d
    return _log_ratio(a / n1, c / n2, _cross(cells) / (c * n1)), b / a / n1 + d / c / n2


def risk_difference(cells: Cells, vtype: str) -> Effect:
    """Compute risk differences and their large-sample variances."""
    del vtype
    a, b, c, d = (cells[name] for name in TABLE)
    n1, n2 = a + b, c + d
    return _cross(cells) / n1 / n2, a * b / n1**3 + c * d / n2**3


def arcsine_difference(cells: Cells, vtype: str) -> Effect:
    """Compute differences of arcsine square roots of risks (Rücker et al. 2009).

    arcsin sqrt(a/n) is arctan sqrt(a/b), and the difference of two arctangents is one of a quotient.
    """
    del vtype
    a, b, c, d = (cells[name] for name in TABLE)
    products = np.sqrt(a * d) + np.sqrt(b * c)
    rise = np.where(products > 0, _cross(cells) / products, 0.0)
    return np.arctan2(rise, np.sqrt(b * d) + np.sqrt(a * c)), 1 / (4 * (a + b)) + 1 / (4 * (c + d))


def peto_odds_ratio(cells: Cells, vtype: str) -> Effect:
    """Compute log odds ratios by the one-step method, (O - E)/V with variance 1/V (Yusuf et al. 1985)."""
    del vtype
    a, b, c, d = (cells[name] for name in TABLE)
    n1, n2, events, others = a + b, c + d, a + c, b + d
    n = n1 + n2
    v = n1 * n2 * (events / n) * (others / n) / (n - 1)
    return _cross(cells) / n / v, 1 / v


def phi_coefficient(cells: Cells, vtype: str) -> Effect:
    """Compute phi coefficients; the variance is the delta method's for a multinomial table (Yule 1912)."""
    del vtype
    a, b, c, d = (cells[name] for name in TABLE)
    rows, columns = (a + b, c + d), (a + c, b + d)
    scale = np.sqrt(rows[0]) * np.sqrt(rows[1]) * np.sqrt(columns[0]) * np.sqrt(columns[1])
    phi = _cross(cells) / scale
    gradient = (
        (a, d / scale - phi / 2 * (1 / rows[0] + 1 / columns[0])),
        (b, -c / scale - phi / 2 * (1 / rows[0] + 1 / columns[1])),
        (c, -b / scale - phi / 2 * (1 / rows[1] + 1 / columns[0])),
        (d, a / scale - phi / 2 * (1 / rows[1] + 1 / columns[1])),
    )
    variance = np.asarray(sum(cell * slope**2 for cell, slope in gradient))
    perfect = ((b == 0) & (c == 0)) | ((a == 0) & (d == 0))
    return np.where(perfect, np.sign(phi), phi), np.where(perfect, 0.0, variance)


def yule_q(cells: Cells, vtype: str) -> Effect:
    """Compute Yule's Q = (OR - 1)/(OR + 1) (Yule 1912)."""
    y, v = odds_ratio(cells, vtype)
    return np.tanh(y / 2), v / np.cosh(y / 2) ** 4 / 4


def yule_y(cells: Cells, vtype: str) -> Effect:
    """Compute Yule's Y = (sqrt(OR) - 1)/(sqrt(OR) + 1) (Yule 1912)."""
    y, v = odds_ratio(cells, vtype)
    return np.tanh(y / 4), v / np.cosh(y / 4) ** 4 / 16


def smd_if_normal(cells: Cells, vtype: str) -> Effect:
    """Compute standardised mean differences behind odds ratios, outcome normal (Cox and Snell 1989)."""
    y, v = odds_ratio(cells, vtype)
    return y / LOG_ODDS_PER_D_NORMAL, v / LOG_ODDS_PER_D_NORMAL**2


def smd_if_logistic(cells: Cells, vtype: str) -> Effect:
    """Compute standardised mean differences behind odds ratios, outcome logistic (Chinn 2000)."""
    y, v = odds_ratio(cells, vtype)
    return y / LOG_ODDS_PER_D_LOGISTIC, v / LOG_ODDS_PER_D_LOGISTIC**2


def two_by_two(given: Cells, add: float, to: str) -> Columns:
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
    equal_lengths(given)
    a, b = complete_arm(given, events="ai", others="bi", total="n1i")
    c, d = complete_arm(given, events="ci", others="di", total="n2i")
    cells, usable, ledger = usable_columns(
        dict(zip(TABLE, (a, b, c, d), strict=True)),
        [("an arm has no participants, so there is no effect", (a + b == 0) | (c + d == 0))],
    )
    zero = np.any([cells[name] == 0 for name in TABLE], axis=0)
    where = where_added(zero, usable, add, to)
    return Columns(
        cells={name: values + add * where for name, values in cells.items()},
        usable=usable,
        ledger=(*ledger, *added_notes(where, TABLE, add, to)),
    )


FAMILY = Family(
    name="two by two",
    cells=("ai", "bi", "ci", "di", "n1i", "n2i"),
    read=two_by_two,
    sets=(("ai", "n1i", "ci", "n2i"), TABLE, ("ai", "bi", "ci", "n2i"), ("ai", "n1i", "ci", "di")),
)

MEASURES = (
    Measure(
        name="OR",
        words="odds ratio",
        family=FAMILY,
        ratio=True,
        formula=odds_ratio,
        add=0.5,
        domain=COUNTABLE,
    ),
    Measure(
        name="RR",
        words="risk ratio",
        family=FAMILY,
        ratio=True,
        formula=risk_ratio,
        add=0.5,
        domain="it needs an event in each arm",
    ),
    Measure(name="RD", words="risk difference", family=FAMILY, formula=risk_difference, add=0.5),
    Measure(name="AS", words="arcsine difference", family=FAMILY, formula=arcsine_difference),
    Measure(
        name="PETO",
        words="Peto odds ratio",
        family=FAMILY,
        ratio=True,
        formula=peto_odds_ratio,
        add=0.5,
        domain="it needs at least one event and one participant without one",
    ),
    Measure(
        name="PHI",
        words="phi coefficient",
        family=FAMILY,
        formula=phi_coefficient,
        domain="it needs at least one event and one participant without one",
    ),
    Measure(name="YUQ", words="Yule's Q", family=FAMILY, formula=yule_q, add=0.5, domain=COUNTABLE),
    Measure(name="YUY", words="Yule's Y", family=FAMILY, formula=yule_y, add=0.5, domain=COUNTABLE),
    Measure(
        name="OR2DN",
        words="standardised mean difference from an odds ratio (normal outcome)",
        family=FAMILY,
        formula=smd_if_normal,
        add=0.5,
        domain=COUNTABLE,
    ),
    Measure(
        name="OR2DL",
        words="standardised mean difference from an odds ratio (logistic outcome)",
        family=FAMILY,
        formula=smd_if_logistic,
        add=0.5,
        domain=COUNTABLE,
    ),
)


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


def complete_arm(
    given: Mapping[str, FloatArray], *, events: str, others: str, total: str
) -> tuple[FloatArray, FloatArray]:
    """Complete one arm to events and non-events.

    Parameters
    ----------
    given : mapping of str to ndarray, shape (k,)
        The columns of the table.
    events, others, total : str
        Names of the columns of events, of participants without one, and of all.

    Raises
    ------
    InputError
        Where too little is given, for a negative count, more events than participants, or three columns
        that contradict each other.
    """
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


def _cross(cells: Cells) -> FloatArray:
    """Give ad - bc, of whole and half numbers without rounding: the one difference behind every effect."""
    return np.asarray(cells["ai"] * cells["di"] - cells["bi"] * cells["ci"])


def _log_ratio(first: FloatArray, second: FloatArray, excess: FloatArray) -> FloatArray:
    """Give log(first/second), near 1 from first/second - 1, which was computed without a difference."""
    near = np.abs(excess) < NEAR
    return np.where(near, np.log1p(np.where(near, excess, 0.0)), np.log(first) - np.log(second))
