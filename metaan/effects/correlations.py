"""Correlation coefficients, raw, unbiased and transformed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import hyp2f1

from metaan.effects.cells import Columns, Family, Measure, demand, refuse, usable_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.types import FloatArray

    Cells = Mapping[str, FloatArray]
    Effect = tuple[FloatArray, FloatArray]

__all__ = ["FAMILY", "MEASURES", "correlations"]

LEAST = 4
"""Participants below which the variance of a correlation is not estimated."""

LEAST_UNBIASED = 5
"""Participants below which the unbiased correlation is not defined everywhere."""

LARGE = 100
"""Participants from which the hypergeometric series needs few terms; SciPy's function overflows far above."""

SMALL = 0.25
"""The same for 1 - r², where what the series adds to 1 must be exact for the variance."""

TERMS = 40
"""The first term left out is below 1e-23 of the sum, from 100 participants on or for 1 - r² to 0.25."""


def correlation(cells: Cells, vtype: str) -> Effect:
    """Compute correlations with their large-sample variance."""
    del vtype
    r, n = cells["ri"], cells["ni"]
    return r, np.where(n < LEAST, np.nan, ((1 - r) * (1 + r)) ** 2 / (n - 1))


def unbiased_correlation(cells: Cells, vtype: str) -> Effect:
    """Compute unbiased correlations, r 2F1(1/2, 1/2; (n - 2)/2; 1 - r²) (Olkin and Pratt 1958)."""
    del vtype
    r, n = cells["ri"], cells["ni"]
    enough = n >= LEAST_UNBIASED
    x = (1 - r) * (1 + r)
    gain = _inflation(np.where(enough, n - 2, 3.0) / 2, x)
    rest = x - r**2 * gain * (2 + gain)
    return r + r * gain, np.where(enough, rest**2 / (n - 1), np.nan)


def fisher_z(cells: Cells, vtype: str) -> Effect:
    """Compute Fisher's variance-stabilised correlations (Fisher 1921)."""
    del vtype
    r, n = cells["ri"], cells["ni"]
    return np.arctanh(r), np.where(n < LEAST, np.nan, 1 / (n - 3))


def correlations(given: Cells, add: float, to: str) -> Columns:
    """Check correlations and their sizes.

    Parameters
    ----------
    given : mapping of str to ndarray, shape (k,)
        `ri`, `ni`.
    add, to
        Nothing is added to correlations.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        For a missing column, a correlation outside -1 to 1, or a negative size.
    """
    del add, to
    demand(given, FAMILY.cells, "Correlations")
    refuse_correlation("ri", given["ri"])
    refuse("ni", given["ni"], given["ni"] < 0, "is negative; give the number of participants")
    cells, usable, ledger = usable_columns(
        given,
        [
            ("there are no participants, so there is no effect", given["ni"] == 0),
            ("there is less than one participant, so there is no effect", given["ni"] < 1),
        ],
        placeholder=0.5,
    )
    return Columns(cells=cells, usable=usable, ledger=tuple(ledger))


def refuse_correlation(name: str, values: FloatArray) -> None:
    """Refuse correlations outside -1 to 1.

    Raises
    ------
    InputError
        Naming every one and its position.
    """
    refuse(name, values, np.abs(values) > 1, "is not a correlation; give a number from -1 to 1")


FAMILY = Family(name="correlations", cells=("ri", "ni"), read=correlations)

AT_LEAST_FOUR = "it needs at least 4 participants"

MEASURES = (
    Measure(name="COR", words="correlation", family=FAMILY, formula=correlation, domain=AT_LEAST_FOUR),
    Measure(
        name="UCOR",
        words="correlation (bias-corrected)",
        family=FAMILY,
        formula=unbiased_correlation,
        domain="it needs at least 5 participants",
    ),
    Measure(
        name="ZCOR",
        words="correlation (Fisher's z)",
        family=FAMILY,
        formula=fisher_z,
        domain=f"{AT_LEAST_FOUR} and a correlation that is not 1 or -1",
    ),
)


def _inflation(c: FloatArray, x: FloatArray) -> FloatArray:
    """Compute 2F1(1/2, 1/2; c; x) - 1 for c of 3/2 or more and x from 0 to 1."""
    quick = (c >= (LARGE - 2) / 2) | (x <= SMALL)
    by_series, x_series = np.where(quick, c, LARGE), np.where(quick, x, 0.0)
    term, total = np.ones_like(x), np.zeros_like(x)
    for k in range(TERMS):
        term = term * ((k + 0.5) ** 2 / (k + 1)) / (by_series + k) * x_series
        total = total + term
    return np.where(quick, total, hyp2f1(0.5, 0.5, np.where(quick, 3.0, c), x) - 1)
