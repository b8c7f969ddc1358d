"""Trim and fill: a sensitivity analysis for the asymmetry of a funnel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from metaan.effects.cells import is_one_of
from metaan.errors import InputError
from metaan.models.intake import read_studies
from metaan.models.pairwise import pool
from metaan.models.regression import regress
from metaan.results.frozen import frozen
from metaan.results.trimfill import TrimFill

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from metaan.types import FloatArray

__all__ = ["trim_and_fill"]

LEAST_STUDIES = 3
EQUAL = 1e-9
SIDES = ("auto", "left", "right")
NOTE = (
    "a sensitivity analysis: the studies filled in are mirror images, not results, and asymmetry has other"
    " causes than studies that are missing"
)
UNSETTLED = "the number of studies to trim went round in a circle; its last value was taken"


def trim_and_fill(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    side: str = "auto",
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> TrimFill:
    """Count by the estimator L0 how many studies make a funnel asymmetric, and pool with their mirror images.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects (ratios on the log scale) and their sampling variances (squared units of yi).
    side : {"auto", "left", "right"}
        Where studies may be missing; "auto" takes the side that the common-effect regression on the
        standard error points to.
    method, test, level
        As in `pool`, for trimming and for the mean.

    Returns
    -------
    TrimFill

    Raises
    ------
    InputError
        For fewer than three studies, another side, and for what `pool` refuses.

    References
    ----------
    Duval S, Tweedie R. Trim and fill: a simple funnel-plot-based method of testing and adjusting for
    publication bias in meta-analysis. Biometrics 2000; 56: 455-463.

    Examples
    --------
    >>> found = trim_and_fill([0.1, 0.1, 0.2, 0.5, 0.9], [0.01, 0.02, 0.02, 0.05, 0.09], method="EE")
    >>> found.side, found.k0
    ('left', 1)
    """
    if not is_one_of(side, SIDES):
        raise InputError(f"side = {side!r} is not known; give one of {', '.join(SIDES)}.")
    studies = read_studies(yi, vi)
    if studies.k < LEAST_STUDIES:
        raise InputError(f"k = {studies.k}: trim and fill takes at least {LEAST_STUDIES} studies.")
    y, v = np.asarray(yi, dtype=np.float64), np.asarray(vi, dtype=np.float64)
    chosen = _side(y, v) if side == "auto" else side
    sign = 1.0 if chosen == "left" else -1.0
    order = np.argsort(sign * y, kind="stable")
    k0, mean, settled = _trimmed(sign * y[order], v[order], method)
    far = order[studies.k - k0 :]
    filled = sign * (2 * mean - sign * y[far])
    return TrimFill(
        side="left" if chosen == "left" else "right",
        k0=k0,
        yi=frozen(filled),
        vi=frozen(v[far]),
        pooled=pool(
            np.concatenate([y, filled]), np.concatenate([v, v[far]]), method=method, test=test, level=level
        ),
        notes=(NOTE,) if settled else (NOTE, UNSETTLED),
    )


def _side(y: FloatArray, v: FloatArray) -> Literal["left", "right"]:
    """Say where small studies are missing: opposite to where they lie."""
    se = np.sqrt(v)
    if np.ptp(se) <= EQUAL * se.max():
        return "left"
    slope = regress(y, v, se, method="EE", test="z").estimate[1]
    return "right" if slope < 0 else "left"


def _trimmed(y: FloatArray, v: FloatArray, method: str) -> tuple[int, float, bool]:
    """Trim the largest effects until their number settles; give it, the mean without them, and whether."""
    k, k0 = len(y), 0
    seen: list[int] = []
    while True:
        mean = pool(y[: k - k0], v[: k - k0], method=method, test="z").estimate
        now = min(max(round(_excess(y - mean)), 0), k - 1)
        if now == k0:
            return k0, mean, True
        if now in seen:
            return k0, mean, False
        seen.append(k0)
        k0 = now


def _excess(deviations: FloatArray) -> float:
    """Give the estimator L0 of how many of the largest deviations have no mirror image."""
    k = len(deviations)
    ranks = np.empty(k)
    ranks[np.argsort(np.abs(deviations), kind="stable")] = np.arange(1, k + 1)
    above = float(ranks[deviations > 0].sum())
    return (4 * above - k * (k + 1)) / (2 * k - 1)
