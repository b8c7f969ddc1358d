"""Effects and variances as they arrive: checked, then shifted and rescaled for the solvers."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from metaan.effects.cells import column, equal_lengths, refuse
from metaan.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from metaan.types import FloatArray

__all__ = ["Studies", "read_level", "read_studies"]

WIDEST = 1e60
"""Largest ratio of an effect or variance to the typical one; its fourth power still fits in a double."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Studies:
    """Effects and variances in units of their own.

    Attributes
    ----------
    y, v : ndarray, shape (k,)
        (yi - centre)/unit and vi/unit².
    centre, unit, unit2 : float
        Effect of the most precise study; square root of the middle variance; its square.
    k : int
        Number of studies.
    """

    y: FloatArray
    v: FloatArray
    centre: float
    unit: float
    unit2: float
    k: int


def read_studies(yi: ArrayLike, vi: ArrayLike) -> Studies:
    """Check effects and variances and bring them to a scale on which a typical variance is 1.

    Parameters
    ----------
    yi, vi : array_like, shape (k,)
        Effects and their sampling variances (squared units of yi).

    Returns
    -------
    Studies

    Raises
    ------
    InputError
        For no studies, columns of different length, effects that are not finite, variances that are not
        positive and finite, or numbers too far apart to compute with.

    Examples
    --------
    >>> found = read_studies([1.0, 3.0], [4.0, 4.0])
    >>> found.y.tolist(), found.v.tolist(), found.unit
    ([0.0, 1.0], [1.0, 1.0], 2.0)
    """
    y, v = column("yi", yi), column("vi", vi)
    k = equal_lengths({"yi": y, "vi": v})
    if not (np.isfinite(y).all() and (v > 0).all()):
        cure = "leave out a study that has no effect, or give its effect"
        refuse("yi", y, np.isnan(y), f"is missing; {cure}")
        refuse("vi", v, np.isnan(v), f"is missing; {cure}")
        refuse(
            "vi", v, v <= 0, "is not positive; give the sampling variance, the square of the standard error"
        )
    unit2 = float(np.partition(v, k // 2)[k // 2])
    unit, centre = sqrt(unit2), float(y[v.argmin()])
    y, v = (y - centre) / unit, v / unit2
    _refuse_extremes(y, v)
    return Studies(y=y, v=v, centre=centre, unit=unit, unit2=unit2, k=k)


def read_level(level: object) -> float:
    """Check a confidence level, a number between 0 and 1.

    Raises
    ------
    InputError
        Where it is not between 0 and 1.

    Examples
    --------
    >>> read_level(0.95)
    0.95
    """
    if isinstance(level, (int, float, np.integer, np.floating)) and 0 < level < 1:
        return float(level)
    raise InputError(
        f"level = {level!r} is not a confidence level; give a share between 0 and 1, such as 0.95."
    )


def _refuse_extremes(y: FloatArray, v: FloatArray) -> None:
    widest = max(float(np.abs(y).max()), float(v.max()), 1 / float(v.min()))
    if not widest < WIDEST:
        raise InputError(
            "The effects and variances are too far apart to compute with (more than 60 orders of magnitude); "
            "check their units."
        )
