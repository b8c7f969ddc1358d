"""How a pooled estimate grew as studies were added."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from metaan.errors import InputError
from metaan.models.pairwise import pool
from metaan.results.least import LEAST_TO_ADD_UP
from metaan.results.refits import Cumulative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

__all__ = ["cumulate"]


def cumulate(
    yi: ArrayLike,
    vi: ArrayLike,
    by: Sequence[float | str],
    *,
    method: str = "REML",
    test: str = "hksj",
    level: float = 0.95,
) -> Cumulative:
    """Pool the first study, the first two, and so on to all, in an order such as that of publication.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects (ratios on the log scale) and their sampling variances (squared units of yi); k is at least 2.
    by : sequence of float or str, length k
        What orders the studies, such as years; equals are added in the order in which they stand.
    method, test, level
        As for `pool`.

    Returns
    -------
    Cumulative
        The order and the k fits. The first is that of one study alone.

    Raises
    ------
    InputError
        For fewer than two studies; for an order that is missing for a study, of another length, or of numbers
        and texts; for what `pool` refuses.

    References
    ----------
    Lau J, Antman EM, Jimenez-Silva J, et al. Cumulative meta-analysis of therapeutic trials for myocardial
    infarction. New England Journal of Medicine 1992; 327: 248-254.

    Examples
    --------
    >>> found = cumulate([0.9, 0.1, 0.2], [0.02, 0.02, 0.02], [2003, 1999, 2001], method="EE", test="z")
    >>> found.order, [round(fit.estimate, 2) for fit in found.fits]
    ((1, 2, 0), [0.1, 0.15, 0.4])
    """
    overall = pool(yi, vi, method=method, test=test, level=level)
    if overall.k < LEAST_TO_ADD_UP:
        raise InputError(f"There is {overall.k} study; adding up takes at least {LEAST_TO_ADD_UP}.")
    order = _order(by, overall.k)
    y, v = np.asarray(yi, dtype=float)[list(order)], np.asarray(vi, dtype=float)[list(order)]
    growing = tuple(
        pool(y[:j], v[:j], method=method, test=test, level=level) for j in range(1, overall.k + 1)
    )
    return Cumulative(order=order, fits=growing)


def _order(by: Sequence[float | str], k: int) -> tuple[int, ...]:
    if len(by) != k:
        raise InputError(f"by has {len(by)} values for {k} studies; give one for each study.")
    missing = [str(i) for i, value in enumerate(by) if _is_missing(value)]
    if missing:
        raise InputError(
            f"by is missing at position {', '.join(missing)} (counted from 0); give it, or leave the study "
            "out of yi and vi too."
        )
    if len({isinstance(value, str) for value in by}) > 1:
        raise InputError("by holds both numbers and texts, which have no common order; give one kind.")
    return tuple(sorted(range(k), key=lambda i: by[i]))


def _is_missing(value: float | str | None) -> bool:
    if value is None:
        return True
    return not value.strip() if isinstance(value, str) else isnan(value)
