"""Two measurements of the same participants: change, standardised change, ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.cells import Columns, Family, Measure, demand, refuse, usable_columns
from metaan.effects.continuous import hedges_j, log_ratio_of_means
from metaan.effects.correlations import refuse_correlation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from metaan.types import FloatArray

    Cells = Mapping[str, FloatArray]
    Effect = tuple[FloatArray, FloatArray]

__all__ = ["FAMILY", "MEASURES", "paired"]


def mean_change(cells: Cells, vtype: str) -> Effect:
    """Compute mean changes."""
    del vtype
    return cells["m1i"] - cells["m2i"], _change_variance(cells) / cells["ni"]


def change_by_its_own_sd(cells: Cells, vtype: str) -> Effect:
    """Compute mean changes in standard deviations of the change (Gibbons et al. 1993)."""
    del vtype
    n = cells["ni"]
    g = hedges_j(n - 1) * (cells["m1i"] - cells["m2i"]) / np.sqrt(_change_variance(cells))
    return g, 1 / n + g**2 / (2 * n)


def change_by_the_raw_sd(cells: Cells, vtype: str) -> Effect:
    """Compute mean changes in standard deviations of the first measurement (Becker 1988)."""
    del vtype
    n = cells["ni"]
    g = hedges_j(n - 1) * (cells["m1i"] - cells["m2i"]) / cells["sd1i"]
    return g, 2 * (1 - cells["ri"]) / n + g**2 / (2 * n)


def ratio_of_means(cells: Cells, vtype: str) -> Effect:
    """Compute log ratios of the two means, corrected to second order (Lajeunesse 2011, 2015)."""
    del vtype
    n = cells["ni"]
    cv1, cv2 = cells["sd1i"] / cells["m1i"], cells["sd2i"] / cells["m2i"]
    y = log_ratio_of_means(cells["m1i"], cells["m2i"]) + (cv1**2 - cv2**2) / (2 * n)
    return y, ((cv1 - cv2) ** 2 + 2 * (1 - cells["ri"]) * cv1 * cv2) / n


def paired(given: Cells, add: float, to: str) -> Columns:
    """Check the means, standard deviations, correlations and sizes of paired measurements.

    Parameters
    ----------
    given : mapping of str to ndarray, shape (k,)
        `m1i`, `m2i`, `sd1i`, `sd2i`, `ni`, `ri`.
    add, to
        Nothing is added to means.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        For a missing column, a negative standard deviation or size, or a correlation outside -1 to 1.
    """
    del add, to
    demand(given, FAMILY.cells, "Paired measurements")
    for name in ("sd1i", "sd2i"):
        refuse(name, given[name], given[name] < 0, "is negative; give a standard deviation")
    refuse("ni", given["ni"], given["ni"] < 0, "is negative; give the number of participants")
    refuse_correlation("ri", given["ri"])
    cells, usable, ledger = usable_columns(
        given,
        [
            ("there are no participants, so there is no effect", given["ni"] == 0),
            ("there is less than one participant, so there is no effect", given["ni"] < 1),
            (
                "both standard deviations are 0, so there is no effect",
                (given["sd1i"] == 0) & (given["sd2i"] == 0),
            ),
        ],
        placeholder=0.5,
    )
    return Columns(cells=cells, usable=usable, ledger=tuple(ledger))


FAMILY = Family(
    name="paired measurements", cells=("m1i", "m2i", "sd1i", "sd2i", "ni", "ri"), read=paired, exact=False
)

SOME_CHANGE = "it needs at least 3 participants and changes that differ"

MEASURES = (
    Measure(name="MC", words="mean change", family=FAMILY, formula=mean_change),
    Measure(
        name="SMCC",
        words="standardised mean change (SD of the change)",
        family=FAMILY,
        formula=change_by_its_own_sd,
        domain=SOME_CHANGE,
    ),
    Measure(
        name="SMCR",
        words="standardised mean change (SD of the first measurement)",
        family=FAMILY,
        formula=change_by_the_raw_sd,
        domain="it needs at least 3 participants and a first standard deviation above 0",
    ),
    Measure(
        name="ROMC",
        words="ratio of paired means",
        family=FAMILY,
        ratio=True,
        formula=ratio_of_means,
        domain="it needs two means of the same sign",
    ),
)


def _change_variance(cells: Cells) -> FloatArray:
    """Compute the variance of the change so that it is not negative, and 0 only where it is."""
    s1, s2, r = cells["sd1i"], cells["sd2i"], cells["ri"]
    return np.asarray((s1 - s2) ** 2 + 2 * (1 - r) * s1 * s2)
