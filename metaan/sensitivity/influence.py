"""How much a pooled estimate rests on single studies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metaan.errors import InputError
from metaan.models.pairwise import pool
from metaan.results.least import LEAST_TO_LEAVE_OUT
from metaan.results.refits import LeaveOneOut

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["leave_one_out"]


def leave_one_out(
    yi: ArrayLike, vi: ArrayLike, *, method: str = "REML", test: str = "hksj", level: float = 0.95
) -> LeaveOneOut:
    """Pool without each study in turn; tau2 is estimated anew each time.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects (ratios on the log scale) and their sampling variances (squared units of yi); k is at least 3.
    method, test, level
        As for `pool`.

    Returns
    -------
    LeaveOneOut
        The fit of all studies and the k fits of all but one, in the order of the studies.

    Raises
    ------
    InputError
        For fewer than three studies, and for effects, variances or options that `pool` refuses.

    References
    ----------
    Viechtbauer W, Cheung MWL. Outlier and influence diagnostics for meta-analysis. Research Synthesis Methods
    2010; 1: 112-125.

    Examples
    --------
    >>> found = leave_one_out([0.1, 0.2, 0.9], [0.02, 0.02, 0.02], method="EE", test="z")
    >>> [round(fit.estimate, 2) for fit in found.without]
    [0.55, 0.5, 0.15]
    """
    overall = pool(yi, vi, method=method, test=test, level=level)
    if overall.k < LEAST_TO_LEAVE_OUT:
        raise InputError(
            f"There are {overall.k} studies; leaving one out takes at least {LEAST_TO_LEAVE_OUT}."
        )
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    return LeaveOneOut(
        overall=overall,
        without=tuple(
            pool(np.delete(y, i), np.delete(v, i), method=method, test=test, level=level)
            for i in range(overall.k)
        ),
    )
